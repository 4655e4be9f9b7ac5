/** Where to look on the canvas. */
import { getViewportForBounds, type Viewport } from '@xyflow/react';
import type { ModelGraph, ModelNode } from './graph-model.ts';
import type { Layout } from './layout.ts';

/** From so many steps on, all of them together could not be read. */
const MANY = 60;
const WHOLE = { least: 0.2, padding: 0.06 };
/** Height of a canvas on which a step has its own size. */
const USUAL_HEIGHT = 820;
const PART = { least: 0.55, most: 1, padding: 0.15 };
/** Pixels left free around a large graph. */
const EDGE = 16;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a small graph is enlarged to where it is read from afar. */
export const AFAR = 2.5;

/** Where to look: at all of the graph, or of a large one where something goes on. */
export function viewOf(model: ModelGraph, layout: Layout, size: Size & { readonly afar: boolean }): Viewport {
  const busy = model.nodes.length > MANY ? busyNodes(model) : [];
  const boxes = busy.flatMap(({ id }) => layout.boxes[id] ?? []);
  const [bounds, { least, most, padding }] =
    boxes.length > 0
      ? [around(boxes), PART]
      : [
          { x: 0, y: 0, width: layout.width, height: layout.height },
          { ...WHOLE, most: largestZoom(size) },
        ];
  const view = getViewportForBounds(bounds, size.width, size.height, least, most, padding);
  return boxes.length === 0 ? view : inside(view, layout, size);
}

/** How much a small graph is enlarged: little, more on a large screen, most where it is read from afar. */
export function largestZoom({ height, afar }: Pick<Size, 'height'> & { readonly afar: boolean }): number {
  return afar ? AFAR : Math.max(1.1, height / USUAL_HEIGHT);
}

/** Moved so that nothing empty beside the graph is shown where the graph itself could be. */
function inside({ x, y, zoom }: Viewport, layout: Layout, size: Size): Viewport {
  const clamp = (at: number, graph: number, canvas: number) =>
    graph <= canvas ? (canvas - graph) / 2 : Math.min(EDGE, Math.max(canvas - graph - EDGE, at));
  return {
    x: clamp(x, layout.width * zoom, size.width),
    y: clamp(y, layout.height * zoom, size.height),
    zoom,
  };
}

function around(boxes: readonly Layout['boxes'][string][]) {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The first few steps that need attention, else those that go on, else those that it starts with. */
function busyNodes({ nodes }: ModelGraph): readonly ModelNode[] {
  const bad = nodes.filter(({ node }) => node.alarms.length > 0 || node.status === 'failed');
  const busy = nodes.filter(({ node }) => node.status === 'running' || node.status === 'active');
  const start = nodes.filter(({ node }) => node.start);
  const found = [bad, busy, start].find((some) => some.length > 0) ?? [];
  return found.slice(0, 6);
}
