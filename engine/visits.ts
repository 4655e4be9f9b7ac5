/** The beginning of visits: what a step is given when it is expected, or reports unexpected. */
import { childOf, endedOf, withoutStep } from './child-states.ts';
import { changeDetail, changeStep, type Draft, stateOf, stepOf } from './draft.ts';
import { inheritedParams } from './inheritance.ts';
import { hasEnded } from './instance-status.ts';
import { NONE } from './none.ts';
import { happen } from './rules.ts';
import { activatedAt, type PastVisit, type StepState, sharedDetail, timeAfter } from './step-state.ts';
import { armAfter, stopVisitTimers } from './timers.ts';

export interface Beginning {
  readonly status: 'active' | 'running';
  /** the steps that led here, latest first; -1 is the start */
  readonly ledBy: readonly number[];
  readonly offeredVia: number | null;
}

/** Begins a visit: initial state, parameters at their defaults or copied, timers anew, rules on `activated`. */
export function beginVisit(draft: Draft, step: number, beginning: Beginning): void {
  const definition = stepOf(draft.flow, step);
  const before = stateOf(draft, step);
  const { arrived, owed, past } = before.detail;
  stopVisitTimers(draft, step, 'end');
  changeStep(draft, step, {
    status: beginning.status,
    state: definition.states?.initial ?? null,
    visits: before.visits + 1,
    activatedAfter: timeAfter(draft.before, draft.time),
    endedAfter: null,
    params: inheritedParams(draft, definition, beginning.ledBy),
    detail: sharedDetail({
      ledBy: beginning.ledBy,
      waived: false,
      deadEnd: false,
      owed,
      offeredVia: beginning.offeredVia,
      arrived: NONE,
      past: before.visits === 0 ? past : [...past.slice(1 - KEPT_VISITS), pastVisit(before)],
    }),
  });
  draft.moved = step;
  if (arrived.length > 0) draft.joins = draft.joins.filter((join) => join !== step);
  armAfter(draft, step, 'activated');
  expectChildren(draft, step, beginning.status === 'active');
  happen(draft, {
    event: 'activated',
    step,
    stepless: false,
    triggers: definition.on,
    alarm: null,
    due: null,
  });
}

/**
 * Asks for the children of a visit. What those of an earlier one came to says nothing about one that an arrival begins
 * (`again`). One that a report begins goes on with them: what has ended there is as it is.
 */
function expectChildren(draft: Draft, step: number, again: boolean): void {
  const { nested } = stepOf(draft.flow, step);
  if (nested === null) return;
  if (again) draft.children = withoutStep(draft.children, step);
  if (endedOf(draft.children, step, nested.suffixes.length).count === nested.suffixes.length) return;
  nested.suffixes.forEach((_, entry) => {
    const known = childOf(draft.children, step, entry);
    if (known !== null && hasEnded(known.status)) return;
    draft.effects.push({ kind: 'expect-child', step, entry, time: draft.time, again });
  });
}

/** Earlier visits that a step remembers. */
const KEPT_VISITS = 20;

function pastVisit({ visits, status, state, activatedAfter, endedAfter, detail }: StepState): PastVisit {
  return { visit: visits, status, state, activatedAfter, endedAfter, waived: detail.waived };
}

/** Ends a step's visit at the time of the fact; what offered it does so no longer. */
export function endStep(draft: Draft, step: number, status: 'committed' | 'failed' | 'withdrawn'): void {
  if (stateOf(draft, step).detail.offeredVia !== null) changeDetail(draft, step, { offeredVia: null });
  changeStep(draft, step, { status, endedAfter: timeAfter(draft.before, draft.time) });
}

/** Active or running. */
export function isLive(state: StepState): boolean {
  return state.status === 'active' || state.status === 'running';
}

/**
 * Whether an arrival is one that an out-of-order visit lacked. What the step's own commit brings back to it, through
 * what it led to, never is: it asks for the next visit.
 */
export function isOwed(draft: Draft, step: number, ledBy: readonly number[]): boolean {
  return (
    stateOf(draft, step).detail.owed > 0 &&
    !ledBy.every((from) => leadsBack(draft, step, from, draft.steps.length))
  );
}

function leadsBack(draft: Draft, step: number, from: number, hops: number): boolean {
  if (from === step) return true;
  if (from < 0 || hops === 0) return false;
  const { ledBy } = stateOf(draft, from).detail;
  // What was expected before this visit began goes back to an earlier one.
  if (stepOf(draft.flow, from).kind !== 'gate' && begunAt(draft, from) < begunAt(draft, step)) return false;
  return ledBy.length > 0 && ledBy.every((before) => leadsBack(draft, step, before, hops - 1));
}

function begunAt(draft: Draft, step: number): number {
  return activatedAt(draft.before, stateOf(draft, step)) ?? 0;
}
