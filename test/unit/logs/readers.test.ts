import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogItem } from '../../../adapters/logs/log-row.ts';
import { readCsv } from '../../../adapters/logs/read-csv.ts';
import { readSwf } from '../../../adapters/logs/read-swf.ts';
import { readXes } from '../../../adapters/logs/read-xes.ts';
import { createEntries, type RowMapping } from '../../../adapters/logs/row-entries.ts';
import { createTimes } from '../../../adapters/logs/row-time.ts';
import { sortedByTime } from '../../../adapters/logs/sort-lines.ts';
import { UnpackTrouble, unpacked } from '../../../adapters/logs/unpack.ts';

/** A text in pieces of so many bytes. */
async function* pieces(content: string | Uint8Array, size = 1 << 16): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(items: AsyncIterable<readonly LogItem[]>): Promise<readonly LogItem[]> {
  const found: LogItem[] = [];
  for await (const batch of items) found.push(...batch);
  return found;
}

const shown = (items: readonly LogItem[]) =>
  items.map((item) =>
    item.kind === 'row'
      ? { line: item.line, ...Object.fromEntries(item.values) }
      : `${item.line}: ${item.reason}`,
  );

const csv = async (text: string, delimiter: string | null = null, size?: number) =>
  shown(await all(readCsv(pieces(text, size), { delimiter })));

describe('a table', () => {
  test.each([
    ['plain', 'a,b\n1,2\n', [{ line: 2, a: '1', b: '2' }]],
    [
      'with quotes, line breaks in them and a mark at its beginning',
      '\ufeffa;b\r\n"x;""y""\r\nz";2\r\n3;4',
      [
        { line: 2, a: 'x;"y"\r\nz', b: '2' },
        { line: 4, a: '3', b: '4' },
      ],
    ],
    [
      'with tabs, empty values and an empty line',
      'a\tb\tc\n1\t\t3\n\n4',
      [
        { line: 2, a: '1', c: '3' },
        { line: 4, a: '4' },
      ],
    ],
    [
      'with a value too many',
      'a,b\n1,2,3\n4,5\n',
      [expect.stringContaining('2: it has 3 values for 2 columns'), { line: 3, a: '4', b: '5' }],
    ],
    ['with a column twice', 'a,a\n1,2\n', [expect.stringContaining('1: the column "a" stands twice')]],
    [
      'with a quote that is never closed',
      'a,b\n1,2\n"3,4\n5,6\n',
      [{ line: 2, a: '1', b: '2' }, expect.stringContaining('3: the quote that opens here')],
    ],
    [
      'with a value beyond measure',
      `a,b\n${'x'.repeat(5000)},1\n2,3\n`,
      [expect.stringContaining('2: a value has more than 4000'), { line: 3, a: '2', b: '3' }],
    ],
    ['of nothing', '', []],
  ])('%s', async (_, text, expected) => expect(await csv(text)).toEqual(expected));

  test('is the same in pieces of any size, and whatever stands in its values comes back', async () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', '中', ' ') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const text = `a,b\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
          const read = await csv(text, ',', size);
          const values = read.map((row) =>
            typeof row === 'string' ? row : [row['a' as never] ?? '', row['b' as never] ?? ''],
          );
          expect(values).toEqual(rows);
        },
      ),
      { numRuns: 100, seed: 31 },
    );
  });
});

const XES = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0"><string key="concept:name" value="all"/><global scope="event"><string key="x" value="y"/></global>
<trace><string key="concept:name" value="c &amp; 1"/><int key="amount" value="7"/>
<event><string key="concept:name" value="pay"><string key="deep" value="no"/></string><date key="time:timestamp" value="2026-01-02T03:04:05.000+01:00"/><boolean key="ok" value="true"/></event>
<event><string key="concept:name" value="ship"/><float key="cost" value="1.5"/></event>
</trace>
<trace><event><string key="concept:name" value="pay"/></event></trace>
</log>`;

describe('an XES log', () => {
  test('gives its events with the attributes of their traces, in pieces of any size', async () => {
    const expected = [
      {
        line: 4,
        'concept:name': 'pay',
        'time:timestamp': '2026-01-02T03:04:05.000+01:00',
        ok: true,
        'case:concept:name': 'c & 1',
        'case:amount': 7,
      },
      { line: 5, 'concept:name': 'ship', cost: 1.5, 'case:concept:name': 'c & 1', 'case:amount': 7 },
      { line: 7, 'concept:name': 'pay', 'case:concept:name': 'trace-2' },
    ];
    for (const size of [1, 7, 1 << 16])
      expect(shown(await all(readXes(pieces(XES, size))))).toEqual(expected);
  });

  test.each([
    ['another root', '<html></html>', 'its root is "html" and not log'],
    ['no XML', 'case,activity\n1,a', 'no well-formed XML'],
    ['cut off', XES.slice(0, 400), 'ends before the log does'],
    ['empty', '', 'ends before the log does'],
    ['too deep', `<log>${'<a>'.repeat(100)}`, 'more than 64 deep'],
    ['an event in no trace', '<log><event/></log>', 'stands in no trace'],
    [
      'a value beyond measure',
      `<log><trace><event><string key="a" value="${'x'.repeat(5000)}"/></event></trace></log>`,
      'more than 4000 characters',
    ],
    [
      'an attribute that never ends',
      `<log><trace><event><string key="a" value="${'x'.repeat(300_000)}`,
      'no well-formed XML',
    ],
  ])('%s is a problem with its line', async (_, text, reason) => {
    const problems = shown(await all(readXes(pieces(text)))).filter((item) => typeof item === 'string');
    expect(problems.join('\n')).toContain(reason);
  });

  test('expands no entity of its own and reads no other file', async () => {
    const bomb = `<!DOCTYPE l [<!ENTITY a "${'x'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}"><!ENTITY c SYSTEM "file:///etc/hostname">]>`;
    for (const entity of ['&b;', '&c;']) {
      const text = `${bomb}<log><trace><event><string key="concept:name" value="${entity}"/></event></trace></log>`;
      const items = shown(await all(readXes(pieces(text))));
      expect(items).toEqual([expect.stringContaining('Invalid character entity')]);
    }
  });
});

describe('a workload', () => {
  const HEAD = '; UnixStartTime: 749458803\n; anything\n';
  test('gives the submission, start and end of each job', async () => {
    const line = '  57    100     20     10    1     -1    -1   -1     -1    -1 5   4   1   2 -1 -1 -1 -1\n';
    const items = shown(await all(readSwf(pieces(HEAD + line))));
    expect(items).toMatchObject([
      { line: 3, case: 'job-57', step: 'submit', time: '1993-10-01T07:01:43.000Z', processors: 1, user: 4 },
      { step: 'run', lifecycle: 'start', time: '1993-10-01T07:02:03.000Z' },
      { step: 'run', lifecycle: 'ate_abort', time: '1993-10-01T07:02:13.000Z' },
    ]);
  });

  test.each([
    ['a line that is no job', `${HEAD}1 2 3\n`, '3: a job has 18 numbers'],
    ['no start', `1 ${'0 '.repeat(17)}\n`, 'the header has no UnixStartTime'],
    ['a line beyond measure', `${HEAD}${'1'.repeat(9000)}`, 'more than 4096'],
  ])('%s is a problem', async (_, text, reason) => {
    expect(shown(await all(readSwf(pieces(text)))).join('\n')).toContain(reason);
  });
});

describe('a time', () => {
  const shanghai = createTimes('Asia/Shanghai');
  test.each([
    ['2026-11-23T15:30:00+08:00', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23 15:30', '2026-11-23T07:30:00.000Z'],
    ['2026/11/3 5:30:01.123456', '2026-11-02T21:30:01.123Z'],
    ['2026-11-23', '2026-11-22T16:00:00.000Z'],
    ['2026-11-23T07:30:00-0130', '2026-11-23T09:00:00.000Z'],
    ['1700000000', '2023-11-14T22:13:20.000Z'],
    ['1700000000123', '2023-11-14T22:13:20.123Z'],
    ['2026-02-30', null],
    ['2026-11-23 25:00', null],
    ['23.11.2026', null],
    ['soon', null],
    ['', null],
  ])('%s is %s', (text, expected) => {
    const time = shanghai(text);
    expect(time === null ? null : new Date(time).toISOString()).toBe(expected);
  });
});

describe('rows become entries', () => {
  const MAPPING: RowMapping = {
    case: null,
    activity: null,
    time: null,
    lifecycle: null,
    params: new Map(),
    where: new Map(),
    zone: 'UTC',
    from: null,
  };
  const row = (values: object): LogItem => ({
    kind: 'row',
    line: 9,
    values: new Map(Object.entries(values)),
  });
  const full = { case_id: 'x', Activity: 'Pay', timestamp: '2026-01-01T00:00:00Z' };

  test.each([
    [
      'by the usual names',
      {},
      full,
      { case: 'x', activity: 'Pay', event: 'committed', time: Date.UTC(2026, 0, 1) },
    ],
    [
      'by the names given',
      { case: 'Activity', params: new Map([['who', 'case_id']]) },
      full,
      { case: 'Pay', params: new Map([['who', 'x']]) },
    ],
    ['a start', {}, { ...full, lifecycle: 'START' }, { event: 'activated' }],
    ['a suspension', {}, { ...full, lifecycle: 'suspend' }, { event: 'state', state: 'suspend' }],
    ['a plan: nothing', {}, { ...full, lifecycle: 'schedule' }, null],
    ['one that is not asked for: nothing', { where: new Map([['case_id', 'y']]) }, full, null],
    [
      'an unknown transition',
      {},
      { ...full, lifecycle: 'dance' },
      { reason: expect.stringContaining('"dance" is none of XES') },
    ],
    [
      'no case',
      {},
      { Activity: 'Pay' },
      { reason: expect.stringContaining('no column says the case: name one with --case (it has Activity)') },
    ],
    [
      'no value',
      { time: 'when' },
      full,
      { reason: expect.stringContaining('no value in the column "when"') },
    ],
    [
      'no time',
      {},
      { ...full, timestamp: 'soon' },
      { line: 9, reason: expect.stringContaining('"soon" is no time') },
    ],
    ['a time of its own', { from: 5000 }, { case: 'x', activity: 'y' }, { time: 5000 }],
  ])('%s', (_, more, values, expected) => {
    const entry = createEntries({ ...MAPPING, ...more }).take(row(values));
    if (expected === null) expect(entry).toBeNull();
    else expect(entry).toMatchObject(expected);
  });
});

describe('packed files', () => {
  const text = 'a,b\n1,2\n';
  function zip(content: string, method = 8, flags = 0): Buffer {
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(flags, 6);
    header.writeUInt16LE(method, 8);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt16LE(5, 26);
    return Buffer.concat([header, Buffer.from('a.csv'), packed, Buffer.from('PK\x01\x02 and more')]);
  }
  const read = async (bytes: Uint8Array, size?: number) => {
    const parts: Uint8Array[] = [];
    for await (const piece of unpacked(pieces(bytes, size))) parts.push(piece);
    return Buffer.concat(parts).toString();
  };

  test('with gzip or zip, or not at all, are read, in pieces of any size', async () => {
    for (const size of [1, 5, 100]) {
      for (const bytes of [Buffer.from(text), gzipSync(text), zip(text), zip(text, 0)])
        expect(await read(bytes, size)).toBe(text);
    }
    expect(await read(Buffer.from('a'))).toBe('a');
  });

  test.each([
    ['damaged gzip', gzipSync(text).fill(7, 12), 'damaged'],
    ['a gzip cut off', gzipSync(text.repeat(50)).subarray(0, 25), 'damaged'],
    ['a zip cut off', zip(text).subarray(0, 20), 'cut off'],
    ['an encrypted zip', zip(text, 8, 1), 'encrypted'],
    ['a zip of another kind', zip(text, 12), 'not known here (12)'],
  ])('%s is said', async (_, bytes, reason) => {
    await expect(read(bytes)).rejects.toThrow(UnpackTrouble);
    await expect(read(bytes)).rejects.toThrow(reason);
  });

  test('that unpack without end are given up', async () => {
    const block = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    const source = async function* () {
      for (let n = 0; n < 20; n++) yield block;
    };
    let size = 0;
    const drain = async () => {
      for await (const piece of unpacked(source())) size += piece.length;
    };
    await expect(drain()).rejects.toThrow('more than 200 times its size');
    expect(size).toBeLessThan(300 * 1024 * 1024);
  });
});

test('lines are sorted by time, those of one time in their order, in memory and on disk alike', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(9), { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (times, run) => {
        const lines = times.map((time, index) => ({ time, text: `${time}-${index} x` }));
        const source = async function* () {
          yield* lines;
        };
        const found: string[] = [];
        for await (const line of sortedByTime(source(), run)) found.push(line);
        expect(found).toEqual([...lines].sort((a, b) => a.time - b.time).map(({ text }) => text));
      },
    ),
    { numRuns: 40, seed: 41 },
  );
});
