/**
 * Pending due times of a draft.
 *
 * 1. A timer is pending at most once; started again, it counts anew.
 * 2. Timers of a visit (`after`, or started by a rule) are stopped by what ends their reason to run. Timers with a time of
 *    day are never stopped: whether they still matter is asked when they are due.
 */
import type { Timer } from '../definitions/index.ts';
import { type Draft, stepOf } from './draft.ts';
import type { PendingTimer } from './instance.ts';

/** Starts a timer of a step (-1: the flow's own), or starts it anew. */
export function armTimer(draft: Draft, step: number, name: string, due: number): void {
  disarmTimer(draft, step, name);
  draft.timers = [...draft.timers, { step, name, due }];
  draft.tell?.({ kind: 'armed', step, name, due });
}

/** Stops a timer; nothing happens where it is not running. */
export function disarmTimer(draft: Draft, step: number, name: string): void {
  const running = draft.timers.find((timer) => timer.step === step && timer.name === name);
  if (running === undefined) return;
  draft.timers = draft.timers.filter((timer) => timer !== running);
  draft.tell?.({ kind: 'stopped', ...running });
}

/** Starts the step's timers that count from this moment of its life. */
export function armAfter(draft: Draft, step: number, moment: NonNullable<Timer['after']>): void {
  for (const timer of stepOf(draft.flow, step).timers) {
    if (timer.after === moment && timer.in !== null)
      armTimer(draft, step, timer.name, draft.flow.calendar.add(draft.time, timer.in));
  }
}

/** Stops a visit's timers: all of them, or after a mere event those that do not wait for the commit. */
export function stopVisitTimers(draft: Draft, step: number, by: 'event' | 'end'): void {
  if (!draft.timers.some((timer) => timer.step === step)) return;
  draft.timers = draft.timers.filter((pending) => {
    if (pending.step !== step) return true;
    const timer = findTimer(draft, pending);
    const goesOn = timer.moment !== null || (by === 'event' && timer.untilCommitted);
    if (!goesOn) draft.tell?.({ kind: 'stopped', ...pending });
    return goesOn;
  });
}

/** Starts the timers with a time of the instance's day, of every step. */
export function armMoments(draft: Draft): void {
  const { flow, before } = draft;
  for (const step of flow.steps) {
    for (const timer of step.timers) {
      if (timer.moment === null) continue;
      const due = flow.calendar.resolve(before.tradingDay, timer.moment);
      if (due !== null) armTimer(draft, step.index, timer.name, due);
    }
  }
}

/** The definition of a pending timer of a step. */
export function findTimer(draft: Draft, pending: PendingTimer): Timer {
  const timer = stepOf(draft.flow, pending.step).timers.find((one) => one.name === pending.name);
  if (timer === undefined) throw new Error(`broken rule: timer ${pending.name} is pending but not defined`);
  return timer;
}
