import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatSpan,
  formatTimeOfDay,
  type Parsed,
  parseDateRange,
  parseDay,
  parseMoment,
  parseSpan,
  parseTimeOfDay,
  parseWeekday,
  spanOf,
} from '../../../definitions/index.ts';

const runs = { numRuns: 300 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function read<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

function messageOf(parsed: Parsed<unknown>): string {
  return parsed.ok ? `read as ${JSON.stringify(parsed.value)}` : parsed.message;
}

describe('a span', () => {
  test.each([
    ['90s', 0, 90_000],
    ['10m', 0, 10 * MINUTE],
    ['1h30m', 0, 90 * MINUTE],
    ['2d', 2, 0],
    ['1d12h', 1, 12 * HOUR],
    ['24h', 0, 24 * HOUR],
    ['500ms', 0, 500],
    ['1m500ms', 0, MINUTE + 500],
    ['0s', 0, 0],
    ['PT1H30M', 0, 90 * MINUTE],
    ['P1D', 1, 0],
    ['P1DT12H', 1, 12 * HOUR],
    ['P2W', 14, 0],
    ['PT0.5S', 0, 500],
    ['PT1,25S', 0, 1250],
    ['3653d', 3653, 0],
  ])('%s is read', (text, days, ms) => {
    expect(read(parseSpan(text))).toEqual({ days, ms });
  });

  test.each([
    ['', 'write 90s, 10m, 1h30m, 2d or ISO 8601'],
    ['10', 'it needs a unit, such as 10s'],
    ['-5m', 'it cannot be negative'],
    ['1.5h', 'it has no fractions'],
    ['30m1h', 'each unit once and the largest first'],
    ['5m5m', 'each unit once and the largest first'],
    ['1h 30m', 'write 1h30m'],
    ['10M', 'write 10m'],
    ['2w', 'weeks are written in days'],
    ['ten minutes', 'write 90s, 10m'],
    ['P', 'write 90s, 10m'],
    ['PT', 'write 90s, 10m'],
    ['P1DT', 'write 90s, 10m'],
    ['P1M', 'counts months or years'],
    ['P1Y', 'counts months or years'],
    ['3654d', 'longer than ten years'],
    [`${'9'.repeat(400)}h`, 'longer than ten years'],
  ])('"%s" is refused with the right spelling', (text, remedy) => {
    expect(messageOf(parseSpan(text))).toContain(remedy);
  });

  test('is written so that it reads back the same', () => {
    const spans = fc.record({ days: fc.nat(1800), ms: fc.nat(1800 * 24 * HOUR) });
    fc.assert(
      fc.property(spans, (span) => {
        expect(read(parseSpan(formatSpan(span)))).toEqual(span);
      }),
      runs,
    );
  });

  test('is written in its shortest form', () => {
    expect(formatSpan({ days: 0, ms: 90 * MINUTE })).toBe('1h30m');
    expect(formatSpan({ days: 1, ms: 12 * HOUR })).toBe('1d12h');
    expect(formatSpan(spanOf(24 * HOUR))).toBe('24h');
    expect(formatSpan(spanOf(0))).toBe('0s');
  });

  test('of any text is an answer, never an exception', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[P\dTHMSDdhms.,-]{0,12}$/), (any, like) => {
        for (const text of [any, like]) expect(typeof parseSpan(text).ok).toBe('boolean');
      }),
      runs,
    );
  });
});

describe('a time of day', () => {
  test.each([
    ['00:00', 0],
    ['09:30', 9.5 * HOUR],
    ['15:30:15', 15.5 * HOUR + 15_000],
    ['24:00', 24 * HOUR],
  ])('%s is read, and written the same', (text, time) => {
    expect(read(parseTimeOfDay(text))).toBe(time);
    expect(formatTimeOfDay(time)).toBe(text);
  });

  test.each([
    ['9:30', 'two digits each'],
    ['24:01', 'hours go from 00 to 24:00'],
    ['25:00', 'hours go from 00 to 24:00'],
    ['12:60', 'minutes and seconds to 59'],
    ['12:30:60', 'minutes and seconds to 59'],
    ['noon', 'two digits each'],
    ['12:30 PM', 'two digits each'],
  ])('%s is refused with the right spelling', (text, remedy) => {
    expect(messageOf(parseTimeOfDay(text))).toContain(remedy);
  });
});

describe('row 32t: a date', () => {
  test.each(['1970-01-01', '2026-10-01', '2028-02-29', '2199-12-31'])('%s is read', (text) => {
    expect(read(parseDay(text))).toBe(text);
  });

  test.each([
    ['2026-02-29', 'the days of 2026-02 go from 01 to 28'],
    ['2026-02-31', 'the days of 2026-02 go from 01 to 28'],
    ['2026-04-31', 'the days of 2026-04 go from 01 to 30'],
    ['2026-04-00', 'the days of 2026-04 go from 01 to 30'],
    ['2026-13-01', 'months go from 01 to 12'],
    ['2026-00-10', 'months go from 01 to 12'],
    ['2026-1-1', 'write year, month and day as in 2026-10-01'],
    ['01.10.2026', 'write year, month and day as in 2026-10-01'],
    ['1969-12-31', 'dates go from 1970-01-01 to 2199-12-31'],
    ['2200-01-01', 'dates go from 1970-01-01 to 2199-12-31'],
  ])('%s is refused with the remedy', (text, remedy) => {
    expect(messageOf(parseDay(text))).toContain(remedy);
  });

  test('stands for a range of one day, and two with dots between for all of them', () => {
    expect(read(parseDateRange('2026-10-01'))).toEqual({ from: '2026-10-01', to: '2026-10-01' });
    expect(read(parseDateRange('2026-10-05..2026-10-07'))).toEqual({
      from: '2026-10-05',
      to: '2026-10-07',
    });
    expect(messageOf(parseDateRange('2026-10-07..2026-10-05'))).toContain('write 2026-10-05..2026-10-07');
    expect(messageOf(parseDateRange('2026-10-05..'))).toContain('is not a date');
    expect(messageOf(parseDateRange('2026-10-05..2026-10-06..2026-10-07'))).toContain('more than two ends');
  });
});

test('a day of the week is read by its three letters', () => {
  expect(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((name) => read(parseWeekday(name)))).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(messageOf(parseWeekday('Saturday'))).toContain('write sat');
  expect(messageOf(parseWeekday('freitag'))).toContain('write one of mon, tue');
});

describe('a moment', () => {
  const none = { days: 0, ms: 0 };

  test.each([
    ['16:10', { kind: 'time', time: 16 * HOUR + 10 * MINUTE, day: 'same' }],
    ['24:00', { kind: 'time', time: 24 * HOUR, day: 'same' }],
    ['day.open', { kind: 'anchor', session: 'day', edge: 'open', sign: 1, offset: none }],
    [
      'day.close + 20m',
      { kind: 'anchor', session: 'day', edge: 'close', sign: 1, offset: spanOf(20 * MINUTE) },
    ],
    [
      'day.close+20m',
      { kind: 'anchor', session: 'day', edge: 'close', sign: 1, offset: spanOf(20 * MINUTE) },
    ],
    [
      'night.open - 1d',
      { kind: 'anchor', session: 'night', edge: 'open', sign: -1, offset: { days: 1, ms: 0 } },
    ],
    ['metal-night.open', { kind: 'anchor', session: 'metal-night', edge: 'open', sign: 1, offset: none }],
  ])('%s is read', (text, moment) => {
    expect(read(parseMoment(text))).toEqual(moment);
  });

  test('may be a time of the trading day before', () => {
    expect(read(parseMoment('20:00', { day: 'previous' }))).toEqual({
      kind: 'time',
      time: 20 * HOUR,
      day: 'previous',
    });
  });

  test.each([
    ['day.end', 'write day.open or day.close'],
    ['day', 'write a time of day ("16:10") or a session'],
    ['', 'write a time of day ("16:10") or a session'],
    ['day.close + soon', 'is not a length of time'],
    ['day.close + -5m', 'it cannot be negative'],
    ['day.close +', 'write a time of day'],
    ['4:10', 'two digits each'],
  ])('"%s" is refused with the right spelling', (text, remedy) => {
    expect(messageOf(parseMoment(text))).toContain(remedy);
  });

  test('of a session is not also one of the previous day', () => {
    expect(messageOf(parseMoment('night.open', { day: 'previous' }))).toContain('leave it out');
  });
});
