/**
 * "Not today": an operator excuses an instance or one of its steps, with name and reason.
 *
 * 1. What is waived raises nothing, and what it had raised clears.
 * 2. A waived step is passed as soon as it is activated, so that what comes after it does not wait; its application may
 *    report all the same.
 */
import { clearAlarms } from './alarms.ts';
import { type Draft, stateOf, stepOf } from './draft.ts';
import type { Fact } from './fact.ts';
import { endVisit } from './movement.ts';

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
  clearAlarms(draft, (alarm) => name === null || alarm.step === name, 'waived');
  if (step >= 0 && stateOf(draft, step).status === 'active') {
    endVisit(draft, step, { kind: 'commit', quiet: true, detail: '' });
  }
}
