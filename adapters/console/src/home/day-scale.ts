/** The time of day as a line from left to right. */
import type { LedgerRow, UsualFlow } from '../api/answers.ts';
import { clock } from '../time/format-time.ts';

export interface DayScale {
  readonly from: number;
  readonly to: number;
  /** where a time is on the line, percent; outside of 0 to 100 where it is not on it */
  at(time: number): number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

const MINUTE = 60_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440].map((minutes) => minutes * MINUTE);
const MOST_TICKS = 7;

/** A line on which everything expected and everything that happened has its place; `now` too, while the day runs. */
export function dayScale(
  rows: readonly LedgerRow[],
  usual: ReadonlyMap<string, UsualFlow>,
  { now, zone }: { readonly now: number | null; readonly zone: string },
): DayScale {
  const times = rows.flatMap((row) => {
    const start = usual.get(row.flow)?.start ?? null;
    return [row.startDue, row.deadline, row.startedAt, row.endedAt, start].flatMap((time) =>
      time === null ? [] : [Date.parse(time)],
    );
  });
  if (now !== null) times.push(now);
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const middle = Number.isFinite(first) ? (first + last) / 2 : (now ?? 0);
  const width = Math.max(Number.isFinite(first) ? last - first : 0, 10 * MINUTE);
  const from = middle - width * 0.52;
  const to = middle + width * 0.53;
  const step = STEPS.find((each) => (to - from) / each <= MOST_TICKS) ?? 24 * 60 * MINUTE;
  const at = (time: number) => ((time - from) / (to - from)) * 100;
  return {
    from,
    to,
    at,
    ticks: ticksOf({ from, to, step, zone }).map((time) => ({ at: at(time), label: clock(time, zone) })),
  };
}

/** Round times of the zone, which need not be round in UTC. */
function ticksOf(of: {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly zone: string;
}): readonly number[] {
  const { from, to, step, zone } = of;
  const [hours = 0, minutes = 0] = clock(from, zone).split(':').map(Number);
  const midnight = Math.floor(from / MINUTE) * MINUTE - (hours * 60 + minutes) * MINUTE;
  const found: number[] = [];
  for (let time = midnight; time <= to; time += step) if (time >= from) found.push(time);
  return found;
}
