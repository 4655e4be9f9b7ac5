import { type LayoutGraph, layOut } from './layout.ts';

interface LayoutRequest {
  readonly id: number;
  readonly graph: LayoutGraph;
  /** width by height of the canvas */
  readonly aspect: number;
}

// The page stays quick while a large graph is laid out.
addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  postMessage({ id: data.id, layout: layOut(data.graph, data.aspect) });
});
