/** Documents of the kind `test`: what came in a timeline, and what is expected to have come of it. */
import { EVENT_KINDS, parseTime, type Value } from '../checkpoints/index.ts';
import { parseDay, parseMoment } from './moment.ts';
import type { Located, Place } from './place.ts';
import { STEP_NAME } from './read-step.ts';
import { documentName, label, PARAM_NAME, plainName, SEVERITY, SPAN, TITLE } from './read-words.ts';
import { list, named, type Shape, shared, turned } from './schema.ts';
import { type Context, optional, record, required, variants } from './schema-record.ts';
import {
  choice,
  flag,
  literal,
  located,
  onlyTrue,
  parsed,
  text,
  wholeNumber,
  word,
} from './schema-scalar.ts';
import type {
  AlarmPattern,
  ExpectationDocument,
  NoticePattern,
  StepExpectation,
  TestDocument,
  TestEntryDocument,
  TestParamDocument,
  TestTime,
} from './test-document.ts';

const TIME: Shape<Located<TestTime>> = shared(
  'test-time',
  located(
    parsed<TestTime>({
      what: 'a time',
      example: '"15:10"',
      code: 'bad-time',
      parse: (source) => {
        if (/^\d{4}-\d\d-\d\d/.test(source)) {
          const time = parseTime(source);
          return typeof time === 'number'
            ? { ok: true, value: { kind: 'instant', time } }
            : { ok: false, message: `${source} ${time}` };
        }
        const moment = parseMoment(source);
        return moment.ok ? { ok: true, value: { kind: 'moment', moment: moment.value } } : moment;
      },
      schema: {
        description: 'a time of the trading day ("15:10", day.close + 20m), or RFC 3339 with an offset',
      },
    }),
  ),
);

const DAY = located(
  parsed({
    what: 'a trading day',
    example: '2026-09-30',
    code: 'bad-date',
    parse: (source) =>
      source === 'previous' || source === 'next'
        ? { ok: true as const, value: source as 'previous' | 'next' }
        : parseDay(source),
    schema: { pattern: '^(previous|next|\\d{4}-\\d{2}-\\d{2})$' },
  }),
);

const FLOW_NAME = located(documentName('flow', 'settlement'));
const KEY = located(text('a key', 'clearing-2026-09-30', 256));
const STEP = located(word(STEP_NAME));
const STATE = located(word(label('the name of a state', 'received')));
const ALARM_NAME = word(label('the name of an alarm', 'short-transfer'));

const PARAMS: Shape<readonly TestParamDocument[]> = shared(
  'test-params',
  turned(
    named({ what: 'values of parameters', rule: PARAM_NAME, item: literal('a value', null, '0') }),
    (params) => params.map(({ name, at, value }) => ({ name, at, value: value as Value })),
  ),
);

const WHEN_FIELDS = {
  at: optional('when: a time of the trading day, or an instant', TIME, null),
  after: optional('how long after the entry before it', SPAN, null),
  day: optional("previous, next or a date: the trading day of `at`, where it is not the test's", DAY, null),
};

const SUBJECT_FIELDS = {
  flow: optional("the flow, where it is not the test's", FLOW_NAME, null),
  key: optional("the key, where it is not the test's", KEY, null),
};

const ACT_FIELDS = {
  reason: optional('why', text('a reason', 'holiday', 500), 'test'),
  by: optional('who', text('a name', 'Li Na', 128), 'test'),
};

const EVENT = record({
  what: 'an event of a test',
  example: '{ at: "15:10", step: receive, event: committed }',
  fields: {
    ...WHEN_FIELDS,
    ...SUBJECT_FIELDS,
    step: optional('the step, or its `as`; left out for an event about the flow itself', STEP, null),
    event: optional(
      'what happened; default: state or params where it has those',
      choice('an event', EVENT_KINDS),
      null,
    ),
    state: optional('the new state', STATE, null),
    params: optional('values of parameters', PARAMS, []),
    time: optional('when it happened, where that is not when it came', TIME, null),
    id: optional('its id; default: one of its own', located(text('an id', 'e-1', 128)), null),
    message: optional('a message for people', text('a message', 'disk full'), null),
    source: optional('where it comes from', text('a source', 'clearing-01', 256), null),
    rejected: optional('it is to be rejected', onlyTrue('rejected'), false as const),
  },
  make: (values, context): TestEntryDocument | undefined => {
    const { at, after, day, ...rest } = values;
    const event = rest.event ?? (rest.state !== null ? 'state' : rest.params.length > 0 ? 'params' : null);
    if (event === null && !context.lost.has('event') && context.lost.size === 0) {
      const message = 'an entry of a timeline is an event, an act or an expectation: add `event: committed`';
      context.findings.error(context.at, 'missing-key', message);
      context.spoil('event');
    }
    return entry({ at, after, day }, context, { ...rest, kind: 'event', event });
  },
});

const WAIVE = record({
  what: 'a waiver',
  example: '{ reason: holiday }',
  maybeEmpty: true,
  fields: {
    ...SUBJECT_FIELDS,
    step: optional('the step; default: the whole instance', STEP, null),
    ...ACT_FIELDS,
  },
  make: (values) => values,
});

const CLOSE = record({
  what: 'a closing of an alarm',
  example: '{ alarm: out-of-order }',
  fields: {
    ...SUBJECT_FIELDS,
    alarm: required('the alarm that is closed', located(ALARM_NAME)),
    step: optional('the step of the alarm', STEP, null),
    ...ACT_FIELDS,
  },
  make: (values) => values,
});

const STEP_STATUS = choice('the status of a step', [
  'idle',
  'active',
  'running',
  'committed',
  'failed',
  'withdrawn',
]);

const STEP_RECORD = record({
  what: 'what is expected of a step',
  example: '{ status: committed, state: received }',
  fields: {
    status: optional('its status', STEP_STATUS, null),
    state: optional('its state', STATE, null),
    visits: optional('how often it was visited', wholeNumber('visits', 0), null),
    params: optional('values of its parameters', PARAMS, []),
  },
  make: (values, { at }): Omit<StepExpectation, 'name'> => ({ at, ...values }),
});

const STEP_EXPECTED: Shape<Omit<StepExpectation, 'name'>> = shared(
  'test-step',
  either(STEP_RECORD, STEP_STATUS, (status, at) => ({ at, status, state: null, visits: null, params: [] })),
);

const SOURCES = [
  ...['start-timeout', 'deadline', 'timer', 'expression', 'illegal-state', 'out-of-order', 'loop-limit'],
  ...['dead-end', 'exception', 'threshold', 'stale', 'expression-error'],
];

const ALARM_RECORD = record({
  what: 'an alarm that is expected',
  example: '{ alarm: short-transfer, severity: critical }',
  fields: {
    alarm: required('its name', ALARM_NAME),
    step: optional('its step', STEP, null),
    severity: optional('its severity', SEVERITY, null),
    source: optional('what raised it', choice('a source', SOURCES), null),
    count: optional('how often it was raised', wholeNumber('count', 1), null),
    text: optional('stands somewhere in its text', text('a part of a text', '90 of 100'), null),
    raised: optional('when it was raised', TIME, null),
  },
  make: (values, { at }): AlarmPattern => ({ at, ...values }),
});

const ALARM: Shape<AlarmPattern> = shared(
  'test-alarm',
  either(ALARM_RECORD, ALARM_NAME, (alarm, at) => ({
    ...{ at, alarm, step: null, severity: null, source: null },
    ...{ count: null, text: null, raised: null },
  })),
);

const CHANNEL_NAME = word(plainName('the name of a channel', 'on-call'));

const NOTICE: Shape<NoticePattern> = shared(
  'test-notice',
  either(
    record({
      what: 'a notice that is expected',
      example: '{ channel: on-call, text: late }',
      fields: {
        channel: required('the channel', CHANNEL_NAME),
        to: optional('whom it goes to', text('a person or group', 'Li Na', 256), null),
        text: optional('stands somewhere in its text', text('a part of a text', 'is late'), null),
      },
      make: (values, { at }): NoticePattern => ({ at, ...values }),
    }),
    CHANNEL_NAME,
    (channel, at) => ({ at, channel, to: null, text: null }),
  ),
);

const ALARMS = list(ALARM, { maybeEmpty: true });

const EXPECTATION = shared(
  'test-expectation',
  record({
    what: 'an expectation',
    example: '{ status: running, raised: short-transfer }',
    fields: {
      ...SUBJECT_FIELDS,
      status: optional(
        'status of the instance; none: there is no such instance',
        choice('a status', ['expected', 'running', 'committed', 'failed', 'abandoned', 'none']),
        null,
      ),
      health: optional(
        'health of the instance',
        choice('a health', ['normal', 'running', 'warning', 'critical', 'unknown']),
        null,
      ),
      deviated: optional('whether it has left its definition', flag('deviated'), null),
      state: optional('the state of the flow itself', STATE, null),
      steps: optional(
        'what is expected of its steps: a status, or more',
        turned(named({ what: 'steps', rule: STEP_NAME, item: STEP_EXPECTED }), (steps) =>
          steps.map(({ name, at, value }): StepExpectation => ({ ...value, name, at })),
        ),
        [],
      ),
      alarms: optional('all alarms raised so far, and no others', ALARMS, null),
      open: optional('all alarms that are open, and no others', ALARMS, null),
      raised: optional('alarms that were raised, among others', ALARMS, []),
      'not-raised': optional('alarms that were not raised', ALARMS, []),
      cleared: optional('alarms that were raised and have cleared', ALARMS, []),
      notified: optional('notices that were sent, among others', list(NOTICE, { maybeEmpty: true }), []),
      'not-notified': optional('notices that were not sent', list(NOTICE, { maybeEmpty: true }), []),
      published: optional(
        'subjects that its rules have published on',
        list(located(text('a subject', 'clearing.done', 256)), { maybeEmpty: true }),
        [],
      ),
    },
    make: (values, { at }): ExpectationDocument => {
      const { 'not-raised': notRaised, 'not-notified': notNotified, ...rest } = values;
      return { at, notRaised, notNotified, ...rest };
    },
  }),
);

const EXPECTATIONS = list(EXPECTATION, { atLeastOne: true });

const ENTRY = shared(
  'test-entry',
  variants<TestEntryDocument>({
    what: 'an entry of a timeline',
    example: '{ at: "15:10", step: receive, event: committed }',
    cases: {
      expect: record({
        what: 'an expectation at a time',
        example: '{ at: "15:20", expect: { raised: stalled } }',
        fields: { ...WHEN_FIELDS, expect: required('what is to hold then', EXPECTATIONS) },
        make: ({ at, after, day, expect }, context): TestEntryDocument =>
          entry({ at, after, day }, context, { kind: 'expect', expect }),
      }),
      waive: record({
        what: 'a waiver',
        example: '{ at: "09:00", waive: { reason: holiday } }',
        fields: { ...WHEN_FIELDS, waive: required('what is excused, and why', WAIVE) },
        make: ({ at, after, day, waive }, context): TestEntryDocument =>
          entry({ at, after, day }, context, { kind: 'waive', ...waive }),
      }),
      unwaive: record({
        what: 'a waiver taken back',
        example: '{ at: "09:30", unwaive: { reason: no holiday } }',
        fields: { ...WHEN_FIELDS, unwaive: required('what is no longer excused, and why', WAIVE) },
        make: ({ at, after, day, unwaive }, context): TestEntryDocument =>
          entry({ at, after, day }, context, { kind: 'unwaive', ...unwaive }),
      }),
      close: record({
        what: 'an alarm closed by hand',
        example: '{ at: "16:00", close: { alarm: out-of-order } }',
        fields: { ...WHEN_FIELDS, close: required('the alarm', CLOSE) },
        make: ({ at, after, day, close }, context): TestEntryDocument =>
          entry({ at, after, day }, context, { kind: 'close', ...close }),
      }),
    },
    otherwise: EVENT,
  }),
);

/** A document of the kind `test`. */
export const TEST = record({
  what: 'a test',
  example: '{ test: late-file, flow: settlement }',
  fields: {
    test: required('the name of the test', documentName('test', 'late-file')),
    title: optional('what it shows, for people', TITLE, null),
    flow: optional('the flow it is about; default: the only one there is', FLOW_NAME, null),
    key: optional("the key of its instance; default: the flow's for the day", KEY, null),
    day: optional(
      'the trading day of its times',
      located(
        parsed({
          what: 'a trading day',
          example: '2026-09-30',
          code: 'bad-date',
          parse: parseDay,
          schema: { pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
        }),
      ),
      null,
    ),
    from: optional('where the clock begins; default: with the trading day', TIME, null),
    timeline: optional('what comes, in the order of time', list(ENTRY, { maybeEmpty: true }), []),
    expect: optional('what is to hold at the end', EXPECTATIONS, []),
    until: optional('where the clock ends; default: with the last entry', TIME, null),
  },
  make: (values, { at }): TestDocument => {
    const { test, ...rest } = values;
    return { kind: 'test', at, name: test, ...rest };
  },
});

type Rest<T> = T extends unknown ? Omit<T, 'place' | 'when' | 'lost'> : never;

function entry(
  when: TestEntryDocument['when'],
  context: Context,
  rest: Rest<TestEntryDocument>,
): TestEntryDocument {
  if (when.at !== null && when.after !== null) {
    const message = 'at and after cannot stand together: keep one of them';
    context.findings.error(context.place('after'), 'misplaced-key', message);
    context.spoil('after');
  }
  if (when.day !== null && when.at === null && !context.lost.has('at')) {
    const message = 'day goes with at only: add `at: "15:10"`, or remove day';
    context.findings.error(context.place('day'), 'misplaced-key', message);
    context.spoil('day');
  }
  return { place: context.at, when, ...rest };
}

/** A mapping, or one word that stands for one of its keys. */
function either<T, S>(full: Shape<T>, short: Shape<S>, make: (value: S, at: Place) => T): Shape<T> {
  const turn = turned(short, (value, at) => make(value, at));
  return {
    what: full.what,
    example: short.example,
    read: (tree, findings) => (tree.kind === 'scalar' ? turn : full).read(tree, findings),
    describe: (defs) => ({ anyOf: [short.describe(defs), full.describe(defs)] }),
  };
}
