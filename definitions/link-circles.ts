import type { Place } from './place.ts';

/** One that leads to another of its kind by name, and the place that says so. */
export interface Arc {
  readonly to: string;
  readonly at: Place;
}

/** Reports each circle once, at the arc that closes it. */
export function refuseCircles(
  arcs: ReadonlyMap<string, readonly Arc[]>,
  report: (at: Place, path: string) => void,
): void {
  const done = new Set<string>();
  for (const start of arcs.keys()) {
    if (done.has(start)) continue;
    const onPath = new Set<string>([start]);
    const stack = [{ name: start, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const arc = arcs.get(top.name)?.[top.next];
      top.next += 1;
      if (arc === undefined) {
        done.add(top.name);
        onPath.delete(top.name);
        stack.pop();
      } else if (onPath.has(arc.to)) {
        const path = [...onPath];
        report(arc.at, [...path.slice(path.indexOf(arc.to)), arc.to].map((name) => `'${name}'`).join(' -> '));
      } else if (!done.has(arc.to)) {
        onPath.add(arc.to);
        stack.push({ name: arc.to, next: 0 });
      }
    }
  }
}
