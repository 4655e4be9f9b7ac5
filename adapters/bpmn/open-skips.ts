/**
 * Choices that can lead to a parallel merge without a step: whether such a way was taken is known only when what follows the
 * merge reports, and for several of them at once nobody could say. So the merge takes them as gone, and the steps of their
 * other ways may come, or not, at any time from then on.
 */
import { type GraphEdge, softGate } from '../flow-graph.ts';
import { connect, cut, into, outOf, put, reached, type Sketch } from './sketch.ts';

/** Opens the choices before each merge of parallel ways that more than one of these reaches silently. */
export function openSkips(sketch: Sketch): void {
  const merges = [...sketch.nodes.values()].filter(
    ({ id, soft, join }) => soft && join === 'all' && into(sketch, id).length > 1,
  );
  if (merges.length > 0) flattenChoices(sketch);
  for (const { id } of merges) {
    const silent = into(sketch, id).map((edge) => choicesBefore(sketch, edge.from, id));
    if (silent.every((choices) => choices.size === 0)) continue;
    for (const choice of new Set(silent.flatMap((choices) => [...choices]))) openSkip(sketch, choice, id);
  }
}

/** A choice right behind a choice is one choice of all their ways. */
function flattenChoices(sketch: Sketch): void {
  const isChoice = (id: string) => {
    const node = sketch.nodes.get(id);
    return node?.soft === true && node.split === 'event' && outOf(sketch, id).length > 1;
  };
  for (const { id } of [...sketch.nodes.values()]) {
    const [edge, ...more] = into(sketch, id);
    if (edge === undefined || more.length > 0 || edge.from === id || !isChoice(id) || !isChoice(edge.from))
      continue;
    cut(sketch, edge);
    for (const way of outOf(sketch, id)) way.from = edge.from;
    sketch.nodes.delete(id);
  }
}

/** The choices from which a way of gates alone leads through `from` to the merge. */
function choicesBefore(sketch: Sketch, from: string, merge: string): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const pending = [from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = sketch.nodes.get(id);
    if (seen.has(id) || id === merge || node?.soft !== true) continue;
    seen.add(id);
    // before a fork it is not one of the parallel ways
    if (node.split === 'all' && outOf(sketch, id).length > 1) continue;
    if (node.split === 'event' && outOf(sketch, id).length > 1) found.add(id);
    for (const edge of into(sketch, id)) pending.push(edge.from);
  }
  return found;
}

function openSkip(sketch: Sketch, choice: string, merge: string): void {
  const node = sketch.nodes.get(choice);
  if (node === undefined) return;
  const chain = silentWays(sketch, choice, merge);
  const [skips, others] = [
    outOf(sketch, choice).filter(({ to }) => chain.has(to)),
    outOf(sketch, choice).filter(({ to }) => !chain.has(to)),
  ];
  if (skips.length === 0 || others.length === 0) return;
  const region = new Set(others.flatMap(({ to }) => [...reachedOutside(sketch, to, chain)]));
  if (region.has(choice)) {
    // a way back: it may be taken again, and need not be
    node.end = true;
    return;
  }
  const sink = put(sketch, softGate(`${choice}.sink`));
  for (const edge of sketch.edges) if (region.has(edge.from) && chain.has(edge.to)) edge.to = sink;
  const may = put(sketch, softGate(`${choice}.may`, { split: 'event', end: true, wish: 'maybe' }));
  for (const edge of others) edge.from = may;
  node.split = 'all';
  connect(sketch, choice, may);
  dropSkip(sketch, { choice, merge, skips });
}

/** A way of which nothing need come is no way that a merge waits for, as long as there is another. */
function dropSkip(
  sketch: Sketch,
  {
    choice,
    merge,
    skips,
  }: { readonly choice: string; readonly merge: string; readonly skips: readonly GraphEdge[] },
): void {
  const [edge, ...more] = into(sketch, choice);
  const fork = edge === undefined || more.length > 0 ? undefined : sketch.nodes.get(edge.from);
  if (fork?.soft !== true || fork.split !== 'all' || into(sketch, merge).length < 2) return;
  const dead = [...skips];
  for (let skip = dead.pop(); skip !== undefined; skip = dead.pop()) {
    cut(sketch, skip);
    if (skip.to === merge || into(sketch, skip.to).length > 0) continue;
    dead.push(...outOf(sketch, skip.to));
    sketch.nodes.delete(skip.to);
  }
}

/** The merge, and the gates between a choice and it, through which a way of gates alone leads. */
function silentWays(sketch: Sketch, choice: string, merge: string): ReadonlySet<string> {
  const back = new Set<string>([merge]);
  const pending = into(sketch, merge).map(({ from }) => from);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (back.has(id) || id === choice || sketch.nodes.get(id)?.soft !== true) continue;
    back.add(id);
    pending.push(...into(sketch, id).map(({ from }) => from));
  }
  const ahead = new Set<string>();
  const next = outOf(sketch, choice)
    .map(({ to }) => to)
    .filter((id) => back.has(id));
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (ahead.has(id)) continue;
    ahead.add(id);
    if (id !== merge)
      next.push(
        ...outOf(sketch, id)
          .map(({ to }) => to)
          .filter((to) => back.has(to)),
      );
  }
  return ahead;
}

function reachedOutside(sketch: Sketch, from: string, avoid: ReadonlySet<string>): ReadonlySet<string> {
  const inner: Sketch = { nodes: sketch.nodes, edges: sketch.edges.filter(({ to }) => !avoid.has(to)) };
  return reached(inner, [from], null);
}
