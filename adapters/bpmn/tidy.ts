/** What a flow cannot hold of a graph: steps that no path leads to, and circles in which nothing happens. */
import type { GraphNode } from '../flow-graph.ts';
import { into, outOf, reached, type Sketch } from './sketch.ts';

/** Takes out what no start leads to; gives it. Where circles leave no start, the first node is one. */
export function dropUnreachable(sketch: Sketch): readonly GraphNode[] {
  const nodes = [...sketch.nodes.values()];
  const starts = nodes.filter(({ id }) => into(sketch, id).every(({ from }) => from === id));
  const from = starts.length > 0 ? starts : nodes.slice(0, 1);
  const seen = reached(
    sketch,
    from.map(({ id }) => id),
    null,
  );
  const lost = nodes.filter(({ id }) => !seen.has(id));
  for (const { id } of lost) sketch.nodes.delete(id);
  keepEdges(sketch, ({ from: source, to }) => seen.has(source) && seen.has(to));
  return lost;
}

/** Takes out a node with what leads to it and from it. */
export function dropNode(sketch: Sketch, id: string): void {
  sketch.nodes.delete(id);
  keepEdges(sketch, ({ from, to }) => from !== id && to !== id);
}

/** Cuts circles of gates alone, which would go round for ever; gives the gates where they were cut. */
export function cutGateCircles(sketch: Sketch): readonly GraphNode[] {
  const cut: GraphNode[] = [];
  const done = new Set<string>();
  const open = new Set<string>();
  const isGate = (id: string) => sketch.nodes.get(id)?.gate === true;
  for (const start of sketch.nodes.keys()) {
    if (!isGate(start) || done.has(start)) continue;
    const stack: { readonly id: string; readonly next: string[] }[] = [];
    const enter = (id: string) => {
      open.add(id);
      stack.push({
        id,
        next: outOf(sketch, id)
          .map(({ to }) => to)
          .filter(isGate),
      });
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const to = top.next.pop();
      if (to === undefined) {
        stack.pop();
        open.delete(top.id);
        done.add(top.id);
      } else if (open.has(to)) {
        const { id } = top;
        const gate = sketch.nodes.get(id);
        keepEdges(sketch, (edge) => edge.from !== id || edge.to !== to);
        if (gate !== undefined) cut.push(gate);
      } else if (!done.has(to)) enter(to);
    }
  }
  return cut;
}

function keepEdges(sketch: Sketch, keep: (edge: Sketch['edges'][number]) => boolean): void {
  sketch.edges.splice(0, sketch.edges.length, ...sketch.edges.filter(keep));
}

/** Puts nodes and edges into the order in which they can come: what leads to a node stands before it, circles apart. */
export function sortByReach(sketch: Sketch): void {
  const order = new Map<string, number>();
  const seen = new Set<string>();
  const starts = [...sketch.nodes.keys()].filter((id) => into(sketch, id).every(({ from }) => from === id));
  for (const start of [...starts, ...sketch.nodes.keys()].toReversed()) {
    const stack = seen.has(start) ? [] : [{ id: start, next: outOf(sketch, start).map(({ to }) => to) }];
    seen.add(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      // the last way first: numbers are given from the end
      const to = top.next.pop();
      if (to === undefined) {
        order.set(top.id, -order.size);
        stack.pop();
      } else if (seen.size < seen.add(to).size) {
        stack.push({ id: to, next: outOf(sketch, to).map((edge) => edge.to) });
      }
    }
  }
  const at = (id: string) => order.get(id) ?? 0;
  const nodes = [...sketch.nodes.values()].sort((a, b) => at(a.id) - at(b.id));
  sketch.nodes.clear();
  for (const node of nodes) sketch.nodes.set(node.id, node);
  sketch.edges.sort((a, b) => at(a.from) - at(b.from));
}
