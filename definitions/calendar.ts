import type { Day, Moment, Span } from './moment.ts';

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
  /** the instant at which `day` begins to count, that is, the smallest t with dayOf(t) = day */
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
