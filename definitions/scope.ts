import type { Value } from '../checkpoints/index.ts';

/** What expressions can see of one step. The engine's step states have this shape. */
export interface StepScope {
  readonly status: string;
  readonly state: string | null;
  readonly visits: number;
  /** by the index of the step's parameters; the slot of a derived parameter stays null, its expression is run instead */
  readonly params: readonly (Value | null)[];
}

/** What expressions can see of the instance as a whole, as `flow.*`. Times are milliseconds since the epoch. */
export interface FlowScope {
  readonly key: string;
  readonly group: string | null;
  readonly tradingDay: string;
  readonly startedAt: number | null;
  readonly state: string | null;
  readonly status: string;
}

/** What expressions can see of the fact being decided, as `event.*`; for a timer `event.event` is `timer.<name>`. */
export interface EventScope {
  readonly id: string | null;
  readonly event: string;
  readonly step: string | null;
  readonly time: number;
  readonly state: string | null;
  readonly params: readonly (readonly [string, Value | null])[];
  readonly message: string | null;
  readonly source: string | null;
}

/** Everything an expression, a text or an extension function may read. */
export interface Scope {
  /** index of the step that the rule or connector belongs to; -1 for rules of the flow */
  readonly own: number;
  readonly steps: readonly StepScope[];
  readonly flow: FlowScope;
  readonly event: EventScope;
}
