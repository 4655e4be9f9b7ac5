/**
 * The directly-follows graph of a log: which activity came next after which, how often, what cases began and ended with.
 * Of what overlaps either may come first, as in Leemans, Fahland, van der Aalst, Using Life Cycle Information in Process
 * Discovery, 2015.
 */
import { activitiesIn, type Trace, type TraceLog } from './traces.ts';

export interface Follows {
  readonly activities: readonly number[];
  /** from -> to -> how often */
  readonly edges: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly starts: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
}

export function followsOf(log: TraceLog): Follows {
  const edges = new Map<number, Map<number, number>>();
  const starts = new Map<number, number>();
  const ends = new Map<number, number>();
  const add = (map: Map<number, number>, key: number, count: number) =>
    map.set(key, (map.get(key) ?? 0) + count);
  const link = (from: number, to: number, count: number) => {
    const out = edges.get(from) ?? new Map<number, number>();
    edges.set(from, out);
    add(out, to, count);
  };
  for (const { trace, count } of log) {
    for (const [from, to] of nextIn(trace)) link(from, to, count);
    const lastStart = Math.max(...trace.map(({ start }) => start));
    const firstEnd = Math.min(...trace.map(({ end }) => end));
    const begin = new Set(trace.filter(({ start }) => start <= firstEnd).map(({ activity }) => activity));
    const end = new Set(trace.filter((doing) => doing.end >= lastStart).map(({ activity }) => activity));
    for (const activity of begin) add(starts, activity, count);
    for (const activity of end) add(ends, activity, count);
  }
  return { activities: activitiesIn(log), edges, starts, ends };
}

/** The pairs of a trace that follow each other directly, and both orders of those that overlap. */
function nextIn(trace: Trace): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  trace.forEach((one, index) => {
    // the earliest end of what begins after this one: whatever begins up to there follows it directly
    let limit = Number.POSITIVE_INFINITY;
    trace.forEach((other, place) => {
      if (place === index) return;
      if (other.start > one.end) limit = Math.min(limit, other.end);
      else if (other.end > one.start && place > index && other.activity !== one.activity)
        pairs.push([one.activity, other.activity], [other.activity, one.activity]);
    });
    for (const other of trace)
      if (other.start > one.end && other.start <= limit) pairs.push([one.activity, other.activity]);
  });
  return pairs;
}

/** The graph without what is rare beside its like: edges under the share `noise` of the most frequent one that leaves their source. */
export function withoutNoise(follows: Follows, noise: number): Follows {
  const edges = new Map(
    [...follows.edges].map(([from, out]) => {
      const most = Math.max(...out.values(), follows.ends.get(from) ?? 0);
      return [from, new Map([...out].filter(([, count]) => count >= noise * most))] as const;
    }),
  );
  return { ...follows, edges, starts: frequent(follows.starts, noise), ends: frequent(follows.ends, noise) };
}

function frequent(counts: ReadonlyMap<number, number>, noise: number): ReadonlyMap<number, number> {
  const most = Math.max(0, ...counts.values());
  return new Map([...counts].filter(([, count]) => count >= noise * most));
}

export function hasEdge({ edges }: Follows, from: number, to: number): boolean {
  return edges.get(from)?.has(to) === true;
}
