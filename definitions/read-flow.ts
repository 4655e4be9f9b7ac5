/** Documents of the kind `flow`. */
import type { ConnectorDocument, DeadlineDocument, FlowDocument, StartDocument } from './document.ts';
import { MOMENT, momentOf, STATES } from './read-checkpoint.ts';
import { STEP_NAME, STEPS } from './read-step.ts';
import { CONNECTOR_TRIGGERS, FLOW_TRIGGERS } from './read-triggers.ts';
import { documentName, label, SEVERITY, SPAN, SPLIT, TITLE } from './read-words.ts';
import { list, optional, record, required, shared, variants } from './schema.ts';
import { choice, expression, located, text, wholeNumber, word } from './schema-scalar.ts';

const PREVIOUS = optional('previous: on the trading day before', choice('day', ['previous']), null);

const START = variants<StartDocument>({
  what: 'a start',
  example: '{ by: "15:30" }',
  cases: {
    by: record({
      what: 'a start with by',
      example: '{ by: "15:30" }',
      fields: {
        by: required("the required start time, in the calendar's zone", MOMENT),
        day: PREVIOUS,
        grace: optional('how much later is still in time', SPAN, null),
        severity: optional('of start-timeout; default: warning', SEVERITY, null),
      },
      make: (values, { at, findings }): StartDocument | undefined => {
        const by = momentOf(values.by, values.day, findings);
        if (by === undefined) return undefined;
        return { at, kind: 'by', by, grace: values.grace, severity: values.severity };
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
        in: required('how long after it', SPAN),
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
        at: required("a time of the instance's day, or a moment such as `day.close + 20m`", MOMENT),
        day: PREVIOUS,
        severity: optional('of deadline; default: critical', SEVERITY, null),
      },
      make: (values, { at, findings }): DeadlineDocument | undefined => {
        const moment = momentOf(values.at, values.day, findings);
        return moment === undefined ? undefined : { at, kind: 'at', moment, severity: values.severity };
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
      from: required('the step that it leaves', located(word(STEP_NAME))),
      to: required('the step that it leads to', located(word(STEP_NAME))),
      when: optional(
        'the condition, an expression over the parameters of the step that it leaves; default: always',
        expression('a condition', "state != 'broken'", false),
        null,
      ),
      limit: optional('how often it may be taken in one instance', wholeNumber('limit', 1), null),
      on: optional('the trigger table: event → rules', CONNECTOR_TRIGGERS, []),
    },
    make: (values, { at }): ConnectorDocument => ({ at, ...values }),
  }),
);

/** A document of the kind `flow`. */
export const FLOW = record({
  what: 'a flow',
  example: '{ flow: settlement, steps: { receive: {} } }',
  fields: {
    flow: required('the name of the flow', documentName('flow', 'settlement')),
    title: optional('the name that people read', TITLE, null),
    group: optional(
      'the group it is shown and counted in',
      word(label('the name of a group', 'clearing')),
      null,
    ),
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
    states: optional('legal states of the flow itself: state → states that may follow', STATES, []),
    split: optional(
      'event: the start steps are offered, and the first to report wins',
      SPLIT,
      'all' as const,
    ),
    steps: required('the steps by name', STEPS),
    connectors: optional('the connectors between them', list(CONNECTOR, { maybeEmpty: true }), []),
    on: optional('the trigger table: event → rules', FLOW_TRIGGERS, []),
  },
  make: (values, { at }): FlowDocument => {
    const { flow, ...rest } = values;
    return { kind: 'flow', at, name: flow, ...rest };
  },
});
