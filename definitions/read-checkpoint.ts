/** Checkpoint types, and what they share with steps that are checkpoints: states, parameters, timers. */
import { closest } from './closest.ts';
import type {
  CheckpointBody,
  CheckpointDocument,
  ParamDocument,
  StateDocument,
  TimerDocument,
} from './document.ts';
import type { Findings } from './findings.ts';
import { type Moment, parseMoment } from './moment.ts';
import type { Located } from './place.ts';
import { shown } from './read-text.ts';
import { STEP_TRIGGERS } from './read-triggers.ts';
import { documentName, label, PARAM_NAME, plainName, SEVERITY, SPAN, TITLE } from './read-words.ts';
import { list, named, optional, record, required, type Shape, shared, turned, variants } from './schema.ts';
import { choice, expression, literal, located, text, word } from './schema-scalar.ts';

const STATE = label('the name of a state', 'waiting');

/** A table of legal states; every state that may follow has its own line. */
export const STATES: Shape<readonly StateDocument[]> = shared(
  'states',
  turned(
    named({ what: 'a state table', rule: STATE, item: list(located(word(STATE)), { maybeEmpty: true }) }),
    (lines, _at, findings) => {
      const names = lines.map(({ name }) => name);
      const strange = lines.flatMap(({ value }) => value).filter(({ value }) => !names.includes(value));
      for (const { at, value } of strange) findings.error(at, 'unknown-state', unknownState(value, names));
      if (strange.length > 0) return undefined;
      return lines.map(({ at, name, value }) => ({ at, name, next: value }));
    },
  ),
);

function unknownState(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  const remedy =
    near === null ? `add a line \`${name}: []\`` : `did you mean ${near}? Else add a line \`${name}: []\``;
  return `the state ${shown(name)} has no line of its own: ${remedy}`;
}

type Param = Omit<ParamDocument, 'name'>;

const PARAM = shared(
  'param',
  record({
    what: 'a parameter',
    example: '{ type: number, unit: bytes }',
    fields: {
      type: required('number, string or boolean', choice('a type', ['number', 'string', 'boolean'])),
      title: optional('the name that people read', TITLE, null),
      unit: optional('the unit of its values', text('a unit', 'bytes', 64), null),
      default: optional('its value as long as nothing was reported', literal('a value', null, '0'), null),
      from: optional(
        'the parameter of the step that led here that it is copied from, when activated',
        located(word(PARAM_NAME)),
        null,
      ),
      value: optional(
        'the expression that it is derived by',
        expression('an expression', 'POUT - PIN', true),
        null,
      ),
    },
    make: (values, { at, findings, place }): Param | undefined => {
      const { type, default: initial, from, value } = values;
      if (value !== null && (initial !== null || from !== null)) {
        const other = initial !== null ? 'default' : 'from';
        const message = `value and ${other} cannot stand together, a derived parameter has no value of its own: keep one`;
        findings.error(place(other), 'misplaced-key', message);
        return undefined;
      }
      if (initial !== null && typeof initial !== type) {
        const remedy = type === 'string' ? 'quote it' : `write a ${type} without quotes`;
        const message = `the default of a ${type} is due here, not a ${typeof initial}: ${remedy}, or change the type`;
        findings.error(place('default'), type === 'string' ? 'quote-it' : 'wrong-type', message);
        return undefined;
      }
      return { at, ...values };
    },
  }),
);

/** The parameters of a step. */
const PARAMS: Shape<readonly ParamDocument[]> = turned(
  named({ what: 'a parameter table', rule: PARAM_NAME, item: PARAM }),
  (params) => params.map(({ name, value }) => ({ name, ...value })),
);

type Timer = Omit<TimerDocument, 'name'>;

const UNTIL = choice('until', ['committed']);
const TIMER_SEVERITY = optional('of the alarm it raises; default: warning', SEVERITY, null);

/** A time of an instance's day, or the open or close of a session. */
export const MOMENT = located(text('a moment', '"16:10"', 64));

const AFTER_TIMER = record({
  what: 'a timer with after',
  example: '{ after: activated, in: 10m }',
  fields: {
    after: required(
      'the event of the step that starts it',
      choice('after', ['activated', 'state', 'params', 'exception', 'committed']),
    ),
    in: required('how long after it', SPAN),
    until: optional("only the step's commit stops it; default: the step's next event does", UNTIL, null),
    severity: TIMER_SEVERITY,
  },
  make: (values, { at }): Timer => ({ at, moment: null, ...values }),
});

const AT_TIMER = record({
  what: 'a timer with at',
  example: '{ at: "16:10" }',
  fields: {
    at: required("a time of the instance's day, or a moment such as `day.close + 20m`", MOMENT),
    day: optional('previous: on the trading day before', choice('day', ['previous']), null),
    severity: TIMER_SEVERITY,
  },
  make: (values, { at, findings }): Timer | undefined => {
    const moment = momentOf(values.at, values.day, findings);
    if (moment === undefined) return undefined;
    return { at, after: null, in: null, moment, until: null, severity: values.severity };
  },
});

const STARTED_TIMER = record({
  what: 'a timer that an action starts',
  example: '{ in: 10m }',
  maybeEmpty: true,
  fields: {
    in: optional('how long it runs, where the action does not say', SPAN, null),
    until: optional("only the step's commit stops it; default: the step's next event does", UNTIL, null),
    severity: TIMER_SEVERITY,
  },
  make: (values, { at }): Timer => ({ at, after: null, moment: null, ...values }),
});

/** The timers of a step. */
export const TIMERS: Shape<readonly TimerDocument[]> = turned(
  named({
    what: 'a timer table',
    rule: plainName('the name of a timer', 'stalled'),
    item: shared(
      'timer',
      variants<Timer>({
        what: 'a timer',
        example: '{ after: activated, in: 10m }',
        maybeEmpty: true,
        cases: { after: AFTER_TIMER, at: AT_TIMER },
        otherwise: STARTED_TIMER,
      }),
    ),
  }),
  (timers) => timers.map(({ name, value }) => ({ name, ...value })),
);

/** Reads a moment together with the `day` that stands beside it. */
export function momentOf(
  text: Located<string>,
  day: 'previous' | null,
  findings: Findings,
): Located<Moment> | undefined {
  const moment = parseMoment(text.value, { day: day ?? 'same' });
  if (moment.ok) return { value: moment.value, at: text.at };
  findings.error(text.at, 'bad-time', moment.message);
  return undefined;
}

/** The keys that a checkpoint type and a step that is a checkpoint have in common. */
export const BODY_FIELDS = {
  states: optional('legal states: state → states that may follow; the first is the initial one', STATES, []),
  params: optional('the parameters', PARAMS, []),
  timers: optional('the timers', TIMERS, []),
  on: optional('the trigger table: event → rules', STEP_TRIGGERS, []),
};

/** Reports rules for timers that the checkpoint type does not have; says whether there were none. */
function knowsItsTimers(body: Pick<CheckpointBody, 'timers' | 'on'>, findings: Findings): boolean {
  const names = body.timers.map(({ name }) => name);
  const strange = body.on.filter(
    ({ event }) => event.startsWith('timer.') && !names.includes(event.slice(6)),
  );
  for (const { at, event } of strange) {
    const near = closest(event.slice(6), names);
    const remedy = near === null ? 'add it under timers' : `did you mean timer.${near}?`;
    findings.error(at, 'unknown-timer', `there is no timer ${shown(event.slice(6))} here: ${remedy}`);
  }
  return strange.length === 0;
}

/** A document of the kind `checkpoint`. */
export const CHECKPOINT = record({
  what: 'a checkpoint',
  example: '{ checkpoint: receive-file }',
  fields: {
    checkpoint: required('the name of the checkpoint type', documentName('checkpoint', 'receive-file')),
    title: optional('the name that people read', TITLE, null),
    ...BODY_FIELDS,
  },
  make: (values, { at, findings }): CheckpointDocument | undefined => {
    const { checkpoint, ...rest } = values;
    return knowsItsTimers(rest, findings) ? { kind: 'checkpoint', at, name: checkpoint, ...rest } : undefined;
  },
});
