/** The graph of one process while it is read: nodes by the ids of the diagram, edges in its order. */
import type { GraphEdge, GraphNode } from '../flow-graph.ts';

export interface Sketch {
  readonly nodes: Map<string, GraphNode>;
  readonly edges: GraphEdge[];
}

export function into({ edges }: Sketch, id: string): readonly GraphEdge[] {
  return edges.filter(({ to }) => to === id);
}

export function outOf({ edges }: Sketch, id: string): readonly GraphEdge[] {
  return edges.filter(({ from }) => from === id);
}

/** Adds a node; gives its id. */
export function put({ nodes }: Sketch, node: GraphNode): string {
  nodes.set(node.id, node);
  return node.id;
}

export function connect({ edges }: Sketch, from: string, to: string): void {
  edges.push({ from, to, keys: {}, comments: [] });
}

export function cut({ edges }: Sketch, edge: GraphEdge): void {
  const place = edges.indexOf(edge);
  if (place >= 0) edges.splice(place, 1);
}

/** Every node that a path leads to from one, itself too, without entering another. */
export function reached(
  { edges }: Sketch,
  from: readonly string[],
  avoid: string | null,
): ReadonlySet<string> {
  const targets = Map.groupBy(edges, (edge) => edge.from);
  const seen = new Set<string>();
  const pending = from.filter((id) => id !== avoid);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { to } of targets.get(id) ?? []) if (to !== avoid) pending.push(to);
  }
  return seen;
}

/** Puts a node before another: whatever led there leads to it, and it to the other. */
export function putBefore(sketch: Sketch, node: GraphNode, id: string): void {
  for (const edge of into(sketch, id)) edge.to = node.id;
  put(sketch, node);
  connect(sketch, node.id, id);
}

/** Puts a node behind another: it leads wherever that led. */
export function putBehind(sketch: Sketch, node: GraphNode, id: string): void {
  for (const edge of outOf(sketch, id)) edge.from = node.id;
  put(sketch, node);
  connect(sketch, id, node.id);
}
