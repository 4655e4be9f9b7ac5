/**
 * `split: event`: every true target is offered, the first to report wins, the others are withdrawn.
 *
 * 1. What is offered is active at once, whatever its join; `offeredVia` names the connector (-1: the flow's start).
 * 2. A gate that is offered stays active and stands for the steps behind it, which are offered through its connectors.
 * 3. A target that reported before it was offered has won already: it absorbs the arrival and nothing else is offered.
 *    One that stands behind a gate takes that gate's branch at once.
 */
import { clearSource } from './alarms.ts';
import { connectorHolds, connectorOf, passConnector } from './connectors.ts';
import { changeDetail, type Draft, stateOf, stepOf } from './draft.ts';
import { happen } from './rules.ts';
import { ledByOne } from './step-state.ts';
import { stopVisitTimers } from './timers.ts';
import { beginVisit, endStep, isLive, isOwed } from './visits.ts';

/** Offers the targets of these connectors; with an empty list the start steps of the flow. */
export function offerSteps(draft: Draft, connectors: readonly number[]): void {
  if (connectors.length === 0) {
    for (const step of draft.flow.startSteps) offer(draft, step, -1);
    return;
  }
  const early = connectors.find((index) => {
    const { from, to } = connectorOf(draft, index);
    return isOwed(draft, to, [from]);
  });
  if (early !== undefined) {
    absorb(draft, early);
    return;
  }
  const winners = connectors.map((index) => offer(draft, connectorOf(draft, index).to, index));
  const winner = winners.find((step) => step !== null) ?? null;
  if (winner !== null) takeOffer(draft, winner);
}

function absorb(draft: Draft, index: number): void {
  const { to } = connectorOf(draft, index);
  passConnector(draft, index);
  changeDetail(draft, to, { owed: stateOf(draft, to).detail.owed - 1 });
}

/** Gives the first step, itself or behind it where it is a gate, that reported before this offer. */
function offer(draft: Draft, step: number, via: number): number | null {
  const state = stateOf(draft, step);
  const from = via < 0 ? -1 : connectorOf(draft, via).from;
  if (isOwed(draft, step, [from])) {
    changeDetail(draft, step, { owed: state.detail.owed - 1, offeredVia: via });
    return step;
  }
  if (isLive(state)) return null;
  beginVisit(draft, step, { status: 'active', ledBy: ledByOne(from), offeredVia: via });
  const definition = stepOf(draft.flow, step);
  if (definition.kind !== 'gate') return null;
  let winner: number | null = null;
  for (const index of definition.outgoing) {
    if (!connectorHolds(draft, index)) continue;
    const early = offer(draft, connectorOf(draft, index).to, index);
    winner ??= early;
    if (definition.split === 'first') break;
  }
  return winner;
}

/** The step reports: its offer is taken, what was offered beside it is withdrawn. Nothing happens without an offer. */
export function takeOffer(draft: Draft, step: number): void {
  const via = stateOf(draft, step).detail.offeredVia;
  if (via === null) return;
  changeDetail(draft, step, { offeredVia: null });
  const source = via < 0 ? -1 : connectorOf(draft, via).from;
  const gate =
    source >= 0 &&
    stepOf(draft.flow, source).kind === 'gate' &&
    stateOf(draft, source).detail.offeredVia !== null;
  if (gate) takeOffer(draft, source);
  if (gate && stepOf(draft.flow, source).split !== 'event') {
    keepBeside(draft, source);
  } else {
    withdrawBeside(draft, source);
  }
  if (via >= 0) passConnector(draft, via);
  if (gate) commitGate(draft, source);
}

/** A gate without `split: event` was taken: what it offered goes on together. */
function keepBeside(draft: Draft, gate: number): void {
  for (const index of stepOf(draft.flow, gate).outgoing) {
    const target = connectorOf(draft, index).to;
    if (stateOf(draft, target).detail.offeredVia !== index) continue;
    changeDetail(draft, target, { offeredVia: null });
    passConnector(draft, index);
    if (stepOf(draft.flow, target).kind === 'gate') {
      if (stepOf(draft.flow, target).split !== 'event') keepBeside(draft, target);
      commitGate(draft, target);
    }
  }
}

function withdrawBeside(draft: Draft, source: number): void {
  for (let step = 0; step < draft.steps.length; step++) {
    const via = stateOf(draft, step).detail.offeredVia;
    if (via === null) continue;
    const from = via < 0 ? -1 : connectorOf(draft, via).from;
    if (from === source) withdrawStep(draft, step);
  }
}

/** The gate was passed: it is committed; its connectors were evaluated when it was offered. */
function commitGate(draft: Draft, gate: number): void {
  const { on } = stepOf(draft.flow, gate);
  endStep(draft, gate, 'committed');
  stopVisitTimers(draft, gate, 'end');
  clearSource(draft, gate, 'timer', 'committed');
  happen(draft, { event: 'committed', step: gate, stepless: false, triggers: on, alarm: null, due: null });
}

/** Another branch won: the step is no longer expected, nor is what it stood for. */
function withdrawStep(draft: Draft, step: number): void {
  const definition = stepOf(draft.flow, step);
  const { status, detail } = stateOf(draft, step);
  if (status !== 'active') {
    // it reported before its offer, and another did so too and has won: its arrival is still to come
    changeDetail(draft, step, { offeredVia: null, owed: detail.owed + 1 });
    return;
  }
  endStep(draft, step, 'withdrawn');
  stopVisitTimers(draft, step, 'end');
  clearSource(draft, step, 'timer', 'withdrawn');
  if (definition.kind === 'gate') withdrawBeside(draft, step);
  definition.nested?.suffixes.forEach((_, entry) => {
    draft.effects.push({ kind: 'drop-child', step, entry, time: draft.time });
  });
  happen(draft, {
    event: 'withdrawn',
    step,
    stepless: false,
    triggers: definition.on,
    alarm: null,
    due: null,
  });
}
