/**
 * The names that expressions and texts of one flow may use, resolved at load to closures over the scope.
 *
 * 1. A `-` in the name of a step is written `_`; two steps that become the same word may not be named by it.
 * 2. Only the names listed here exist: parts after a dot are looked up in maps, never on objects.
 * 3. Reading a name never throws: a derived parameter whose expression fails, or reads one without a value, has none.
 */
import type { Value, ValueType } from '../checkpoints/index.ts';
import type { Calendar } from './calendar.ts';
import type { Expression, Name, Names } from './expression.ts';
import { valueOrNull } from './expression-compile.ts';
import { unknownName } from './findings.ts';
import type { Scope } from './scope.ts';

/** A parameter as far as names need it; `value` is set once the expression of a derived one is compiled. */
export interface NamedParam {
  readonly index: number;
  readonly name: string;
  readonly type: ValueType;
  /** false where its type could not be read, which is said elsewhere */
  readonly typed: boolean;
  readonly derived: boolean;
  value: Expression | null;
}

interface NamedStep {
  readonly name: string;
  /** true where not all of it is known, which is said elsewhere: it may have any parameter */
  readonly open: boolean;
  readonly params: ReadonlyMap<string, NamedParam>;
}

interface NamedFlow {
  readonly name: string;
  readonly steps: readonly NamedStep[];
  readonly calendar: Calendar | null;
  /** true where not all its steps are known: any `steps.<name>.<name>` may exist */
  readonly open: boolean;
}

/**
 * The look-up of names for rules that belong to step `own` (-1: to the flow, NO_STEP: to a step that is not known, and may
 * have any parameter); `read` hears of derived parameters.
 */
export type NamesOf = (own: number, read?: (param: NamedParam) => void) => Names;

/** The index of a step that is not known. */
export const NO_STEP = Number.MAX_SAFE_INTEGER;

/** Words that mean something else in every expression, and may not name a parameter. */
export const SCOPE_WORDS: readonly string[] = ['state', 'status', 'visits', 'event', 'flow', 'steps'];

const UNKNOWN: Name = { type: null, get: () => null };

const STEP_WORDS: ReadonlyMap<string, (step: number) => Name> = new Map([
  ['state', (step) => text((scope) => scope.steps[step]?.state ?? null)],
  ['status', (step) => text((scope) => scope.steps[step]?.status ?? null)],
  ['visits', (step): Name => ({ type: 'number', get: (scope) => scope.steps[step]?.visits ?? null })],
]);

/** Prepares the names of one flow. */
export function createNames(flow: NamedFlow): NamesOf {
  const stepsByWord = new Map<string, number[]>();
  flow.steps.forEach((step, index) => {
    const word = wordOf(step.name);
    stepsByWord.set(word, [...(stepsByWord.get(word) ?? []), index]);
  });
  const eventNames = eventNamesOf(flow);
  const flowNames = flowNamesOf(flow);

  return (own, read) => (path) => {
    const [first = '', second = '', third = ''] = path;
    if (first === 'steps') return stepsName(path, second, third);
    if (first === 'event' && second === 'params') return reportedName(path);
    if (first === 'event') return memberName(path, eventNames);
    if (first === 'flow') return memberName(path, flowNames);
    if (path.length > 1)
      return `'${path.join('.')}' is unknown; only event, flow and steps are followed by a dot`;
    return own < 0 ? flowsOwnName(first) : ownName(own, first);

    function ownName(step: number, word: string): Name | string {
      const known = flow.steps[step];
      const param = known?.params.get(word);
      if (param !== undefined) return paramName(step, param);
      const found = STEP_WORDS.get(word)?.(step);
      if (found !== undefined) return found;
      if (known === undefined || known.open) return UNKNOWN;
      return unknownOwn(word, [...known.params.keys(), ...SCOPE_WORDS]);
    }

    function flowsOwnName(word: string): Name | string {
      if (word === 'state' || word === 'status') return flowNames.get(word) ?? UNKNOWN;
      if (word === 'visits') return 'a flow has no visits; name a step, as in steps.NAME.visits';
      return unknownOwn(word, ['state', 'status', 'event', 'flow', 'steps']);
    }

    function stepsName(path: readonly string[], word: string, name: string): Name | string {
      if (path.length !== 3)
        return `'${path.join('.')}' is unknown; write steps.NAME.PARAMETER, or .state, .status, .visits of a step`;
      const [index, twin] = stepsByWord.get(word) ?? [];
      const step = index === undefined ? undefined : flow.steps[index];
      if (index === undefined || step === undefined)
        return flow.open ? UNKNOWN : unknownName('step', word, stepsByWord.keys());
      if (twin !== undefined)
        return `'steps.${word}' can mean step '${step.name}' or '${flow.steps[twin]?.name}'; rename one of them`;
      const param = step.params.get(name);
      if (param !== undefined) return paramName(index, param);
      const found = STEP_WORDS.get(name)?.(index);
      if (found !== undefined) return found;
      if (step.open) return UNKNOWN;
      return unknownName(`parameter of step '${step.name}'`, name, [
        ...step.params.keys(),
        ...STEP_WORDS.keys(),
      ]);
    }

    function paramName(step: number, param: NamedParam): Name {
      const { index, derived } = param;
      const type = param.typed ? param.type : null;
      if (!derived) return { type, get: (scope) => scope.steps[step]?.params[index] ?? null };
      read?.(param);
      return { type, get: (scope) => (param.value === null ? null : readDerived(param.value, step, scope)) };
    }
  };

  /** Says that a bare name is unknown, and who has one if another step does. */
  function unknownOwn(word: string, known: readonly string[]): string {
    const owner = flow.steps.find((step) => step.params.has(word));
    if (owner === undefined) return unknownName('parameter', word, known);
    return `no parameter is named '${word}' here; write steps.${wordOf(owner.name)}.${word} for that of '${owner.name}'`;
  }
}

/** The value of a derived parameter of step `step`: its expression, run as if it stood there; null where it fails. */
function readDerived(value: Expression, step: number, scope: Scope): Value | null {
  return valueOrNull(value.run, scope.own === step ? scope : { ...scope, own: step });
}

function eventNamesOf(flow: NamedFlow): ReadonlyMap<string, Name> {
  return new Map([
    ['id', text((scope) => scope.event.id)],
    ['event', text((scope) => scope.event.event)],
    ['step', text((scope) => scope.event.step)],
    ['time', time(flow.calendar, (scope) => scope.event.time)],
    ['state', text((scope) => scope.event.state)],
    ['message', text((scope) => scope.event.message)],
    ['source', text((scope) => scope.event.source)],
    ['key', text((scope) => scope.flow.key)],
    ['flow', text(() => flow.name)],
  ]);
}

function flowNamesOf(flow: NamedFlow): ReadonlyMap<string, Name> {
  return new Map([
    ['key', text((scope) => scope.flow.key)],
    ['group', text((scope) => scope.flow.group)],
    ['tradingDay', text((scope) => scope.flow.tradingDay)],
    ['startedAt', time(flow.calendar, (scope) => scope.flow.startedAt)],
    ['state', text((scope) => scope.flow.state)],
    ['status', text((scope) => scope.flow.status)],
  ]);
}

function memberName(path: readonly string[], names: ReadonlyMap<string, Name>): Name | string {
  const [first = '', second = ''] = path;
  if (path.length !== 2)
    return `'${path.join('.')}' is unknown; write ${first}.NAME: ${[...names.keys()].join(', ')}`;
  return names.get(second) ?? unknownName(`part of ${first}`, second, names.keys());
}

/** A value that the event reports, whatever it is; null where it does not. */
function reportedName(path: readonly string[]): Name | string {
  const [, , param] = path;
  if (param === undefined || path.length > 3)
    return `'${path.join('.')}' is unknown; write event.params.NAME for a value that the event reports`;
  return { type: null, get: (scope) => scope.event.params.find(([name]) => name === param)?.[1] ?? null };
}

/** A text that there is not, such as the state of a step without a table, is empty: only parameters can lack a value. */
function text(get: (scope: Scope) => string | null): Name {
  return {
    type: 'string',
    get: (scope) => get(scope) ?? '',
    format: (value) => (value === '' ? '?' : String(value)),
  };
}

/** A time is a number of milliseconds to expressions, and wall time of the flow's calendar in texts. */
function time(calendar: Calendar | null, get: (scope: Scope) => number | null): Name {
  if (calendar === null) return { type: 'number', get };
  return {
    type: 'number',
    get,
    format: (value) => (typeof value === 'number' ? calendar.format(value) : String(value)),
  };
}

/** How expressions write the name of a step. */
export function wordOf(step: string): string {
  return step.replaceAll('-', '_');
}
