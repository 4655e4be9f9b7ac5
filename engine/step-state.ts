/**
 * Where one step of an instance stands. A hundred thousand instances are held in memory, so it is kept small:
 *
 * 1. Times are milliseconds after the instance was created: for 24 days small integers that need no box of their own, and
 *    exact after that too. `activatedAt` and `endedAt` give them as instants; nobody else reads or makes them.
 * 2. What few steps have is `detail`: one frozen record that all ordinary steps led to by the same one share. Whoever
 *    makes a record gives it to `sharedDetail`.
 */
import type { Value } from '../checkpoints/index.ts';
import type { Step, StepScope } from '../definitions/index.ts';
import { NONE } from './none.ts';

export type StepStatus = 'idle' | 'active' | 'running' | 'committed' | 'failed' | 'withdrawn';

/** When a visit began and ended, in milliseconds after its instance was created; null where it has not. */
export interface VisitTimes {
  /** the arrival or report that began it */
  readonly activatedAfter: number | null;
  /** the event that committed, failed or withdrew it */
  readonly endedAfter: number | null;
}

export interface StepState extends StepScope, VisitTimes {
  readonly status: StepStatus;
  readonly detail: StepDetail;
}

/** What is the same for nearly all steps. */
export interface StepDetail {
  /** the step that led here (-1: the start), for `from:` through gates; several after a join, none before any visit */
  readonly ledBy: readonly number[];
  /** an operator has excused it: it was passed without having reported */
  readonly waived: boolean;
  /** committed with connectors of which none was true */
  readonly deadEnd: boolean;
  /** out-of-order visits whose arrival is still to come */
  readonly owed: number;
  /** while active by an offer: the connector that offers it (-1: the flow itself); null otherwise */
  readonly offeredVia: number | null;
  /** incoming connectors that have arrived at this join since its last visit, as indexes into `incoming` */
  readonly arrived: readonly number[];
  /** earlier visits, latest last; the last twenty are kept */
  readonly past: readonly PastVisit[];
}

/** A visit that is over because another began. */
export interface PastVisit extends VisitTimes {
  readonly visit: number;
  readonly status: StepStatus;
  readonly state: string | null;
  /** passed without having reported, because an operator had excused the step */
  readonly waived: boolean;
}

/** Whose times count from its creation. */
interface Owner {
  /** milliseconds since the epoch */
  readonly createdAt: number;
}

/** When a visit of a step of `owner` began, in milliseconds since the epoch; null before the first. */
export function activatedAt(owner: Owner, { activatedAfter }: VisitTimes): number | null {
  return activatedAfter === null ? null : owner.createdAt + activatedAfter;
}

/** When a visit of a step of `owner` ended, in milliseconds since the epoch; null while it has not. */
export function endedAt(owner: Owner, { endedAfter }: VisitTimes): number | null {
  return endedAfter === null ? null : owner.createdAt + endedAfter;
}

/** An instant as it is kept in a visit of `owner`. */
export function timeAfter(owner: Owner, time: number): number {
  const after = time - owner.createdAt;
  const small = after | 0;
  // equal, but a difference of two large numbers may keep the box that they had
  return small === after ? small : after;
}

const LED_BY_ONE: (readonly number[])[] = [];

/** The list of this one step (-1: the start), shared by all visits that it alone led to. */
export function ledByOne(step: number): readonly number[] {
  const known = LED_BY_ONE[step + 1];
  if (known !== undefined) return known;
  const made = Object.freeze([step]);
  LED_BY_ONE[step + 1] = made;
  return made;
}

/** The detail of a step that nothing out of the ordinary has happened to. */
const ORDINARY: StepDetail = Object.freeze({
  ledBy: NONE,
  waived: false,
  deadEnd: false,
  owed: 0,
  offeredVia: null,
  arrived: NONE,
  past: NONE,
});

const ORDINARY_LED_BY: StepDetail[] = [];

/** The record that is shared, where this one says nothing else; otherwise the one given. */
export function sharedDetail(detail: StepDetail): StepDetail {
  const { ledBy, waived, deadEnd, owed, offeredVia, arrived, past } = detail;
  if (waived || deadEnd || owed !== 0 || offeredVia !== null || arrived.length > 0 || past.length > 0)
    return detail;
  const [only] = ledBy;
  if (only === undefined) return ORDINARY;
  if (ledBy.length > 1) return detail;
  const known = ORDINARY_LED_BY[only + 1];
  if (known !== undefined) return known;
  const made = Object.freeze({ ...ORDINARY, ledBy: ledByOne(only) });
  ORDINARY_LED_BY[only + 1] = made;
  return made;
}

const NEVER_VISITED = new WeakMap<Step, StepState>();

/** The state of a step before its first visit; shared by all instances of the flow. */
export function idleStep(step: Step): StepState {
  let idle = NEVER_VISITED.get(step);
  if (idle === undefined) {
    idle = Object.freeze({
      status: 'idle',
      state: null,
      visits: 0,
      activatedAfter: null,
      endedAfter: null,
      params: Object.freeze(step.params.map((): Value | null => null)),
      detail: ORDINARY,
    });
    NEVER_VISITED.set(step, idle);
  }
  return idle;
}
