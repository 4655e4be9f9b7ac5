/**
 * How steps of one instance move: visits, reports, commits, failures, arrivals, joins and the instance's own end.
 * Offers (`split: event`) have a file of their own.
 *
 * 1. What may follow what is asked of the STEP table; this file only carries its answers out.
 * 2. Arrivals are worked off in the order they come; joins are looked at when nothing else is left to do.
 */
import { type AlarmValues, deadEndFacts, orderFacts } from './alarm-facts.ts';
import { clearAlarms, clearSource } from './alarms.ts';
import { connectorHolds, connectorOf, passConnector } from './connectors.ts';
import { changeDetail, changeStep, type Draft, deviate, isSkipped, stateOf, stepOf } from './draft.ts';
import type { InstanceStatus } from './instance.ts';
import { FLOW, STEP } from './lifecycles/index.ts';
import { NONE } from './none.ts';
import { offerSteps, takeOffer } from './offers.ts';
import { happen } from './rules.ts';
import { ledByOne, type StepStatus, timeAfter } from './step-state.ts';
import { armAfter, stopVisitTimers } from './timers.ts';
import { beginVisit, endStep, isLive, isOwed } from './visits.ts';

/** What a report says of its step. `quiet`: its cause has its alarm elsewhere already. */
export interface Report {
  readonly kind: 'report' | 'commit' | 'fail';
  readonly quiet: boolean;
}

/**
 * A step reports: the visit goes on, or begins where there was none. Gives whether this report began it. The commit or
 * failure that it may bring is carried out by `endVisit`, after its values.
 */
export function beginReport(draft: Draft, step: number, report: Report): boolean {
  const state = stateOf(draft, step);
  const move = STEP.next(state.status, report.kind);
  if (move === null) throw new Error(`broken rule: a ${state.status} step cannot take a ${report.kind}`);
  takeOffer(draft, step);
  const begins = move.actions.includes('begin-visit');
  // what led to a visit that failed leads to the re-run too, and hands on the same
  const ledBy = state.status === 'failed' ? state.detail.ledBy : NONE;
  if (begins) beginVisit(draft, step, { status: 'running', ledBy, offeredVia: null });
  else {
    // On a start the arrival and the report are one moment: this report begins the visit too, and stops no timer.
    const since = draft.before.steps[step]?.visits ?? 0;
    if (state.visits === since) {
      stopVisitTimers(draft, step, 'event');
      amendTimerAlarms(draft, step, 'event');
    }
    if (state.status === 'active') changeStep(draft, step, { status: 'running' });
  }
  draft.moved = step;
  if (report.kind !== 'fail') clearSource(draft, step, 'exception', 'runs-again');
  if (move.actions.includes('out-of-order') && !report.quiet && !state.detail.waived)
    outOfOrder(draft, step, state.status);
  return begins;
}

/**
 * What is stamped before a timer ran out would have stopped it, as `stopVisitTimers` does: the timer's alarm was wrong.
 */
function amendTimerAlarms(draft: Draft, step: number, by: 'event' | 'end'): void {
  if (draft.alarms.length === 0) return;
  const { name, timers } = stepOf(draft.flow, step);
  const stoppable = new Set(
    timers
      .filter((timer) => timer.moment === null && (by === 'end' || !timer.untilCommitted))
      .map((timer) => `timer.${timer.name}`),
  );
  clearAlarms(
    draft,
    (alarm) =>
      alarm.step === name &&
      alarm.source === 'timer' &&
      draft.time <= alarm.raisedAt &&
      stoppable.has(alarm.why.event.event),
    'reported',
  );
}

function outOfOrder(draft: Draft, step: number, was: StepStatus): void {
  const { name, on, at } = stepOf(draft.flow, step);
  const facts = orderFacts(draft, step, was);
  if (was !== 'withdrawn') changeDetail(draft, step, { owed: stateOf(draft, step).detail.owed + 1 });
  deviate(draft, 'out-of-order', name, `reported while ${was}`);
  happen(draft, {
    event: 'out-of-order',
    step,
    stepless: false,
    triggers: on,
    alarm: { name: 'out-of-order', severity: 'warning', detail: was, place: at, facts },
    due: null,
  });
}

/** Ends a running visit as committed or failed. A failure that is `quiet` runs the rules without a default alarm. */
export function endVisit(
  draft: Draft,
  step: number,
  end: { readonly kind: 'commit' | 'fail'; readonly quiet: boolean; readonly detail: string },
): void {
  const { on, at } = stepOf(draft.flow, step);
  endStep(draft, step, end.kind === 'commit' ? 'committed' : 'failed');
  draft.moved = step;
  stopVisitTimers(draft, step, 'end');
  if (end.kind === 'fail') {
    amendTimerAlarms(draft, step, 'end');
    armAfter(draft, step, 'exception');
    const facts: AlarmValues = end.detail === '' ? [] : [['message', end.detail]];
    const alarm = end.quiet
      ? null
      : { name: 'exception', severity: 'critical' as const, detail: end.detail, place: at, facts };
    happen(draft, { event: 'exception', step, stepless: false, triggers: on, alarm, due: null });
    return;
  }
  clearSource(draft, step, 'timer', 'committed');
  armAfter(draft, step, 'committed');
  happen(draft, { event: 'committed', step, stepless: false, triggers: on, alarm: null, due: null });
  followConnectors(draft, step);
}

/**
 * Goes past a step that an operator has excused: it counts as committed, what comes after it does not wait, and what it
 * nests is no longer expected. Nothing was reported, so no rule on `committed` runs.
 */
export function passStep(draft: Draft, step: number): void {
  draft.passed = [...draft.passed, step];
  changeDetail(draft, step, { waived: true });
  changeStep(draft, step, { status: 'committed', endedAfter: timeAfter(draft.before, draft.time) });
  draft.moved = step;
  stopVisitTimers(draft, step, 'end');
  stepOf(draft.flow, step).nested?.suffixes.forEach((_, entry) => {
    draft.effects.push({ kind: 'drop-child', step, entry, time: draft.time });
  });
  followConnectors(draft, step);
}

function followConnectors(draft: Draft, step: number): void {
  const definition = stepOf(draft.flow, step);
  if (definition.outgoing.length === 0) return;
  const followed: number[] = [];
  for (const connector of definition.outgoing) {
    if (!connectorHolds(draft, connector)) continue;
    followed.push(connector);
    if (definition.split === 'first') break;
  }
  if (followed.length === 0) {
    if (!definition.end && !stateOf(draft, step).detail.waived) deadEnd(draft, step);
  } else if (definition.split === 'event') offerSteps(draft, followed);
  else for (const connector of followed) takeConnector(draft, connector);
}

function takeConnector(draft: Draft, index: number): void {
  passConnector(draft, index);
  arrive(draft, index);
}

function deadEnd(draft: Draft, step: number): void {
  const { name, on, at } = stepOf(draft.flow, step);
  const facts = deadEndFacts(draft, step);
  changeDetail(draft, step, { deadEnd: true });
  deviate(draft, 'dead-end', name, 'committed, but no connector is true');
  happen(draft, {
    event: 'dead-end',
    step,
    stepless: false,
    triggers: on,
    alarm: { name: 'dead-end', severity: 'critical', detail: '', place: at, facts },
    due: null,
  });
}

/** A connector arrives at its target: a visit begins, a join collects it, or an out-of-order visit absorbs it. */
function arrive(draft: Draft, index: number): void {
  const connector = connectorOf(draft, index);
  const target = stepOf(draft.flow, connector.to);
  const state = stateOf(draft, connector.to);
  if (target.join === 'any' || target.incoming.length === 1) {
    activate(draft, connector.to, ledByOne(connector.from));
    return;
  }
  if (isLive(state) && state.detail.owed === 0) return;
  const place = target.incoming.indexOf(index);
  const { arrived } = state.detail;
  if (arrived.includes(place)) return;
  changeDetail(draft, connector.to, { arrived: [...arrived, place] });
  if (!draft.joins.includes(connector.to)) draft.joins = [...draft.joins, connector.to];
}

/** An arrival is complete: it is absorbed, changes nothing, or begins a visit. */
function activate(draft: Draft, step: number, ledBy: readonly number[]): void {
  const state = stateOf(draft, step);
  if (isOwed(draft, step, ledBy)) {
    changeDetail(draft, step, { owed: state.detail.owed - 1, arrived: NONE });
    return;
  }
  if (STEP.next(state.status, 'arrive')?.actions.includes('begin-visit') !== true) return;
  if (draft.passed.includes(step)) return;
  beginVisit(draft, step, { status: 'active', ledBy, offeredVia: null });
  if (stepOf(draft.flow, step).kind === 'gate')
    endVisit(draft, step, { kind: 'commit', quiet: false, detail: '' });
  else if (isSkipped(draft, step)) passStep(draft, step);
}

/** Activates the start steps together, or offers them where the flow says so. */
export function activateStart(draft: Draft): void {
  if (draft.flow.split === 'event') {
    offerSteps(draft, []);
    return;
  }
  for (const step of draft.flow.startSteps) activate(draft, step, ledByOne(-1));
}

/** Looks at waiting joins until none can go on, and then at the end of the instance. */
export function settle(draft: Draft): void {
  if (draft.waivers.length > 0) passWaiting(draft);
  while (draft.joins.length > 0) {
    const ready = nextJoin(draft);
    if (ready === undefined) break;
    const { incoming } = stepOf(draft.flow, ready);
    const ledBy = [...stateOf(draft, ready).detail.arrived]
      .reverse()
      .map((place) => connectorOf(draft, incoming[place] ?? -1).from);
    draft.joins = draft.joins.filter((step) => step !== ready);
    changeDetail(draft, ready, { arrived: NONE });
    activate(draft, ready, ledBy);
  }
  if (draft.moved >= 0) settleStatus(draft);
}

/** Goes past the waived steps that are waited for: they waited already, or were offered beside one that reported. */
function passWaiting(draft: Draft): void {
  if (draft.status !== 'running') return;
  for (const { step } of draft.waivers) {
    if (step < 0) continue;
    const { status, detail } = stateOf(draft, step);
    if (status === 'active' && detail.offeredVia === null) passStep(draft, step);
  }
}

/** Of the joins that are complete, one that no other of them leads to; the first in the file where all lead to each other. */
function nextJoin(draft: Draft): number | undefined {
  const complete = [...draft.joins].sort((a, b) => a - b).filter((step) => joinComplete(draft, step));
  if (complete.length < 2) return complete[0];
  return (
    complete.find((step) => !complete.some((other) => leadsToMissing(draft, other, step))) ?? complete[0]
  );
}

/** Whether a path leads from a step to a connector that a join still lacks, other than through the join. */
function leadsToMissing(draft: Draft, from: number, join: number): boolean {
  const { arrived } = stateOf(draft, join).detail;
  const { reach } = stepOf(draft.flow, join);
  return reach.some((steps, place) => !arrived.includes(place) && steps[from] === true);
}

/** A join is complete when no missing connector can still be reached from a step that is active, running or failed. */
function joinComplete(draft: Draft, step: number): boolean {
  const { incoming, reach } = stepOf(draft.flow, step);
  const { arrived } = stateOf(draft, step).detail;
  for (let place = 0; place < incoming.length; place++) {
    if (arrived.includes(place)) continue;
    const from = reach[place];
    if (from === undefined)
      throw new Error(`broken rule: join ${step} of ${draft.flow.name} has no reach for ${place}`);
    for (let other = 0; other < draft.steps.length; other++) {
      if (from[other] !== true) continue;
      const state = stateOf(draft, other);
      if (isLive(state) || state.status === 'failed') return false;
    }
  }
  return true;
}

function settleStatus(draft: Draft): void {
  // nearly always the step that moved last goes on: the others need not be looked at
  let open = isLive(stateOf(draft, draft.moved)) && holdsOpen(draft, draft.moved);
  let failed = false;
  for (let step = 0; step < draft.steps.length && !open; step++) {
    const state = stateOf(draft, step);
    if (isLive(state)) open = holdsOpen(draft, step);
    else failed ||= state.status === 'failed' || state.detail.deadEnd;
  }
  if (open) {
    if (draft.status !== 'running') {
      changeStatus(draft, 'reopen');
      draft.endedAt = null;
    }
    return;
  }
  const was = draft.status;
  if (was !== 'running') changeStatus(draft, 'reopen');
  changeStatus(draft, failed ? 'fail' : 'commit');
  draft.endedAt = draft.lastEventAt;
  clearSource(draft, -1, 'deadline', 'ended');
  happen(draft, {
    event: draft.status === 'committed' ? 'committed' : 'exception',
    step: -1,
    stepless: true,
    triggers: draft.flow.on,
    alarm: null,
    due: null,
  });
}

/** Moves the instance itself, as the FLOW table has it. */
export function changeStatus(
  draft: Draft,
  event: 'start' | 'commit' | 'fail' | 'abandon' | 'reopen' | 'expect',
): void {
  const move = FLOW.next(draft.status, event);
  if (move === null) throw new Error(`broken rule: an instance that is ${draft.status} cannot ${event}`);
  draft.status = move.state as InstanceStatus; // the machine's states are the instance statuses
}

/** What an `end` step offers, and a gate that is only offered, do not hold the instance open. */
function holdsOpen(draft: Draft, step: number): boolean {
  let at = step;
  if (stateOf(draft, at).detail.offeredVia !== null && stepOf(draft.flow, at).kind === 'gate') return false;
  for (let hops = 0; hops <= draft.steps.length; hops++) {
    const via = stateOf(draft, at).detail.offeredVia;
    if (via === null || via < 0) return true;
    const source = connectorOf(draft, via).from;
    if (stepOf(draft.flow, source).end) return false;
    at = source;
  }
  return true;
}

export { isLive };
