import { describe, expect, test } from 'vitest';
import { createCalendar, DEFAULT_CALENDAR, type Moment, parseMoment } from '../../../definitions/index.ts';
import { at, calendarDocument, override, ranges, SHFE, session, time } from './calendar-documents.ts';

const shfe = createCalendar(SHFE);
const MINUTE = 60_000;

/** An instant from wall time in Shanghai, eight hours ahead of UTC all year. */
function shanghai(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}+08:00`);
}

function moment(text: string, day: 'same' | 'previous' = 'same'): Moment {
  const parsed = parseMoment(text, { day });
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

describe('an instant counts to', () => {
  test.each([
    ['2026-11-23 15:30:00', '2026-11-23', 'its own date by day'],
    ['2026-11-23 19:59:59.999', '2026-11-23', 'its own date until the turn'],
    ['2026-11-23 20:00:00', '2026-11-24', 'the next trading day from the turn on'],
    ['2026-11-24 02:30:00', '2026-11-24', 'the same after midnight'],
    ['2026-11-27 21:00:00', '2026-11-30', 'Monday on Friday night'],
    ['2026-11-28 01:00:00', '2026-11-30', 'Monday early on Saturday'],
    ['2026-11-29 12:00:00', '2026-11-30', 'Monday on Sunday'],
    ['2026-09-30 20:00:00', '2026-10-08', 'the first day after the national holidays'],
    ['2026-10-04 12:00:00', '2026-10-08', 'the first day after them in their midst'],
    ['2026-12-31 23:59:59', '2027-01-01', 'a day past valid-until by the week alone'],
  ])('%s: %s, %s', (text, day) => {
    expect(shfe.dayOf(shanghai(text))).toBe(day);
  });

  test('the date in UTC where the flow names no calendar', () => {
    expect(DEFAULT_CALENDAR.dayOf(Date.UTC(2026, 10, 28, 23, 59, 59, 999))).toBe('2026-11-28');
    expect(DEFAULT_CALENDAR.startOf('2026-11-29')).toBe(Date.UTC(2026, 10, 29));
    expect(DEFAULT_CALENDAR.zone).toBe('UTC');
    expect(DEFAULT_CALENDAR.sessionNames).toEqual([]);
  });
});

describe('the turn', () => {
  const night = session('night', '21:00', '02:30', 'next');
  test.each([
    [
      'the start of the first session of the next day',
      { sessions: [session('late', '22:00', '23:00', 'next'), night] },
      21,
    ],
    ['midnight without such a session', { sessions: [session('day', '09:00', '15:00')] }, 24],
    ['what the document says', { sessions: [night], turn: time('18:00') }, 18],
    ['midnight also where it says 00:00', { sessions: [night], turn: 0 }, 24],
    ['a morning, taken by the word: from then on the next day counts', { turn: time('06:00') }, 6],
  ])('is %s', (_, keys, hour) => {
    const calendar = createCalendar(calendarDocument(keys));
    expect(calendar.startOf('2026-11-24')).toBe(Date.UTC(2026, 10, 23, hour));
  });
});

describe('trading days', () => {
  test('follow each other over weekends and holidays', () => {
    expect(shfe.next('2026-11-27')).toBe('2026-11-30');
    expect(shfe.previous('2026-11-30')).toBe('2026-11-27');
    expect(shfe.next('2026-09-30')).toBe('2026-10-08');
    expect(shfe.previous('2026-10-08')).toBe('2026-09-30');
    expect(shfe.next('2026-10-03')).toBe('2026-10-08');
    expect(shfe.previous('2026-10-03')).toBe('2026-09-30');
  });

  test('can be worked on in spite of the weekend', () => {
    const calendar = createCalendar(calendarDocument({ weekend: [6, 7], workdays: ranges('2026-02-14') }));
    expect(calendar.isTradingDay('2026-02-14')).toBe(true);
    expect(calendar.isTradingDay('2026-02-15')).toBe(false);
    expect(calendar.next('2026-02-13')).toBe('2026-02-14');
  });

  test('go on after centuries of holidays', () => {
    const calendar = createCalendar(calendarDocument({ holidays: ranges('2000-01-01..2199-12-31') }));
    expect(calendar.next('2026-01-01')).toBe('2200-01-01');
    expect(calendar.previous('2026-01-01')).toBe('1999-12-31');
    expect(calendar.dayOf(Date.UTC(2026, 0, 1))).toBe('2200-01-01');
  });

  test('start with the trading day after, asked of a date that is none', () => {
    expect(shfe.startOf('2026-10-03')).toBe(shfe.startOf('2026-10-08'));
    expect(shfe.startOf('2026-10-08')).toBe(shanghai('2026-09-30 20:00'));
  });
});

describe('a session', () => {
  test.each([
    ['2026-11-24', 'day', '2026-11-24 09:00', '2026-11-24 15:00'],
    ['2026-11-24', 'night', '2026-11-23 21:00', '2026-11-24 02:30'],
    ['2026-11-30', 'night', '2026-11-27 21:00', '2026-11-28 02:30'],
    ['2026-02-13', 'day', '2026-02-13 09:00', '2026-02-13 11:30'],
  ])('of %s named %s opens %s and closes %s', (day, name, open, close) => {
    expect(shfe.session(day, name)).toEqual({ open: shanghai(open), close: shanghai(close) });
  });

  test.each([
    ['2026-10-08', 'night', 'the evening before has none'],
    ['2026-10-01', 'day', 'the date is a holiday'],
    ['2026-11-24', 'noon', 'there is no such session'],
  ])('of %s named %s is missing where %s', (day, name) => {
    expect(shfe.session(day, name)).toBeNull();
  });

  test('that ends where it began lasts until the next date', () => {
    const calendar = createCalendar(
      calendarDocument({ sessions: [session('all', '17:00', '17:00', 'next')] }),
    );
    expect(calendar.session('2026-11-24', 'all')).toEqual({
      open: Date.UTC(2026, 10, 23, 17),
      close: Date.UTC(2026, 10, 24, 17),
    });
  });

  test('of one day may open at another time', () => {
    const days = [override('2026-11-24', 'night', { from: '22:00' })];
    const calendar = createCalendar(calendarDocument({ sessions: SHFE.sessions, days }));
    expect(calendar.session('2026-11-24', 'night')?.open).toBe(Date.UTC(2026, 10, 23, 22));
    expect(calendar.session('2026-11-25', 'night')?.open).toBe(Date.UTC(2026, 10, 24, 21));
  });
});

describe('a moment', () => {
  test.each([
    ['2026-11-24', moment('16:10'), '2026-11-24 16:10'],
    ['2026-11-24', moment('24:00'), '2026-11-25 00:00'],
    ['2026-11-30', moment('20:30', 'previous'), '2026-11-27 20:30'],
    ['2026-10-08', moment('23:00', 'previous'), '2026-09-30 23:00'],
    ['2026-11-24', moment('day.close + 20m'), '2026-11-24 15:20'],
    ['2026-02-13', moment('day.close + 20m'), '2026-02-13 11:50'],
    ['2026-11-30', moment('night.open - 5m'), '2026-11-27 20:55'],
    ['2026-11-24', moment('night.close'), '2026-11-24 02:30'],
    ['2026-11-24', moment('day.open - 1d12h'), '2026-11-22 21:00'],
  ])('of %s: %o', (day, point, wall) => {
    expect(shfe.resolve(day, point)).toBe(shanghai(wall));
  });

  test('of a session that the day lacks is none', () => {
    expect(shfe.resolve('2026-10-08', moment('night.open - 5m'))).toBeNull();
  });
});

describe('a span', () => {
  const london = createCalendar(calendarDocument({ zone: { value: 'Europe/London', at } }));
  const before = Date.parse('2026-03-28T12:00:00Z');

  test('counts its days on the wall clock and its hours by the stopwatch', () => {
    expect(london.add(before, { days: 1, ms: 0 })).toBe(Date.parse('2026-03-29T12:00:00+01:00'));
    expect(london.add(before, { days: 0, ms: 24 * 60 * MINUTE })).toBe(
      Date.parse('2026-03-29T13:00:00+01:00'),
    );
    expect(london.add(before, { days: 2, ms: 5 * MINUTE })).toBe(Date.parse('2026-03-30T12:05:00+01:00'));
  });

  test('that lands in a skipped hour ends when the clock jumps', () => {
    expect(london.add(Date.parse('2026-03-28T01:30:00Z'), { days: 1, ms: 0 })).toBe(
      Date.parse('2026-03-29T01:00:00Z'),
    );
  });
});

test('times are written as the wall clock of the zone shows them', () => {
  expect(shfe.format(Date.parse('2026-11-23T07:30:00.999Z'))).toBe('2026-11-23 15:30:00');
  expect(DEFAULT_CALENDAR.format(0)).toBe('1970-01-01 00:00:00');
});

test('the calendar says its name, zone, sessions and how long it is valid', () => {
  expect(shfe).toMatchObject({
    name: 'shfe',
    zone: 'Asia/Shanghai',
    validUntil: '2026-12-31',
    sessionNames: ['night', 'day'],
  });
});

test('what is no date or no instant is refused rather than searched for', () => {
  expect(() => shfe.next('tomorrow')).toThrow('a day is written YYYY-MM-DD');
  expect(() => shfe.dayOf(Number.NaN)).toThrow('an instant is a number of milliseconds');
  const weekendOnly = calendarDocument({ weekend: [1, 2, 3, 4, 5, 6, 7] });
  expect(() => createCalendar(weekendOnly)).toThrow('days must go on');
  expect(() => createCalendar(calendarDocument({ zone: { value: 'Asia/Atlantis', at } }))).toThrow(
    'Asia/Atlantis',
  );
});
