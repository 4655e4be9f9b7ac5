import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Calendar,
  type CalendarDocument,
  checkCalendar,
  createCalendar,
  type Day,
  type Weekday,
} from '../../../definitions/index.ts';
import { at, calendarDocument, ranges, SHFE, session } from './calendar-documents.ts';

const HOUR = 3_600_000;
const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2028, 0, 1);
const runs = { numRuns: 200 };

const instants = fc.integer({ min: FIRST, max: LAST });
const dates = fc
  .integer({ min: FIRST, max: LAST })
  .map((time): Day => new Date(time).toISOString().slice(0, 10));
const dateRanges = fc.tuple(dates, fc.nat(12)).map(([from, length]) => ({
  from,
  to: new Date(Date.parse(from) + length * 24 * HOUR).toISOString().slice(0, 10),
}));
const weekdays = fc.subarray<Weekday>([1, 2, 3, 4, 5, 6, 7], { maxLength: 6 });

const documents: fc.Arbitrary<CalendarDocument> = fc
  .record({
    zone: fc.constantFrom('UTC', 'Asia/Shanghai', 'America/New_York', 'Africa/Cairo', 'Australia/Lord_Howe'),
    weekend: weekdays,
    holidays: fc.array(dateRanges, { maxLength: 6 }),
    workdays: fc.array(dateRanges, { maxLength: 3 }),
    night: fc.boolean(),
    turn: fc.option(fc.integer({ min: 0, max: 96 }).map((quarter) => (quarter * HOUR) / 4)),
  })
  .map(({ zone, weekend, holidays, workdays, night, turn }) =>
    calendarDocument({
      zone: { value: zone, at },
      weekend,
      holidays,
      workdays,
      turn,
      sessions: night ? [session('night', '21:00', '02:30', 'next')] : [],
    }),
  );

/** A calendar of any kind and the trading day that some date counts to. */
const calendars = fc.tuple(documents, dates).map(([document, date]): [Calendar, Day] => {
  const calendar = createCalendar(document);
  return [calendar, calendar.isTradingDay(date) ? date : calendar.next(date)];
});

function law(title: string, holds: (calendar: Calendar, day: Day) => void): void {
  test(title, () => {
    fc.assert(
      fc.property(calendars, ([calendar, day]) => holds(calendar, day)),
      runs,
    );
  });
}

describe('row 29t: of every calendar and trading day', () => {
  law('a day is what its start counts to, and the day before what comes just before it', (calendar, day) => {
    expect(calendar.dayOf(calendar.startOf(day))).toBe(day);
    expect(calendar.dayOf(calendar.startOf(day) - 1)).toBe(calendar.previous(day));
  });

  law('the next day starts when this one ends', (calendar, day) => {
    const next = calendar.next(day);
    expect(calendar.startOf(next)).toBeGreaterThan(calendar.startOf(day));
    expect(calendar.dayOf(calendar.startOf(next) - 1)).toBe(day);
  });

  law('next and previous undo each other', (calendar, day) => {
    expect(calendar.previous(calendar.next(day))).toBe(day);
    expect(calendar.next(calendar.previous(day))).toBe(day);
    expect(calendar.isTradingDay(calendar.next(day))).toBe(true);
    expect(calendar.isTradingDay(calendar.previous(day))).toBe(true);
  });

  law(
    'a session that belongs to the next day is held before its own date, on the date of the day before',
    (calendar, day) => {
      const held = calendar.session(day, 'night');
      if (!held) return;
      expect(calendar.format(held.open).slice(0, 10)).toBe(calendar.previous(day));
      expect(held.close).toBeGreaterThan(held.open);
    },
  );
});

test('a later instant never counts to an earlier day, asked in any order', () => {
  fc.assert(
    fc.property(documents, fc.array(instants, { minLength: 2, maxLength: 20 }), (document, times) => {
      const calendar = createCalendar(document);
      const answers = times.map((time) => [time, calendar.dayOf(time)] as const).sort(([a], [b]) => a - b);
      const days = answers.map(([, day]) => day);
      expect(days).toEqual([...days].sort());
      for (const [time, day] of answers) {
        expect(createCalendar(document).dayOf(time)).toBe(day);
        expect(calendar.startOf(day)).toBeLessThanOrEqual(time);
        expect(calendar.startOf(calendar.next(day))).toBeGreaterThan(time);
      }
    }),
    { numRuns: 50 },
  );
});

test('every quarter of an hour of 2026 at the exchange counts to the day whose evening or daytime it is', () => {
  const calendar = createCalendar(SHFE);
  const trading = new Set(
    Array.from({ length: 366 }, (_, index) =>
      new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
    ).filter((day) => calendar.isTradingDay(day)),
  );
  for (let time = Date.UTC(2026, 0, 5); time < Date.UTC(2026, 11, 28); time += HOUR / 4) {
    const wall = new Date(time + 8 * HOUR);
    let counted = wall.getTime() + (wall.getUTCHours() >= 20 ? 24 * HOUR : 0);
    while (!trading.has(new Date(counted).toISOString().slice(0, 10))) counted += 24 * HOUR;
    expect(calendar.dayOf(time)).toBe(new Date(counted).toISOString().slice(0, 10));
  }
});

test('a calendar in which the check finds no error can be made', () => {
  const keys = fc.record({
    weekend: fc.subarray<Weekday>([1, 2, 3, 4, 5, 6, 7]),
    holidays: fc.array(dateRanges, { maxLength: 3 }),
    workdays: fc.array(dateRanges, { maxLength: 3 }),
    zone: fc.constantFrom('UTC', 'Nowhere/Land').map((value) => ({ value, at })),
    noNight: fc.constantFrom([], ranges('2026-09-30')),
  });
  fc.assert(
    fc.property(keys, dates, (some, date) => {
      const document = calendarDocument(some);
      if (checkCalendar(document).some((finding) => finding.severity === 'error')) return;
      expect(createCalendar(document).next(date) > date).toBe(true);
    }),
    runs,
  );
});
