/** What is said about the thing under the cursor: a key of the language, a step, a type, a flow, a calendar. Markdown. */
import type { Document } from '../../definitions/index.ts';
import { type CursorPlace, placeAt } from './path-at.ts';
import { aboutKey } from './schema-at.ts';
import { checkpointNamed, flowNamed, type Known } from './workspace.ts';

/** How a step went on the last trading days, as lines of Markdown; empty where nobody knows. */
export type History = (flow: string, step: string) => Promise<readonly string[]>;

/** What is to be said about a place, or null. `line` and `character` count from 0. */
export async function hoverAt(
  text: string,
  line: number,
  character: number,
  known: Known,
  history: History,
): Promise<string | null> {
  const lines = text.split(/\r?\n/);
  const row = lines[line] ?? '';
  const word = wordAt(row, character);
  if (word === null) return null;
  const place = placeAt(text, line, word.end);
  const key = /^["']?\s*:(\s|$)/.test(row.slice(word.end));
  const document = place.document;
  if (document === null) return null;
  if (!key) return about(word.text, place, known, history);
  const path = [...placeAt(text, line, word.start).path, word.text];
  const step = document.kind === 'flow' && path[0] === 'steps' && path.length === 2;
  if (step) return aboutStep(document.name, word.text, known, history);
  return aboutKey(document.kind, path);
}

/** A name that stands as a value. */
async function about(
  word: string,
  place: CursorPlace,
  known: Known,
  history: History,
): Promise<string | null> {
  const flow = place.document?.kind === 'flow' ? flowNamed(known, place.document.name) : null;
  const key = place.path.at(-1) ?? '';
  if (flow !== null && ['from', 'to'].includes(key) && flow.steps.some(({ name }) => name === word)) {
    return aboutStep(flow.name, word, known, history);
  }
  const named = known.documents.find(
    (one) =>
      one.name === word && ['flow', 'checkpoint', 'calendar', 'view', 'channel', 'policy'].includes(one.kind),
  );
  return named === undefined ? null : aboutDocument(named);
}

async function aboutStep(flow: string, name: string, known: Known, history: History): Promise<string | null> {
  const step = flowNamed(known, flow)?.steps.find((each) => each.name === name);
  if (step === undefined) return null;
  const type = checkpointNamed(known, step.checkpoint?.value ?? null);
  const timers = [...(type?.timers ?? []), ...step.timers].map(({ name: timer }) => `\`${timer}\``);
  const params = [...(type?.params ?? []), ...step.params].map(({ name: param }) => `\`${param}\``);
  const states = (step.states.length > 0 ? step.states : (type?.states ?? [])).map(
    ({ name: state }) => state,
  );
  const kind = step.gate ? 'gate' : step.flow !== null ? `nested flow \`${step.flow.value}\`` : 'checkpoint';
  const lines = [
    `**${name}**${titled(step.title)}: ${kind}${step.checkpoint === null ? '' : ` of type \`${step.checkpoint.value}\``}`,
    ...(states.length === 0 ? [] : [`states: ${states.join(', ')}`]),
    ...(params.length === 0 ? [] : [`parameters: ${[...new Set(params)].join(', ')}`]),
    ...(timers.length === 0 ? [] : [`timers: ${[...new Set(timers)].join(', ')}`]),
    ...(await history(flow, name)),
  ];
  return lines.join('\n\n');
}

function aboutDocument(document: Document): string {
  const title = 'title' in document ? titled(document.title) : '';
  const head = `**${document.name}**${title}: ${document.kind}, ${document.at.file}:${document.at.line}`;
  if (document.kind === 'flow')
    return `${head}\n\nsteps: ${document.steps.map(({ name }) => name).join(', ')}`;
  if (document.kind !== 'checkpoint') return head;
  return `${head}\n\nparameters: ${document.params.map(({ name, type }) => `\`${name}\` ${type}`).join(', ')}`;
}

function titled(title: unknown): string {
  if (typeof title === 'string') return ` · ${title}`;
  if (typeof title !== 'object' || title === null) return '';
  return ` · ${Object.values(title).filter(Boolean).join(' · ')}`;
}

function wordAt(row: string, character: number): { text: string; start: number; end: number } | null {
  for (const found of row.matchAll(/[A-Za-z_][\w.-]*/g)) {
    const end = found.index + found[0].length;
    if (found.index <= character && character <= end) return { text: found[0], start: found.index, end };
  }
  return null;
}
