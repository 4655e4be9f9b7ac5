import type { Check } from '../../check.ts';
import { examine, natsOptionsFrom } from '../../serve.ts';
import type { Command } from '../command.ts';
import type { Io } from '../io.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { partitionsOption } from '../serving.ts';
import { type Cell, table } from '../table.ts';
import type { Tint } from '../tint.ts';

/** `milepost doctor`: what is there and what is missing around a Milepost. */
export const doctor: Command = {
  usage: 'doctor [options]',
  about:
    'Looks at the database, NATS and the workers, and says what is there, what is missing and what to do about it. It changes nothing.',
  operands: { least: 0, most: 0 },
  options: {
    folder: { value: 'FOLDER', about: 'where private servers live; default: .milepost' },
    partitions: {
      value: 'N',
      about: 'how many partitions there are to be; default: what the database says, else 1',
    },
    relay: {
      value: 'URL',
      about: 'also asks a relay over HTTP there; with MILEPOST_RELAY_SECRET whether it knows the secret',
    },
    format: FORMAT,
  },
  examples: [
    {
      line: 'doctor',
      about: 'what stands in DATABASE_URL and NATS_URL, or the private servers of a running `milepost up`',
    },
    {
      line: 'doctor --partitions 4',
      about: 'before the first start: with the lines that sort into 4 partitions',
    },
  ],
  notes: [
    'Environment: DATABASE_URL, NATS_URL (with NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY), as for `milepost up`.',
    'Exit codes: 0 nothing is wrong, 1 something is: a warning or a fault.',
  ],
  async run({ options, io }) {
    const url = options.text('relay');
    if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)))
      throw new WrongUse('--relay is an address that begins with http:// or https://');
    const secret = io.env.MILEPOST_RELAY_SECRET || null;
    const checks = await examine({
      relay: url === undefined ? null : { url: url.replace(/\/+$/, ''), secret },
      folder: options.text('folder') ?? '.milepost',
      databaseUrl: io.env.DATABASE_URL || null,
      nats: natsOptionsFrom(io.env),
      partitions: partitionsOption(options),
    });
    if (options.text('format') === 'json') await io.out(`${JSON.stringify({ checks }, null, 2)}\n`);
    else await io.out(checksText(checks, io));
    return checks.some(({ state }) => state === 'warning' || state === 'fault') ? EXIT.findings : EXIT.done;
  },
};

const TINTS: Readonly<Record<Check['state'], Tint>> = {
  ok: 'green',
  note: 'blue',
  warning: 'yellow',
  fault: 'red',
};

/** A table, and below it what to do about each finding. */
function checksText(checks: readonly Check[], io: Io): string {
  const rows = checks.map(({ name, state, text }): readonly Cell[] => [
    { text: state, tint: TINTS[state] },
    { text: name },
    { text },
  ]);
  const remedies = checks
    .filter(({ remedy, lines }) => remedy !== null || lines.length > 0)
    .map(({ name, state, text, remedy, lines }) =>
      [
        `\n${io.tint(TINTS[state], state)} ${name}: ${text}`,
        ...(remedy === null ? [] : [`  ${remedy}`]),
        ...lines.map((line) => `    ${line}`),
      ].join('\n'),
    );
  return `${table(['STATE', 'WHAT', 'FOUND'], rows, io.tint)}${remedies.map((remedy) => `${remedy}\n`).join('')}`;
}
