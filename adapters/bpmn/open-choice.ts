/**
 * An inclusive choice whose conditions cannot be read: nobody can say which of its ways will be taken, so each of them may
 * come, and what is behind the merge does not wait for any. Runs that are right are never reported; of those that are
 * wrong, a merge passed too early and a choice of no way at all go unnoticed.
 */
import { softGate } from '../flow-graph.ts';
import { connect, into, outOf, put, reached, type Sketch } from './sketch.ts';

/** Opens the ways that leave a gate. */
export function openChoice(sketch: Sketch, gate: string): void {
  const merge = mergeOf(sketch, gate);
  const ways = outOf(sketch, gate);
  if (merge !== null) {
    const region = reached(sketch, [gate], merge);
    const sink = put(sketch, softGate(`${gate}.sink`));
    for (const edge of into(sketch, merge)) {
      if (region.has(edge.from)) edge.to = sink;
    }
    connect(sketch, gate, merge);
  }
  ways.forEach((way, index) => {
    const wish = sketch.nodes.get(way.to)?.label ?? '';
    const may = softGate(`${gate}.${index + 1}`, { split: 'event', end: true, wish: `maybe ${wish}` });
    const target = way.to;
    way.to = put(sketch, may);
    connect(sketch, may.id, target);
  });
}

/** The nearest node that every way from here passes; null where there is none. */
function mergeOf(sketch: Sketch, gate: string): string | null {
  const region = reached(sketch, [gate], null);
  const ends = [...region].filter((id) => outOf(sketch, id).length === 0);
  const common = [...region].filter((id) => {
    if (id === gate) return false;
    const without = reached(sketch, [gate], id);
    return ends.every((end) => end === id || !without.has(end));
  });
  const nearest = common.find((id) => {
    const before = reached(sketch, [gate], id);
    return common.every((other) => other === id || !before.has(other));
  });
  return nearest ?? null;
}
