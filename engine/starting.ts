/** The start of an instance: its first event, or that of a nested one. */
import { clearSource } from './alarms.ts';
import type { Draft } from './draft.ts';
import { activateStart, changeStatus } from './movement.ts';
import { happen } from './rules.ts';
import { armMoments, armTimer, disarmTimer } from './timers.ts';

/** Whether the first event is still to come: it is expected, or was given up while it was. */
export function isUnstarted({ status, startedAt }: Draft): boolean {
  return status === 'expected' || (status === 'abandoned' && startedAt === null);
}

/** Starts an instance that is unstarted: its clocks begin, its start steps are activated or offered. */
export function startInstance(draft: Draft): void {
  const { flow } = draft;
  if (draft.status === 'abandoned') changeStatus(draft, 'expect');
  changeStatus(draft, 'start');
  draft.startedAt = draft.time;
  draft.endedAt = null;
  disarmTimer(draft, -1, 'start-timeout');
  clearSource(draft, -1, 'start-timeout', 'started');
  if (flow.deadline?.kind === 'in')
    armTimer(draft, -1, 'deadline', flow.calendar.add(draft.time, flow.deadline.in));
  armMoments(draft);
  happen(draft, { event: 'activated', step: -1, stepless: true, triggers: flow.on, alarm: null, due: null });
  activateStart(draft);
}
