import { closest } from '../../../definitions/index.ts';
import { type Explanation, explainHeard, listenTo, type ReplayReport } from '../../../engine/index.ts';
import type { Command } from '../command.ts';
import { explanationText } from '../explain-text.ts';
import { word } from '../explain-words.ts';
import type { Io } from '../io.ts';
import { LOG_OPTIONS, type LogRun, runLog } from '../log-run.ts';
import { FORMAT } from '../option.ts';
import type { Options } from '../options.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';

/** `milepost explain`: why an instance is as it is, and why no other alarm was raised. */
export const explain: Command = {
  usage: 'explain FLOW KEY [STEP] [options]',
  about:
    'Tells why an instance is as it is: what came, what every rule, timer and connector made of it, which alarms came of it, and why no others. With --definitions and --events from a log, without a server.',
  operands: { least: 2, most: 3 },
  options: { url: URL_OPTION, ...LOG_OPTIONS, format: FORMAT },
  examples: [
    { line: 'explain settlement clearing-2026-11-23', about: 'the instance and all its steps' },
    { line: 'explain settlement clearing-2026-11-23 receive', about: 'one step' },
    {
      line: 'explain settlement clearing-2026-11-23 receive --definitions flows/ --events day.ndjson',
      about: 'what the same events would come to with these definitions',
    },
  ],
  notes: [
    'Exit codes: 0 done, 1 errors in the definitions, 2 there is no such instance or step, 69 no server.',
  ],
  async run({ operands: [flow = '', key = '', step = null], options, io }) {
    const asked = { flow, key, step };
    const explanation = isOffline(options)
      ? await fromLog(asked, options, io)
      : await fromServer(asked, options, io);
    if (explanation === null) return EXIT.findings;
    const json = options.text('format') === 'json';
    await io.out(json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, io));
    return EXIT.done;
  },
};

interface AskedFor {
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
}

function isOffline(options: Options): boolean {
  const given = Object.keys(LOG_OPTIONS).filter((name) => options.all(name).length > 0);
  if (given.length === 0) return false;
  for (const name of ['definitions', 'events'] as const) {
    if (!given.includes(name))
      throw new WrongUse(
        `--${name} is missing: an explanation from a log needs --definitions PATH and --events FILE`,
      );
  }
  if (options.text('url') !== undefined)
    throw new WrongUse('--url and --events exclude each other: ask a server, or explain from a log');
  return true;
}

async function fromServer(asked: AskedFor, options: Options, io: Io): Promise<Explanation> {
  const path = `/api/v1/instances/${encodeURIComponent(asked.flow)}/${encodeURIComponent(asked.key)}/explain`;
  const params = { step: asked.step ?? undefined };
  // the schema Explanation of the API, which `read` has found to have its chapters
  const answer = (await serverOf(options, io.env).read(path, params, [
    'chapters',
    'tradingDay',
  ])) as Explanation & {
    readonly asStored?: boolean;
  };
  if (answer.asStored === false) io.say(word('differs', io.language));
  return answer;
}

/** Null where the definitions have errors. */
async function fromLog({ flow, key, step }: AskedFor, options: Options, io: Io): Promise<Explanation | null> {
  const listener = listenTo({ flow, key });
  const run = await runLog(options, io, listener.trace);
  if (run === null) return null;
  const explanation = explainHeard(listener.heard, { step, asOf: run.clock ?? 0 });
  if (explanation !== null) return explanation;
  throw new WrongUse(missing({ flow, key, step }, run));
}

/** What is not there, and what may have been meant. */
function missing({ flow, key, step }: AskedFor, { definitions, report }: LogRun): string {
  const known = definitions.flows.get(flow);
  if (known === undefined) return `there is no flow "${flow}"${hint(flow, [...definitions.flows.keys()])}`;
  const keys = report.instances.filter((one) => one.flow === flow).map((one) => one.key);
  if (!keys.includes(key))
    return `the log comes to no instance "${key}" of flow ${flow}${hint(key, keys)}${rejected(report)}`;
  return `there is no step "${step}" in flow ${flow}${hint(step ?? '', [...known.stepIndex.keys()])}`;
}

function hint(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  if (near !== null) return `: did you mean ${near}?`;
  if (names.length === 0) return '';
  return `: there are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
}

function rejected({ rejected: lines }: ReplayReport): string {
  const [first] = lines;
  return first === undefined
    ? ''
    : `; ${lines.length} lines of it are rejected, the first is ${first.line}: ${first.reason}`;
}
