/** The trading days of the simulated company and the times of day in Shanghai, by a table of their own. */

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** China has no clock changes. */
const OFFSET = 8 * HOUR;

/** Weekdays of 2026 without trading; the exchanges of 2027 have published none yet. */
const HOLIDAYS: readonly (readonly [string, string])[] = [
  ['2026-01-01', '2026-01-02'],
  ['2026-02-16', '2026-02-23'],
  ['2026-04-06', '2026-04-06'],
  ['2026-05-01', '2026-05-05'],
  ['2026-06-19', '2026-06-19'],
  ['2026-09-25', '2026-09-25'],
  ['2026-10-01', '2026-10-07'],
];

/** The dates on whose evenings no night session is held. */
const NO_NIGHT = new Set([
  ...['2025-12-31', '2026-02-13', '2026-04-03', '2026-04-30', '2026-06-18', '2026-09-24'],
  ...['2026-09-30', '2026-12-31'],
]);

/** A trading day and the one before it, on whose evening it begins. */
export interface CompanyDay {
  readonly day: string;
  readonly eve: string;
  readonly hasNight: boolean;
}

/** The first so many trading days from 2026-01-01 on. */
export function companyDays(count: number): readonly CompanyDay[] {
  const days: CompanyDay[] = [];
  let eve = '2025-12-31';
  for (let date = after(eve); days.length < count; date = after(date)) {
    if (!trades(date)) continue;
    days.push({ day: date, eve, hasNight: !NO_NIGHT.has(eve) });
    eve = date;
  }
  return days;
}

function trades(date: string): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !HOLIDAYS.some(([from, to]) => from <= date && date <= to);
}

function after(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY).toISOString().slice(0, 10);
}

/** When the day begins: 20:00 on its eve, ms. */
export function beginOf(day: CompanyDay): number {
  return onDate(day.eve, '20:00');
}

/** When everything of a day has happened and is looked at: six in the morning after it, ms. */
export function checkTimeOf(day: CompanyDay): number {
  return onDate(day.day, '20:00') + 10 * HOUR;
}

/** The instant of a time of the trading day, which reaches from 20:00 on the eve; the small hours follow the eve. */
export function instantOf(day: CompanyDay, time: string): number {
  if (time >= '20:00') return onDate(day.eve, time);
  return time < '06:00' ? onDate(day.eve, time) + DAY : onDate(day.day, time);
}

function onDate(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00Z`) - OFFSET;
}
