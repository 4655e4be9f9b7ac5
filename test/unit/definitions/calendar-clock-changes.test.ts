import { IANAZone } from 'luxon';
import { describe, expect, test } from 'vitest';
import { createCalendar, parseTimeOfDay } from '../../../definitions/index.ts';
import { at, calendarDocument, session, time } from './calendar-documents.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = [
  'America/New_York',
  'Europe/London',
  'Europe/Dublin',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Chatham',
  'America/Santiago',
  'America/Havana',
  'Asia/Gaza',
  'Antarctica/Troll',
];

/** The wall clock by luxon, minutes of offset at an instant. */
function wallOf(zone: string, instant: number): number {
  return instant + IANAZone.create(zone).offset(instant) * 60_000;
}

function resolve(zone: string, day: string, text: string): string {
  const parsed = parseTimeOfDay(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const calendar = createCalendar(calendarDocument({ zone: { value: zone, at } }));
  const instant = calendar.resolve(day, { kind: 'time', time: parsed.value, day: 'same' });
  return instant === null ? 'none' : new Date(instant).toISOString().replace('.000Z', 'Z');
}

/** The first instants after each change of the zone's clock from 2020 to 2035, found without the calendar. */
function changesOf(zone: string, from = Date.UTC(2020, 0, 1), until = Date.UTC(2036, 0, 1)): number[] {
  const changes: number[] = [];
  const offset = (instant: number) => IANAZone.create(zone).offset(instant);
  for (let instant = from; instant < until; instant += DAY) {
    if (offset(instant) === offset(instant + DAY)) continue;
    const quarters = Array.from({ length: 97 }, (_, index) => instant + (index * HOUR) / 4);
    const change = quarters.find((quarter) => offset(quarter) !== offset(instant));
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

describe('row 28t: a time that the clock skips falls at the moment it jumps', () => {
  test.each([
    ['America/New_York', '2026-03-08', '02:30', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-03-08', '02:00', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-03-08', '03:00', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-03-08', '03:01', '2026-03-08T07:01:00Z'],
    ['Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:30:00Z'],
    ['Africa/Cairo', '2026-04-24', '00:30', '2026-04-23T22:00:00Z'],
    ['Africa/Cairo', '2026-04-24', '00:00', '2026-04-23T22:00:00Z'],
    ['Africa/Cairo', '2026-04-23', '24:00', '2026-04-23T22:00:00Z'],
    ['Pacific/Chatham', '2026-09-27', '03:00', '2026-09-26T14:00:00Z'],
    ['Pacific/Apia', '2011-12-30', '00:00', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-30', '15:30', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '00:00', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '00:01', '2011-12-30T10:01:00Z'],
  ])('%s %s %s is %s', (zone, day, text, instant) => {
    expect(resolve(zone, day, text)).toBe(instant);
  });
});

describe('row 28t: a time that occurs twice is the first', () => {
  test.each([
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00Z'],
    ['America/New_York', '2026-11-01', '01:00', '2026-11-01T05:00:00Z'],
    ['America/New_York', '2026-11-01', '02:00', '2026-11-01T07:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-05', '01:45', '2026-04-04T14:45:00Z'],
    ['Pacific/Chatham', '2026-04-05', '03:00', '2026-04-04T13:15:00Z'],
    ['Africa/Cairo', '2026-10-29', '23:30', '2026-10-29T20:30:00Z'],
  ])('%s %s %s is %s', (zone, day, text, instant) => {
    expect(resolve(zone, day, text)).toBe(instant);
  });
});

test.each(ZONES)(
  'around every clock change in %s a time is the first instant at or after it on the wall',
  (zone) => {
    const calendar = createCalendar(calendarDocument({ zone: { value: zone, at } }));
    for (const change of changesOf(zone)) {
      const middle = Math.floor(wallOf(zone, change) / HOUR) * HOUR;
      for (let wall = middle - 4 * HOUR; wall <= middle + 4 * HOUR; wall += HOUR / 4) {
        const midnight = Math.floor(wall / DAY) * DAY;
        const day = new Date(midnight).toISOString().slice(0, 10);
        const instant =
          calendar.resolve(day, { kind: 'time', time: wall - midnight, day: 'same' }) ?? Number.NaN;
        expect(wallOf(zone, instant)).toBeGreaterThanOrEqual(wall);
        for (const earlier of [1, 60_000, HOUR / 2, HOUR, 2 * HOUR, 3 * HOUR]) {
          expect(wallOf(zone, instant - earlier)).toBeLessThan(wall);
        }
      }
    }
  },
);

test('the clock changes that the zones above go through are found at all', () => {
  expect(changesOf('America/New_York')).toHaveLength(32);
  expect(changesOf('UTC')).toHaveLength(0);
});

describe('trading days stay whole', () => {
  test('where a date is skipped it is no trading day, and its evening counts to the next', () => {
    const night = session('night', '20:00', '02:00', 'next');
    const weekend = [6, 7] as const;
    const apia = createCalendar(
      calendarDocument({ zone: { value: 'Pacific/Apia', at }, weekend, sessions: [night] }),
    );
    expect(apia.isTradingDay('2011-12-30')).toBe(false);
    expect(apia.next('2011-12-29')).toBe('2012-01-02');
    expect(apia.dayOf(Date.parse('2011-12-29T20:00:00-10:00'))).toBe('2012-01-02');
    expect(apia.startOf('2012-01-02')).toBe(Date.parse('2011-12-29T20:00:00-10:00'));
  });

  test('where midnight is skipped the day begins when the clock jumps', () => {
    const cairo = createCalendar(calendarDocument({ zone: { value: 'Africa/Cairo', at } }));
    const jump = Date.parse('2026-04-23T22:00:00Z');
    expect(cairo.startOf('2026-04-24')).toBe(jump);
    expect(cairo.dayOf(jump - 1)).toBe('2026-04-23');
    expect(cairo.dayOf(jump)).toBe('2026-04-24');
  });

  test('where the clock goes back over the turn the day that had begun goes on', () => {
    const turn = time('01:30');
    const newYork = createCalendar(calendarDocument({ zone: { value: 'America/New_York', at }, turn }));
    const start = Date.parse('2026-11-01T05:30:00Z');
    expect(newYork.startOf('2026-11-02')).toBe(start);
    expect(newYork.dayOf(start - 1)).toBe('2026-11-01');
    // The wall clock shows 01:10 for the second time.
    expect(newYork.dayOf(Date.parse('2026-11-01T06:10:00Z'))).toBe('2026-11-02');
  });
});
