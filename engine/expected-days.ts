/**
 * Which instances a flow with `start.by` is expected to have, and from when on.
 *
 * 1. A day's instance is expected from the day's beginning or its first due time, whichever is earlier.
 * 2. When a flow is first watched, days already begun count while their start is still ahead; older ones are not judged.
 */
import type { Day, Flow } from '../definitions/index.ts';

export interface ExpectedDay {
  readonly day: Day;
  readonly key: string;
  /** when the instance begins to be expected, milliseconds */
  readonly from: number;
}

/** The first day to expect: the one that begins after `clock`, or at first watch also those whose start is ahead. */
export function firstExpected(flow: Flow, clock: number, firstWatch: boolean): ExpectedDay | null {
  if (flow.start?.kind !== 'by') return null;
  let day = flow.calendar.previous(flow.calendar.dayOf(clock));
  for (let tries = 0; tries < 400; tries++) {
    const expected = expectedDay(flow, day);
    if (expected !== null) {
      if (expected.from > clock) return expected;
      const due = startDue(flow, day);
      if (firstWatch && due !== null && due >= clock) return { ...expected, from: clock };
    }
    day = flow.calendar.next(day);
  }
  throw new Error(`broken rule: no day of flow ${flow.name} begins after ${clock}`);
}

/** The day after; a day whose start is tied to a session that it lacks is passed over. */
export function nextExpected(flow: Flow, after: Day): ExpectedDay {
  let day = after;
  for (let tries = 0; tries < 400; tries++) {
    day = flow.calendar.next(day);
    const expected = expectedDay(flow, day);
    if (expected !== null) return expected;
  }
  throw new Error(`broken rule: flow ${flow.name} is due to start on no day after ${after}`);
}

/** When the instance of a day is due to start, its grace included; null where the flow or the day has no such time. */
export function startDue(flow: Flow, day: Day): number | null {
  if (flow.start?.kind !== 'by') return null;
  const by = flow.calendar.resolve(day, flow.start.moment);
  return by === null ? null : flow.calendar.add(by, flow.start.grace);
}

function expectedDay(flow: Flow, day: Day): ExpectedDay | null {
  const due = startDue(flow, day);
  if (due === null || flow.key === null) return null;
  const deadline = flow.deadline?.kind === 'at' ? flow.calendar.resolve(day, flow.deadline.moment) : null;
  const from = Math.min(flow.calendar.startOf(day), due, deadline ?? due);
  return { day, key: flow.key.before + day + flow.key.after, from };
}
