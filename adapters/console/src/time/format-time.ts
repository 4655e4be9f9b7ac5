/** Times and spans as people read them. Every time is shown in the zone of its flow, never in that of the browser. */
import type { Language } from '../words/language.ts';

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, key: 'clock' | 'seconds' | 'date' | 'full'): Intl.DateTimeFormat {
  const name = `${zone} ${key}`;
  const known = FORMATS.get(name);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', ...PARTS[key] });
  FORMATS.set(name, made);
  return made;
}

const TIME = { hour: '2-digit', minute: '2-digit' } as const;
const DATE = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const PARTS = {
  clock: TIME,
  seconds: { ...TIME, second: '2-digit' },
  date: DATE,
  full: { ...DATE, ...TIME, second: '2-digit', fractionalSecondDigits: 3 },
} as const;

/** `15:30`, or `15:30:12`. */
export function clock(at: string | number, zone: string, seconds = false): string {
  return format(zone, seconds ? 'seconds' : 'clock').format(new Date(at));
}

/** `2026-11-23` in a zone. */
export function dateIn(at: string | number, zone: string): string {
  return format(zone, 'date').format(new Date(at));
}

/** Date, time, zone with its offset, and the trading day: everything there is to know of a time. */
export function fullTime(at: string | number, zone: string): string {
  const date = new Date(at);
  const text = format(zone, 'full').format(date).replace(',', '');
  return `${text} ${zone} (${offsetOf(date, zone)})`;
}

/** `UTC+8` for a zone at a time. */
export function offsetOf(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(
    at,
  );
  return (parts.find(({ type }) => type === 'timeZoneName')?.value ?? '').replace('GMT', 'UTC');
}

/** Mon, Tue, … or 周一, 周二, … of a trading day. */
export function weekdayOf(day: string, language: Language): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

const UNITS = {
  en: { day: ' d', hour: ' h', minute: ' min', second: ' s', gap: ' ' },
  zh: { day: ' 天', hour: ' 小时', minute: ' 分', second: ' 秒', gap: ' ' },
} as const;

/** `6 min`, `1 h 30 min`, `2 d 4 h`, `12 s`: at most two units, never negative. */
export function span(ms: number, language: Language): string {
  const unit = UNITS[language];
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}${unit.second}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10 && seconds % 60 !== 0)
    return `${minutes}${unit.minute}${unit.gap}${seconds % 60}${unit.second}`;
  if (minutes < 60) return `${minutes}${unit.minute}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined([hours, unit.hour], [minutes % 60, unit.minute], unit.gap);
  return joined([Math.floor(hours / 24), unit.day], [hours % 24, unit.hour], unit.gap);
}

function joined(first: readonly [number, string], second: readonly [number, string], gap: string): string {
  return second[0] === 0 ? first.join('') : `${first.join('')}${gap}${second.join('')}`;
}

/** `04:59`, `1:02:03`; with a minus sign once it is over. */
export function countdown(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const text = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return `${ms < 0 ? '−' : ''}${hours > 0 ? `${hours}:` : ''}${text}`;
}
