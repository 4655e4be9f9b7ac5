/** The edges of what is read: the last value that is taken, the first that is refused, and what is kept of it. */
import { describe, expect, it } from 'vitest';
import {
  eventDigest,
  MAX_EVENT_BYTES,
  parseTime,
  readCloudEventBinary,
  readEvent,
  readMessage,
} from '../../../checkpoints/index.ts';
import { shown } from '../../../checkpoints/storable.ts';
import { bytes, cloud, messages, native, paths } from './event-samples.ts';

const HEADERS = {
  'ce-specversion': '1.0',
  'ce-id': '17',
  'ce-source': '/clearing/host-1',
  'ce-type': 'milepost.checkpoint.params',
  'ce-subject': 'settlement/K/receive',
  'ce-time': '2026-11-23T07:30:00Z',
};
const id = (name: string) => JSON.stringify(native({ id: name }));

describe('a time', () => {
  it.each(['2026-04-30', '2026-06-30', '2026-09-30', '2026-11-30', '2026-12-31', '2028-02-29'])(
    'on %s is read, the day after it in the same month is not',
    (last) => {
      const next = `${last.slice(0, 8)}${Number(last.slice(8)) + 1}`;
      expect(parseTime(`${last}T00:00:00Z`)).toBe(Date.parse(`${last}T00:00:00Z`));
      expect(parseTime(`${next}T00:00:00Z`)).toBe(
        `names a day that does not exist (${next}); correct the date`,
      );
    },
  );

  it.each([
    ['2026x11-23T00:00:00Z'],
    ['2026-11x23T00:00:00Z'],
    ['2026-11-23T00x00:00Z'],
    ['2026-11-23T00:00x00Z'],
    ['20 6-11-23T00:00:00Z'],
    ['2026-1 -23T00:00:00Z'],
    ['2026-11-2 T00:00:00Z'],
    ['2026-11-23T0 :00:00Z'],
    ['2026-11-23T00:0 :00Z'],
    ['2026-11-23T00:00:0 Z'],
  ])('like %s is none, whatever a separator or a digit is replaced with', (text) => {
    expect(parseTime(text)).toMatch(/^is no RFC 3339 time/);
  });

  it.each(['+08x00', '+0 :00', '+08:0 ', '+08:000', '+8:00'])('with the offset %s is refused', (offset) => {
    expect(parseTime(`2026-11-23T00:00:00${offset}`)).toMatch(/offset that cannot be read/);
  });

  it('of day that does not exist is named alone', () => {
    expect(parseTime('2026-11-23T24:00:00.5Z')).toMatch(
      /^names a time of day that does not exist \(24:00:00\);/,
    );
  });

  it('of the years that two digits would do for is before 1970', () => {
    expect(parseTime('0075-01-01T00:00:00Z')).toMatch(/^lies before 1970/);
    expect(parseTime('1970-01-01T00:00:00Z')).toBe(0);
  });
});

describe('a field of an event', () => {
  it.each([
    ['id', 128],
    ['key', 256],
  ])('called %s may have %d characters, and not one more', (field, max) => {
    expect(paths(readEvent(native({ [field]: 'x'.repeat(max) })))).toEqual([]);
    expect(paths(readEvent(native({ [field]: 'x'.repeat(max + 1) })))).toEqual([field]);
  });

  it.each([
    ['event', { event: null }, /event is missing/],
    ['time', { time: null }, /is missing; add it/],
    ['state', { event: 'state', state: null }, /state/],
    ['params', { params: 7 }, /not a number/],
  ])('%s that is null or of a wrong type is told as such', (field, change, message) => {
    const result = readEvent(native(change));
    expect(paths(result)).toEqual([field]);
    expect(messages(result)).toMatch(message);
  });

  it('null in the place of an event is called null', () => {
    expect(messages(readEvent(null))).toMatch(/null/);
    expect(messages(readEvent([]))).toMatch(/list|array/);
  });
});

describe('the digest of an event', () => {
  const of = (params: readonly (readonly [string, number])[]) => {
    const result = readEvent(native({ params: Object.fromEntries(params) }));
    return result.ok ? eventDigest(result.event) : messages(result);
  };
  const params = [
    ['A', 1],
    ['B', 2],
    ['C', 3],
  ] as const;
  const [a, b, c] = params;

  it('is the same in whatever order its params come', () => {
    const orders = [params, [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]];
    expect(new Set(orders.map(of)).size).toBe(1);
  });

  it('stays what is stored in journals: 22 characters of one way to write the event', () => {
    expect(of(params)).toBe('fecKF3IxHndumIK8SiIYUE');
  });
});

describe('a CloudEvent in binary form', () => {
  const read = (headers: Record<string, string>, data: string | Uint8Array = '{}') =>
    readCloudEventBinary({ ...HEADERS, ...headers }, typeof data === 'string' ? bytes(data) : data);

  it.each([
    'application/json ; charset=utf-8',
    'text/json',
    'application/vnd.plant+json',
    '',
    ' ',
    'TEXT/JSON',
  ])('has JSON data where its type is "%s"', (type) =>
    expect(paths(read({ 'Content-Type': type }))).toEqual([]),
  );

  it.each(['text/plain', 'text/json+xml', '+json/plain'])('has no JSON where its type is %s', (type) =>
    expect(paths(read({ 'Content-Type': type }))).toEqual(['datacontenttype']),
  );

  it('is not seen in headers that only look like it', () => {
    const headers = { 'Content-Length': '99', 'ce-version-spec': '1.0', 'ce-specversio': '1.0' };
    expect(readMessage(bytes(id('a')), headers)[0]?.result).toMatchObject({ ok: true, event: { id: 'a' } });
  });

  it('has its attributes from its own headers alone, percent-decoded where they are encoded rightly', () => {
    expect(read({ 'xx-source': '/other', 'ce-source': '/host%201' })).toMatchObject({
      event: { source: '/host 1' },
    });
    expect(read({ 'ce-source': '100%' })).toMatchObject({ event: { source: '100%' } });
    expect(read({ 'ce-subject': 'settlement/a%25bz/receive' })).toMatchObject({ event: { key: 'a%bz' } });
  });

  it('has the id of its source and its own where both fit, else a hash of them', () => {
    const fitting = 'x'.repeat(128 - HEADERS['ce-source'].length - 1);
    expect(read({ 'ce-id': fitting })).toMatchObject({ event: { id: `/clearing/host-1 ${fitting}` } });
    expect(read({ 'ce-id': `${fitting}x` })).toMatchObject({
      event: { id: expect.stringMatching(/^sha256:/) },
    });
  });

  it.each(['%zz/K/receive', 'settlement/%E7/receive', 'settlement/K/%'])(
    'is refused where its subject %s is encoded wrongly',
    (subject) => expect(paths(read({ 'ce-subject': subject })).slice(0, 1)).toEqual(['subject']),
  );

  it('is refused where its data is too long or no UTF-8', () => {
    const sized = (size: number) =>
      JSON.stringify({ message: '' }).replace('""', `"${'x'.repeat(size - 14)}"`);
    expect(messages(read({}, sized(MAX_EVENT_BYTES)))).not.toMatch(/65536 are allowed/);
    expect(messages(read({}, sized(MAX_EVENT_BYTES + 1)))).toMatch(/it has 65537 bytes; at most 65536/);
    expect(messages(read({}, new Uint8Array([0x7b, 0xff])))).toMatch(/no UTF-8/);
  });

  it('in structured form may say that there is no data, and must say who sends', () => {
    expect(paths(readEvent(cloud({ data: null, data_base64: null })))).toEqual([]);
    expect(paths(readEvent(cloud({ source: '' })))).toEqual(['source']);
  });
});

describe('what a message keeps of its lines', () => {
  const texts = (payload: string | Uint8Array) =>
    readMessage(typeof payload === 'string' ? bytes(payload) : payload, {}).map(({ text }) => text);

  it('is the line without its end', () => {
    expect(texts(`${id('a')}\r\n`)).toEqual([id('a')]);
    expect(texts(`${id('a')}\n`)).toEqual([id('a')]);
    expect(texts(`${id('a')} \r\n  x\n`)).toEqual([id('a'), '  x']);
    expect(texts(Buffer.concat([bytes(' '), Buffer.from([0xff]), bytes(`\r\n${id('b')}`)]))).toEqual([
      ' \ufffd',
      id('b'),
    ]);
  });

  it('is one where an open bracket comes first, and every line by itself where it does not', () => {
    const lines = (text: string) => readMessage(bytes(text), {}).map(({ line }) => line);
    expect(lines('[\n5')).toEqual([1]);
    expect(lines('5\n{')).toEqual([1, 2]);
    expect(lines('{\n5')).toEqual([1]);
  });
});

describe('the limits of an event', () => {
  it('hold for each entry of a list too', () => {
    const long = native({ message: '' });
    const fill = MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify(long));
    const list = [fill, fill + 1].map((size) => native({ message: 'x'.repeat(size) }));
    expect(
      readMessage(bytes(JSON.stringify(list)), {}).map(({ result }) => messages(result).slice(0, 18)),
    ).toEqual(['', 'it has 65537 bytes']);
  });

  it('count how deep brackets nest, not how many there are', () => {
    const wide = native({ x: Array.from({ length: 200 }, () => [{}]) });
    expect(
      paths(readMessage(bytes(JSON.stringify(wide)), {})[0]?.result ?? { ok: false, problems: [] }),
    ).toEqual([]);
    const deep = (depth: number) => `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const read = (depth: number) =>
      readMessage(bytes(id('a').replace('}', `,"x":${deep(depth)}}`)), {})[0]?.result;
    expect(read(63)?.ok).toBe(true);
    expect(read(64)?.ok).toBe(false);
  });

  it('let the entries of a list nest as deep as an event alone', () => {
    const entry = id('a').replace('}', `,"x":${'['.repeat(63)}${']'.repeat(63)}}`);
    expect(readMessage(bytes(`[${entry}]`), {}).map(({ result }) => result.ok)).toEqual([true]);
  });
});

describe('foreign text in a message', () => {
  it('is shown whole up to its limit, and cut to it beyond', () => {
    expect(shown('x'.repeat(80))).toBe('x'.repeat(80));
    expect(shown('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
    expect(shown('abcdef', 4)).toBe('abc…');
  });

  it('has its control characters escaped, and no half of a pair', () => {
    expect(shown('a\u0007b\u2028c\ud800')).toBe('a\\u0007b\\u2028c\ufffd');
  });
});
