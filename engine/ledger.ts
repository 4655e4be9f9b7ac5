/**
 * The day's ledger: every flow expected on a trading day with what became of it, also those with no event yet.
 *
 * 1. A flow with `start.by` has a row on each trading day of its calendar; one that starts after another has one where
 *    that other has; anything else has one where there is an instance.
 * 2. Nested instances have no row of their own: they are what their parent's row is made of.
 * 3. What was due before the flow was watched is unknown, not missing.
 * 4. A flow with many instances has one row for all of them, and one for each of those that are among `entries`.
 * 5. What starts after a flow that was excused, and so never came to its end, is excused with it.
 */
import { formatTime } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import type { Crowd } from './crowd.ts';
import { isWaived, worse } from './draft.ts';
import { startDue } from './expected-days.ts';
import { nameOf } from './family.ts';
import type { Health, Instance, InstanceStatus } from './instance.ts';
import { activatedAt } from './step-state.ts';
import { viewWaivers } from './view.ts';

/** What a row comes to. `waiting`: something is expected now that has not reported. */
export type LedgerStatus =
  | 'not-due'
  | 'waiting'
  | 'running'
  | 'on-time'
  | 'late'
  | 'failed'
  | 'excused'
  | 'missing'
  | 'unknown';

export interface WaitingFor {
  /** null: for the start of the flow */
  readonly step: string | null;
  readonly title: Flow['title'];
  readonly since: string;
}

/** A step whose application has reported and has not ended. */
export interface UnderWay extends WaitingFor {
  readonly step: string;
}

export interface LedgerRow {
  readonly flow: string;
  readonly title: Flow['title'];
  readonly group: string | null;
  readonly key: string | null;
  readonly status: LedgerStatus;
  /** it started or finished after its time, or has not yet although the time is past */
  readonly late: boolean;
  readonly health: Health;
  readonly deviated: boolean;
  /** a late event has proved an alarm wrong, here or in a nested instance */
  readonly corrected: boolean;
  /** who waived it, or steps of it, and why */
  readonly waivers: readonly {
    readonly step: string | null;
    readonly by: string;
    readonly reason: string;
    readonly at: string;
  }[];
  readonly waitingFor: readonly WaitingFor[];
  readonly underWay: readonly UnderWay[];
  readonly startDue: string | null;
  readonly deadline: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly openAlarms: number;
  /** how many instances of which status a row stands for; null for that of one instance */
  readonly many: Readonly<Record<InstanceStatus, number>> | null;
}

/** An instance of the day, with its flow of its own revision. */
export interface LedgerEntry {
  readonly flow: Flow;
  readonly instance: Instance;
  readonly health: Health;
}

export interface LedgerQuestion {
  readonly definitions: Definitions;
  readonly entries: readonly LedgerEntry[];
  /** of flows with many instances: how many have which status and health */
  readonly crowds?: readonly Crowd[];
  readonly day: string;
  readonly now: number;
  /** since when each flow has been watched, ms */
  readonly since: ReadonlyMap<string, number>;
}

/** The rows of a day: worst health first, then by the time they are due, then by flow and key. */
export function ledger(question: LedgerQuestion): readonly LedgerRow[] {
  const rows: LedgerRow[] = [];
  const taken = new Set<string>();
  const corrected = correctedNames(question.entries);
  for (const entry of question.entries) {
    if (entry.instance.parent !== null) continue;
    const name = nameOf(entry.instance.flow, entry.instance.key);
    taken.add(name);
    rows.push({ ...rowOf(question, entry), corrected: corrected.has(name) });
  }
  for (const [name, crowds] of Map.groupBy(question.crowds ?? [], ({ flow }) => flow)) {
    const flow = question.definitions.flows.get(name);
    if (flow === undefined || flow.parents.length > 0) continue;
    rows.push(crowdRow(flow, crowds));
  }
  for (const flow of question.definitions.flows.values()) {
    const key = expectedKey(question, flow);
    if (key !== null && !taken.has(nameOf(flow.name, key))) rows.push(emptyRow(question, flow, key));
  }
  return rows.sort(worstFirst);
}

/** The nested instances of a day in the form of rows, by flow and key: what they are in their parents' rows. */
export function nestedRows(question: LedgerQuestion): readonly LedgerRow[] {
  const corrected = correctedNames(question.entries);
  return question.entries
    .filter(({ instance }) => instance.parent !== null)
    .map((entry) => {
      const isCorrected = corrected.has(nameOf(entry.instance.flow, entry.instance.key));
      return { ...rowOf(question, entry), corrected: isCorrected };
    })
    .sort((a, b) => compare(a.flow, b.flow) || compare(a.key ?? '', b.key ?? ''));
}

/** The instances in which an alarm was proved wrong, and those that they are nested in. */
function correctedNames(entries: readonly LedgerEntry[]): ReadonlySet<string> {
  const instances = new Map(entries.map(({ instance }) => [nameOf(instance.flow, instance.key), instance]));
  const found = new Set<string>();
  for (const { instance } of entries) {
    if (!instance.corrected) continue;
    for (let at: Instance | undefined = instance; at !== undefined; ) {
      found.add(nameOf(at.flow, at.key));
      at = at.parent === null ? undefined : instances.get(nameOf(at.parent.flow, at.parent.key));
    }
  }
  return found;
}

/** The key of the instance that a flow is expected to have on the day; null where none is. */
function expectedKey(question: LedgerQuestion, flow: Flow): string | null {
  const { definitions, day } = question;
  if (flow.start?.kind === 'by') {
    if (!flow.calendar.isTradingDay(day) || flow.key === null || startDue(flow, day) === null) return null;
    return flow.key.before + day + flow.key.after;
  }
  const leader = flow.start?.kind === 'after' ? definitions.flows.get(flow.start.flow) : undefined;
  return leader === undefined ? null : expectedKey(question, leader);
}

function rowOf(question: LedgerQuestion, { flow, instance, health }: LedgerEntry): LedgerRow {
  const { now, day } = question;
  const due =
    instance.timers.find(({ step, name }) => step < 0 && name === 'start-timeout')?.due ??
    startDue(flow, day) ??
    followingDue(question, flow, instance.key);
  const deadline = deadlineOf(flow, instance);
  const startLate = due !== null && (instance.startedAt ?? now) > due;
  const endLate = deadline !== null && (instance.endedAt ?? now) > deadline;
  const over = now >= flow.calendar.startOf(flow.calendar.next(day));
  const facts = { due, now, late: startLate || endLate, over };
  return {
    ...identity(flow, instance.key),
    status: excused(instance, statusOf(instance, health, facts)),
    late: startLate || endLate,
    health,
    deviated: instance.deviations.length > 0,
    corrected: instance.corrected,
    waivers: viewWaivers(flow, instance),
    waitingFor: waitingFor(flow, instance, due, now),
    underWay: underWay(flow, instance),
    startDue: timeOrNull(due),
    deadline: timeOrNull(deadline),
    startedAt: timeOrNull(instance.startedAt),
    endedAt: timeOrNull(instance.endedAt),
    openAlarms: instance.alarms.length,
    many: null,
  };
}

interface Facts {
  readonly due: number | null;
  readonly now: number;
  readonly late: boolean;
  readonly over: boolean;
}

/** A waived instance is excused for whatever went wrong; one that was in time all the same is in time. */
function excused(instance: Instance, status: LedgerStatus): LedgerStatus {
  return isWaived(instance, -1) && status !== 'on-time' && status !== 'running' ? 'excused' : status;
}

function statusOf(instance: Instance, health: Health, facts: Facts): LedgerStatus {
  switch (instance.status) {
    case 'expected':
      if (facts.due === null || facts.now <= facts.due)
        return facts.over && facts.due === null ? 'missing' : 'not-due';
      return facts.over ? 'missing' : 'waiting';
    case 'running':
      if (health === 'unknown') return 'unknown';
      return instance.steps.some((step) => step.status === 'running') ? 'running' : 'waiting';
    case 'committed':
      return facts.late ? 'late' : 'on-time';
    case 'failed':
      return 'failed';
    case 'abandoned':
      return instance.startedAt === null ? 'missing' : 'failed';
    default:
      return instance.status satisfies never;
  }
}

/** When an instance that starts after another is due to; null where that one has not committed. */
function followingDue({ entries }: LedgerQuestion, { start, calendar }: Flow, key: string): number | null {
  if (start?.kind !== 'after') return null;
  const leader = entries.find(({ instance }) => instance.flow === start.flow && instance.key === key);
  if (leader?.instance.status !== 'committed' || leader.instance.endedAt === null) return null;
  return calendar.add(leader.instance.endedAt, start.in);
}

/** The instance that this one was to follow, directly or not, where it was excused and has not committed. */
function excusedLeader(question: LedgerQuestion, { start }: Flow, key: string): LedgerEntry | null {
  if (start?.kind !== 'after') return null;
  const leader = question.entries.find(
    ({ instance }) => instance.flow === start.flow && instance.key === key,
  );
  if (leader === undefined) {
    const flow = question.definitions.flows.get(start.flow);
    return flow === undefined ? null : excusedLeader(question, flow, key);
  }
  const { instance } = leader;
  return instance.status !== 'committed' && isWaived(instance, -1) ? leader : null;
}

function waitingFor(flow: Flow, instance: Instance, due: number | null, now: number): readonly WaitingFor[] {
  if (isWaived(instance, -1)) return [];
  if (instance.status === 'expected') {
    return due !== null && now > due ? [{ step: null, title: null, since: formatTime(due) }] : [];
  }
  if (instance.status !== 'running') return [];
  return stepsIn(flow, instance, 'active');
}

function underWay(flow: Flow, instance: Instance): readonly UnderWay[] {
  return instance.status === 'running' ? stepsIn(flow, instance, 'running') : [];
}

function stepsIn(flow: Flow, instance: Instance, status: 'active' | 'running'): readonly UnderWay[] {
  return flow.steps.flatMap(({ name, title, kind }, index) => {
    const state = instance.steps[index];
    if (kind === 'gate' || state?.status !== status) return [];
    const since = activatedAt(instance, state);
    return since === null ? [] : [{ step: name, title, since: formatTime(since) }];
  });
}

function deadlineOf(flow: Flow, instance: Instance): number | null {
  if (flow.deadline === null) return null;
  if (flow.deadline.kind === 'at') return flow.calendar.resolve(instance.tradingDay, flow.deadline.moment);
  return instance.startedAt === null ? null : flow.calendar.add(instance.startedAt, flow.deadline.in);
}

/** All instances of a flow at once: under way as long as one is. */
function crowdRow(flow: Flow, crowds: readonly Crowd[]): LedgerRow {
  const many = { expected: 0, running: 0, committed: 0, failed: 0, abandoned: 0 };
  let health: Health = 'normal';
  let openAlarms = 0;
  for (const crowd of crowds) {
    many[crowd.status] += crowd.count;
    openAlarms += crowd.openAlarms;
    health = worse(health, crowd.health);
  }
  return {
    ...identity(flow, null),
    status: statusOfMany(many),
    health,
    openAlarms,
    many,
    ...NOTHING_MORE,
    startDue: null,
    deadline: null,
  };
}

function statusOfMany(many: Readonly<Record<InstanceStatus, number>>): LedgerStatus {
  const ended = many.committed + many.failed + many.abandoned;
  if (many.running > 0 || (many.expected > 0 && ended > 0)) return 'running';
  if (many.expected > 0) return 'not-due';
  return many.failed + many.abandoned > 0 ? 'failed' : 'on-time';
}

/** What a row has nothing of where no instance tells. */
const NOTHING_MORE = {
  late: false,
  deviated: false,
  corrected: false,
  waivers: [],
  waitingFor: [],
  underWay: [],
  startedAt: null,
  endedAt: null,
} as const;

/** A flow that is expected and has no instance: too early, or what it follows never ended, or nobody was watching. */
function emptyRow(question: LedgerQuestion, flow: Flow, key: string): LedgerRow {
  const { day, now } = question;
  const due = startDue(flow, day) ?? followingDue(question, flow, key);
  const deadline = flow.deadline?.kind === 'at' ? flow.calendar.resolve(day, flow.deadline.moment) : null;
  const dueBy = due ?? flow.calendar.startOf(flow.calendar.next(day));
  const leader = excusedLeader(question, flow, key);
  const status = emptyStatus({ now, dueBy, since: question.since.get(flow.name) ?? now, leader });
  return {
    ...identity(flow, key),
    ...NOTHING_MORE,
    status,
    health: status === 'unknown' ? 'unknown' : 'normal',
    waivers: leader === null ? [] : viewWaivers(leader.flow, leader.instance),
    startDue: timeOrNull(due),
    deadline: timeOrNull(deadline),
    openAlarms: 0,
    many: null,
  };
}

/** `dueBy`: when it should have started, at the latest the end of its day. */
function emptyStatus(row: {
  readonly now: number;
  readonly dueBy: number;
  readonly since: number;
  readonly leader: LedgerEntry | null;
}): LedgerStatus {
  const { now, dueBy, since, leader } = row;
  if (leader !== null) return 'excused';
  if (dueBy < since) return 'unknown';
  return dueBy < now ? 'missing' : 'not-due';
}

function identity(flow: Flow, key: string | null) {
  return { flow: flow.name, title: flow.title, group: flow.group, key };
}

function worstFirst(a: LedgerRow, b: LedgerRow): number {
  if (a.health !== b.health) return worse(a.health, b.health) === a.health ? -1 : 1;
  const [left, right] = [a.startDue ?? a.startedAt ?? '', b.startDue ?? b.startedAt ?? ''];
  return compare(left, right) || compare(a.flow, b.flow) || compare(a.key ?? '', b.key ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
