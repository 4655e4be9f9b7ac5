/** The cases of a log of whatever form, for `discover`. */
import { readEventText } from '../../checkpoints/index.ts';
import { createCaseLog, createStepNames, type GatheredLog } from '../convert.ts';
import { linesOf, openLog } from './event-log.ts';
import type { Io } from './io.ts';
import { createProblemTeller, type LogForm, openEventLog } from './log-file.ts';
import type { Options } from './options.ts';

export interface Gathered {
  readonly log: GatheredLog;
  readonly flow: string;
  readonly stepOf: (activity: string) => string;
  readonly problems: number;
  /** flows whose events are in the log and were not taken */
  readonly others: readonly string[];
}

/** Reads a whole log; says what is wrong in it. */
export async function gatherCases(
  source: { readonly file: string; readonly form: LogForm | 'events'; readonly flow: string | null },
  options: Options,
  io: Io,
): Promise<Gathered> {
  const { file, form, flow } = source;
  if (form === 'events') return gatherEvents(file, flow, io);
  const log = createCaseLog();
  const problems = createProblemTeller(file, io);
  for await (const entry of openEventLog({ file, form }, options, io).entries) {
    if (entry.kind === 'problem') problems.tell(entry);
    else log.add(entry);
  }
  return {
    log: log.finish(),
    flow: flow ?? 'found',
    stepOf: createStepNames(),
    problems: problems.finish(),
    others: [],
  };
}

/** Events of steps; those about a flow itself tell nothing of its steps. Of several flows the first is taken, or the one named. */
async function gatherEvents(file: string, wanted: string | null, io: Io): Promise<Gathered> {
  const log = createCaseLog();
  const problems = createProblemTeller(file, io);
  const others = new Set<string>();
  let flow = wanted;
  for await (const lines of linesOf(openLog(file, io.stdin))) {
    for (const line of lines) {
      if (line.kind === 'unreadable') {
        problems.tell({ kind: 'problem', line: line.number, reason: line.reason, fatal: false });
        continue;
      }
      if (line.text.trim() === '' || /^\s*\{\s*"act"\s*:/.test(line.text)) continue;
      const read = readEventText(line.text);
      if (!read.ok) {
        const reason = read.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
        problems.tell({ kind: 'problem', line: line.number, reason, fatal: false });
        continue;
      }
      const { event } = read;
      flow ??= event.flow;
      if (event.flow !== flow) others.add(event.flow);
      else if (event.step !== null && event.kind !== 'params')
        log.add({
          case: event.key ?? new Date(event.time).toISOString().slice(0, 10),
          activity: event.step,
          event: event.kind,
          time: event.time,
        });
    }
  }
  return {
    log: log.finish(),
    flow: flow ?? 'found',
    stepOf: (name) => name,
    problems: problems.finish(),
    others: [...others],
  };
}
