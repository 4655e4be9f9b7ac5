/**
 * The YAML of drafts: short things on one line, long ones as blocks, comments above what they are about.
 *
 * 1. Whatever stands in names, texts and comments, the result is one YAML document for each draft: what could be taken
 *    for something else is quoted, and a comment cannot end before its line does.
 */
import type { ConnectorDraft, FlowDraft, Plain, PlainMap, StepDraft } from './flow-draft.ts';
import { isPlainMap } from './flow-draft.ts';

const WIDTH = 110;
const COMMENT_WIDTH = 112;

/** Drafts, and documents of other kinds as data, as one YAML text; `head` is a comment at its beginning. */
export function writeYaml(
  head: readonly string[],
  flows: readonly FlowDraft[],
  others: readonly PlainMap[] = [],
): string {
  const documents = [...flows.map(flowLines), ...others.map((data) => entries(data, 0))];
  return [
    ...comment(head, ''),
    ...documents.flatMap((lines, index) => [...(index > 0 ? ['---'] : []), ...lines]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function flowLines(flow: FlowDraft): string[] {
  return [
    ...comment(flow.comments, ''),
    `flow: ${scalar(flow.name)}`,
    ...entries(flow.keys, 0),
    'steps:',
    ...flow.steps.flatMap(stepLines),
    ...(flow.connectors.length > 0 ? ['connectors:', ...flow.connectors.flatMap(connectorLines)] : []),
  ];
}

function stepLines({ name, keys, comments }: StepDraft): string[] {
  return [...comment(comments, '  '), ...entry(name, keys, 2)];
}

function connectorLines({ from, to, keys, comments }: ConnectorDraft): string[] {
  const lines = item({ from, to, ...keys }, 2);
  return [...comment(comments, '  '), ...lines];
}

function entries(map: PlainMap, indent: number): string[] {
  return Object.entries(map).flatMap(([key, value]) => entry(key, value, indent));
}

function entry(key: string, value: Plain, indent: number): string[] {
  const begin = `${' '.repeat(indent)}${scalar(key)}:`;
  const line = `${begin} ${inline(value)}`;
  if (line.length <= WIDTH || isShort(value)) return [line];
  const rest = Array.isArray(value)
    ? value.flatMap((each) => item(each, indent + 2))
    : entries(value as PlainMap, indent + 2); // neither a scalar nor a list: a mapping
  return [begin, ...rest];
}

function item(value: Plain, indent: number): string[] {
  const begin = `${' '.repeat(indent)}- `;
  const line = `${begin}${inline(value)}`;
  if (line.length <= WIDTH || isShort(value)) return [line];
  const lines = Array.isArray(value)
    ? value.flatMap((each) => item(each, indent + 2))
    : entries(value as PlainMap, indent + 2); // as above
  return lines.map((each, index) => (index === 0 ? `${begin}${each.slice(indent + 2)}` : each));
}

/** What has only one way to be written. */
function isShort(value: Plain): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function inline(value: Plain): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(inline).join(', ')}]`;
  if (!isPlainMap(value)) return scalar(value as string | number | boolean | null); // neither list nor mapping
  const parts = Object.entries(value).map(([key, each]) => `${scalar(key)}: ${inline(each)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** Words, durations and names that YAML takes for nothing else. */
const BARE = /^(?:[A-Za-z_][\w./-]*(?: [A-Za-z_][\w./-]*)*|(?:\d+[dhms])+)$/;
const NO_STRING = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function scalar(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value);
  // `on` is a key of the language; YAML 1.2 takes it for a string
  if (value === 'on' || (BARE.test(value) && !NO_STRING.test(value))) return value;
  return JSON.stringify(value.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function comment(lines: readonly string[], indent: string): string[] {
  return lines
    .flatMap((line) => printable(line).flatMap((part) => wrapped(part, COMMENT_WIDTH - indent.length)))
    .map((line) => `${indent}# ${line}`.trimEnd());
}

/** The lines of a text, without signs that a comment may not hold. */
function printable(text: string): string[] {
  return (
    text
      .toWellFormed()
      .split(/[\n\r\u0085\u2028\u2029]+/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f\ufeff\ufffe\uffff]/g, ' ').slice(0, 2000))
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
