import dagre from '@dagrejs/dagre';
import { type Placer, STEP_SIZE, wordsOf } from './layout.ts';

/** The best places, which take long to find in large graphs. */
export const placeWell: Placer = (graph, direction, sizes) => {
  const board = new dagre.graphlib.Graph({ multigraph: true });
  board.setGraph({ rankdir: direction, nodesep: 22, ranksep: 46, edgesep: 12, marginx: 8, marginy: 8 });
  for (const { id } of graph.nodes) board.setNode(id, { ...(sizes.get(id) ?? STEP_SIZE) });
  for (const { id, from, to, label } of graph.edges) {
    const words = label === 0 ? {} : { width: wordsOf(label), height: 18, labelpos: 'c' };
    board.setEdge(from, to, { ...words, minlen: 1 }, id);
  }
  dagre.layout(board);
  const { width = 0, height = 0 } = board.graph();
  return {
    size: { width, height },
    middles: new Map(graph.nodes.map(({ id }) => [id, board.node(id)])),
    lines: new Map(
      graph.edges.map(({ id, from, to, label }) => {
        const { x, y, points = [] } = board.edge(from, to, id);
        const at = label === 0 || x === undefined || y === undefined ? null : { x, y };
        return [id, { points, label: at }];
      }),
    ),
  };
};
