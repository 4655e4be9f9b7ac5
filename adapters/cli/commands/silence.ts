import { parseTime } from '../../../checkpoints/index.ts';
import { MATCH_FIELDS, parseSpan } from '../../../definitions/index.ts';
import { ACT_OPTIONS, byWhom } from '../act-options.ts';
import { showTaken } from '../act-taken.ts';
import type { Command } from '../command.ts';
import type { Io } from '../io.ts';
import { OPERATOR_OPTIONS, operatorOf } from '../operator.ts';
import { FORMAT, type OptionSpec } from '../option.ts';
import type { Options } from '../options.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import type { Server } from '../server.ts';
import { table } from '../table.ts';
import { wordsIn } from '../words.ts';

const DAY = 86_400_000;

const MATCHING: Readonly<Record<string, OptionSpec>> = Object.fromEntries(
  MATCH_FIELDS.map((name) => [
    name,
    { value: 'PATTERN', about: `alarms with this ${name}; * stands for anything`, many: true },
  ]),
);

/** `milepost silence`: nobody is told, until a time. */
export const silence: Command = {
  usage: 'silence (ALARM | --flow PATTERN … | --end ID | --list) [options]',
  about:
    'Silences what matches, or one alarm, until a time: it is evaluated and shown, and nobody is told. What stands at the end is told then.',
  operands: { least: 0, most: 1 },
  options: {
    ...MATCHING,
    for: { value: 'DURATION', about: 'how long, such as 2h' },
    until: { value: 'TIME', about: 'or until when, RFC 3339' },
    reason: { ...ACT_OPTIONS.reason, required: false },
    by: ACT_OPTIONS.by,
    end: { value: 'ID', about: 'ends a silence before its time' },
    list: { value: null, about: 'shows the silences in force' },
    ...OPERATOR_OPTIONS,
    format: FORMAT,
  },
  examples: [
    { line: 'silence --flow backup --for 2h --reason "tapes are changed"', about: 'a flow' },
    {
      line: 'silence settlement/clearing-2026-11-23/check/slow/1 --for 30m --reason known',
      about: 'one alarm',
    },
    { line: 'silence --list', about: 'what is in force' },
  ],
  notes: ['Exit codes: 0 taken, 2 there is no such alarm or silence, 69 no server.'],
  async run({ operands: [alarm], options, io }) {
    const server = operatorOf(options, io.env);
    if (options.flag('list')) return list(server, options, io);
    const ended = options.text('end');
    const by = byWhom(options);
    const reason = options.text('reason');
    const said = reason === undefined ? {} : { reason };
    const post = async (path: string, body: object) => {
      await showTaken(await server.act(path, by, body), options, io);
      return EXIT.done;
    };
    if (ended !== undefined) return post(`/api/v1/silences/${encodeURIComponent(ended)}/end`, said);
    if (reason === undefined)
      throw new WrongUse('--reason is missing: say why, for whoever looks at it later');
    const until = untilOf(options, io.now());
    const match = Object.fromEntries(
      MATCH_FIELDS.flatMap((name) => {
        const patterns = options.all(name);
        return patterns.length === 0 ? [] : [[name, patterns] as const];
      }),
    );
    const matches = Object.keys(match).length > 0;
    if (alarm !== undefined && matches)
      throw new WrongUse('name either an alarm or what matches, such as --flow, not both');
    if (alarm !== undefined)
      return post(`/api/v1/alarms/${encodeURIComponent(alarm)}/mute`, { ...said, until });
    if (!matches) throw new WrongUse('say what is silenced: an alarm, or a match such as --flow settlement');
    return post('/api/v1/silences', { ...said, until, match });
  },
};

function untilOf(options: Options, now: number): string {
  const span = options.text('for');
  const until = options.text('until');
  if ((span === undefined) === (until === undefined))
    throw new WrongUse('a silence has an end: write either --for DURATION or --until TIME');
  if (until !== undefined) {
    const time = parseTime(until);
    if (typeof time === 'string') throw new WrongUse(`--until: ${time}`);
    return new Date(time).toISOString();
  }
  const read = parseSpan(span ?? '');
  if (!read.ok) throw new WrongUse(`--for: ${read.message}`);
  return new Date(now + read.value.days * DAY + read.value.ms).toISOString();
}

async function list(server: Server, options: Options, io: Io): Promise<number> {
  const { items } = await server.list('/api/v1/silences', {}, 1000);
  if (options.text('format') === 'json') {
    await io.out(`${JSON.stringify({ items }, null, 2)}\n`);
    return EXIT.done;
  }
  const words = wordsIn(io.language);
  const rows = items.map((item) => {
    const of = (name: string) => {
      const value = new Map(Object.entries(Object(item))).get(name);
      return { text: typeof value === 'string' ? value : JSON.stringify(value ?? '') };
    };
    return [of('until'), of('by'), of('reason'), of('match'), of('id')];
  });
  const headings = ['UNTIL', 'BY', 'REASON', 'MATCH', 'ID'].map(words);
  await io.out(rows.length === 0 ? `${words('none')}\n` : table(headings, rows, io.tint));
  return EXIT.done;
}
