import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime, parseTime } from '../../../checkpoints/index.ts';

describe('a time is read', () => {
  it.each([
    ['2026-11-23T07:30:00Z', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23t07:30:00z', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23T15:30:00+08:00', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23T02:00:00-05:30', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23T07:30:00-00:00', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23T07:30:00.5Z', '2026-11-23T07:30:00.500Z'],
    ['2026-11-23T07:30:00.1239999Z', '2026-11-23T07:30:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T23:59:59.999Z', '2000-02-29T23:59:59.999Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2017-01-01T07:59:60.25+08:00', '2016-12-31T23:59:59.999Z'],
  ])('%s', (text, utc) => {
    const time = parseTime(text);
    expect(typeof time === 'number' ? formatTime(time) : time).toBe(utc);
  });
});

describe('row 30t: a time is refused', () => {
  it.each([
    ['', /no RFC 3339/],
    ['2026-11-23', /no RFC 3339/],
    ['2026-11-23 07:30:00Z', /no RFC 3339/],
    ['2026-11-23T07:30Z', /no RFC 3339/],
    ['2026-11-23T07:30:00.Z', /no RFC 3339/],
    ['2026-11-23T07:30:00Zulu', /no RFC 3339/],
    ['2026-11-23T07:30:00 Z', /no RFC 3339/],
    [' 2026-11-23T07:30:00Z', /no RFC 3339/],
    ['26-11-23T07:30:00Z', /no RFC 3339/],
    ['+002026-11-23T07:30:00Z', /no RFC 3339/],
    ['２０２６-11-23T07:30:00Z', /no RFC 3339/],
    ['2026-11-23T07:30:00', /no offset/],
    ['2026-11-23T07:30:00.123', /no offset/],
    ['2026-11-23T07:30:00+0800', /offset that cannot be read/],
    ['2026-11-23T07:30:00+08', /offset that cannot be read/],
    ['2026-11-23T07:30:00+08:00x', /offset that cannot be read/],
    ['2026-11-23T07:30:00+24:00', /offset that does not exist/],
    ['2026-11-23T07:30:00+08:60', /offset that does not exist/],
    ['2026-02-31T07:30:00Z', /day that does not exist/],
    ['2026-02-29T07:30:00Z', /day that does not exist/],
    ['2100-02-29T07:30:00Z', /day that does not exist/],
    ['2026-04-31T07:30:00Z', /day that does not exist/],
    ['2026-13-01T07:30:00Z', /day that does not exist/],
    ['2026-00-10T07:30:00Z', /day that does not exist/],
    ['2026-01-00T07:30:00Z', /day that does not exist/],
    ['2026-11-23T24:00:00Z', /time of day that does not exist/],
    ['2026-11-23T07:60:00Z', /time of day that does not exist/],
    ['2026-11-23T07:30:61Z', /time of day that does not exist/],
    ['2026-11-23T07:30:60Z', /no leap second/],
    ['1969-12-31T23:59:59Z', /before 1970/],
    ['1970-01-01T07:59:59+08:00', /before 1970/],
    ['0001-01-01T00:00:00Z', /before 1970/],
    ['9999-12-31T23:59:59-08:00', /after the year 9999/],
  ])('%s', (text, problem) => expect(parseTime(text)).toMatch(problem));
});

describe('times and their texts', () => {
  it('are each other’s inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => {
        expect(parseTime(formatTime(ms))).toBe(ms);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('agree with the platform for any offset', () => {
    const offset = fc.tuple(
      fc.constantFrom('+', '-'),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1e9, max: Date.UTC(9000, 0) }), offset, (ms, [sign, hours, minutes]) => {
        const two = (value: number) => String(value).padStart(2, '0');
        const text = formatTime(ms).replace('Z', `${sign}${two(hours)}:${two(minutes)}`);
        expect(parseTime(text)).toBe(Date.parse(text));
      }),
      { numRuns: 500, seed: 2 },
    );
  });
});
