/** Checkpoint types, and what they share with steps that are checkpoints: states, parameters, timers. */
import { closest } from './closest.ts';
import type {
  CheckpointBody,
  CheckpointDocument,
  ParamDocument,
  StateDocument,
  TimerDocument,
} from './document.ts';
import { type Moment, parseMoment } from './moment.ts';
import type { Located } from './place.ts';
import { shown } from './read-text.ts';
import { STEP_TRIGGERS } from './read-triggers.ts';
import { documentName, label, PARAM_NAME, plainName, SEVERITY, SPAN, TITLE } from './read-words.ts';
import { list, named, type Shape, shared, turned, withName } from './schema.ts';
import { type Context, optional, record, requiredOr, variants } from './schema-record.ts';
import { choice, expression, literal, located, text, word } from './schema-scalar.ts';

const STATE = label('the name of a state', 'waiting');

const STATE_LINES = named({
  what: 'a state table',
  rule: STATE,
  item: list(located(word(STATE)), { maybeEmpty: true }),
});

/** A table of legal states; every state that may follow has its own line. */
export const STATES: Shape<readonly StateDocument[]> = shared('states', {
  ...STATE_LINES,
  read: (tree, findings) => {
    const { value: lines = [], flaw } = STATE_LINES.read(tree, findings);
    const states = lines.map(({ at, name, value }) => ({ at, name, next: value }));
    const names = states.map(({ name }) => name);
    // A line whose name is wrong may be that of any state.
    const allNamed = tree.kind === 'map' && !tree.holes && lines.every(({ legal }) => legal);
    const strange = states.flatMap(({ next }) => next).filter(({ value }) => !names.includes(value));
    if (!allNamed || strange.length === 0) return { value: states, flaw };
    for (const { at, value } of strange) findings.error(at, 'unknown-state', unknownState(value, names));
    return { value: states, flaw: 'here' };
  },
});

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
      type: requiredOr(
        'number, string or boolean',
        choice('a type', ['number', 'string', 'boolean']),
        'string' as const,
      ),
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
    make: (values, context): Param => {
      checkValue(values, context);
      return { at: context.at, ...values };
    },
  }),
);

/** Whether what a parameter says of its value goes together. */
function checkValue(param: Pick<Param, 'type' | 'default' | 'from' | 'value'>, context: Context): void {
  const { findings, lost, place, spoil } = context;
  const { type, default: initial, from, value } = param;
  if (value !== null && (initial !== null || from !== null)) {
    const other = initial !== null ? 'default' : 'from';
    const message = `value and ${other} cannot stand together, a derived parameter has no value of its own: keep one`;
    findings.error(place(other), 'misplaced-key', message);
    spoil('value', other);
  }
  if (initial !== null && typeof initial !== type && !lost.has('type') && !lost.has('default')) {
    const remedy = type === 'string' ? 'quote it' : `write a ${type} without quotes`;
    const message = `the default of a ${type} is due here, not a ${typeof initial}: ${remedy}, or change the type`;
    findings.error(place('default'), type === 'string' ? 'quote-it' : 'wrong-type', message);
    spoil('type', 'default');
  }
}

/** The parameters of a step. */
const PARAMS: Shape<readonly ParamDocument[]> = turned(
  named({ what: 'a parameter table', rule: PARAM_NAME, item: PARAM }),
  (params) => params.map(withName),
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
    after: requiredOr(
      'the event of the step that starts it',
      choice('after', ['activated', 'state', 'params', 'exception', 'committed']),
      null,
    ),
    in: requiredOr('how long after it', SPAN, null),
    until: optional("only the step's commit stops it; default: the step's next event does", UNTIL, null),
    severity: TIMER_SEVERITY,
  },
  make: (values, { at }): Timer => ({ at, moment: null, ...values }),
});

const AT_TIMER = record({
  what: 'a timer with at',
  example: '{ at: "16:10" }',
  fields: {
    at: requiredOr("a time of the instance's day, or a moment such as `day.close + 20m`", MOMENT, null),
    day: optional('previous: on the trading day before', choice('day', ['previous']), null),
    severity: TIMER_SEVERITY,
  },
  make: (values, context): Timer => {
    const moment = momentOf(values.at, { key: 'at', day: values.day }, context);
    return { at: context.at, after: null, in: null, moment, until: null, severity: values.severity };
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
  (timers) => timers.map(withName),
);

/** Reads the moment of a key together with the `day` that stands beside it; null where it cannot be read. */
export function momentOf(
  text: Located<string> | null,
  { key, day }: { readonly key: string; readonly day: 'previous' | null },
  { findings, spoil }: Context,
): Located<Moment> | null {
  if (text === null) return null;
  const moment = parseMoment(text.value, { day: day ?? 'same' });
  if (moment.ok) return { value: moment.value, at: text.at };
  findings.error(text.at, 'bad-time', moment.message);
  spoil(key);
  return null;
}

/** The keys that a checkpoint type and a step that is a checkpoint have in common. */
export const BODY_FIELDS = {
  states: optional('legal states: state → states that may follow; the first is the initial one', STATES, []),
  params: optional('the parameters', PARAMS, []),
  timers: optional('the timers', TIMERS, []),
  on: optional('the trigger table: event → rules', STEP_TRIGGERS, []),
};

/** Reports rules for timers that the checkpoint type does not have. */
function checkTimers({ timers, on }: Pick<CheckpointBody, 'timers' | 'on'>, context: Context): void {
  if (context.lost.has('timers')) return;
  const names = timers.map(({ name }) => name);
  for (const { at, event, lost } of on) {
    const name = event.slice('timer.'.length);
    if (!event.startsWith('timer.') || lost !== undefined || names.includes(name)) continue;
    const near = closest(name, names);
    const remedy = near === null ? 'add it under timers' : `did you mean timer.${near}?`;
    context.findings.error(at, 'unknown-timer', `there is no timer ${shown(name)} here: ${remedy}`);
    context.spoil();
  }
}

/** A document of the kind `checkpoint`. */
export const CHECKPOINT = record({
  what: 'a checkpoint',
  example: '{ checkpoint: receive-file }',
  fields: {
    checkpoint: requiredOr('the name of the checkpoint type', documentName('checkpoint', 'receive-file'), ''),
    title: optional('the name that people read', TITLE, null),
    ...BODY_FIELDS,
  },
  make: ({ checkpoint, ...body }, context): CheckpointDocument => {
    checkTimers(body, context);
    return { kind: 'checkpoint', at: context.at, name: checkpoint, ...body };
  },
});
