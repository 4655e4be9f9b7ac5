/** Documents of the kind `policy`: people and duty, routes with their levels, and how alarms are brought together. */
import type { Parsed } from './moment.ts';
import type {
  DutyEntryDocument,
  FeedDocument,
  LevelDocument,
  LimitDocument,
  MaintenanceDocument,
  PersonDocument,
  PolicyDocument,
  RiseDocument,
  RouteDocument,
  StormDocument,
} from './policy-document.ts';
import { MATCH } from './read-match.ts';
import { ONE_DATE, TIMES } from './read-times.ts';
import { documentName, plainName, SEVERITY, SPAN, TIME_OF_DAY, TITLE } from './read-words.ts';
import { list, named, turned } from './schema.ts';
import { optional, record, requiredOr, variants } from './schema-record.ts';
import { choice, located, parsed, text, wholeNumber, word } from './schema-scalar.ts';

const PERSON_NAME = plainName('the name of a person', 'li-wei');
const WHO = list(located(word(plainName('the name of a person, team or duty', 'li-wei'))), {
  atLeastOne: true,
});
const OVER = list(located(word(plainName('the name of a channel', 'desk'))), { atLeastOne: true });
const NO_TIME = { days: 0, ms: 0 };

const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['item', ['flow', 'key', 'step', 'name']],
  ['checkpoint', ['flow', 'step']],
  ['instance', ['flow', 'key']],
  ['system', ['group']],
]);
const FIELDS = ['flow', 'key', 'step', 'name', 'source', 'severity', 'group', 'day'];

/** Reads what alarms are brought together by: `item`, `checkpoint`, `instance`, `system`, a field, or `label.NAME`. */
function parseField(text: string): Parsed<readonly string[]> {
  const known = WORDS.get(text);
  if (known !== undefined) return { ok: true, value: known };
  if (FIELDS.includes(text) || /^label\.\S+$/.test(text)) return { ok: true, value: [text] };
  const words = [...WORDS.keys(), ...FIELDS, 'label.NAME'].join(', ');
  return { ok: false, message: `alarms are not brought together by "${text}": write one of ${words}` };
}

const BY = turned(
  list(
    parsed({
      what: 'what alarms are brought together by',
      example: 'instance',
      code: 'unknown-word',
      parse: parseField,
      schema: { pattern: `^(${[...WORDS.keys(), ...FIELDS].join('|')}|label\\.\\S+)$` },
    }),
    { atLeastOne: true },
  ),
  (fields): readonly string[] => [...new Set(fields.flat())],
);

const GROUPING = {
  by: optional('what alarms are brought together by; default: instance', BY, null),
  wait: optional('how long a new trouble waits for what belongs to it; default: 30s', SPAN, null),
  interval: optional('the least time between two notices of a trouble; default: 5m', SPAN, null),
  repeat: optional(
    'told again after so long, while nobody has acknowledged it; 0s: never; default: 4h',
    SPAN,
    null,
  ),
};

const LEVEL = record({
  what: 'a level',
  example: '{ to: clearing-desk, over: desk }',
  fields: {
    after: optional('how long after the trouble was first told, while nobody acknowledges it', SPAN, NO_TIME),
    to: optional('persons, teams, duties; backup or head of those told before', WHO, []),
    over: requiredOr('the channels', OVER, []),
  },
  make: (values, { at }): LevelDocument => ({ at, ...values }),
});

const ROUTE = record({
  what: 'a route',
  example: '{ match: { severity: critical }, levels: { over: desk } }',
  fields: {
    match: optional('the alarms that take it; default: all', MATCH, null),
    ...TIMES,
    ...GROUPING,
    levels: requiredOr('who is told, in which order', list(LEVEL, { atLeastOne: true }), []),
  },
  make: (values, { at }): RouteDocument => ({ at, ...values }),
});

const FEED = record({
  what: 'a feed',
  example: '{ over: traps }',
  fields: {
    match: optional('the alarms that go there; default: all', MATCH, null),
    over: requiredOr('the channels', OVER, []),
  },
  make: (values, { at }): FeedDocument => ({ at, ...values }),
});

const RISE = record({
  what: 'a rise',
  example: '{ after: 30m, to: critical }',
  fields: {
    match: optional('the alarms whose severity rises; default: all', MATCH, null),
    after: requiredOr('how long after it was raised, while nobody acknowledges it', SPAN, NO_TIME),
    to: requiredOr('the severity from then on', SEVERITY, 'critical' as const),
  },
  make: (values, { at }): RiseDocument => ({ at, ...values }),
});

const MAINTENANCE = record({
  what: 'a maintenance',
  example: '{ match: { flow: backup }, days: sat, during: "02:00-04:00", reason: weekly backup }',
  fields: {
    match: requiredOr('the alarms that nobody is told of then', MATCH, null),
    ...TIMES,
    reason: requiredOr('why', text('a reason', 'weekly backup', 500), ''),
  },
  make: ({ match, ...values }, { at }): MaintenanceDocument | undefined =>
    match === null ? undefined : { at, match, ...values },
});

const limitFields = (over: string) => ({
  over: requiredOr(over, wholeNumber('over', 1), 1),
  within: requiredOr('within which time', SPAN, NO_TIME),
  calm: requiredOr('until there was none for so long', SPAN, NO_TIME),
});

const FLAPPING = record({
  what: 'a limit of flapping',
  example: '{ over: 5, within: 30m, calm: 30m }',
  fields: limitFields('raised more often than'),
  make: (values): LimitDocument => values,
});

const STORM = record({
  what: 'a limit of storms',
  example: '{ over: 50, within: 1m, calm: 5m }',
  fields: {
    ...limitFields('more new troubles than'),
    gather: optional('how long a storm that begins waits for what else comes; default: 15s', SPAN, null),
    every: optional('the least time between two summaries; default: 5m', SPAN, null),
  },
  make: (values): StormDocument => values,
});

const PERSON = record({
  what: 'a person',
  example: '{ addresses: { desk: li-wei } }',
  maybeEmpty: true,
  fields: {
    title: optional('the name that people read', TITLE, null),
    addresses: optional(
      'the address per channel: a mailbox, a user id',
      named({
        what: 'the mapping of addresses',
        rule: plainName('the name of a channel', 'desk'),
        item: text('an address', 'li.wei@example.com', 256),
      }),
      [],
    ),
    language: optional(
      'of what this person alone is told: a mail, an application message; default: that of the channel',
      choice('language', ['en', 'zh', 'both']),
      null,
    ),
    backup: optional('who stands in for this person', located(word(PERSON_NAME)), null),
    head: optional('the head of the department', located(word(PERSON_NAME)), null),
  },
  make: (values, { at }): Omit<PersonDocument, 'name'> => ({ at, ...values }),
});

const DUTY_ENTRY = variants<DutyEntryDocument>({
  what: 'an entry of a duty',
  example: '{ who: li-wei, during: "08:30-17:00" }',
  cases: {
    who: record({
      what: 'an entry of a duty',
      example: '{ who: li-wei, during: "08:30-17:00" }',
      fields: { who: requiredOr('persons or teams', WHO, []), ...TIMES },
      make: (values, { at }): DutyEntryDocument => ({ kind: 'who', at, ...values }),
    }),
    rota: record({
      what: 'a rota',
      example: '{ rota: [li-wei, wang-fang], each: 7d, since: 2026-11-02 }',
      fields: {
        rota: requiredOr('persons or teams that take turns', WHO, []),
        each: requiredOr('how many days a turn lasts', SPAN, { days: 1, ms: 0 }),
        since: requiredOr('the date on which the first begins', ONE_DATE, '1970-01-01'),
        turn: optional('the time of day at which they change; default: "00:00"', TIME_OF_DAY, 0),
        ...TIMES,
      },
      make: (values, { at, place, findings, spoil }): DutyEntryDocument => {
        const { each } = values;
        if (each.ms !== 0 || each.days === 0) {
          findings.error(place('each'), 'bad-duration', 'a turn of a rota lasts whole days: write 1d or 7d');
          spoil('each');
        }
        return { kind: 'rota', at, ...values, each: { days: Math.max(1, each.days), ms: 0 } };
      },
    }),
  },
});

/** A document of the kind `policy`. */
export const POLICY = record({
  what: 'a policy',
  example: '{ policy: operations }',
  fields: {
    policy: requiredOr('the name of the policy', documentName('policy', 'operations'), ''),
    title: optional('the name that people read', TITLE, null),
    order: optional(
      'of several policies that match the lowest takes the alarm; default: 0',
      wholeNumber('order', 0),
      0,
    ),
    calendar: optional(
      'the calendar of its hours, sessions and trading days; default: every day, UTC',
      located(documentName('calendar', 'shfe')),
      null,
    ),
    match: optional('the alarms that this policy takes; default: all', MATCH, null),
    ...GROUPING,
    flapping: optional(
      'an alarm raised more often than this is told as flapping once, then no more until it is calm',
      FLAPPING,
      null,
    ),
    storm: optional('more new troubles than this are told as one summary', STORM, null),
    rise: optional('severities that rise with time', list(RISE, { maybeEmpty: true }), []),
    people: optional(
      'persons, known to all policies',
      turned(named({ what: 'the mapping of people', rule: PERSON_NAME, item: PERSON }), (people) =>
        people.map(({ name, value }): PersonDocument => ({ ...value, name })),
      ),
      [],
    ),
    teams: optional(
      'groups of persons, known to all policies',
      turned(
        named({
          what: 'the mapping of teams',
          rule: plainName('the name of a team', 'clearing-team'),
          item: WHO,
        }),
        (teams) => teams.map(({ at, name, value }) => ({ at, name, members: value })),
      ),
      [],
    ),
    duty: optional(
      'who is on duty when: the first entry that fits, known to all policies',
      turned(
        named({
          what: 'the mapping of duties',
          rule: plainName('the name of a duty', 'clearing-desk'),
          item: list(DUTY_ENTRY, { atLeastOne: true }),
        }),
        (duties) => duties.map(({ at, name, value }) => ({ at, name, entries: value })),
      ),
      [],
    ),
    maintenance: optional('times at which nobody is told', list(MAINTENANCE, { maybeEmpty: true }), []),
    routes: optional('the first route that matches is taken', list(ROUTE, { maybeEmpty: true }), []),
    feeds: optional(
      'channels for machines, given every alarm by itself as it is raised and cleared',
      list(FEED, { maybeEmpty: true }),
      [],
    ),
  },
  make: ({ policy, ...rest }, { at }): PolicyDocument => ({ kind: 'policy', at, name: policy, ...rest }),
});
