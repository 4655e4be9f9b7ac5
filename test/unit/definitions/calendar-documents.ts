import {
  type CalendarDocument,
  type DayDocument,
  type Parsed,
  type Place,
  parseDateRange,
  parseTimeOfDay,
  type SessionDocument,
} from '../../../definitions/index.ts';

export const at: Place = { file: 'calendar.yaml', line: 1, column: 1 };

/** A calendar document that names nothing: every day, UTC. */
export function calendarDocument(keys: Partial<CalendarDocument> = {}): CalendarDocument {
  return {
    kind: 'calendar',
    at,
    name: 'test',
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
    ...keys,
  };
}

export function session(
  name: string,
  from: string,
  to: string,
  day: 'same' | 'next' = 'same',
): SessionDocument {
  return { at, name, from: time(from), to: time(to), day };
}

export function override(date: string, name: string, hours: { from?: string; to?: string }): DayDocument {
  const from = hours.from === undefined ? null : time(hours.from);
  const to = hours.to === undefined ? null : time(hours.to);
  return { at, date, sessions: [{ at, name, from, to }] };
}

export function time(text: string): number {
  return read(parseTimeOfDay(text));
}

export function ranges(...texts: string[]): { from: string; to: string }[] {
  return texts.map((text) => read(parseDateRange(text)));
}

function read<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** The Shanghai Futures Exchange in 2026: night sessions, a week of holidays in February and October, one half day. */
export const SHFE = calendarDocument({
  name: 'shfe',
  zone: { value: 'Asia/Shanghai', at },
  weekend: [6, 7],
  holidays: ranges('2026-01-01..2026-01-03', '2026-02-15..2026-02-23', '2026-10-01..2026-10-07'),
  noNight: ranges('2026-02-13', '2026-09-30'),
  sessions: [session('night', '21:00', '02:30', 'next'), session('day', '09:00', '15:00')],
  days: [override('2026-02-13', 'day', { to: '11:30' })],
  turn: time('20:00'),
  validUntil: { value: '2026-12-31', at },
});
