/** The log of each part of a cut. What does not fit a cut, since rare edges were left out, goes where most of its case does. */
import type { Cut } from './cuts.ts';
import { merged, projected, type Trace, type TraceLog, type Variant } from './traces.ts';

export function splitLog(log: TraceLog, cut: Cut): readonly TraceLog[] {
  const sets = cut.parts.map((part) => new Set(part));
  if (cut.kind === 'choice') return splitChoice(log, sets);
  if (cut.kind === 'loop') return splitLoop(log, sets);
  return sets.map((part) => projected(log, part));
}

function splitChoice(log: TraceLog, sets: readonly ReadonlySet<number>[]): readonly TraceLog[] {
  const parts: Variant[][] = sets.map(() => []);
  for (const { trace, count } of log) {
    const sizes = sets.map((part) => trace.filter(({ activity }) => part.has(activity)).length);
    const place = sizes.indexOf(Math.max(...sizes));
    const part = sets[place];
    if (part !== undefined)
      parts[place]?.push({ trace: trace.filter(({ activity }) => part.has(activity)), count });
  }
  return parts.map(merged);
}

/** A run is cut where it goes over from the body to another part and back; between two others the body was empty. */
function splitLoop(log: TraceLog, sets: readonly ReadonlySet<number>[]): readonly TraceLog[] {
  const parts: Variant[][] = sets.map(() => []);
  const partOf = (activity: number) =>
    Math.max(
      0,
      sets.findIndex((part) => part.has(activity)),
    );
  for (const { trace, count } of log) {
    let at = 0;
    let run: Trace[number][] = [];
    const end = () => parts[at]?.push({ trace: run, count });
    for (const doing of trace) {
      const part = partOf(doing.activity);
      if (part !== at) {
        end();
        if (part !== 0 && at !== 0) parts[0]?.push({ trace: [], count });
        run = [];
        at = part;
      }
      run.push(doing);
    }
    end();
    if (at !== 0) parts[0]?.push({ trace: [], count });
  }
  return parts.map(merged);
}
