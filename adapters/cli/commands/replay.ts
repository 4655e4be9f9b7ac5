import type { Replay } from '../../../engine/index.ts';
import type { Command } from '../command.ts';
import { LOG_OPTIONS, runLog } from '../log-run.ts';
import { FORMAT } from '../option.ts';
import { EXIT } from '../outcome.ts';
import { reportJson, reportText } from '../replay-report.ts';

/** `milepost replay`: what Milepost would have seen and said about a log of events. */
export const replay: Command = {
  usage: 'replay --definitions PATH --events FILE [options]',
  about:
    'Runs an event log through the engine in virtual time, without servers: one event a line, in the order of the file.',
  operands: { least: 0, most: 0 },
  options: {
    ...LOG_OPTIONS,
    definitions: { ...LOG_OPTIONS.definitions, required: true },
    events: { ...LOG_OPTIONS.events, required: true },
    format: FORMAT,
  },
  examples: [
    {
      line: 'replay --definitions flows/ --events november.ndjson',
      about: 'which alarms would there have been?',
    },
    {
      line: 'replay --definitions flows/ --events day.ndjson --until 2026-11-23T20:00:00+08:00',
      about: 'with everything that was due by the evening',
    },
    { line: 'replay --definitions flows/ --events day.ndjson.gz --format json', about: 'for a program' },
  ],
  notes: ['Exit codes: 0 whatever was raised, 1 errors in the definitions, 2 a file cannot be opened.'],
  async run({ options, io }) {
    const run = await runLog(options, io);
    if (run === null) return EXIT.findings;
    const { report, definitions } = run;
    const parts =
      options.text('format') === 'json' ? reportJson(report) : reportText(report, definitions, io);
    for (const part of parts) await io.out(part);
    io.say(summary(run.counts, report.rejected.length));
    return EXIT.done;
  },
};

function summary({ lines, repeats, after }: Replay['counts'], rejected: number): string {
  const parts = [`${lines} ${lines === 1 ? 'event' : 'events'}`];
  if (repeats > 0) parts.push(`${repeats} of them repeated and ignored`);
  if (after > 0) parts.push(`${after} after --until and not taken`);
  if (rejected > 0) parts.push(`${rejected} rejected`);
  return parts.join(', ');
}
