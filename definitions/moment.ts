/**
 * Wall-clock words of the language and their parsers: days, times of day, spans, weekdays and moments. What instant
 * they mean is the calendar's business: only there a zone is known.
 *
 * 1. A parser takes the text as written and answers with the value, or with a sentence that says what is wrong and
 *    how it is spelled right. It never throws and never guesses.
 * 2. A day is a date that exists, from 1970 to 2199. Days compare as strings.
 * 3. The days of a span stay days: only a calendar knows how long they are.
 */

/** A calendar date, `YYYY-MM-DD`. */
export type Day = string;

/** Milliseconds since midnight, wall time: 0 to 86,400,000 (`24:00` is the end of the day). */
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

/** What a parser gives: the value, or one sentence about what is wrong with the text and how to write it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST_DAYS = 3653;

const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const SPAN = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const ISO_SPAN =
  /^P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?)?$/;
const ANCHOR = /^([A-Za-z][A-Za-z0-9_-]*)\.([A-Za-z]+)(?:\s*([+-])\s*(\S.*))?$/;

/**
 * Reads a length of time: `90s`, `10m`, `1h30m`, `2d`, `1d12h`, `500ms`, or ISO 8601 (`PT1H30M`, `P1D`, `P2W`).
 * Zero is allowed; months and years, fractions other than of ISO seconds, signs and more than ten years are not.
 */
export function parseSpan(text: string): Parsed<Span> {
  const plain = text === '' ? null : SPAN.exec(text);
  if (plain) {
    const [, d, h, m, s, ms] = plain.map(count);
    return bounded(text, { days: d ?? 0, ms: sum(h, m, s, ms) });
  }
  const iso = ISO_SPAN.exec(text);
  if (!iso) return wrong(`${quote(text)} is not a length of time: ${spanRemedy(text)}`);
  if (iso[1] !== undefined || iso[2] !== undefined) {
    return wrong(
      `${quote(text)} counts months or years, whose length varies: write days, such as 30d or P30D`,
    );
  }
  const [, , , weeks, days, h, m, s] = iso.map(count);
  const ms = Number((iso[8] ?? '').padEnd(3, '0'));
  return bounded(text, { days: (weeks ?? 0) * 7 + (days ?? 0), ms: sum(h, m, s, ms) });
}

/** Writes a span in the language's own form, largest unit first: `1h30m`, `1d12h`, `90s` as `1m30s`, none as `0s`. */
export function formatSpan(span: Span): string {
  const parts: string[] = [];
  if (span.days > 0) parts.push(`${span.days}d`);
  let rest = span.ms;
  for (const [unit, name] of [
    [HOUR, 'h'],
    [MINUTE, 'm'],
    [SECOND, 's'],
    [1, 'ms'],
  ] as const) {
    const whole = Math.floor(rest / unit);
    if (whole > 0) parts.push(`${whole}${name}`);
    rest -= whole * unit;
  }
  return parts.join('') || '0s';
}

/** A span of exactly so many milliseconds, without calendar days in it. */
export function spanOf(ms: number): Span {
  return { days: 0, ms };
}

/** Reads a time of day on the 24-hour clock, `15:30` or `15:30:15`, up to `24:00`, as milliseconds since midnight. */
export function parseTimeOfDay(text: string): Parsed<TimeOfDay> {
  const parts = /^(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (!parts)
    return wrong(`${quote(text)} is not a time of day: write two digits each, "09:30" or "09:30:15"`);
  const [, h = 0, m = 0, s = 0] = parts.map(count);
  const time = sum(h, m, s, 0);
  if (m > 59 || s > 59 || time > DAY) {
    return wrong(`${quote(text)} is not a time of day: hours go from 00 to 24:00, minutes and seconds to 59`);
  }
  return right(time);
}

/** Writes a time of day as `15:30`, or as `15:30:15` where it has seconds. */
export function formatTimeOfDay(time: TimeOfDay): string {
  const parts = [Math.floor(time / HOUR), Math.floor((time % HOUR) / MINUTE)];
  if (time % MINUTE !== 0) parts.push(Math.floor((time % MINUTE) / SECOND));
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Reads a date that exists, `2026-10-01`, of the years 1970 to 2199. */
export function parseDay(text: string): Parsed<Day> {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) {
    return wrong(`${quote(text)} is not a date: write year, month and day as in 2026-10-01`);
  }
  const date = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) {
    return wrong(`there is no ${text} in the calendar: ${existingRemedy(text)}`);
  }
  if (text < '1970-01-01' || text > '2199-12-31') {
    return wrong(`${text} is too far away: dates go from 1970-01-01 to 2199-12-31`);
  }
  return right(text);
}

/** Reads a date or a range of dates with both ends, `2026-10-05..2026-10-07`. */
export function parseDateRange(text: string): Parsed<DateRange> {
  const ends = text.split('..');
  if (ends.length > 2) return wrong(`${quote(text)} has more than two ends: write 2026-10-05..2026-10-07`);
  const from = parseDay((ends[0] ?? '').trim());
  if (!from.ok) return from;
  const to = ends[1] === undefined ? from : parseDay(ends[1].trim());
  if (!to.ok) return to;
  if (to.value < from.value) {
    return wrong(`${quote(text)} ends before it begins: write ${to.value}..${from.value}`);
  }
  return right({ from: from.value, to: to.value });
}

/** Reads a day of the week, `mon` to `sun`. */
export function parseWeekday(text: string): Parsed<Weekday> {
  const index = WEEKDAYS.indexOf(text);
  if (index >= 0) return right((index + 1) as Weekday); // seven names, so 1 to 7
  const meant = WEEKDAYS.find((name) => text.toLowerCase().startsWith(name));
  const remedy = meant ? `write ${meant}` : `write one of ${WEEKDAYS.join(', ')}`;
  return wrong(`${quote(text)} is not a day of the week: ${remedy}`);
}

/**
 * Reads a point of an instance's day: a time of day (`16:10`), or the open or close of a session with or without an
 * offset (`day.close + 20m`, `night.open - 5m`). `day: previous` means the trading day before and goes with a time
 * of day only: a session already says when it is held. Whether the session exists is for the linker to say.
 */
export function parseMoment(text: string, options: { day?: 'same' | 'previous' } = {}): Parsed<Moment> {
  const day = options.day ?? 'same';
  const anchor = ANCHOR.exec(text.trim());
  if (!anchor) {
    if (!/^\d/.test(text.trim())) {
      return wrong(
        `${quote(text)} is not a moment: write a time of day ("16:10") or a session's open or close (day.close + 20m)`,
      );
    }
    const time = parseTimeOfDay(text.trim());
    return time.ok ? right({ kind: 'time', time: time.value, day }) : time;
  }
  const [, session = '', edge = '', sign, offset] = anchor;
  if (edge !== 'open' && edge !== 'close') {
    return wrong(`a session has no ${quote(edge)}: write ${session}.open or ${session}.close`);
  }
  if (day === 'previous') {
    return wrong(
      `"day: previous" goes with a time of day only, and ${quote(text)} is a session's: leave it out, or write a time`,
    );
  }
  const span = parseSpan((offset ?? '0s').trim());
  if (!span.ok) return span;
  return right({ kind: 'anchor', session, edge, sign: sign === '-' ? -1 : 1, offset: span.value });
}

function bounded(text: string, span: Span): Parsed<Span> {
  if (span.days + span.ms / DAY <= LONGEST_DAYS) return right(span);
  return wrong(`${quote(text)} is longer than ten years: write at most ${LONGEST_DAYS}d`);
}

function spanRemedy(text: string): string {
  const squeezed = text.replace(/\s+/g, '').toLowerCase();
  if (text.startsWith('-')) return 'it cannot be negative';
  if (/^\d+$/.test(text)) return `it needs a unit, such as ${text}s, ${text}m, ${text}h or ${text}d`;
  if (squeezed !== text && squeezed !== '' && SPAN.test(squeezed)) return `write ${squeezed}`;
  if (/\d[.,]\d/.test(text)) return 'it has no fractions, write the smaller unit: 1h30m, 90s, 500ms';
  if (/\d\s*w/i.test(text)) return 'weeks are written in days: 7d';
  if (/^(\d+(ms|[dhms]))+$/.test(text)) return 'each unit once and the largest first: 1d12h, 1h30m';
  return 'write 90s, 10m, 1h30m, 2d or ISO 8601 (PT1H30M)';
}

function existingRemedy(text: string): string {
  const month = Number(text.slice(5, 7));
  if (month < 1 || month > 12) return 'months go from 01 to 12';
  const last = new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate();
  return `the days of ${text.slice(0, 7)} go from 01 to ${last}`;
}

function count(part: string | undefined): number {
  return part === undefined ? 0 : Number(part);
}

function sum(h = 0, m = 0, s = 0, ms = 0): number {
  return h * HOUR + m * MINUTE + s * SECOND + ms;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function right<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function wrong(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
