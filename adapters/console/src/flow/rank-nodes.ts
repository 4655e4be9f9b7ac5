/** In which rank each step of a graph stands. */

export interface Link {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** The longest way to each node, counted in connectors; nodes without a way to them stand right before what they lead to. */
export function rankNodes(
  nodes: readonly { readonly id: string }[],
  edges: readonly Link[],
): ReadonlyMap<string, number> {
  const after = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const before = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const turned = circleClosing(nodes, edges);
  for (const { id, from, to } of edges) {
    const [first, second] = turned.has(id) ? [to, from] : [from, to];
    after.get(first)?.push(second);
    before.get(second)?.push(first);
  }
  const ranks = new Map<string, number>();
  const open = new Map(nodes.map(({ id }) => [id, before.get(id)?.length ?? 0]));
  const ready = nodes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  for (let at = ready.shift(); at !== undefined; at = ready.shift()) {
    const rank = ranks.get(at) ?? 0;
    ranks.set(at, rank);
    for (const next of after.get(at) ?? []) {
      ranks.set(next, Math.max(ranks.get(next) ?? 0, rank + 1));
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  for (const { id } of nodes) {
    if (before.get(id)?.length !== 0) continue;
    const nearest = Math.min(...(after.get(id) ?? []).map((next) => ranks.get(next) ?? 0));
    if (Number.isFinite(nearest)) ranks.set(id, nearest - 1);
  }
  return ranks;
}

/** Connectors that lead back to where a walk along the graph has come from. */
function circleClosing(
  nodes: readonly { readonly id: string }[],
  edges: readonly Link[],
): ReadonlySet<string> {
  const out = Map.groupBy(edges, ({ from }) => from);
  const state = new Map<string, 'under way' | 'done'>();
  const found = new Set<string>();
  for (const { id } of nodes) {
    if (state.has(id)) continue;
    const walk = [{ id, next: 0 }];
    state.set(id, 'under way');
    for (let here = walk.at(-1); here !== undefined; here = walk.at(-1)) {
      const edge = out.get(here.id)?.[here.next];
      here.next += 1;
      if (edge === undefined) {
        state.set(here.id, 'done');
        walk.pop();
      } else if (state.get(edge.to) === 'under way') found.add(edge.id);
      else if (!state.has(edge.to)) {
        state.set(edge.to, 'under way');
        walk.push({ id: edge.to, next: 0 });
      }
    }
  }
  return found;
}
