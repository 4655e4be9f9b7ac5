import type { Day, Weekday } from './moment.ts';

/** Days since 1970-01-01: what dates are counted by inside the calendar. */
export type DayNumber = number;

const DAY = 86_400_000;
const REMEMBERED = 10_000;

/** The number of a date; throws where the text is no date, since parsers come before. */
export function dayNumber(day: Day): DayNumber {
  const number = Date.parse(`${day}T00:00:00Z`) / DAY;
  if (!Number.isInteger(number)) throw new Error(`a day is written YYYY-MM-DD, and "${day}" is not`);
  return number;
}

/** The date of a number, `YYYY-MM-DD`; past the year 9999 with a sign and six digits of the year. */
export function dayText(number: DayNumber): Day {
  const text = new Date(number * DAY).toISOString();
  return text.slice(0, text.indexOf('T'));
}

/** The day of the week of a date. */
function weekdayOf(number: DayNumber): Weekday {
  return (((((number + 3) % 7) + 7) % 7) + 1) as Weekday; // a remainder of seven plus one is 1 to 7
}

/** The dates that are trading days, to be walked in both directions. */
export interface TradingDays {
  has(number: DayNumber): boolean;
  /** the first trading day after that date */
  after(number: DayNumber): DayNumber;
  /** the last trading day before that date */
  before(number: DayNumber): DayNumber;
}

/** Both ends belong to it. */
export interface NumberRange {
  readonly from: DayNumber;
  readonly to: DayNumber;
}

/** Whether one of the ranges holds the date. */
export function inRanges(ranges: readonly NumberRange[], number: DayNumber): boolean {
  return ranges.some((range) => range.from <= number && number <= range.to);
}

/**
 * The trading days of a week pattern with its exceptions. `exists` leaves out dates that the zone skipped. A week
 * without any trading day is refused with an exception: with one, every walk ends soon after the last listed date.
 */
export function createTradingDays(rules: {
  readonly weekend: readonly Weekday[];
  readonly holidays: readonly NumberRange[];
  readonly workdays: readonly NumberRange[];
  readonly exists: (number: DayNumber) => boolean;
}): TradingDays {
  const weekend = new Set<Weekday>(rules.weekend);
  if (weekend.size === 7) throw new Error('a calendar has a weekday that is not weekend: days must go on');

  const has = remembering((number) => {
    if (inRanges(rules.holidays, number)) return false;
    if (weekend.has(weekdayOf(number)) && !inRanges(rules.workdays, number)) return false;
    return rules.exists(number);
  });
  const walk = (number: DayNumber, step: 1 | -1): DayNumber => {
    let day = number + step;
    while (!has(day)) day += step;
    return day;
  };
  return {
    has,
    after: remembering((number) => walk(number, 1)),
    before: remembering((number) => walk(number, -1)),
  };
}

/** The same function, with its answers kept. What is kept is dropped as a whole once it is large. */
export function remembering<T>(compute: (number: number) => T): (number: number) => T {
  const known = new Map<number, T>();
  return (number) => {
    const found = known.get(number);
    if (found !== undefined) return found;
    const value = compute(number);
    if (known.size >= REMEMBERED) known.clear();
    known.set(number, value);
    return value;
  };
}
