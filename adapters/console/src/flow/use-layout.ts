import { useEffect, useState } from 'react';
import { type ModelGraph, shapeOf } from './graph-model.ts';
import type { Layout, LayoutGraph } from './layout.ts';

const kept = new Map<string, Layout>();
const MOST_KEPT = 50;
// started with the page, so that it is there when the first graph is
const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
let asked = 0;

/** Where everything of a model lies; null until that is known. It is reckoned anew only when the shape changes. */
export function useLayout(
  model: ModelGraph | null,
  aspect: number,
): { readonly layout: Layout; readonly shape: string } | null {
  const shape = model === null ? null : `${aspect.toFixed(1)} ${shapeOf(model)}`;
  const [found, setFound] = useState<{ readonly layout: Layout; readonly shape: string } | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all of the model that a layout depends on
  useEffect(() => {
    if (model === null || shape === null) return;
    let current = true;
    const known = kept.get(shape);
    if (known !== undefined) setFound({ layout: known, shape });
    else
      void askWorker(toLayout(model), aspect).then((layout) => {
        if (kept.size >= MOST_KEPT) kept.clear();
        kept.set(shape, layout);
        if (current) setFound({ layout, shape });
      });
    return () => {
      current = false;
    };
  }, [shape]);

  return found;
}

function toLayout(model: ModelGraph): LayoutGraph {
  return {
    id: model.id,
    nodes: model.nodes.map(({ id, node, inside }) => ({ id, kind: node.kind, inside: inside.map(toLayout) })),
    edges: model.edges.map(({ id, from, to, edge }) => ({ id, from, to, label: edge.when?.length ?? 0 })),
  };
}

function askWorker(graph: LayoutGraph, aspect: number): Promise<Layout> {
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    const listen = ({ data }: MessageEvent<{ readonly id: number; readonly layout: Layout }>) => {
      if (data.id !== id) return;
      worker.removeEventListener('message', listen);
      resolve(data.layout);
    };
    worker.addEventListener('message', listen);
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage({ id, graph, aspect });
  });
}
