import { type Placer, type Point, STEP_SIZE, wordsOf } from './layout.ts';
import { layOutQuickly, type Spot } from './quick-layout.ts';

/** Good places for many steps, found at once. */
export const placeMany: Placer = (graph, direction, sizes) => {
  const right = direction === 'LR';
  const point = ({ along, across }: Spot): Point =>
    right ? { x: along, y: across } : { x: across, y: along };
  const nodes = graph.nodes.map(({ id }) => {
    const { width, height } = sizes.get(id) ?? STEP_SIZE;
    return { id, along: right ? width : height, across: right ? height : width };
  });
  const edges = graph.edges.flatMap(({ id, from, to, label }) =>
    from === to ? [] : [{ id, from, to, label: label === 0 ? 0 : right ? wordsOf(label) : 18 }],
  );
  const { along, across, spots, lines } = layOutQuickly(nodes, edges);
  return {
    size: right ? { width: along, height: across } : { width: across, height: along },
    middles: new Map([...spots].map(([id, spot]) => [id, point(spot)])),
    lines: new Map(
      [...lines].map(([id, { points, label }]) => [
        id,
        { points: points.map(point), label: label === null ? null : point(label) },
      ]),
    ),
  };
};
