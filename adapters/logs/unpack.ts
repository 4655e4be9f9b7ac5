/**
 * The bytes of a log, packed with gzip or as the first file of a zip archive, or not packed; told by the first bytes.
 *
 * 1. Memory holds a piece at a time, whatever it unpacks to.
 * 2. What unpacks to more than any log does is given up: past 256 MiB no more than 200 times of what was read.
 */
import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';

const FREE = 256 * 1024 * 1024;
const RATIO = 200;

/** The file unpacks to nonsense, or is damaged; the message names the remedy. */
export class UnpackTrouble extends Error {
  override readonly name = 'UnpackTrouble';
  readonly permanent = true;
}

/** Unpacks a stream of bytes; throws UnpackTrouble for what is damaged or a bomb. */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const counted = { read: 0, out: 0 };
  const pieces = counting(source, counted);
  const first = await atLeast(pieces, 4);
  const rest = following(first, pieces);
  if (first[0] === 0x1f && first[1] === 0x8b) yield* limited(through(rest, createGunzip()), counted);
  else if (first.length >= 4 && first.readUInt32LE(0) === 0x04034b50) yield* limited(unzipped(rest), counted);
  else yield* rest;
}

async function* counting(
  source: AsyncIterable<Uint8Array>,
  counted: { read: number },
): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    counted.read += piece.length;
    yield piece;
  }
}

async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  counted: { readonly read: number; out: number },
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    counted.out += piece.length;
    if (counted.out > FREE && counted.out > counted.read * RATIO)
      throw new UnpackTrouble(
        `it unpacks to more than ${RATIO} times its size, as no log does: unpack it by hand if it is one`,
      );
    yield piece;
  }
}

async function* through(pieces: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(Readable.from(pieces), transform, () => undefined);
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new UnpackTrouble(`it is packed and damaged or cut off (${String(error.code)}): get it again`, {
        cause: error,
      });
    throw error;
  }
}

/** The first file of a zip archive: a header of 30 bytes, its name and more, then the packed bytes. */
async function* unzipped(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const header = await atLeast(pieces, 30);
  if (header.length < 30) throw new UnpackTrouble('it is a zip archive that is cut off: get it again');
  const [flags, method] = [header.readUInt16LE(6), header.readUInt16LE(8)];
  const size = header.readUInt32LE(18);
  const start = 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const whole = following(header, pieces);
  const begun = await atLeast(whole, start);
  const packed = following(begun.subarray(start), whole);
  if ((flags & 1) !== 0) throw new UnpackTrouble('it is encrypted: unpack it by hand');
  if (method === 8) yield* through(packed, createInflateRaw());
  else if (method === 0) yield* firstBytes(packed, size);
  else throw new UnpackTrouble(`it is packed in a way that is not known here (${method}): pack it with gzip`);
}

async function* firstBytes(pieces: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const piece of pieces) {
    if (left <= 0) return;
    yield piece.subarray(0, left);
    left -= piece.length;
  }
}

/** At least so many bytes; fewer where there are no more. */
async function atLeast(pieces: AsyncIterator<Uint8Array>, count: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < count) {
    const next = await pieces.next();
    if (next.done === true) break;
    parts.push(next.value);
    size += next.value.length;
  }
  return Buffer.concat(parts);
}

async function* following(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
