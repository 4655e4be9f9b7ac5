import { useEffect, useMemo, useState } from 'react';
import type { GraphEdge } from '../api/answers.ts';
import { type ModelGraph, shapeOf } from './graph-model.ts';
import { isLarge, type Layout, type LayoutGraph, layOut } from './layout.ts';
import { placeMany } from './place-many.ts';

const kept = new Map<string, Layout>();
const MOST_KEPT = 50;
// started with the page, so that it is there when the first graph is
const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
let requests = 0;

interface Found {
  readonly layout: Layout;
  readonly shape: string;
}

interface Asked {
  /** all that the layout depends on */
  readonly shape: string;
  readonly graph: () => LayoutGraph;
}

/** Where everything of a model lies; null until that is known. It is reckoned anew only when the shape changes. */
export function useLayout(model: ModelGraph | null, aspect: number): Found | null {
  const asked = useMemo(
    () => (model === null ? null : { shape: shapeOf(model), graph: () => toLayout(model) }),
    [model],
  );
  return useGraphLayout(asked, aspect);
}

/** Where everything of a graph lies, likewise. */
export function useGraphLayout(asked: Asked | null, aspect: number): Found | null {
  const shape = asked === null ? null : `${aspect.toFixed(1)} ${asked.shape}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all of the graph that a layout depends on
  const atOnce = useMemo(() => (asked === null || shape === null ? null : known(asked, shape)), [shape]);
  const [found, setFound] = useState<Found | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all of the graph that a layout depends on
  useEffect(() => {
    if (asked === null || shape === null || atOnce !== null) return;
    let current = true;
    void askWorker(asked.graph(), aspect).then((layout) => {
      keep(shape, layout);
      if (current) setFound({ layout, shape });
    });
    return () => {
      current = false;
    };
  }, [shape]);

  return atOnce ?? found;
}

/** The layout that was reckoned before, or that takes no time. */
function known(asked: Asked, shape: string): Found | null {
  const before = kept.get(shape);
  if (before !== undefined) return { layout: before, shape };
  const graph = asked.graph();
  // the best places of what is open in it are the worker's matter
  if (!isLarge(graph) || graph.nodes.some(({ inside }) => inside.length > 0)) return null;
  return { layout: keep(shape, layOut(graph, 1, placeMany)), shape };
}

function keep(shape: string, layout: Layout): Layout {
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(shape, layout);
  return layout;
}

function toLayout(model: ModelGraph): LayoutGraph {
  return {
    id: model.id,
    nodes: model.nodes.map(({ id, node, inside }) => ({ id, kind: node.kind, inside: inside.map(toLayout) })),
    edges: model.edges.map(({ id, from, to, edge }) => ({ id, from, to, label: labelOf(edge) })),
  };
}

/** How many signs stand at a connector: its expression, and how often it was taken of how often it may be. */
function labelOf({ when, limit }: GraphEdge): number {
  return when === null ? 0 : when.length + (limit === null ? 0 : 7);
}

function askWorker(graph: LayoutGraph, aspect: number): Promise<Layout> {
  requests += 1;
  const id = requests;
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
