/**
 * What the functions of an extension module are given: the names of expressions, as an object.
 *
 * 1. It is a picture of one moment: what is decided later does not show in it, however long it is kept.
 * 2. Everything in it is frozen, and has no prototype where users choose the names.
 * 3. Parts that cost something are made when they are read: the other steps, the event, derived parameters.
 * 4. Reading never throws: what has no value yet, or a derived parameter whose expression fails, is null.
 */
import type { Value } from '../checkpoints/index.ts';
import { valueOrNull } from './expression-compile.ts';
import { type NamedParam, wordOf } from './link-names.ts';
import type { Scope } from './scope.ts';

/** One step, with its parameters by name. A parameter named `params` is found in `params` only. */
export interface ExtensionStep {
  /** `idle`, `active`, `running`, `committed`, `failed` or `withdrawn` */
  readonly status: string;
  readonly state: string | null;
  readonly visits: number;
  /** every parameter by name, in the order of the definition */
  readonly params: Readonly<Record<string, Value | null>>;
  /** and each of them by itself, as in expressions */
  readonly [param: string]: unknown;
}

/** What happened. Times are milliseconds since the epoch; of a timer `event` is `timer.<name>`. */
export interface ExtensionEvent {
  readonly id: string | null;
  readonly event: string;
  readonly step: string | null;
  readonly time: number;
  readonly state: string | null;
  /** what the event reports, also what no step declares */
  readonly params: Readonly<Record<string, Value | null>>;
  readonly message: string | null;
  readonly source: string | null;
  readonly key: string;
  readonly flow: string;
}

/** The instance as a whole; `startedAt` in milliseconds since the epoch. */
export interface ExtensionFlow {
  readonly key: string;
  readonly group: string | null;
  readonly tradingDay: string;
  readonly startedAt: number | null;
  readonly state: string | null;
  readonly status: string;
}

/**
 * The scope of condition functions and handlers: the step that the rule or connector belongs to, its parameters by name,
 * and `event`, `flow` and `steps`. In rules of the flow `state` and `status` are the instance's, `visits` is 0 and there
 * are no parameters.
 */
export interface ExtensionScope extends ExtensionStep {
  readonly event: ExtensionEvent;
  readonly flow: ExtensionFlow;
  /** every step by its name; also, where that has a `-` in it, with `_` in its place as in expressions */
  readonly steps: Readonly<Record<string, ExtensionStep>>;
}

/** Makes the scope of extension functions out of the engine's. */
export type ScopeOf = (scope: Scope) => ExtensionScope;

interface ScopedFlow {
  readonly name: string;
  readonly steps: readonly { readonly name: string; readonly params: ReadonlyMap<string, NamedParam> }[];
}

type Made = Record<string, unknown>;

/** Prepares the scopes of one flow. */
export function createScopeOf(flow: ScopedFlow): ScopeOf {
  const aliases = aliasesOf(flow);

  return (live) => {
    const scope: Scope = {
      own: live.own,
      steps: live.steps.slice(),
      flow: flowOf(live),
      event: live.event,
    };
    const made = scope.own < 0 ? flowsOwn(scope) : stepOf(scope, scope.own);
    whenRead(made, 'event', () => eventOf(scope, flow.name));
    made.flow = scope.flow;
    whenRead(made, 'steps', () => stepsOf(scope));
    return Object.freeze(made) as ExtensionScope; // put together of exactly these fields
  };

  function stepOf(scope: Scope, step: number): Made {
    const { status, state, visits } = scope.steps[step] ?? { status: 'idle', state: null, visits: 0 };
    const params = flow.steps[step]?.params;
    const made = params === undefined ? blank() : withParams(blank(), params, scope, step);
    made.status = status;
    made.state = state;
    made.visits = visits;
    whenRead(made, 'params', () =>
      Object.freeze(params === undefined ? blank() : withParams(blank(), params, scope, step)),
    );
    return made;
  }

  function stepsOf(scope: Scope): Made {
    const made = blank();
    flow.steps.forEach(({ name }, step) => {
      const view = once(() => Object.freeze(stepOf(scope, step)));
      Object.defineProperty(made, name, { get: view, enumerable: true });
      const alias = aliases.get(name);
      if (alias !== undefined) Object.defineProperty(made, alias, { get: view });
    });
    return Object.freeze(made);
  }
}

/** The words by which expressions know steps with a `-` in their names, where they mean one step only. */
function aliasesOf({ steps }: ScopedFlow): ReadonlyMap<string, string> {
  const words = steps.map(({ name }) => wordOf(name));
  const single = steps.filter(({ name }, index) => {
    const word = words[index];
    return word !== name && words.filter((other) => other === word).length === 1;
  });
  return new Map(single.map(({ name }) => [name, wordOf(name)]));
}

function flowsOwn({ flow }: Scope): Made {
  const made = blank();
  made.status = flow.status;
  made.state = flow.state;
  made.visits = 0;
  made.params = Object.freeze(blank());
  return made;
}

function flowOf({ flow }: Scope): ExtensionFlow {
  const { key, group, tradingDay, startedAt, state, status } = flow;
  return Object.freeze({ key, group, tradingDay, startedAt, state, status });
}

function eventOf({ event, flow }: Scope, name: string): ExtensionEvent {
  const params: Record<string, Value | null> = Object.create(null);
  for (const [param, value] of event.params) params[param] = value;
  const { id, step, time, state, message, source } = event;
  const named = { id, event: event.event, step, time, state, message, source, key: flow.key, flow: name };
  return Object.freeze({ ...named, params: Object.freeze(params) });
}

function withParams(made: Made, params: ReadonlyMap<string, NamedParam>, scope: Scope, step: number): Made {
  const values = scope.steps[step]?.params ?? [];
  for (const [name, { index, derived, value }] of params) {
    if (!derived) made[name] = values[index] ?? null;
    else
      whenRead(made, name, () =>
        value === null ? null : valueOrNull(value.run, scope.own === step ? scope : { ...scope, own: step }),
      );
  }
  return made;
}

function blank(): Made {
  return Object.create(null);
}

/** Gives an object a field that is made when it is first read. */
function whenRead(made: Made, name: string, make: () => unknown): void {
  Object.defineProperty(made, name, { get: once(make), enumerable: true, configurable: true });
}

function once<T>(make: () => T): () => T {
  let kept: { readonly value: T } | null = null;
  return () => {
    kept ??= { value: make() };
    return kept.value;
  };
}
