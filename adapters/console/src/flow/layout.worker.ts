import { isLarge, type LayoutGraph, layOut, type Placer } from './layout.ts';
import { placeMany } from './place-many.ts';
import { placeWell } from './place-well.ts';

interface LayoutRequest {
  readonly id: number;
  readonly graph: LayoutGraph;
  /** width by height of the canvas */
  readonly aspect: number;
}

const placer: Placer = (graph, direction, sizes) =>
  (isLarge(graph) ? placeMany : placeWell)(graph, direction, sizes);

// The page stays quick while the best places are looked for.
addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  postMessage({ id: data.id, layout: layOut(data.graph, data.aspect, placer) });
});
