/** When something holds: hours of the day or sessions, days, and dates. Shared by routes, duty and maintenance. */
import { type DateRange, type Parsed, parseDay, parseTimeOfDay, parseWeekday } from './moment.ts';
import type { DayChoice, DayWindow } from './policy-document.ts';
import { list, shared } from './schema.ts';
import { optional } from './schema-record.ts';
import { located, parsed } from './schema-scalar.ts';

const SESSION = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Reads `08:30-17:00` (past midnight where it ends before it begins), the name of a session, or `trading`: any session. */
export function parseWindow(text: string): Parsed<DayWindow> {
  if (text === 'trading') return { ok: true, value: { kind: 'session', session: null } };
  if (SESSION.test(text)) return { ok: true, value: { kind: 'session', session: text } };
  const ends = text.split('-');
  if (ends.length !== 2) {
    const message = `"${text}" is no part of a day: write hours as in "08:30-17:00", the name of a session, or trading`;
    return { ok: false, message };
  }
  const from = parseTimeOfDay((ends[0] ?? '').trim());
  if (!from.ok) return from;
  const to = parseTimeOfDay((ends[1] ?? '').trim());
  if (!to.ok) return to;
  if (from.value === to.value)
    return { ok: false, message: `"${text}" ends when it begins: leave it out for the whole day` };
  return { ok: true, value: { kind: 'hours', from: from.value, to: to.value } };
}

function parseDayChoice(text: string): Parsed<DayChoice> {
  if (text === 'trading' || text === 'non-trading') return { ok: true, value: text };
  const day = parseWeekday(text);
  return day.ok ? day : { ok: false, message: `${day.message}, or trading or non-trading` };
}

const WINDOW = shared(
  'window',
  parsed({
    what: 'a part of a day',
    example: '"08:30-17:00"',
    code: 'bad-window',
    parse: parseWindow,
    schema: { description: 'hours as in "08:30-17:00", the name of a session, or trading for any session' },
  }),
);

const DAY_CHOICE = parsed({
  what: 'a day',
  example: 'mon',
  code: 'bad-weekday',
  parse: parseDayChoice,
  schema: { enum: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'trading', 'non-trading'] },
});

/** The shape of one date. */
export const ONE_DATE = parsed<DateRange['from']>({
  what: 'a date',
  example: '2026-12-31',
  code: 'bad-date',
  parse: parseDay,
  schema: { pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
});

/** The keys that say when something holds. */
export const TIMES = {
  during: optional('hours, sessions or trading; default: the whole day', list(located(WINDOW)), []),
  days: optional('weekdays, trading or non-trading; default: every day', list(DAY_CHOICE), []),
  from: optional('the first date', ONE_DATE, null),
  until: optional('the last date', ONE_DATE, null),
};
