/**
 * Trading-day arithmetic: which trading day an instant counts to, when a day begins, when its sessions open and
 * close, which instant a moment of a day is. Whether the document makes sense is for calendar-check to say, before.
 *
 * 1. The trading days cut time into intervals without gaps: `day` reaches from startOf(day) to startOf(next(day)),
 *    and startOf(day) is the turn of the calendar on the trading day before.
 * 2. So dayOf never decreases, whatever the clocks of the zone do, and dayOf(startOf(day)) is day.
 * 3. A session with `day: next` is held on the evening of the trading day before the one it belongs to.
 * 4. A session whose `to` is not after its `from` closes on the date after it opened.
 * 5. A date that the zone skipped (Apia, 2011-12-30) is no trading day.
 */
import {
  createTradingDays,
  type DayNumber,
  dayNumber,
  dayText,
  inRanges,
  remembering,
} from './calendar-days.ts';
import { turnOf } from './calendar-turn.ts';
import { createZone } from './calendar-zone.ts';
import type { CalendarDocument } from './document.ts';
import type { DateRange, Day, Moment, Span } from './moment.ts';

/**
 * Trading-day arithmetic of one `calendar` document. All instants are milliseconds since the epoch, all days
 * `YYYY-MM-DD` in the calendar's zone. Pure: answers depend on the document and the tz database alone.
 */
export interface Calendar {
  readonly name: string;
  readonly zone: string;
  readonly validUntil: Day | null;
  readonly sessionNames: readonly string[];
  isTradingDay(day: Day): boolean;
  /** the first trading day after `day` */
  next(day: Day): Day;
  /** the last trading day before `day` */
  previous(day: Day): Day;
  /** the trading day that an instant counts to */
  dayOf(time: number): Day;
  /**
   * the instant at which `day` begins to count, that is, the smallest t with dayOf(t) = day; for a date that is no
   * trading day, the start of the trading day after it
   */
  startOf(day: Day): number;
  /** open and close of a session of a trading day; null where that day has none (no-night, or no such session) */
  session(day: Day, name: string): { readonly open: number; readonly close: number } | null;
  /** the instant of a moment of trading day `day`; null for an anchor on a session that the day lacks */
  resolve(day: Day, moment: Moment): number | null;
  /** `time` plus a span, its days counted as calendar days in the zone */
  add(time: number, span: Span): number;
  /** `2026-11-23 15:30:00` in the zone, for texts */
  format(time: number): string;
}

interface Interval {
  readonly start: number;
  readonly end: number;
  readonly day: Day;
}

const DAY = 86_400_000;
const REMEMBERED = 10_000;

/**
 * Makes the calendar of a document that checkCalendar finds no error in; of another one it throws, or answers by
 * whatever can be read.
 */
export function createCalendar(document: CalendarDocument): Calendar {
  const zone = createZone(document.zone?.value ?? 'UTC');
  const trading = createTradingDays({
    weekend: document.weekend,
    holidays: numbers(document.holidays),
    workdays: numbers(document.workdays),
    exists: (day) => zone.toInstant(day * DAY) < zone.toInstant((day + 1) * DAY),
  });
  const turn = turnOf(document);
  const noNight = numbers(document.noNight);
  const sessions = new Map(document.sessions.map((session) => [session.name, session]));
  const changes = new Map(
    document.days.map((day) => [dayNumber(day.date), new Map(day.sessions.map((s) => [s.name, s]))]),
  );

  const start = remembering((day: DayNumber) => zone.toInstant(trading.before(day) * DAY + turn));
  const dayOf = createDayOf((time) => {
    const wall = zone.toWall(time);
    const date = Math.floor(wall / DAY);
    // Where the wall clock goes back over the turn it shows too early a day: the one that had begun goes on.
    let day = trading.after(wall - date * DAY >= turn ? date : date - 1);
    while (time >= start(trading.after(day))) day = trading.after(day);
    return { start: start(day), end: start(trading.after(day)), day: dayText(day) };
  });

  function session(day: Day, name: string): { readonly open: number; readonly close: number } | null {
    const number = dayNumber(day);
    const usual = sessions.get(name);
    if (!usual || !trading.has(number)) return null;
    const change = changes.get(number)?.get(name);
    const from = change?.from ?? usual.from;
    const to = change?.to ?? usual.to;
    const date = usual.day === 'next' ? trading.before(number) : number;
    if (usual.day === 'next' && inRanges(noNight, date)) return null;
    const open = zone.toInstant(date * DAY + from);
    return { open, close: zone.toInstant((to > from ? date : date + 1) * DAY + to) };
  }

  function add(time: number, span: Span): number {
    if (span.days === 0) return time + span.ms;
    return zone.toInstant(zone.toWall(time) + span.days * DAY) + span.ms;
  }

  function resolve(day: Day, moment: Moment): number | null {
    if (moment.kind === 'time') {
      const number = dayNumber(day);
      return zone.toInstant(
        (moment.day === 'previous' ? trading.before(number) : number) * DAY + moment.time,
      );
    }
    const held = session(day, moment.session);
    if (!held) return null;
    const { days, ms } = moment.offset;
    return add(held[moment.edge], { days: moment.sign * days, ms: moment.sign * ms });
  }

  return {
    name: document.name,
    zone: zone.name,
    validUntil: document.validUntil?.value ?? null,
    sessionNames: document.sessions.map((each) => each.name),
    isTradingDay: (day) => trading.has(dayNumber(day)),
    next: (day) => dayText(trading.after(dayNumber(day))),
    previous: (day) => dayText(trading.before(dayNumber(day))),
    dayOf,
    startOf: (day) => start(trading.after(dayNumber(day) - 1)),
    session,
    resolve,
    add,
    format: (time) => new Date(zone.toWall(time)).toISOString().slice(0, -5).replace('T', ' '),
  };
}

function numbers(ranges: readonly DateRange[]): { readonly from: DayNumber; readonly to: DayNumber }[] {
  return ranges.map((range) => ({ from: dayNumber(range.from), to: dayNumber(range.to) }));
}

/**
 * dayOf is asked for every event without a key and mostly about the same day: the last interval is tried first,
 * then those known for that day of the epoch, and only then the zone.
 */
function createDayOf(find: (time: number) => Interval): (time: number) => Day {
  const known = new Map<number, Interval[]>();
  let last: Interval = { start: 0, end: 0, day: '' };
  return (time) => {
    if (last.start <= time && time < last.end) return last.day;
    const bucket = Math.floor(time / DAY);
    const near = known.get(bucket) ?? [];
    const found = near.find((interval) => interval.start <= time && time < interval.end);
    last = found ?? find(time);
    if (!found) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(bucket, [...near, last]);
    }
    return last.day;
  };
}

/** The calendar of flows that name none: every day, midnight to midnight, in UTC. */
export const DEFAULT_CALENDAR: Calendar = createCalendar({
  kind: 'calendar',
  at: { file: '', line: 1, column: 1 },
  name: 'utc',
  title: null,
  zone: null,
  weekend: [],
  holidays: [],
  workdays: [],
  noNight: [],
  sessions: [],
  days: [],
  turn: null,
  validUntil: null,
});
