import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { linesOf, openLog } from '../../../adapters/cli/event-log.ts';

const scratch = mkdtempSync(join(tmpdir(), 'milepost-log-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const NO_INPUT = Readable.from([]);

async function lines(pieces: AsyncIterable<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const some of linesOf(pieces))
    for (const line of some) found.push(`${line.number} ${line.kind === 'text' ? line.text : line.reason}`);
  return found;
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

async function* pieces(...all: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const one of all) yield Buffer.from(one);
}

describe('the lines of a log', () => {
  test.each([
    ['of nothing are none', '', []],
    ['end with LF or CR LF, the last one with the file', 'a\nb\r\nc', ['1 a', '2 b', '3 c']],
    ['count empty lines too', '\n\na\n', ['1 ', '2 ', '3 a']],
    ['lose a byte order mark', '\ufeffa\n\ufeffb', ['1 a', '2 \ufeffb']],
    ['keep every other character', '日终 \u0000\u2028\t\n', ['1 日终 \u0000\u2028\t']],
  ])('%s', async (_, text, expected) => {
    expect(await lines(pieces(text))).toEqual(expected);
  });

  test('are refused one by one where they are no UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from('a\n'), Buffer.from([0xff, 0xfe]), Buffer.from('\nc\n')]);
    expect(await lines(pieces(broken))).toEqual([
      '1 a',
      '2 the bytes are no UTF-8; write JSON in UTF-8',
      '3 c',
    ]);
  });

  test('may have 65536 bytes, and of a longer one only the length is kept', async () => {
    const fits = 'x'.repeat(65_536);
    expect(await lines(pieces(`${fits}\r\n`))).toEqual([`1 ${fits}`]);
    const long = Array.from({ length: 300 }, () => 'x'.repeat(1000));
    expect(await lines(pieces(`${fits}x\n`, ...long, '\nb'))).toEqual([
      '1 it has 65537 bytes; at most 65536 are allowed for an event',
      '2 it has 300000 bytes; at most 65536 are allowed for an event',
      '3 b',
    ]);
  });

  test('are the same in whatever pieces the bytes come', async () => {
    const text = fc.array(fc.constantFrom('a', '日', '\n', '\r\n', '\r', 'é', '{}'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 6 }), async (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
          (a, b) => a - b,
        );
        const cutUp = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await lines(pieces(...cutUp))).toEqual(await lines(pieces(bytes)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a log', () => {
  test('is read from a file, from standard input, and packed from either', async () => {
    const packed = gzipSync('a\nb\n');
    const expected = ['1 a', '2 b'];
    expect(await lines(openLog(file('plain', 'a\nb\n'), NO_INPUT))).toEqual(expected);
    expect(await lines(openLog(file('packed.gz', packed), NO_INPUT))).toEqual(expected);
    expect(await lines(openLog('-', Readable.from([Buffer.from('a\nb')])))).toEqual(expected);
    const bytewise = [...packed].map((byte) => Buffer.of(byte));
    expect(await lines(openLog('-', Readable.from(bytewise)))).toEqual(expected);
  });

  test.each([
    ['is not there', () => join(scratch, 'gone'), /gone cannot be read \(ENOENT\): name a file of events/],
    ['is a folder', () => scratch, /cannot be read \(EISDIR\): name a file of events/],
    [
      'is packed and cut off',
      () => file('cut.gz', gzipSync('a\n'.repeat(1000)).subarray(0, -9)),
      /cut\.gz cannot be read \(Z_BUF_ERROR\): it is packed with gzip and damaged or cut off: get it again/,
    ],
    [
      'is packed and damaged',
      () => file('bad.gz', Buffer.concat([gzipSync('a').subarray(0, 10), Buffer.alloc(40, 0xff)])),
      /bad\.gz cannot be read \(Z_DATA_ERROR\)/,
    ],
  ])('that %s is said so, with the remedy', async (_, path, message) => {
    await expect(lines(openLog(path(), NO_INPUT))).rejects.toThrow(message);
  });
});
