/** Wall-clock words of the language: days, times of day, spans and moments. Their parsers live in this file too. */

/** A calendar date, `YYYY-MM-DD`. */
export type Day = string;

/** Minutes since midnight, wall time: 0 to 1440 (`24:00` is the end of the day). */
export type TimeOfDay = number;

/** 1 is Monday, 7 is Sunday, as in ISO 8601. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Both ends belong to it. */
export interface DateRange {
  readonly from: Day;
  readonly to: Day;
}

/** A length of time: `1d` is a calendar day in the zone it is used in, `24h` is 24 hours. */
export interface Span {
  readonly days: number;
  readonly ms: number;
}

/** A point of an instance's day: a time of day, or the open or close of a session, shifted by a signed span. */
export type Moment =
  | { readonly kind: 'time'; readonly time: TimeOfDay; readonly day: 'same' | 'previous' }
  | {
      readonly kind: 'anchor';
      readonly session: string;
      readonly edge: 'open' | 'close';
      readonly sign: 1 | -1;
      readonly offset: Span;
    };
