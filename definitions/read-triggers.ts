/** Trigger tables, `on`: event → rules, each with a condition and its actions. */
import { closest } from './closest.ts';
import type { RuleDocument, TriggerDocument } from './document.ts';
import { lacking } from './lost.ts';
import { action } from './read-actions.ts';
import { shown } from './read-text.ts';
import { plainName } from './read-words.ts';
import { isEmpty, list, named, type Shape, shared, turned, type WordRule } from './schema.ts';
import { NOTHING } from './schema-reading.ts';
import { optional, record, requiredOr } from './schema-record.ts';
import { expression } from './schema-scalar.ts';

const STEP_EVENTS = [
  ...['activated', 'state', 'params', 'exception', 'committed', 'withdrawn'],
  ...['illegal-state', 'out-of-order', 'loop-limit', 'dead-end', 'expression-error'],
];
const GATE_EVENTS = ['activated', 'committed', 'withdrawn', 'loop-limit', 'dead-end', 'expression-error'];
const FLOW_EVENTS = [
  ...['created', 'activated', 'state', 'exception', 'committed', 'start-timeout', 'deadline'],
  ...['illegal-state', 'expression-error'],
];
const CONNECTOR_EVENTS = ['evaluated', 'taken', 'refused'];

const TIMER_NAME = plainName('the name of a timer', 'stalled');

/** The trigger table of a checkpoint type or of a step that is a checkpoint. */
export const STEP_TRIGGERS = triggers({
  of: 'a step',
  events: STEP_EVENTS,
  timers: true,
  rule: rule('rule', action()),
});

/** The trigger table of a nested flow's step, which has timers and no parameters. */
export const NESTED_TRIGGERS = triggers({
  of: 'a nested flow',
  events: STEP_EVENTS,
  timers: true,
  rule: rule('nested-rule', action(['set'], 'since a nested flow has no parameters as a step')),
});

/** The trigger table of a gate, which has neither timers nor parameters and gets no events from outside. */
export const GATE_TRIGGERS = triggers({
  of: 'a gate',
  events: GATE_EVENTS,
  timers: false,
  rule: rule(
    'gate-rule',
    action(['set', 'start-timer', 'cancel-timer'], 'since a gate has neither parameters nor timers'),
  ),
});

/** The trigger table of a flow. */
export const FLOW_TRIGGERS = triggers({
  of: 'a flow',
  events: FLOW_EVENTS,
  timers: false,
  rule: rule(
    'flow-rule',
    action(
      ['set', 'start-timer', 'cancel-timer'],
      'since a flow has neither parameters nor timers of its own',
    ),
  ),
});

/** The trigger table of a connector. */
export const CONNECTOR_TRIGGERS = triggers({
  of: 'a connector',
  events: CONNECTOR_EVENTS,
  timers: false,
  rule: rule('rule', action()),
});

function rule(name: string, one: ReturnType<typeof action>): Shape<RuleDocument> {
  return shared(
    name,
    record({
      what: 'a rule',
      example: '{ do: { alarm: short-transfer } }',
      fields: {
        when: optional(
          'the condition, an expression; default: always',
          expression('a condition', 'PIN < POUT', false),
          null,
        ),
        do: requiredOr('the actions, in their order', list(one, { atLeastOne: true }), []),
      },
      make: (values, { at }) => ({ at, when: values.when, actions: values.do }),
    }),
  );
}

function triggers(options: {
  readonly of: string;
  readonly events: readonly string[];
  readonly timers: boolean;
  readonly rule: Shape<RuleDocument>;
}): Shape<readonly TriggerDocument[]> {
  const table = named({
    what: `the trigger table of ${options.of}`,
    rule: eventRule(options),
    item: rules(options.rule),
    closed: true,
  });
  return turned(table, (events) =>
    events.map(({ at, name, value, legal }) =>
      lacking<TriggerDocument>({ at, event: name, rules: value }, legal ? [] : ['name']),
    ),
  );
}

/** The rules for one event. Nothing after the colon could mean both of two things, so it is refused. */
function rules(one: Shape<RuleDocument>): Shape<readonly RuleDocument[]> {
  const shape = list(one);
  return {
    ...shape,
    read: (tree, findings) => {
      if (!isEmpty(tree)) return shape.read(tree, findings);
      const message = `rules are missing here: add one, such as ${shape.example}, or write [] to silence the event`;
      findings.error(tree.at, 'missing-rules', message);
      return NOTHING;
    },
  };
}

function eventRule(options: {
  readonly of: string;
  readonly events: readonly string[];
  readonly timers: boolean;
}): WordRule {
  const { of, events, timers } = options;
  const known = timers ? [...events, 'timer.<name>'] : events;
  return {
    what: `an event of ${of}`,
    example: events.at(-1) ?? '',
    code: 'unknown-event',
    wrong: (event) => {
      if (events.includes(event)) return null;
      if (timers && event.startsWith('timer.')) return TIMER_NAME.wrong(event.slice('timer.'.length));
      const near = closest(event, events);
      const remedy = near === null ? `use one of ${known.join(', ')}` : `did you mean ${near}?`;
      return `${of} has no event ${shown(event)}: ${remedy}`;
    },
    schema: { anyOf: [{ enum: events }, ...(timers ? [{ pattern: '^timer\\.[a-z][a-z0-9-]*$' }] : [])] },
  };
}
