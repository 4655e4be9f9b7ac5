/** An event log through definitions, in virtual time: what commands that need no server have in common. */
import { createHash } from 'node:crypto';
import { parseTime } from '../../checkpoints/index.ts';
import { compileDefinitions, type Definitions, formatFinding } from '../../definitions/index.ts';
import { createReplay, type Listener, type Replay, type ReplayReport } from '../../engine/index.ts';
import { loadExtensions } from '../extension-file.ts';
import { definitionSources } from './definition-sources.ts';
import { linesOf, openLog } from './event-log.ts';
import { EXTENSIONS_OPTION } from './extension-option.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { WrongUse } from './outcome.ts';

/** The options that say which log is run, and through what. */
export const LOG_OPTIONS = {
  definitions: { value: 'PATH', about: 'a definition file or a folder of them', many: true },
  events: {
    value: 'FILE',
    about: 'events, one JSON object a line, also packed with gzip; - is standard input',
  },
  extensions: EXTENSIONS_OPTION,
  from: { value: 'TIME', about: "where the clock begins (RFC 3339); default: the first event's time" },
  until: {
    value: 'TIME',
    about: 'where it ends: what is due up to then is decided; default: the last time in the log',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface LogRun {
  readonly definitions: Definitions;
  readonly counts: Replay['counts'];
  readonly report: ReplayReport;
  /** where the clock ended, ms; null where the log is empty and no time was given */
  readonly clock: number | null;
}

/**
 * Runs the log that the options name. Null where the definitions have errors, which are said; throws WrongUse, FileTrouble,
 * DefinitionPathError or an extension module's error. `trace` hears what every decision does.
 */
export async function runLog(options: Options, io: Io, trace?: Listener['trace']): Promise<LogRun | null> {
  const from = readTime(options.text('from'), '--from');
  const until = readTime(options.text('until'), '--until');
  if (from !== null && until !== null && until < from)
    throw new WrongUse('--until lies before --from: exchange them');
  const definitions = await loadDefinitions(
    options.all('definitions'),
    options.text('extensions') ?? null,
    io,
  );
  if (definitions === null) return null;
  const running = createReplay(definitions, { from, until, ...(trace === undefined ? {} : { trace }) });
  for await (const lines of linesOf(openLog(options.text('events') ?? '', io.stdin))) {
    for (const line of lines) {
      if (line.kind === 'text') running.line(line.text);
      else running.refuse(line.reason);
    }
  }
  const report = running.finish();
  return { definitions, counts: running.counts, report, clock: running.watch.clock };
}

/** The time of an option, ms; null where it is not given. Throws WrongUse. */
export function readTime(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  const time = parseTime(text);
  if (typeof time === 'string') throw new WrongUse(`${option} ${time}`);
  return time;
}

/** Definitions from paths; null where they have errors, which are said. */
export async function loadDefinitions(
  paths: readonly string[],
  module: string | null,
  io: Io,
): Promise<Definitions | null> {
  const { extensions, text } = await loadExtensions(module);
  const sources = await definitionSources(paths);
  const revision = createHash('sha256')
    .update(JSON.stringify(text === null ? sources : [sources, text]))
    .digest('hex')
    .slice(0, 12);
  const { definitions, findings } = compileDefinitions(sources, revision, extensions);
  for (const finding of findings) io.say(formatFinding(finding));
  if (definitions === null) io.say('nothing was replayed: correct the definitions');
  return definitions;
}
