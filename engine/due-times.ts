/** When an instance is to be looked at next though nothing reports: its timers, and giving it up. */
import type { Flow } from '../definitions/index.ts';
import { isWaived } from './draft.ts';
import type { Instance } from './instance.ts';

const DAY = 86_400_000;

/** A due time as `decide` takes it; step -1 is the flow's own. */
export interface DueTime {
  readonly step: number;
  readonly name: string;
  readonly due: number;
}

/**
 * The earliest due time of an instance; null where nothing is pending. What is waived waits for the waiver to be taken
 * back. One without an event for too long, and not before its day, is abandoned.
 */
export function nextDueTime({
  instance,
  flow,
}: {
  readonly instance: Instance;
  readonly flow: Flow;
}): DueTime | null {
  const { timers, status, lastEventAt, createdAt, tradingDay } = instance;
  let next: DueTime | null = null;
  for (const timer of timers) {
    if ((next === null || timer.due < next.due) && !isWaived(instance, timer.step)) next = timer;
  }
  if (status !== 'expected' && status !== 'running') return next;
  const { calendar, abandon } = flow;
  const silentSince = lastEventAt ?? Math.max(createdAt, calendar.startOf(tradingDay));
  // No zone moves its clocks by two days: what is due before that needs no calendar, which is asked after every event.
  if (next !== null && next.due <= silentSince + abandon.ms + (abandon.days - 2) * DAY) return next;
  const given = calendar.add(silentSince, abandon);
  return next === null || given < next.due ? { step: -1, name: 'abandon', due: given } : next;
}
