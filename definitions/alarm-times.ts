/**
 * When routes, duties and maintenance hold: parts of days in a calendar.
 *
 * 1. Hours past midnight belong to the date on which they began, for `days` and for the dates.
 * 2. A session belongs to the date on which it opens. Both begin at their first instant and end before their last.
 */
import type { Calendar } from './calendar.ts';
import { dayNumber, dayText } from './calendar-days.ts';
import type { Day, Weekday } from './moment.ts';
import type { Times } from './policy.ts';
import type { DayWindow, TimesDocument } from './policy-document.ts';

const ALWAYS: Times = { covers: () => true, nextChange: () => null };

const DAY_MS = 86_400_000;
const AHEAD = 15;

interface Part {
  readonly from: number;
  readonly to: number;
}

/** The times of a document in a calendar. */
export function createTimes(document: TimesDocument, calendar: Calendar): Times {
  const { during, days, from, until } = document;
  if (during.length === 0 && days.length === 0 && from === null && until === null) return ALWAYS;
  const windows = during.map(({ value }) => value);

  const fits = (date: Day): boolean =>
    (from === null || date >= from) &&
    (until === null || date <= until) &&
    (days.length === 0 || days.some((day) => isDay(day, date, calendar)));

  const partsOf = (date: Day): readonly Part[] => {
    if (!fits(date)) return [];
    if (windows.length === 0) return [hours(calendar, date, 0, DAY_MS)];
    return windows.flatMap((window) => partsIn(window, date, calendar));
  };

  const covers = (at: number): boolean =>
    dates(calendar, at, -2, 1).some((date) => partsOf(date).some((part) => part.from <= at && at < part.to));

  const nextChange = (at: number): number | null => {
    const now = covers(at);
    const ends = dates(calendar, at, -2, AHEAD)
      .flatMap(partsOf)
      .flatMap((part) => [part.from, part.to]);
    const later = [...new Set(ends)].filter((end) => end > at).sort((a, b) => a - b);
    return later.find((end) => covers(end) !== now) ?? null;
  };

  return { covers, nextChange };
}

/** The dates around an instant in the calendar's zone. */
function dates(calendar: Calendar, at: number, before: number, after: number): readonly Day[] {
  const today = dayNumber(dateOf(calendar, at));
  return Array.from({ length: after - before + 1 }, (_, index) => dayText(today + before + index));
}

/** The date of an instant on the wall of the calendar's zone. */
export function dateOf(calendar: Calendar, at: number): Day {
  return calendar.format(at).slice(0, 10);
}

function isDay(day: Weekday | 'trading' | 'non-trading', date: Day, calendar: Calendar): boolean {
  if (day === 'trading') return calendar.isTradingDay(date);
  if (day === 'non-trading') return !calendar.isTradingDay(date);
  return (((dayNumber(date) + 3) % 7) + 7) % 7 === day - 1;
}

function partsIn(window: DayWindow, date: Day, calendar: Calendar): readonly Part[] {
  if (window.kind === 'hours') return [hours(calendar, date, window.from, window.to)];
  const names = window.session === null ? calendar.sessionNames : [window.session];
  // A session that belongs to the next trading day is held on this date.
  const tradingDays = new Set([date, calendar.next(date)]);
  return names.flatMap((name) =>
    [...tradingDays].flatMap((day) => {
      const held = calendar.session(day, name);
      return held === null || dateOf(calendar, held.open) !== date
        ? []
        : [{ from: held.open, to: held.close }];
    }),
  );
}

function hours(calendar: Calendar, date: Day, from: number, to: number): Part {
  const instant = (day: Day, time: number) => calendar.resolve(day, { kind: 'time', time, day: 'same' }) ?? 0;
  return {
    from: instant(date, from),
    to: to > from ? instant(date, to) : instant(dayText(dayNumber(date) + 1), to),
  };
}
