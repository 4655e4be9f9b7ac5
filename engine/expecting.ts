/** An instance begins to be expected, or is set back to it. */
import { NO_CHILDREN } from './child-states.ts';
import type { Draft } from './draft.ts';
import type { Fact } from './fact.ts';
import { changeStatus } from './movement.ts';
import { happen } from './rules.ts';
import { idleStep } from './step-state.ts';
import { armTimer } from './timers.ts';

/** Arms what is due before the start, and runs the rules on `created`; one that has ended is set back first. */
export function expectInstance(draft: Draft, fact: Extract<Fact, { kind: 'expect' }>): void {
  if (draft.status === 'running') return;
  if (draft.status !== 'expected') {
    if (!fact.again) return;
    setBack(draft);
  }
  const { flow } = draft;
  const due = fact.startDue ?? startDue(draft, fact.tradingDay);
  if (due !== null) armTimer(draft, -1, 'start-timeout', due);
  if (flow.deadline?.kind === 'at') {
    const deadline = flow.calendar.resolve(fact.tradingDay, flow.deadline.moment);
    if (deadline !== null) armTimer(draft, -1, 'deadline', deadline);
  }
  happen(draft, { event: 'created', step: -1, stepless: true, triggers: flow.on, alarm: null, due: null });
}

function startDue(draft: Draft, day: string): number | null {
  const { start, calendar } = draft.flow;
  if (start?.kind !== 'by') return null;
  const by = calendar.resolve(day, start.moment);
  return by === null ? null : calendar.add(by, start.grace);
}

/** Visits, alarms and counts stay; where the steps stood does not. */
function setBack(draft: Draft): void {
  changeStatus(draft, 'expect');
  draft.startedAt = null;
  draft.endedAt = null;
  draft.timers = [];
  draft.joins = [];
  draft.taken = [];
  draft.children = NO_CHILDREN;
  draft.flow.steps.forEach((step, index) => {
    const { visits } = draft.steps[index] ?? idleStep(step);
    draft.steps[index] = { ...idleStep(step), visits };
  });
}
