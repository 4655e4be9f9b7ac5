/**
 * The day's ledger: every flow expected on a trading day with what became of it, also those with no event yet.
 *
 * 1. A flow with `start.by` has a row on each trading day of its calendar; one that starts after another has one where
 *    that other has; anything else has one where there is an instance.
 * 2. Nested instances have no row of their own: they are what their parent's row is made of.
 * 3. What was due before the flow was watched is unknown, not missing.
 */
import { formatTime } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import { worse } from './draft.ts';
import { startDue } from './expected-days.ts';
import { nameOf } from './family.ts';
import type { Health, Instance } from './instance.ts';
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
  readonly since: string;
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
  /** a late event has proved an alarm wrong */
  readonly corrected: boolean;
  /** who waived it, or steps of it, and why */
  readonly waivers: readonly {
    readonly step: string | null;
    readonly by: string;
    readonly reason: string;
    readonly at: string;
  }[];
  readonly waitingFor: readonly WaitingFor[];
  readonly startDue: string | null;
  readonly deadline: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly openAlarms: number;
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
  readonly day: string;
  readonly now: number;
  /** since when each flow has been watched, ms */
  readonly since: ReadonlyMap<string, number>;
}

/** The rows of a day: worst health first, then by the time they are due, then by flow and key. */
export function ledger(question: LedgerQuestion): readonly LedgerRow[] {
  const rows: LedgerRow[] = [];
  const taken = new Set<string>();
  for (const entry of question.entries) {
    if (entry.instance.parent !== null) continue;
    taken.add(nameOf(entry.instance.flow, entry.instance.key));
    rows.push(rowOf(question, entry));
  }
  for (const flow of question.definitions.flows.values()) {
    const key = expectedKey(question, flow);
    if (key !== null && !taken.has(nameOf(flow.name, key))) rows.push(emptyRow(question, flow, key));
  }
  return rows.sort(worstFirst);
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
    startDue(flow, day);
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
    startDue: timeOrNull(due),
    deadline: timeOrNull(deadline),
    startedAt: timeOrNull(instance.startedAt),
    endedAt: timeOrNull(instance.endedAt),
    openAlarms: instance.alarms.length,
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
  const waived = instance.waivers.some((waiver) => waiver.step < 0);
  return waived && status !== 'on-time' && status !== 'running' ? 'excused' : status;
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

function waitingFor(flow: Flow, instance: Instance, due: number | null, now: number): readonly WaitingFor[] {
  if (instance.status === 'expected') {
    return due !== null && now > due ? [{ step: null, since: formatTime(due) }] : [];
  }
  if (instance.status !== 'running') return [];
  return flow.steps.flatMap(({ name, kind }, index) => {
    const state = instance.steps[index];
    if (kind === 'gate' || state?.status !== 'active' || state.activatedAt === null) return [];
    return [{ step: name, since: formatTime(state.activatedAt) }];
  });
}

function deadlineOf(flow: Flow, instance: Instance): number | null {
  if (flow.deadline === null) return null;
  if (flow.deadline.kind === 'at') return flow.calendar.resolve(instance.tradingDay, flow.deadline.moment);
  return instance.startedAt === null ? null : flow.calendar.add(instance.startedAt, flow.deadline.in);
}

/** A flow that is expected and has no instance: too early, or nobody was watching. */
function emptyRow(question: LedgerQuestion, flow: Flow, key: string): LedgerRow {
  const { day, now, since } = question;
  const due = startDue(flow, day);
  const watched = since.get(flow.name);
  const deadline = flow.deadline?.kind === 'at' ? flow.calendar.resolve(day, flow.deadline.moment) : null;
  const over = now >= flow.calendar.startOf(flow.calendar.next(day));
  const blind = due === null ? over : due < (watched ?? now);
  return {
    ...identity(flow, key),
    status: blind ? 'unknown' : due !== null && due < now ? 'missing' : 'not-due',
    late: false,
    health: blind ? 'unknown' : 'normal',
    deviated: false,
    corrected: false,
    waivers: [],
    waitingFor: [],
    startDue: timeOrNull(due),
    deadline: timeOrNull(deadline),
    startedAt: null,
    endedAt: null,
    openAlarms: 0,
  };
}

function identity(flow: Flow, key: string) {
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
