/**
 * "Not today": an operator excuses an instance or one of its steps, with name and reason.
 *
 * 1. What is waived raises nothing, tells nobody and starts no operation; what it had raised clears. Its due times wait:
 *    where the waiver is taken back, those that have passed are decided then.
 * 2. A waived step is passed as soon as it is activated, and at once where it waits or has failed, so that what comes after
 *    it does not wait. One that runs goes on by itself. One that is only offered stays so: another branch may win.
 * 3. What the application of a passed step still reports adds values to that visit. Once the waiver is taken back it is a
 *    re-run, and in order.
 * 4. The steps of an instance that is waived as a whole are not passed: if it runs all the same, it runs in silence.
 */
import { clearAlarms } from './alarms.ts';
import { changeDetail, changeStep, type Draft, stateOf, stepOf } from './draft.ts';
import type { Fact } from './fact.ts';
import type { Alarm } from './instance.ts';
import { passStep } from './movement.ts';
import { armTimer } from './timers.ts';
import { beginVisit } from './visits.ts';

/** Takes a waiver, or takes it back. */
export function takeWaiver(draft: Draft, fact: Extract<Fact, { kind: 'waive' }>): void {
  const { step, by, reason, time } = fact;
  const others = draft.waivers.filter((waiver) => waiver.step !== step);
  if (fact.revoked) {
    draft.waivers = others;
    return;
  }
  draft.waivers = [...others, { step, by, reason, at: time }];
  const name = step < 0 ? null : stepOf(draft.flow, step).name;
  const excused = (alarm: Alarm) => name === null || alarm.step === name;
  for (const alarm of draft.alarms) if (excused(alarm)) holdDueTime(draft, alarm);
  clearAlarms(draft, excused, 'waived');
  if (step >= 0 && (draft.status === 'running' || draft.status === 'failed')) skip(draft, step);
}

/** What was raised by a due time comes again when the waiver is taken back, unless it no longer matters then. */
function holdDueTime(draft: Draft, { step, why: { due, event } }: Alarm): void {
  if (due === null) return;
  const index = step === null ? -1 : (draft.flow.stepIndex.get(step) ?? -1);
  armTimer(draft, index, event.event.replace(/^timer\./, ''), due);
}

/** One that waits is passed when the decision settles. */
function skip(draft: Draft, step: number): void {
  const { status, params, state, detail } = stateOf(draft, step);
  if (detail.deadEnd) {
    changeDetail(draft, step, { deadEnd: false });
    draft.moved = step;
  }
  if (status !== 'failed') return;
  // what failed stays a visit of its own, and what it has reported stays known
  beginVisit(draft, step, { status: 'active', ledBy: detail.ledBy, offeredVia: null });
  changeStep(draft, step, { params, state });
  passStep(draft, step);
}
