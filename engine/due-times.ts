/** When an instance is to be looked at next though nothing reports: its timers, and giving it up. */
import type { Watched } from './kin.ts';

/** A due time as `decide` takes it; step -1 is the flow's own. */
export interface DueTime {
  readonly step: number;
  readonly name: string;
  readonly due: number;
}

/** The earliest due time of an instance; null where nothing is pending. One without an event for too long is abandoned. */
export function nextDueTime(watched: Watched): DueTime | null {
  const { timers, status, lastEventAt, createdAt } = watched.instance;
  let next: DueTime | null = null;
  for (const timer of timers) if (next === null || timer.due < next.due) next = timer;
  if (status !== 'expected' && status !== 'running') return next;
  const { calendar, abandon } = watched.flow;
  const given = calendar.add(lastEventAt ?? createdAt, abandon);
  return next === null || given < next.due ? { step: -1, name: 'abandon', due: given } : next;
}
