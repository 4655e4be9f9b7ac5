/**
 * The working copy of one instance during one decision. It is the only thing in the engine that is changed in place,
 * and it never leaves `decide`.
 *
 * 1. Step states are replaced, never changed: untouched ones are shared with the instance before.
 * 2. `scope` reads through the draft, so an expression always sees what has been decided so far.
 */
import type { EventScope, Flow, FlowScope, Scope, Step } from '../definitions/index.ts';
import { type ChildStates, kindsOf } from './child-states.ts';
import type { Effect } from './fact.ts';
import type { Alarm, Deviation, Health, Instance, InstanceStatus, PendingTimer } from './instance.ts';
import { NONE } from './none.ts';
import { type StepDetail, type StepState, sharedDetail } from './step-state.ts';
import type { Tell } from './trace.ts';

export interface Draft {
  readonly flow: Flow;
  readonly before: Instance;
  /** time of the fact: of the event, or the due time */
  readonly time: number;
  status: InstanceStatus;
  state: string | null;
  startedAt: number | null;
  endedAt: number | null;
  lastEventAt: number | null;
  steps: StepState[];
  taken: number[];
  timers: PendingTimer[];
  joins: number[];
  alarms: Alarm[];
  episodes: ReadonlyMap<string, number>;
  deviations: readonly Deviation[];
  waivers: Instance['waivers'];
  corrected: boolean;
  children: ChildStates;
  readonly effects: Effect[];
  readonly scope: { own: number; readonly steps: StepState[]; readonly flow: FlowScope; event: EventScope };
  /** waived steps that this decision went past: each once, so that a loop of them has an end */
  passed: readonly number[];
  /** the step that moved last: the end is to be looked at; -1 where none did */
  moved: number;
  /** hears what the decision does; null where nobody listens */
  tell: Tell | null;
}

/** Opens a working copy of `instance` for one fact that happened at `time`. */
export function openDraft(flow: Flow, instance: Instance, time: number, event: EventScope): Draft {
  const steps = instance.steps.slice();
  const draft: Draft = {
    flow,
    before: instance,
    time,
    status: instance.status,
    state: instance.state,
    startedAt: instance.startedAt,
    endedAt: instance.endedAt,
    lastEventAt: instance.lastEventAt,
    steps,
    taken: instance.taken as number[], // copied before the first write, see `countTaken`
    timers: instance.timers as PendingTimer[], // replaced, never changed in place
    joins: instance.joins as number[], // replaced, never changed in place
    alarms: instance.alarms as Alarm[], // replaced, never changed in place
    episodes: instance.episodes,
    deviations: instance.deviations,
    waivers: instance.waivers,
    corrected: instance.corrected,
    children: instance.children,
    effects: [],
    scope: { own: -1, steps, flow: null as unknown as FlowScope, event }, // set on the next line: it refers to the draft
    passed: NONE,
    moved: -1,
    tell: null,
  };
  (draft.scope as { flow: FlowScope }).flow = new DraftFlowScope(draft);
  return draft;
}

/** `flow.*` of expressions, read through the draft. */
class DraftFlowScope implements FlowScope {
  readonly #draft: Draft;
  constructor(draft: Draft) {
    this.#draft = draft;
  }
  get key(): string {
    return this.#draft.before.key;
  }
  get group(): string | null {
    return this.#draft.flow.group;
  }
  get tradingDay(): string {
    return this.#draft.before.tradingDay;
  }
  get startedAt(): number | null {
    return this.#draft.startedAt;
  }
  get state(): string | null {
    return this.#draft.state;
  }
  get status(): string {
    return this.#draft.status;
  }
}

/** The instance as decided. */
export function closeDraft(draft: Draft): Instance {
  const { before } = draft;
  return {
    flow: before.flow,
    key: before.key,
    revision: before.revision,
    status: draft.status,
    parent: before.parent,
    tradingDay: before.tradingDay,
    state: draft.state,
    createdAt: before.createdAt,
    startedAt: draft.startedAt,
    endedAt: draft.endedAt,
    lastEventAt: draft.lastEventAt,
    steps: draft.steps,
    taken: kept(draft.taken, before.taken),
    timers: kept(draft.timers, before.timers),
    joins: kept(draft.joins, before.joins),
    alarms: kept(draft.alarms, before.alarms),
    episodes: draft.episodes,
    deviations: draft.deviations,
    waivers: draft.waivers,
    corrected: draft.corrected,
    children: draft.children,
  };
}

/** A list without the room to grow that one which was just made has. */
function kept<T>(list: readonly T[], before: readonly T[]): readonly T[] {
  if (list.length === 0) return NONE;
  return list === before ? list : list.slice();
}

/** The definition of a step by index. */
export function stepOf(flow: Flow, index: number): Step {
  const step = flow.steps[index];
  if (step === undefined) throw new Error(`broken rule: flow ${flow.name} has no step ${index}`);
  return step;
}

/** The present state of a step by index. */
export function stateOf(draft: Draft, index: number): StepState {
  const state = draft.steps[index];
  if (state === undefined)
    throw new Error(`broken rule: an instance of ${draft.flow.name} has no step ${index}`);
  return state;
}

/** Replaces a step's state by one with some fields changed. */
export function changeStep(draft: Draft, index: number, change: Partial<StepState>): StepState {
  const before = stateOf(draft, index);
  const next = { ...before, ...change };
  draft.steps[index] = next;
  if (draft.tell !== null) tellChange(draft, draft.tell, { step: index, before, next, change });
  return next;
}

/** Replaces what is the same for nearly all steps by a record with some fields changed. */
export function changeDetail(draft: Draft, index: number, change: Partial<StepDetail>): void {
  changeStep(draft, index, { detail: sharedDetail({ ...stateOf(draft, index).detail, ...change }) });
}

function tellChange(
  draft: Draft,
  tell: Tell,
  changed: {
    readonly step: number;
    readonly before: StepState;
    readonly next: StepState;
    readonly change: Partial<StepState>;
  },
): void {
  const { step, before, next, change } = changed;
  if (change.status !== undefined) {
    const { visits: visit } = next;
    const { ledBy, offeredVia } = next.detail;
    tell({ kind: 'step', step, from: before.status, to: next.status, visit, ledBy, offeredVia });
  } else if (next.detail.owed < before.detail.owed) tell({ kind: 'absorbed', step });
  else if (next.detail.arrived.length > before.detail.arrived.length) {
    const missing = stepOf(draft.flow, step).incoming.length - next.detail.arrived.length;
    tell({ kind: 'arrived', step, missing });
  }
}

/** Runs `work` with expressions seeing step `own` as their own (-1: the flow). */
export function withOwn<T>(draft: Draft, own: number, work: (scope: Scope) => T): T {
  const before = draft.scope.own;
  draft.scope.own = own;
  const result = work(draft.scope);
  draft.scope.own = before;
  return result;
}

/** Counts one more passage of a connector, and gives the count. */
export function countTaken(draft: Draft, connector: number): number {
  if (draft.taken === draft.before.taken) draft.taken = draft.before.taken.slice();
  while (draft.taken.length < connector) draft.taken.push(0);
  const count = (draft.taken[connector] ?? 0) + 1;
  draft.taken[connector] = count;
  return count;
}

/** Notes that the instance left its definition. */
export function deviate(draft: Draft, rule: Deviation['rule'], step: string | null, detail: string): void {
  draft.deviations = [...draft.deviations, { rule, step, at: draft.time, detail }];
}

/** Whether an operator has excused the step, or the whole instance (-1: only that counts). */
export function isWaived({ waivers }: Pick<Instance, 'waivers'>, step: number): boolean {
  return waivers.length > 0 && waivers.some((waiver) => waiver.step < 0 || waiver.step === step);
}

/** Whether an operator has excused the step itself: it is passed when its turn comes. */
export function isSkipped({ waivers }: Pick<Instance, 'waivers'>, step: number): boolean {
  return waivers.length > 0 && waivers.some((waiver) => waiver.step === step);
}

/** Whether the step's present visit was passed under a waiver that still holds: what it reports moves nothing. */
export function isPassed(draft: Draft, step: number): boolean {
  return stateOf(draft, step).detail.waived && isSkipped(draft, step);
}

/** Worst first. */
const HEALTH_ORDER: readonly Health[] = ['critical', 'warning', 'unknown', 'running', 'normal'];

/** The worse of two healths. */
export function worse(a: Health, b: Health): Health {
  return HEALTH_ORDER.indexOf(a) <= HEALTH_ORDER.indexOf(b) ? a : b;
}

/**
 * The health of an instance: the worst of its open alarms and nested instances; without any, `running` while it runs,
 * else `normal`. An alarm of severity `info` worsens nothing.
 */
export function healthOf(instance: Instance): Health {
  let health: Health = instance.status === 'running' ? 'running' : 'normal';
  for (const alarm of instance.alarms) if (alarm.severity !== 'info') health = worse(health, alarm.severity);
  for (const { health: its } of kindsOf(instance.children))
    if (its === 'critical' || its === 'warning' || its === 'unknown') health = worse(health, its);
  return health;
}
