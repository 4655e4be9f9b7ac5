/**
 * The file of a backup: gzip around lines of JSON and blocks of bytes.
 *
 *     {"milepost-backup":1, …}            the heading: when, from what, which migrations, which tables
 *     {"table":"alarms","columns":[…]}    then blocks, each its length in a line and so many bytes, and a 0:
 *     65536                               what COPY gave
 *     …
 *     0
 *     {"rows":12,"sha256":"…"}            how many rows those were, and their hash
 *     …
 *     {"end":true,"tables":21}            a file without this line is not whole
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { StoreError } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';

export interface TableHeading {
  readonly table: string;
  readonly columns: readonly string[];
}

export interface Heading {
  readonly 'milepost-backup': 1;
  /** RFC 3339 */
  readonly made: string;
  readonly server: string;
  /** names of the steps that had made the tables */
  readonly migrations: readonly string[];
  /** the weeks of the journal that had a table */
  readonly weeks: readonly string[];
}

export interface TableCount {
  readonly table: string;
  readonly rows: number;
}

/** Bytes of one block at least, but for the last of a table. */
const BLOCK = 65_536;

/** One table: its heading, what COPY gives in blocks, and at the end how many rows that was, which it returns too. */
export async function* writeTable(
  heading: TableHeading,
  rows: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, number> {
  yield line(heading);
  const hash = createHash('sha256');
  let waiting: Buffer[] = [];
  let bytes = 0;
  let count = 0;
  for await (const chunk of rows) {
    hash.update(chunk);
    count += linesIn(chunk);
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < BLOCK) continue;
    yield block(waiting, bytes);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield block(waiting, bytes);
  yield Buffer.from('0\n');
  yield line({ rows: count, sha256: hash.digest('hex') });
  return count;
}

/** COPY escapes the ends of lines within a value, so each that is there ends a row. */
function linesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

export function line(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function block(chunks: readonly Buffer[], bytes: number): Buffer {
  return Buffer.concat([Buffer.from(`${bytes}\n`), ...chunks]);
}

export interface BackupReader {
  readonly heading: Heading;
  /** The tables in their order; `rows` of each has to be read to its end before the next is asked for. */
  tables(): AsyncGenerator<{ readonly heading: TableHeading; readonly rows: AsyncGenerator<Buffer> }>;
  /** how many rows the tables read so far say that they have */
  readonly counts: readonly TableCount[];
  close(): void;
}

/** Opens a backup. It and its generators reject with a StoreError that names the file where that is not a whole backup. */
export async function openBackup(file: string): Promise<BackupReader> {
  const source = createReadStream(file);
  const unzipped = createGunzip();
  source.on('error', (error) => unzipped.destroy(error));
  source.pipe(unzipped);
  const input = new Input(unzipped[Symbol.asyncIterator]());
  const counts: TableCount[] = [];
  const heading = await whole(async () => readHeading(await input.json()));
  return {
    heading,
    counts,
    async *tables() {
      for (;;) {
        const next = await whole(() => input.json());
        if (hasKey(next, 'end')) {
          if (!hasKey(next, 'tables') || next.tables !== counts.length) throw broken('it misses a table');
          return;
        }
        const table = await whole(async () => readTableHeading(next));
        yield { heading: table, rows: rowsOf(table.table) };
      }
    },
    close() {
      source.destroy();
      unzipped.destroy();
    },
  };

  async function* rowsOf(table: string): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for (;;) {
      const chunk = await whole(async () => input.bytes(Number(await input.line())));
      if (chunk.length === 0) break;
      hash.update(chunk);
      yield chunk;
    }
    const end = await whole(() => input.json());
    if (!hasKey(end, 'rows') || !hasKey(end, 'sha256') || typeof end.rows !== 'number') {
      throw broken(`table ${table} has no end`);
    }
    if (end.sha256 !== hash.digest('hex')) throw broken(`the rows of table ${table} were changed`);
    counts.push({ table, rows: end.rows });
  }

  async function whole<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw broken(reasonOf(error), error);
    }
  }

  function broken(why: string, cause: unknown = null): StoreError {
    return new StoreError(`${file} is no whole backup of Milepost (${why}): use another file`, true, cause);
  }
}

function readHeading(value: unknown): Heading {
  if (!hasKey(value, 'milepost-backup') || value['milepost-backup'] !== 1) {
    throw new Error('it does not begin like one, or like one of a newer Milepost');
  }
  const { made, server, migrations, weeks } = value as Partial<Record<keyof Heading, unknown>>; // checked next
  if (typeof made !== 'string' || typeof server !== 'string' || !isTexts(migrations) || !isTexts(weeks)) {
    throw new Error('its heading is not complete');
  }
  return { 'milepost-backup': 1, made, server, migrations, weeks };
}

function readTableHeading(value: unknown): TableHeading {
  if (!hasKey(value, 'table') || !hasKey(value, 'columns')) throw new Error('a table has no heading');
  const { table, columns } = value;
  if (typeof table !== 'string' || !isTexts(columns)) throw new Error('a table has no heading');
  return { table, columns };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

/** Longest line, bytes: what is longer is no line of a backup. */
const LONGEST_LINE = 1_000_000;

/** Lines and blocks out of a stream of chunks. */
class Input {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterator<Buffer>) {
    this.chunks = chunks;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.line());
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(10);
      if (end >= 0) {
        const text = this.rest.toString('utf8', 0, end);
        this.rest = this.rest.subarray(end + 1);
        return text;
      }
      if (this.rest.length > LONGEST_LINE) throw new Error('a line is too long');
      await this.more();
    }
  }

  async bytes(count: number): Promise<Buffer> {
    if (!Number.isSafeInteger(count) || count < 0) throw new Error('a block has no length');
    while (this.rest.length < count) await this.more();
    const taken = this.rest.subarray(0, count);
    this.rest = this.rest.subarray(count);
    return taken;
  }

  private async more(): Promise<void> {
    const next = await this.chunks.next();
    if (next.done === true) throw new Error('it ends too early');
    this.rest = this.rest.length === 0 ? next.value : Buffer.concat([this.rest, next.value]);
  }
}
