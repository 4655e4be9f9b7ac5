/** `import xes`, `import csv`, `import swf`: an event log as checkpoint events, one a line. */
import { createEventWriter, type LogProblem, sortedByTime } from '../convert.ts';
import { detached } from '../detached.ts';
import type { Io } from './io.ts';
import { createProblemTeller, type LogForm, openEventLog } from './log-file.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { EXIT, WrongUse } from './outcome.ts';
import { openText } from './result-file.ts';

export const IMPORT_LOG_OPTIONS = {
  flow: { value: 'NAME', about: 'the flow that the events are for; default: log' },
  unsorted: {
    value: null,
    about: 'leaves events in the order of the file; default: by time, as replay takes them',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Reads a log and writes its events; gives the exit code. */
export async function importLog(
  source: { readonly file: string; readonly form: LogForm },
  { options, io }: { readonly options: Options; readonly io: Io },
): Promise<number> {
  const flow = options.text('flow') ?? 'log';
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(flow))
    throw new WrongUse(
      `--flow: "${flow}" is no name of a flow: lower case letters, digits and -, a letter first`,
    );
  const log = openEventLog(source, options, io);
  const problems = createProblemTeller(source.file, io);
  const write = createEventWriter(flow);
  const counts = { events: 0 };
  const cases = createCounter();
  async function* lines() {
    for await (const entry of log.entries) {
      if (entry.kind === 'problem') {
        problems.tell(entry satisfies LogProblem);
        continue;
      }
      counts.events++;
      cases.add(entry.case);
      yield { time: entry.time, text: write(entry) };
    }
  }
  const out = await openText(options.text('output'), io);
  try {
    if (options.flag('unsorted')) for await (const { text } of lines()) await out.write(`${text}\n`);
    else for await (const text of sortedByTime(lines())) await out.write(`${text}\n`);
  } finally {
    await out.close();
  }
  const wrong = problems.finish();
  for (const [transition, count] of log.passed)
    io.say(`${count} rows with lifecycle ${transition} say nothing of what was done`);
  io.say(`${counts.events} events of ${cases.text()}, flow ${flow}${wrong > 0 ? `; ${wrong} problems` : ''}`);
  return wrong > 0 ? EXIT.findings : EXIT.done;
}

/** Counts what differs, up to a million; memory does not grow after that. */
function createCounter() {
  const seen = new Set<string>();
  const most = 1_000_000;
  return {
    add(name: string): void {
      if (seen.size < most && !seen.has(name)) seen.add(detached(name));
    },
    text: () =>
      seen.size === most ? 'more than a million cases' : `${seen.size} ${seen.size === 1 ? 'case' : 'cases'}`,
  };
}
