import type { GraphView, Playback } from '../api/answers.ts';

/** The graph of an instance as it was after the first so many frames. */
export function graphAfter({ begin, frames }: Playback, count: number): GraphView {
  const nodes = new Map(begin.nodes.map((node) => [node.id, node]));
  const edges = new Map(begin.edges.map((edge) => [edge.id, edge]));
  for (const frame of frames.slice(0, count)) {
    for (const node of frame.nodes) nodes.set(node.id, node);
    for (const edge of frame.edges) edges.set(edge.id, edge);
  }
  return { ...begin, nodes: [...nodes.values()], edges: [...edges.values()] };
}
