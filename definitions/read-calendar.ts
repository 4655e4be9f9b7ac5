/** Documents of the kind `calendar`. Whether its dates and sessions agree with each other is for the calendar to say. */
import type { CalendarDocument, DayDocument, SessionDocument } from './document.ts';
import { lacking } from './lost.ts';
import { parseDateRange, parseDay, parseWeekday } from './moment.ts';
import { DATE, documentName, stepName, TIME_OF_DAY, TITLE } from './read-words.ts';
import { list, named, shared, turned, withName } from './schema.ts';
import { optional, record, requiredOr } from './schema-record.ts';
import { choice, located, parsed, text } from './schema-scalar.ts';

const SESSION_NAME = stepName('the name of a session', 'night');

const WEEKDAY = parsed({
  what: 'a day of the week',
  example: 'sat',
  code: 'bad-weekday',
  parse: parseWeekday,
  schema: { enum: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
});

const DAY_SCHEMA = '\\d{4}-\\d{2}-\\d{2}';

const DATES = shared(
  'dates',
  list(
    parsed({
      what: 'a date or a range of dates',
      example: '2026-10-05..2026-10-07',
      code: 'bad-date',
      parse: parseDateRange,
      schema: { pattern: `^${DAY_SCHEMA}(\\s*\\.\\.\\s*${DAY_SCHEMA})?$` },
    }),
    { maybeEmpty: true },
  ),
);

const SESSIONS = turned(
  named({
    what: 'the mapping of sessions',
    rule: SESSION_NAME,
    item: record({
      what: 'a session',
      example: '{ from: "09:00", to: "15:00" }',
      fields: {
        from: requiredOr('when it opens', TIME_OF_DAY, 0),
        to: requiredOr('when it closes; earlier than `from` is past midnight', TIME_OF_DAY, 0),
        day: optional('next: it belongs to the next trading day', choice('day', ['next']), 'same' as const),
      },
      make: (values, { at }): Omit<SessionDocument, 'name'> => ({ at, ...values }),
    }),
  }),
  (sessions) => sessions.map(withName),
);

type Change = Omit<DayDocument['sessions'][number], 'name'>;

const DAYS = turned(
  named({
    what: 'the mapping of days',
    rule: DATE,
    item: named({
      what: 'a day with other sessions',
      rule: SESSION_NAME,
      atLeastOne: true,
      item: record({
        what: 'a session of a day',
        example: '{ to: "11:30" }',
        fields: {
          from: optional('when it opens on this day', TIME_OF_DAY, null),
          to: optional('when it closes on this day', TIME_OF_DAY, null),
        },
        make: (values, { at, findings, lost }): Change | undefined => {
          if (values.from !== null || values.to !== null || lost.size > 0) return { at, ...values };
          const message = 'a session of a day needs from or to: add `to: "11:30"`, or remove the session';
          findings.error(at, 'missing-key', message);
          return undefined;
        },
      }),
    }),
  }),
  (days): readonly DayDocument[] =>
    days.map(({ at, name, value, legal }) =>
      lacking<DayDocument>({ at, date: name, sessions: value.map(withName) }, legal ? [] : ['name']),
    ),
);

/** A document of the kind `calendar`. */
export const CALENDAR = record({
  what: 'a calendar',
  example: '{ calendar: shfe }',
  fields: {
    calendar: requiredOr('the name of the calendar', documentName('calendar', 'shfe'), ''),
    title: optional('the name that people read', TITLE, null),
    zone: optional('the time zone; default: UTC', located(text('a time zone', 'Asia/Shanghai', 64)), null),
    weekend: optional('days of the week without trading', list(WEEKDAY, { maybeEmpty: true }), []),
    holidays: optional('dates that are no trading days', DATES, []),
    workdays: optional('trading days in spite of the weekend', DATES, []),
    'no-night': optional('evenings without a night session', DATES, []),
    sessions: optional('the sessions of a trading day', SESSIONS, []),
    days: optional('trading days whose sessions differ', DAYS, []),
    turn: optional('from then on the next trading day counts', TIME_OF_DAY, null),
    'valid-until': optional(
      'the last day that the dates were entered for',
      located(
        parsed({
          what: 'a date',
          example: '2026-12-31',
          code: 'bad-date',
          parse: parseDay,
          schema: DATE.schema,
        }),
      ),
      null,
    ),
  },
  make: (values, { at }): CalendarDocument => {
    const { calendar, 'no-night': noNight, 'valid-until': validUntil, ...rest } = values;
    return { kind: 'calendar', at, name: calendar, noNight, validUntil, ...rest };
  },
});
