/**
 * The four cuts of the inductive miner: how the activities of a directly-follows graph fall into parts that are a choice, a
 * sequence, parallel, or a loop. Leemans, Fahland, van der Aalst, 2013, section 4. Of a loop the first part is its body.
 */
import { type Follows, hasEdge } from './follows.ts';

export interface Cut {
  readonly kind: 'choice' | 'sequence' | 'parallel' | 'loop';
  readonly parts: readonly (readonly number[])[];
}

/** The first cut that there is, in the order of the paper; null where there is none. */
export function findCut(follows: Follows): Cut | null {
  if (follows.activities.length < 2) return null;
  return choiceCut(follows) ?? sequenceCut(follows) ?? parallelCut(follows) ?? loopCut(follows);
}

function choiceCut(follows: Follows): Cut | null {
  const parts = components(follows.activities, (a, b) => hasEdge(follows, a, b) || hasEdge(follows, b, a));
  return parts.length > 1 ? { kind: 'choice', parts } : null;
}

/** Parts that lead to each other one way only: what leads both ways or neither belongs together. */
function sequenceCut(follows: Follows): Cut | null {
  const { activities } = follows;
  const reach = reachOf(follows);
  let parts: readonly (readonly number[])[] = activities.map((activity) => [activity]);
  const leads = (from: readonly number[], to: readonly number[]) =>
    from.some((a) => to.some((b) => reach.get(a)?.has(b) === true));
  for (;;) {
    const grouped = components(
      parts.map((_, index) => index),
      (a, b) => leads(parts[a] ?? [], parts[b] ?? []) === leads(parts[b] ?? [], parts[a] ?? []),
    );
    if (grouped.length === parts.length) break;
    const before = parts;
    parts = grouped.map((group) => group.flatMap((index) => before[index] ?? []));
  }
  if (parts.length < 2) return null;
  return { kind: 'sequence', parts: [...parts].sort((a, b) => (leads(a, b) ? -1 : leads(b, a) ? 1 : 0)) };
}

/** Parts between which everything follows everything, each of which can begin and end. */
function parallelCut(follows: Follows): Cut | null {
  const { activities, starts, ends } = follows;
  const parts = components(activities, (a, b) => !hasEdge(follows, a, b) || !hasEdge(follows, b, a));
  const sound = (part: readonly number[]) =>
    part.some((each) => starts.has(each)) && part.some((each) => ends.has(each));
  const whole = parts.filter(sound);
  const rest = parts.filter((part) => !sound(part)).flat();
  const [first = [], ...others] = whole;
  if (whole.length < 2) return null;
  return { kind: 'parallel', parts: [[...first, ...rest], ...others] };
}

function loopCut(follows: Follows): Cut | null {
  const { activities, starts, ends } = follows;
  const body = new Set(activities.filter((each) => starts.has(each) || ends.has(each)));
  const rest = activities.filter((each) => !body.has(each));
  const linked = (a: number, b: number) => hasEdge(follows, a, b) || hasEdge(follows, b, a);
  const onlyStarts = [...starts.keys()].filter((each) => !ends.has(each));
  const onlyEnds = [...ends.keys()].filter((each) => !starts.has(each));
  const parts = components(rest, linked).filter((part) => {
    // it is entered behind ends of the body only, behind all of them, and left before its starts only, before all of them
    const enters = part.filter((each) => [...body].some((one) => hasEdge(follows, one, each)));
    const leaves = part.filter((each) => [...body].some((one) => hasEdge(follows, each, one)));
    const sound =
      enters.every((each) => [...ends.keys()].every((end) => hasEdge(follows, end, each))) &&
      leaves.every((each) => [...starts.keys()].every((start) => hasEdge(follows, each, start))) &&
      !enters.some((each) => onlyStarts.some((start) => hasEdge(follows, start, each))) &&
      !leaves.some((each) => onlyEnds.some((end) => hasEdge(follows, each, end))) &&
      !enters.some((each) => [...body].some((one) => !ends.has(one) && hasEdge(follows, one, each))) &&
      !leaves.some((each) => [...body].some((one) => !starts.has(one) && hasEdge(follows, each, one)));
    if (!sound) for (const each of part) body.add(each);
    return sound;
  });
  return parts.length === 0 ? null : { kind: 'loop', parts: [[...body].sort((a, b) => a - b), ...parts] };
}

/** The parts of a set within which a way of linked pairs leads from each to each. */
function components(items: readonly number[], linked: (a: number, b: number) => boolean): number[][] {
  const rest = new Set(items);
  const found: number[][] = [];
  for (const item of items) {
    if (!rest.delete(item)) continue;
    const part = [item];
    for (const each of part) {
      for (const other of rest) {
        if (!linked(each, other)) continue;
        rest.delete(other);
        part.push(other);
      }
    }
    found.push(part.sort((a, b) => a - b));
  }
  return found;
}

function reachOf({ activities, edges }: Follows): ReadonlyMap<number, ReadonlySet<number>> {
  return new Map(
    activities.map((activity) => {
      const seen = new Set<number>();
      const pending = [...(edges.get(activity)?.keys() ?? [])];
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        if (seen.has(next)) continue;
        seen.add(next);
        pending.push(...(edges.get(next)?.keys() ?? []));
      }
      return [activity, seen];
    }),
  );
}
