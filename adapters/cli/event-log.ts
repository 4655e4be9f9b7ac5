/**
 * The lines of an event log, as bytes, from a file or standard input, packed with gzip or not.
 *
 * 1. Memory holds one piece of the file and one line, however long either is: of a line past the limit only the length is kept.
 * 2. Lines end with LF or CR LF; the last one may end with the file.
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MAX_EVENT_BYTES } from '../../checkpoints/index.ts';
import type { Io } from './io.ts';
import { FileTrouble } from './outcome.ts';

/** A line that may be an event, or why it cannot be one. Numbers count from 1, empty lines too. */
export type LogLine =
  | { readonly kind: 'text'; readonly number: number; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly number: number; readonly reason: string };

const LF = 10;
const CR = 13;
const PIECE = 256 * 1024;

/** The bytes of a file, or of standard input for `-`, unpacked; throws FileTrouble where they cannot be read. */
export async function* openLog(path: string, stdin: Io['stdin']): AsyncGenerator<Uint8Array> {
  const name = path === '-' ? 'standard input' : path;
  const source: Readable = path === '-' ? stdin : createReadStream(path, { highWaterMark: PIECE });
  try {
    yield* unpacked(source);
  } catch (error) {
    throw trouble(name, error);
  }
}

/** The lines of a log, those of one piece at a time. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly LogLine[]> {
  let number = 0;
  let size = 0;
  let parts: Uint8Array[] = [];
  const end = (): LogLine => {
    number += 1;
    const line = size > MAX_EVENT_BYTES + 1 ? tooLong(number, size) : lineOf(number, joined(parts));
    size = 0;
    parts = [];
    return line;
  };
  const add = (part: Uint8Array) => {
    size += part.length;
    if (size <= MAX_EVENT_BYTES + 1) parts.push(part);
    else parts = [];
  };
  for await (const piece of pieces) {
    const lines: LogLine[] = [];
    let start = 0;
    for (let at = piece.indexOf(LF); at !== -1; at = piece.indexOf(LF, start)) {
      add(piece.subarray(start, at));
      lines.push(end());
      start = at + 1;
    }
    if (start < piece.length) add(piece.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield [end()];
}

async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]();
  const first = await beginning(pieces);
  const rest = async function* () {
    yield first;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  };
  if (first[0] !== 0x1f || first[1] !== 0x8b) yield* rest();
  else yield* pipeline(Readable.from(rest()), createGunzip(), () => undefined);
}

/** At least two bytes, which tell what it is; fewer where there are no more. */
async function beginning(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array();
  while (first.length < 2) {
    const next = await pieces.next();
    if (next.done === true) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  return first;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function lineOf(number: number, line: Uint8Array): LogLine {
  const bytes = line.at(-1) === CR ? line.subarray(0, -1) : line;
  if (bytes.length > MAX_EVENT_BYTES) return tooLong(number, bytes.length);
  if (!isUtf8(bytes))
    return { kind: 'unreadable', number, reason: 'the bytes are no UTF-8; write JSON in UTF-8' };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return { kind: 'text', number, bytes, text: number === 1 ? text.replace(/^\ufeff/, '') : text };
}

function tooLong(number: number, size: number): LogLine {
  const reason = `it has ${size} bytes; at most ${MAX_EVENT_BYTES} are allowed for an event`;
  return { kind: 'unreadable', number, reason };
}

function trouble(name: string, error: unknown): FileTrouble {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const remedy = code.startsWith('Z_')
    ? 'it is packed with gzip and damaged or cut off: get it again'
    : 'name a file of events, one JSON object a line, or - for standard input';
  return new FileTrouble(`${name} cannot be read (${code}): ${remedy}`, { cause: error });
}
