/**
 * The rule: what a fact does to one instance. Pure, and the only place where instances change.
 *
 * 1. Same definition, instance and fact: same next instance and effects, byte for byte.
 * 2. Nothing an application sends is refused here: what the definition does not allow raises its alarm and is followed.
 * 3. Other instances are never touched; what they must hear is an effect, and reaches them as a fact of their own.
 */
import type { CheckpointEvent, Value } from '../checkpoints/index.ts';
import type { EventScope, Flow } from '../definitions/index.ts';
import { type AlarmValues, stateFacts } from './alarm-facts.ts';
import { clearAlarms, clearSource } from './alarms.ts';
import { NO_CHILDREN } from './child-states.ts';
import { takeChild } from './children.ts';
import {
  changeStep,
  closeDraft,
  type Draft,
  deviate,
  isPassed,
  openDraft,
  stateOf,
  stepOf,
} from './draft.ts';
import { fireDue } from './due.ts';
import { expectInstance } from './expecting.ts';
import type { Decision, Fact } from './fact.ts';
import type { Instance, ParentRef } from './instance.ts';
import { beginReport, endVisit, isLive, settle } from './movement.ts';
import { NO_ENTRIES, NONE } from './none.ts';
import { happen } from './rules.ts';
import { isUnstarted, startInstance } from './starting.ts';
import { endedAt, idleStep } from './step-state.ts';
import { armAfter } from './timers.ts';
import type { Tell, Trace } from './trace.ts';
import { takeWaiver } from './waivers.ts';

/** The next instance and what else follows from one fact. */
export function decide(flow: Flow, instance: Instance, fact: Fact): Decision {
  return carryOut(openDraft(flow, instance, timeOf(fact), scopeOf(flow, fact)), fact);
}

/** A `decide` that tells everything it does. */
export function tracedDecide(trace: Trace): typeof decide {
  return (flow, instance, fact) => {
    const tell: Tell = (entry) => trace(instance, entry);
    tell({ kind: 'fact', fact, flow });
    const draft = openDraft(flow, instance, timeOf(fact), scopeOf(flow, fact));
    draft.tell = tell;
    const decision = carryOut(draft, fact);
    for (const effect of decision.effects) if (effect.kind === 'alarm') tell(effect);
    tell({ kind: 'decided', after: decision.instance });
    return decision;
  };
}

function carryOut(draft: Draft, fact: Fact): Decision {
  switch (fact.kind) {
    case 'expect':
      expectInstance(draft, fact);
      break;
    case 'event':
      takeEvent(draft, fact.event);
      break;
    case 'due':
      fireDue(draft, fact);
      break;
    case 'child':
      takeChild(draft, fact);
      break;
    case 'waive':
      takeWaiver(draft, fact);
      break;
    case 'close':
      clearAlarms(draft, (alarm) => alarm.id === fact.alarm, 'by-hand');
      break;
    default:
      fact satisfies never;
  }
  settle(draft);
  return { instance: closeDraft(draft), effects: draft.effects };
}

export interface Birth {
  readonly key: string;
  readonly revision: string;
  readonly tradingDay: string;
  readonly parent: ParentRef | null;
  readonly time: number;
}

/** An instance that nothing has happened to yet. */
export function newInstance(flow: Flow, birth: Birth): Instance {
  return {
    flow: flow.name,
    key: birth.key,
    revision: birth.revision,
    status: 'expected',
    parent: birth.parent,
    tradingDay: birth.tradingDay,
    state: flow.states?.initial ?? null,
    createdAt: birth.time,
    startedAt: null,
    endedAt: null,
    lastEventAt: null,
    steps: flow.steps.map(idleStep),
    taken: NONE,
    timers: NONE,
    joins: NONE,
    alarms: NONE,
    episodes: NO_ENTRIES,
    deviations: NONE,
    waivers: NONE,
    corrected: false,
    children: NO_CHILDREN,
  };
}

/** When a fact happened: the event's own time, the due time, or the time it was said. */
export function timeOf(fact: Fact): number {
  switch (fact.kind) {
    case 'event':
      return fact.event.time;
    case 'due':
      return fact.due;
    default:
      return fact.time;
  }
}

function scopeOf(flow: Flow, fact: Fact): EventScope {
  const nothing = { id: null, step: null, state: null, params: [], message: null, source: null };
  switch (fact.kind) {
    case 'event': {
      const { id, step, kind, time, state, params, message, source } = fact.event;
      return { id, event: kind, step, time, state, params, message, source };
    }
    case 'due': {
      const step = fact.step < 0 ? null : stepOf(flow, fact.step).name;
      return { ...nothing, event: fact.step < 0 ? fact.name : `timer.${fact.name}`, step, time: fact.due };
    }
    case 'child': {
      const outcome = fact.status === 'committed' ? 'committed' : 'exception';
      return {
        ...nothing,
        event: fact.change === 'outcome' ? outcome : 'activated',
        step: stepOf(flow, fact.step).name,
        time: fact.time,
      };
    }
    case 'expect':
      return { ...nothing, event: 'created', time: fact.time };
    case 'waive':
      return { ...nothing, event: 'waive', time: fact.time };
    case 'close':
      return { ...nothing, event: 'close', time: fact.time };
    default:
      return fact satisfies never;
  }
}

function takeEvent(draft: Draft, event: CheckpointEvent): void {
  if (isUnstarted(draft)) startInstance(draft);
  draft.lastEventAt = Math.max(draft.lastEventAt ?? event.time, event.time);
  if (event.step === null) takeFlowEvent(draft, event);
  else takeStepEvent(draft, chooseStep(draft, event.step), event);
}

/** Several steps may share a name: the one that is live, else one that failed, else the first in the file. */
function chooseStep(draft: Draft, name: string): number {
  const candidates = draft.flow.byEventName.get(name) ?? [];
  const chosen =
    candidates.find((step) => isLive(stateOf(draft, step))) ??
    candidates.find((step) => stateOf(draft, step).status === 'failed') ??
    candidates[0];
  if (chosen === undefined)
    throw new Error(`broken rule: an event for unknown step ${name} reached ${draft.flow.name}`);
  return chosen;
}

function takeStepEvent(draft: Draft, step: number, event: CheckpointEvent): void {
  const late = isLate(draft, step, event);
  draft.tell?.({ kind: 'reached', step, was: stateOf(draft, step).status, late });
  if (late) {
    applyParams(draft, step, event);
    return;
  }
  const kind = event.kind === 'committed' ? 'commit' : event.kind === 'exception' ? 'fail' : 'report';
  beginReport(draft, step, { kind, quiet: false });
  const { on } = stepOf(draft.flow, step);
  if (applyParams(draft, step, event) || event.kind === 'params') {
    armAfter(draft, step, 'params');
    happen(draft, { event: 'params', step, stepless: false, triggers: on, alarm: null, due: null });
  }
  if (event.state !== null) applyState(draft, step, event.state);
  if (kind !== 'report') endVisit(draft, step, { kind, quiet: false, detail: event.message ?? '' });
}

/**
 * Values that come after the visit has ended, or were stamped before it did, belong to that visit; so does everything
 * that is told of a step which an operator has excused and which was passed.
 */
function isLate(draft: Draft, step: number, event: CheckpointEvent): boolean {
  const state = stateOf(draft, step);
  const { status } = state;
  if (isPassed(draft, step)) return true;
  if (status !== 'committed' && status !== 'failed' && status !== 'withdrawn') return false;
  const ended = endedAt(draft.before, state);
  return (event.kind === 'params' && status !== 'withdrawn') || (ended !== null && event.time < ended);
}

/** Gives whether the event carried parameters. Undeclared names and derived ones are left to the journal. */
function applyParams(draft: Draft, step: number, event: CheckpointEvent): boolean {
  if (event.params.length === 0) return false;
  const definition = stepOf(draft.flow, step);
  const before = stateOf(draft, step).params;
  let params: (Value | null)[] | null = null;
  for (const [name, value] of event.params) {
    const index = definition.paramIndex.get(name);
    if (index === undefined || definition.params[index]?.value !== null) continue;
    if ((params ?? before)[index] === value) continue;
    params ??= before.slice();
    params[index] = value;
  }
  if (params !== null) changeStep(draft, step, { params });
  return true;
}

function applyState(draft: Draft, step: number, state: string): void {
  const definition = stepOf(draft.flow, step);
  const table = definition.states;
  const before = stateOf(draft, step).state;
  if (state === before) return;
  const known = table === null || table.knows(state);
  const legal = known && (table === null || before === null || table.allows(before, state));
  tellState(draft, step, { from: before, to: state, known, legal });
  if (known) changeStep(draft, step, { state });
  if (legal) clearSource(draft, step, 'illegal-state', 'legal-state');
  else illegalState(draft, step, { from: before, to: state, known });
  if (!known) return;
  armAfter(draft, step, 'state');
  happen(draft, { event: 'state', step, stepless: false, triggers: definition.on, alarm: null, due: null });
}

function tellState(
  draft: Draft,
  step: number,
  change: { from: string | null; to: string; known: boolean; legal: boolean },
): void {
  const { from, to, known, legal } = change;
  draft.tell?.({ kind: 'state', step, from, to, verdict: known ? (legal ? 'legal' : 'illegal') : 'unknown' });
}

/** `step` is -1 for the flow's own states. */
function illegalState(
  draft: Draft,
  step: number,
  { from, to, known }: { readonly from: string | null; readonly to: string; readonly known: boolean },
): void {
  const own = step < 0 ? null : stepOf(draft.flow, step);
  const { states, statesAt: place } = own ?? draft.flow;
  const detail = `${from ?? 'none'} to ${to}${known ? '' : ', which the table does not name'}`;
  deviate(draft, 'illegal-state', own?.name ?? null, detail);
  happen(draft, {
    event: 'illegal-state',
    step,
    stepless: step < 0,
    triggers: own?.on ?? draft.flow.on,
    alarm: {
      name: 'illegal-state',
      severity: 'critical',
      detail,
      place,
      facts: stateFacts(states, from, to),
    },
    due: null,
  });
}

function takeFlowEvent(draft: Draft, event: CheckpointEvent): void {
  const occurrence = { step: -1, stepless: true, triggers: draft.flow.on, alarm: null, due: null };
  if (event.state !== null) applyFlowState(draft, event.state);
  if (event.kind === 'activated') clearSource(draft, -1, 'exception', 'runs-again');
  if (event.kind === 'exception') {
    const detail = event.message ?? '';
    const facts: AlarmValues = detail === '' ? [] : [['message', detail]];
    const alarm = {
      name: 'exception',
      severity: 'critical' as const,
      detail,
      place: draft.flow.at,
      facts,
    };
    happen(draft, { ...occurrence, event: 'exception', alarm });
  }
}

function applyFlowState(draft: Draft, state: string): void {
  const table = draft.flow.states;
  const before = draft.state;
  if (state === before) return;
  const known = table === null || table.knows(state);
  const legal = known && (table === null || before === null || table.allows(before, state));
  tellState(draft, -1, { from: before, to: state, known, legal });
  if (known) draft.state = state;
  if (legal) clearSource(draft, -1, 'illegal-state', 'legal-state');
  else illegalState(draft, -1, { from: before, to: state, known });
  if (known)
    happen(draft, {
      event: 'state',
      step: -1,
      stepless: true,
      triggers: draft.flow.on,
      alarm: null,
      due: null,
    });
}
