/**
 * What was done in each case, as the miner sees it: activities with the places where they begin and end. Cases that went
 * the same way are one variant.
 */

/** One thing that was done; places count the events of its case. */
export interface Doing {
  readonly activity: number;
  readonly start: number;
  readonly end: number;
}

export type Trace = readonly Doing[];

export interface Variant {
  readonly trace: Trace;
  readonly count: number;
}

export type TraceLog = readonly Variant[];

export interface CaseEvent {
  readonly activity: number;
  readonly event: 'activated' | 'committed' | 'exception' | 'state';
  /** ms */
  readonly time: number;
}

/** The trace of a case whose events stand in their order. What was begun and failed counts only when it is done again. */
export function traceOf(events: readonly CaseEvent[]): Trace {
  const open = new Map<number, number[]>();
  const doings: Doing[] = [];
  events.forEach(({ activity, event }, place) => {
    const begun = open.get(activity) ?? [];
    if (event === 'activated') open.set(activity, [...begun, place]);
    else if (event === 'exception') open.set(activity, begun.slice(1));
    else if (event === 'committed') {
      doings.push({ activity, start: begun[0] ?? place, end: place });
      open.set(activity, begun.slice(1));
    }
  });
  for (const [activity, begun] of open)
    for (const start of begun) doings.push({ activity, start, end: start });
  return doings.sort((a, b) => a.end - b.end || a.start - b.start);
}

/** What two cases of one variant have in common. */
export function variantKey(trace: Trace): string {
  return trace
    .map(({ activity, start, end }) => (start === end ? `${activity}` : `${activity}:${start}-${end}`))
    .join(' ');
}

/**
 * The most frequent variants that together make up at least the share `cover` of all cases; of equals the earlier ones.
 */
export function covering(variants: TraceLog, cover: number): TraceLog {
  const all = variants.reduce((sum, { count }) => sum + count, 0);
  const kept: Variant[] = [];
  let covered = 0;
  for (const variant of [...variants].sort((a, b) => b.count - a.count)) {
    if (covered >= all * cover) break;
    kept.push(variant);
    covered += variant.count;
  }
  return kept;
}

/** The log with only some activities in it; traces without any stay as empty ones. */
export function projected(log: TraceLog, keep: ReadonlySet<number>): TraceLog {
  return merged(
    log.map(({ trace, count }) => ({ trace: trace.filter(({ activity }) => keep.has(activity)), count })),
  );
}

/** The log with equal traces as one. */
export function merged(log: TraceLog): TraceLog {
  const byKey = new Map<string, { trace: Trace; count: number }>();
  for (const { trace, count } of log) {
    const key = orderKey(trace);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { trace, count });
    else known.count += count;
  }
  return [...byKey.values()];
}

/** Traces of which only the order matters, not the places, are equal after a projection. */
function orderKey(trace: Trace): string {
  const places = [...new Set(trace.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const rank = new Map(places.map((place, index) => [place, index]));
  return trace
    .map(({ activity, start, end }) =>
      start === end ? `${activity}` : `${activity}:${rank.get(start)}-${rank.get(end)}`,
    )
    .join(' ');
}

export function activitiesIn(log: TraceLog): readonly number[] {
  return [...new Set(log.flatMap(({ trace }) => trace.map(({ activity }) => activity)))].sort(
    (a, b) => a - b,
  );
}
