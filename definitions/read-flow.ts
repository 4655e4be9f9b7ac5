/** Documents of the kind `flow`. */
import type { ConnectorDocument, DeadlineDocument, FlowDocument, StartDocument } from './document.ts';
import type { Moment, Span } from './moment.ts';
import { MOMENT, momentOf, STATES } from './read-checkpoint.ts';
import { FLOW_LABELS } from './read-match.ts';
import { STEP_NAME, STEPS } from './read-step.ts';
import { CONNECTOR_TRIGGERS, FLOW_TRIGGERS } from './read-triggers.ts';
import { documentName, label, SEVERITY, SPAN, SPLIT, TITLE } from './read-words.ts';
import { list, shared } from './schema.ts';
import { optional, record, required, requiredOr, variants } from './schema-record.ts';
import { choice, expression, located, text, wholeNumber, word } from './schema-scalar.ts';

const PREVIOUS = optional('previous: on the trading day before', choice('day', ['previous']), null);

/** These stand where a moment or a duration could not be read; nothing is wrong with them. */
const MIDNIGHT: Moment = { kind: 'time', time: 0, day: 'same' };
const NO_TIME: Span = { days: 0, ms: 0 };

const START = variants<StartDocument>({
  what: 'a start',
  example: '{ by: "15:30" }',
  cases: {
    by: record({
      what: 'a start with by',
      example: '{ by: "15:30" }',
      fields: {
        by: requiredOr("the required start time, in the calendar's zone", MOMENT, null),
        day: PREVIOUS,
        grace: optional('how much later is still in time', SPAN, null),
        severity: optional('of start-timeout; default: warning', SEVERITY, null),
      },
      make: ({ by, day, grace, severity }, context): StartDocument => {
        const { at } = context;
        const moment = momentOf(by, { key: 'by', day }, context) ?? { value: MIDNIGHT, at };
        return { at, kind: 'by', by: moment, grace, severity };
      },
    }),
    after: record({
      what: 'a start with after',
      example: '{ after: pre-open, in: 10m }',
      fields: {
        after: required(
          'the flow whose commit, under the same key, makes this one expected',
          located(documentName('flow', 'pre-open')),
        ),
        in: requiredOr('how long after it', SPAN, NO_TIME),
        severity: optional('of start-timeout; default: warning', SEVERITY, null),
      },
      make: (values, { at }): StartDocument => ({ at, kind: 'after', ...values }),
    }),
  },
});

const DEADLINE = variants<DeadlineDocument>({
  what: 'a deadline',
  example: '{ at: "19:00" }',
  cases: {
    at: record({
      what: 'a deadline with at',
      example: '{ at: "19:00" }',
      fields: {
        at: requiredOr("a time of the instance's day, or a moment such as `day.close + 20m`", MOMENT, null),
        day: PREVIOUS,
        severity: optional('of deadline; default: critical', SEVERITY, null),
      },
      make: (values, context): DeadlineDocument | undefined => {
        const moment = momentOf(values.at, { key: 'at', day: values.day }, context);
        return moment === null
          ? undefined
          : { at: context.at, kind: 'at', moment, severity: values.severity };
      },
    }),
    in: record({
      what: 'a deadline with in',
      example: '{ in: 3h }',
      fields: {
        in: required('how long after the start', SPAN),
        severity: optional('of deadline; default: critical', SEVERITY, null),
      },
      make: (values, { at }): DeadlineDocument => ({ at, kind: 'in', ...values }),
    }),
  },
});

const CONNECTOR = shared(
  'connector',
  record({
    what: 'a connector',
    example: '{ from: receive, to: done }',
    fields: {
      from: requiredOr('the step that it leaves', located(word(STEP_NAME)), null),
      to: requiredOr('the step that it leads to', located(word(STEP_NAME)), null),
      when: optional(
        'the condition, an expression over the parameters of the step that it leaves; default: always',
        expression('a condition', "state != 'broken'", false),
        null,
      ),
      limit: optional('how often it may be taken in one instance', wholeNumber('limit', 1), null),
      on: optional('the trigger table: event → rules', CONNECTOR_TRIGGERS, []),
    },
    make: ({ from, to, ...rest }, { at }): ConnectorDocument => {
      const unread = { value: '', at };
      return { at, from: from ?? unread, to: to ?? unread, ...rest };
    },
  }),
);

/** A document of the kind `flow`. */
export const FLOW = record({
  what: 'a flow',
  example: '{ flow: settlement, steps: { receive: {} } }',
  fields: {
    flow: requiredOr('the name of the flow', documentName('flow', 'settlement'), ''),
    title: optional('the name that people read', TITLE, null),
    group: optional(
      'the group it is shown and counted in',
      word(label('the name of a group', 'clearing')),
      null,
    ),
    labels: optional('words that policies match and bring together by', FLOW_LABELS, {}),
    calendar: optional(
      'the calendar of its trading days; default: every day, UTC',
      located(documentName('calendar', 'shfe')),
      null,
    ),
    key: optional(
      'the key of an event that has none; with start.by the default is {tradingDay}',
      located(text('a key', '"clearing-{tradingDay}"', 256)),
      null,
    ),
    start: optional('when an instance must have started', START, null),
    deadline: optional('when an instance must have ended', DEADLINE, null),
    disorder: optional('the tolerance for events that overtake each other; default: none', SPAN, null),
    abandon: optional('without an event for so long, an instance ends; default: 30d', SPAN, null),
    source: optional(
      'the flow by which the source of its events is heard; while that is late, lateness here is its consequence',
      located(documentName('flow', 'ctp-feed')),
      null,
    ),
    states: optional('legal states of the flow itself: state → states that may follow', STATES, []),
    split: optional(
      'event: the start steps are offered, and the first to report wins',
      SPLIT,
      'all' as const,
    ),
    steps: requiredOr('the steps by name', STEPS, []),
    connectors: optional('the connectors between them', list(CONNECTOR, { maybeEmpty: true }), []),
    on: optional('the trigger table: event → rules', FLOW_TRIGGERS, []),
  },
  make: (values, { at }): FlowDocument => {
    const { flow, ...rest } = values;
    return { kind: 'flow', at, name: flow, ...rest };
  },
});
