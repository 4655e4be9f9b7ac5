/**
 * What Milepost knows about one instance. Readonly plain values: `decide` makes the next one from the last.
 *
 * 1. `steps` has one entry per step of the flow, in the flow's order.
 * 2. Everything here is part of the snapshot that is stored; nothing else is needed to go on.
 */

import type { Value } from '../checkpoints/index.ts';
import type { EventScope, Severity } from '../definitions/index.ts';
import type { ChildStates } from './child-states.ts';
import type { Health, InstanceStatus } from './instance-status.ts';
import type { StepState } from './step-state.ts';

export type { Health, InstanceStatus };

export type AlarmSource =
  | 'start-timeout'
  | 'deadline'
  | 'timer'
  | 'expression'
  | 'illegal-state'
  | 'out-of-order'
  | 'loop-limit'
  | 'dead-end'
  | 'exception'
  | 'threshold'
  | 'stale'
  | 'expression-error';

/** A pending due time of an instance. `step` is -1 for the flow's own: start-timeout, deadline. */
export interface PendingTimer {
  readonly step: number;
  readonly name: string;
  readonly due: number;
}

export interface Alarm {
  /** `<flow>/<key>/<step>/<name>/<episode>` with each part percent-encoded: the cause, the same on every replay */
  readonly id: string;
  readonly step: string | null;
  readonly name: string;
  readonly source: AlarmSource;
  readonly severity: Severity;
  readonly text: string;
  readonly count: number;
  readonly raisedAt: number;
  readonly lastAt: number;
  readonly clearedAt: number | null;
  /** why it ended; `mistaken`: an event that came late shows that it was wrong. Others: `committed`, `started`, `rule-false`, `by-rule`, `by-hand`, … null while open */
  readonly clearedBy: string | null;
  readonly why: Why;
  /** ids of the rules or expressions that hold it open; it clears when the last of them lets go (sources expression, expression-error) */
  readonly causes: readonly string[];
}

/** What an alarm is explained with. */
export interface Why {
  /**
   * `file:line:col` of the rule, or of what else in the definition it comes of: the timer, start, deadline, state table,
   * connector, expression or step
   */
  readonly rule: string | null;
  /** id of the rule or expression, by which it clears */
  readonly cause: string;
  readonly expression: string | null;
  /** what went into the expression, and what the event that raised it comes with: two states, a count and its limit, … */
  readonly values: readonly (readonly [string, Value | null])[];
  readonly event: EventScope;
  readonly due: number | null;
}

/** One broken rule, kept with the instance. */
export interface Deviation {
  readonly rule: 'out-of-order' | 'illegal-state' | 'loop-limit' | 'dead-end';
  readonly step: string | null;
  readonly at: number;
  readonly detail: string;
}

/** "Not today": `step` is -1 for the whole instance. */
export interface Waiver {
  readonly step: number;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** Which child of which step of which instance this is; `entry` counts the `each` list, 0 without one. */
export interface ParentRef {
  readonly flow: string;
  readonly key: string;
  readonly step: number;
  readonly entry: number;
}

export interface Instance {
  readonly flow: string;
  readonly key: string;
  /** revision of the definitions it started with */
  readonly revision: string;
  readonly status: InstanceStatus;
  /** the instance whose step expects this one */
  readonly parent: ParentRef | null;
  readonly tradingDay: string;
  readonly state: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** greatest event time so far; null before the first */
  readonly lastEventAt: number | null;
  readonly steps: readonly StepState[];
  /** how often each connector was taken; as far as the last that was */
  readonly taken: readonly number[];
  readonly timers: readonly PendingTimer[];
  /** steps with arrivals that wait for their join */
  readonly joins: readonly number[];
  /** open alarms; those that ended are effects only */
  readonly alarms: readonly Alarm[];
  /** `<step>/<name>` -> how many episodes there have been */
  readonly episodes: ReadonlyMap<string, number>;
  readonly deviations: readonly Deviation[];
  readonly waivers: readonly Waiver[];
  /** a late event has proved an alarm wrong */
  readonly corrected: boolean;
  /** status and health of the nested instances: what the step's outcome is made of */
  readonly children: ChildStates;
}
