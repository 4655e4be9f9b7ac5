import { createHash } from 'node:crypto';
import { parseTime } from '../../../checkpoints/index.ts';
import { compileDefinitions, type Definitions, formatFinding } from '../../../definitions/index.ts';
import { createReplay, type Replay } from '../../../engine/index.ts';
import { loadExtensions } from '../../extension-file.ts';
import type { Command } from '../command.ts';
import { definitionSources } from '../definition-sources.ts';
import { linesOf, openLog } from '../event-log.ts';
import { EXTENSIONS_OPTION } from '../extension-option.ts';
import type { Io } from '../io.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { reportJson, reportText } from '../replay-report.ts';

/** `milepost replay`: what Milepost would have seen and said about a log of events. */
export const replay: Command = {
  usage: 'replay --definitions PATH --events FILE [options]',
  about:
    'Runs an event log through the engine in virtual time, without servers: one event a line, in the order of the file.',
  operands: { least: 0, most: 0 },
  options: {
    definitions: {
      value: 'PATH',
      about: 'a definition file or a folder of them',
      many: true,
      required: true,
    },
    events: {
      value: 'FILE',
      about: 'events, one JSON object a line, also packed with gzip; - is standard input',
      required: true,
    },
    extensions: EXTENSIONS_OPTION,
    from: { value: 'TIME', about: "where the clock begins (RFC 3339); default: the first event's time" },
    until: {
      value: 'TIME',
      about: 'where it ends: what is due up to then is decided; default: the last time in the log',
    },
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
    const from = readTime(options.text('from'), '--from');
    const until = readTime(options.text('until'), '--until');
    if (from !== null && until !== null && until < from)
      throw new WrongUse('--until lies before --from: exchange them');
    const definitions = await load(options.all('definitions'), options.text('extensions') ?? null, io);
    if (definitions === null) return EXIT.findings;
    const path = options.text('events') ?? '';
    const running = createReplay(definitions, { from, until });
    for await (const lines of linesOf(openLog(path, io.stdin))) {
      for (const line of lines) {
        if (line.kind === 'text') running.line(line.text);
        else running.refuse(line.reason);
      }
    }
    const report = running.finish();
    const parts =
      options.text('format') === 'json' ? reportJson(report) : reportText(report, definitions, io);
    for (const part of parts) await io.out(part);
    io.say(summary(running.counts, report.rejected.length));
    return EXIT.done;
  },
};

function readTime(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  const time = parseTime(text);
  if (typeof time === 'string') throw new WrongUse(`${option} ${time}`);
  return time;
}

async function load(paths: readonly string[], module: string | null, io: Io): Promise<Definitions | null> {
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

function summary({ lines, repeats, after }: Replay['counts'], rejected: number): string {
  const parts = [`${lines} ${lines === 1 ? 'event' : 'events'}`];
  if (repeats > 0) parts.push(`${repeats} of them repeated and ignored`);
  if (after > 0) parts.push(`${after} after --until and not taken`);
  if (rejected > 0) parts.push(`${rejected} rejected`);
  return parts.join(', ');
}
