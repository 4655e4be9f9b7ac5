/**
 * Times as text: strict RFC 3339 with an offset in, UTC with milliseconds out.
 *
 * 1. What is read back is what was written: `parseTime(formatTime(ms)) === ms`.
 * 2. A date that does not exist (31 February, 24:00) is a problem, never the day after.
 * 3. Digits beyond the millisecond are cut off, not rounded: no event moves into the future.
 * 4. A leap second (23:59:60 UTC, in whatever offset) is the last millisecond of its minute.
 */

const EXAMPLE = '2026-11-23T15:30:00.000+08:00 or 2026-11-23T07:30:00Z';
const NOT_A_TIME = `is no RFC 3339 time with an offset; write it like ${EXAMPLE}`;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const MINUTE = 60_000;

/** Gives the milliseconds since the epoch of an RFC 3339 time, or a sentence part saying what is wrong with it. */
export function parseTime(text: string): number | string {
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  const digits = year + month + day + hour + minute + second;
  if (Number.isNaN(digits) || !hasSeparators(text)) return NOT_A_TIME;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    return `names a day that does not exist (${text.slice(0, 10)}); correct the date`;
  }
  if (hour > 23 || minute > 59 || second > 60) {
    return `names a time of day that does not exist (${text.slice(11, 19)}); hours go from 00 to 23, minutes and seconds to 59`;
  }
  const end = endOfFraction(text);
  const offset = parseOffset(text, end);
  if (typeof offset === 'string') return offset;
  if (year < 1970) return 'lies before 1970; check the clock of the producer';
  const minuteStart = Date.UTC(year, month - 1, day, hour, minute) - offset * MINUTE;
  if (minuteStart < 0) return 'lies before 1970; check the clock of the producer';
  if (minuteStart > LAST) return 'lies after the year 9999 in UTC; check the clock of the producer';
  if (second < 60) return minuteStart + second * 1000 + millisecond(text, end);
  const lastOfDay = minuteStart % (24 * 60 * MINUTE) === (24 * 60 - 1) * MINUTE;
  return lastOfDay
    ? minuteStart + MINUTE - 1
    : 'has a second 60 that is no leap second; seconds go from 00 to 59';
}

/** Gives the time as UTC text with milliseconds, `2026-11-23T07:30:00.000Z`. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

function hasSeparators(text: string): boolean {
  const t = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (t === 84 || t === 116) &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  );
}

/** The number of two digits; NaN where there are none. */
function two(text: string, at: number): number {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens * 10 + ones;
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Where the offset begins: after the seconds, or after the digits that follow a point. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== 46) return 19;
  let at = 20;
  while (digit(text, at) >= 0) at += 1;
  return at;
}

function millisecond(text: string, end: number): number {
  let value = 0;
  for (let at = 20; at < 23; at += 1) value = value * 10 + (at < end ? digit(text, at) : 0);
  return value;
}

/** The offset in minutes east of UTC, or what is wrong with it. */
function parseOffset(text: string, at: number): number | string {
  if (at === 20) return NOT_A_TIME; // a point without digits
  const sign = text.charCodeAt(at);
  if (at === text.length) return 'has no offset from UTC; end it with Z or an offset such as +08:00';
  if (sign === 90 || sign === 122) return text.length === at + 1 ? 0 : NOT_A_TIME;
  if (sign !== 43 && sign !== 45) return NOT_A_TIME;
  const hours = two(text, at + 1);
  const minutes = two(text, at + 4);
  if (Number.isNaN(hours + minutes) || text.charCodeAt(at + 3) !== 58 || text.length !== at + 6) {
    return `has an offset that cannot be read; write it like ${EXAMPLE}`;
  }
  if (hours > 23 || minutes > 59) return `has an offset that does not exist; write it like ${EXAMPLE}`;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes);
}
