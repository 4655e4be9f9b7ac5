/** Event logs of other tools, as commands read them: which form a file has, which columns say what, what is wrong in it. */
import { createReadStream } from 'node:fs';
import { parseTime } from '../../checkpoints/index.ts';
import { isZone } from '../../definitions/index.ts';
import {
  createEntries,
  type LogEntry,
  type LogItem,
  type LogProblem,
  readCsv,
  readSwf,
  readXes,
  UnpackTrouble,
  unpacked,
} from '../convert.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { FileTrouble, WrongUse } from './outcome.ts';

export const LOG_FORMS = ['xes', 'csv', 'swf'] as const;

export type LogForm = (typeof LOG_FORMS)[number];

/** The options that say how a log is read. */
export const LOG_FILE_OPTIONS = {
  case: { value: 'COLUMN', about: 'names the case, which becomes the key; default: one of the usual names' },
  activity: { value: 'COLUMN', about: 'names what was done, which becomes the step; default: as above' },
  time: { value: 'COLUMN', about: 'says when; default: as above' },
  lifecycle: {
    value: 'COLUMN',
    about: 'says start, complete, ate_abort, …; default: as above, else all are complete',
  },
  param: {
    value: 'NAME=COLUMN',
    about: 'a parameter and the column it comes from; of a case: case:COLUMN',
    many: true,
  },
  where: { value: 'COLUMN=VALUE', about: 'only rows that have this value', many: true },
  zone: { value: 'ZONE', about: 'the time zone of times without an offset; default: UTC' },
  from: {
    value: 'TIME',
    about: 'where no row has a time: that of the first (RFC 3339), each further one a second later',
  },
  delimiter: {
    value: 'SIGN',
    about: 'csv: what stands between values, tab for a tab; default: told by the first line',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

const PIECE = 256 * 1024;
const SHOWN = 20;

/** The entries of a log, in the order of the file, and what is wrong in it. */
export interface OpenedLog {
  readonly entries: AsyncGenerator<LogEntry | LogProblem>;
  /** rows that say nothing of what was done, by their lifecycle transition */
  readonly passed: ReadonlyMap<string, number>;
}

/** Opens a log as the options say; throws WrongUse and FileTrouble. */
export function openEventLog(
  { file, form }: { readonly file: string; readonly form: LogForm },
  options: Options,
  io: Io,
): OpenedLog {
  const { take, passed } = createEntries(mappingOf(options));
  const items = itemsOf(form, readBytes(file, io), delimiterOf(options));
  async function* entries(): AsyncGenerator<LogEntry | LogProblem> {
    for await (const batch of items) {
      for (const item of batch) {
        const entry = take(item);
        if (entry !== null) yield entry;
      }
    }
  }
  return { entries: entries(), passed };
}

/** The form of a log, by its name; null where that says nothing. */
export function formOf(file: string): LogForm | 'events' | null {
  const name = file.toLowerCase().replace(/\.(?:gz|zip)$/, '');
  if (/\.(?:ndjson|jsonl)$/.test(name)) return 'events';
  return LOG_FORMS.find((form) => name.endsWith(`.${form}`)) ?? (name.endsWith('.tsv') ? 'csv' : null);
}

function mappingOf(options: Options) {
  const zone = options.text('zone') ?? 'UTC';
  if (!isZone(zone))
    throw new WrongUse(`--zone: there is no time zone "${zone}": write one such as Asia/Shanghai`);
  const from = options.text('from');
  const start = from === undefined ? null : parseTime(from);
  if (typeof start === 'string') throw new WrongUse(`--from ${start}`);
  return {
    case: options.text('case') ?? null,
    activity: options.text('activity') ?? null,
    time: options.text('time') ?? null,
    lifecycle: options.text('lifecycle') ?? null,
    params: pairs(options.all('param'), 'param'),
    where: pairs(options.all('where'), 'where'),
    zone,
    from: start,
  };
}

function pairs(texts: readonly string[], option: string): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1)
        throw new WrongUse(`--${option} "${text}" is no pair: write --${option} A=B`);
      const name = text.slice(0, at);
      if (option === 'param' && !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name))
        throw new WrongUse(
          `--param: "${name}" is no name of a parameter: letters, digits and _, a letter first`,
        );
      return [name, text.slice(at + 1)];
    }),
  );
}

function delimiterOf(options: Options): string | null {
  const text = options.text('delimiter');
  if (text === undefined) return null;
  const sign = text === 'tab' || text === '\\t' ? '\t' : text;
  if (sign.length !== 1 || /["\r\n]/.test(sign))
    throw new WrongUse('--delimiter is one sign, or tab: write --delimiter=";"');
  return sign;
}

function itemsOf(
  form: LogForm,
  pieces: AsyncIterable<Uint8Array>,
  delimiter: string | null,
): AsyncGenerator<readonly LogItem[]> {
  switch (form) {
    case 'xes':
      return readXes(pieces);
    case 'swf':
      return readSwf(pieces);
    case 'csv':
      return readCsv(pieces, { delimiter });
  }
}

async function* readBytes(file: string, io: Io): AsyncGenerator<Uint8Array> {
  const name = file === '-' ? 'standard input' : file;
  try {
    yield* unpacked(file === '-' ? io.stdin : createReadStream(file, { highWaterMark: PIECE }));
  } catch (error) {
    if (error instanceof UnpackTrouble) throw new FileTrouble(`${name}: ${error.message}`, { cause: error });
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new FileTrouble(`${name} cannot be read (${code}): name a log, or - for standard input`, {
      cause: error,
    });
  }
}

/** Says the first problems of a file as they come, and at the end how many more there were. */
export function createProblemTeller(file: string, io: Io) {
  let count = 0;
  return {
    tell({ line, reason }: LogProblem): void {
      count++;
      if (count <= SHOWN) io.say(`${file === '-' ? 'standard input' : file}:${line}: ${reason}`);
    },
    /** Gives how many there were. */
    finish(): number {
      if (count > SHOWN) io.say(`and ${count - SHOWN} more like these`);
      return count;
    },
  };
}
