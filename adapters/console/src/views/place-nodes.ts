/**
 * Where everything of a view lies: nodes that say where stay there, the others are laid out, below those that do. Lines
 * between nodes that were laid out together go where the layout has them, all others straight. Pure.
 */
import type { ViewInfo, ViewNodeItem } from '../api/view-answers.ts';
import type { Box, Layout, LayoutGraph, Line } from '../flow/layout.ts';

const NODE = { width: 248, height: 92 };
const LABEL = { width: 168, height: 46 };
const GAP = 60;

export interface Placed {
  readonly boxes: ReadonlyMap<string, Box>;
  /** in the order of the links; a link to what is not there has none */
  readonly lines: readonly (Line | null)[];
  readonly bounds: Box;
}

/** The part of a view that is to be laid out. Label lengths are in the language that is shown. */
export function looseGraph(view: ViewInfo, labels: readonly string[]): LayoutGraph {
  const loose = view.nodes.filter(isLoose);
  const ids = new Set(loose.map(({ id }) => id));
  return {
    id: view.name,
    nodes: loose.map((node) => ({ id: node.id, kind: node.kind, inside: [], size: sizeOf(node) })),
    edges: view.links.flatMap(({ from, to }, index) =>
      ids.has(from) && ids.has(to) ? [{ id: `${index}`, from, to, label: widthOf(labels[index] ?? '') }] : [],
    ),
  };
}

/** Puts what was laid out below what has a place of its own. */
export function placeNodes(view: ViewInfo, laid: Layout): Placed {
  const fixed = view.nodes.filter((node) => !isLoose(node));
  const lowest = Math.max(...fixed.map((node) => (node.y ?? 0) + sizeOf(node).height), -GAP);
  const down = lowest + GAP;
  const boxes = new Map<string, Box>();
  for (const node of view.nodes) {
    const found = laid.boxes[node.id];
    if (found !== undefined) boxes.set(node.id, { ...found, y: found.y + down });
    else if (!isLoose(node)) boxes.set(node.id, { x: node.x ?? 0, y: node.y ?? 0, ...sizeOf(node) });
  }
  const lines = view.links.map(({ from, to }, index): Line | null => {
    const found = laid.lines[`${index}`];
    if (found !== undefined) return moved(found, down);
    const [a, b] = [boxes.get(from), boxes.get(to)];
    return a === undefined || b === undefined ? null : straight(a, b);
  });
  return { boxes, lines, bounds: around([...boxes.values(), ...notesOf(view)]) };
}

function isLoose(node: ViewNodeItem): boolean {
  return node.x === null || node.y === null;
}

function sizeOf({ kind }: ViewNodeItem): { readonly width: number; readonly height: number } {
  return kind === 'label' ? LABEL : NODE;
}

/** A Chinese character is as wide as two others. */
function widthOf(text: string): number {
  return [...text].reduce((sum, each) => sum + (each > '\u2e80' ? 2 : 1), 0);
}

function moved({ points, label }: Line, down: number): Line {
  return {
    points: points.map(({ x, y }) => ({ x, y: y + down })),
    label: label === null ? null : { x: label.x, y: label.y + down },
  };
}

/** From the edge of one box to that of the other, along the line between their middles. */
function straight(a: Box, b: Box): Line {
  const [from, to] = [middleOf(a), middleOf(b)];
  const points = [borderOf(a, to), borderOf(b, from)] as const;
  const [begin, end] = points;
  return { points, label: { x: (begin.x + end.x) / 2, y: (begin.y + end.y) / 2 } };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function middleOf({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where the way from the middle of a box to a point leaves the box; the middle itself where the point is inside. */
function borderOf(box: Box, to: Point): Point {
  const middle = middleOf(box);
  const [dx, dy] = [to.x - middle.x, to.y - middle.y];
  const part = Math.min(box.width / 2 / Math.abs(dx), box.height / 2 / Math.abs(dy));
  return Number.isFinite(part) && part < 1 ? { x: middle.x + dx * part, y: middle.y + dy * part } : middle;
}

const NOTE = { width: 200, height: 60 };

function notesOf({ notes }: ViewInfo): readonly Box[] {
  return notes.flatMap(({ x, y }) => (x === null || y === null ? [] : [{ x, y, ...NOTE }]));
}

function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}
