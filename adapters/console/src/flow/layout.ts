/** Where everything of a graph lies. Pure, so that it runs in a worker as well as in a test. */

/** What is laid out: sizes and who leads to whom. */
export interface LayoutGraph {
  readonly id: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly kind: string;
    readonly inside: readonly LayoutGraph[];
    /** where it is not that of its kind */
    readonly size?: Size;
  }[];
  readonly edges: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly label: number;
  }[];
}

export interface Box {
  /** of the top left corner, in the coordinates of the whole graph */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly points: readonly Point[];
  /** the middle of its words, or where words beside it begin; null where it has none */
  readonly label: (Point & { readonly beside?: boolean }) | null;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Box>>;
  readonly lines: Readonly<Record<string, Line>>;
}

export const STEP_SIZE = { width: 236, height: 58 };
const GATE_SIZE = { width: 128, height: 34 };
const HEAD = 58;
const PADDING = 14;
const CAPTION = 22;
const LARGE = 120;

/**
 * Lays out a graph and everything that is open in it: left to right or top to bottom, whichever is larger on a canvas of
 * these proportions (width by height). Large graphs go from left to right.
 */
export function layOut(graph: LayoutGraph, aspect: number, placer: Placer): Layout {
  const across = arranged(graph, 'LR', placer);
  if (isLarge(graph)) return across;
  const down = arranged(graph, 'TB', placer);
  return fitOf(down, aspect) > fitOf(across, aspect) * DOWN_IS_WORTH ? down : across;
}

/** Whether a graph has so many steps that good places have to do for the best. */
export function isLarge({ nodes }: LayoutGraph): boolean {
  return nodes.length > LARGE;
}

/** Reading goes from left to right: the other way has to be so much larger. */
const DOWN_IS_WORTH = 1.15;
const LARGEST = 1.1;

/** How large it can be drawn on a canvas of height 1000, in proportion to its size. */
function fitOf({ width, height }: Size, aspect: number): number {
  return Math.min(LARGEST, (1000 * aspect) / width, 1000 / height);
}

type Direction = 'LR' | 'TB';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Finds where the nodes of one graph lie, and the connectors between different ones. */
export type Placer = (graph: LayoutGraph, direction: Direction, sizes: ReadonlyMap<string, Size>) => Placed;

interface Placed {
  readonly size: Size;
  readonly middles: ReadonlyMap<string, Point>;
  readonly lines: ReadonlyMap<string, Line>;
}

function arranged(graph: LayoutGraph, direction: Direction, placer: Placer): Layout {
  const boxes: Record<string, Box> = {};
  const lines: Record<string, Line> = {};
  const inner = new Map<string, { readonly size: Size; readonly parts: readonly Layout[] }>();
  for (const { id, kind, inside, size: own } of graph.nodes) {
    const parts = inside.map((each) => arranged(each, direction, placer));
    const usual = own ?? (kind === 'gate' ? GATE_SIZE : STEP_SIZE);
    const size = parts.length > 0 ? openSize(parts, direction) : usual;
    inner.set(id, { size, parts });
  }
  const sizes = new Map([...inner].map(([id, { size }]) => [id, size]));
  const placed = placer(graph, direction, sizes);
  for (const { id } of graph.nodes) {
    const { size = STEP_SIZE, parts = [] } = inner.get(id) ?? {};
    const { x = 0, y = 0 } = placed.middles.get(id) ?? {};
    const box = { x: x - size.width / 2, y: y - size.height / 2, ...size };
    boxes[id] = box;
    let along = 0;
    for (const part of parts) {
      const [right, down] = direction === 'TB' ? [along, 0] : [0, along];
      place(part, { x: box.x + PADDING + right, y: box.y + HEAD + CAPTION + down }, boxes, lines);
      along += direction === 'TB' ? part.width : part.height + CAPTION;
    }
  }
  for (const { id, from, to, label } of graph.edges) {
    const box = boxes[from];
    lines[id] =
      from === to && box !== undefined
        ? loopOf(box, direction, wordsOf(label))
        : (placed.lines.get(id) ?? { points: [], label: null });
  }
  return { ...placed.size, boxes, lines };
}

/** How wide the words of a connector are; 0 of one that has none. */
export function wordsOf(label: number): number {
  return label === 0 ? 0 : Math.min(label, 32) * 6.7 + 26;
}

/** A connector from a step to itself: beside it where the graph goes down, below it where it goes right. */
function loopOf({ x, y, width, height }: Box, direction: Direction, label: number): Line {
  if (direction === 'TB') {
    const [right, top, bottom] = [x + width, y + height * 0.28, y + height * 0.72];
    const points = [
      { x: right, y: bottom },
      { x: right + LOOP, y: bottom },
      { x: right + LOOP, y: top },
      { x: right, y: top },
    ];
    return { points, label: label === 0 ? null : { x: right + LOOP + 4, y: y + height / 2, beside: true } };
  }
  const [left, right, bottom] = [x + width * 0.35, x + width * 0.65, y + height];
  const points = [
    { x: right, y: bottom },
    { x: right, y: bottom + LOOP },
    { x: left, y: bottom + LOOP },
    { x: left, y: bottom },
  ];
  return { points, label: label === 0 ? null : { x: x + width / 2, y: bottom + LOOP } };
}

const LOOP = 20;

/** Instances that run beside each other lie beside each other. */
function openSize(parts: readonly Layout[], direction: Direction): Size {
  const widths = parts.map((part) => part.width);
  const heights = parts.map((part) => part.height + CAPTION);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const [width, height] =
    direction === 'TB' ? [sum(widths), Math.max(...heights)] : [Math.max(...widths), sum(heights)];
  return { width: Math.max(STEP_SIZE.width, width + 2 * PADDING), height: height + HEAD + PADDING };
}

/** Moves a part to its place in the whole. */
function place(
  part: Layout,
  by: { readonly x: number; readonly y: number },
  boxes: Record<string, Box>,
  lines: Record<string, Line>,
): void {
  for (const [id, box] of Object.entries(part.boxes))
    boxes[id] = { ...box, x: box.x + by.x, y: box.y + by.y };
  for (const [id, { points, label }] of Object.entries(part.lines))
    lines[id] = {
      points: points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y })),
      label: label === null ? null : { ...label, x: label.x + by.x, y: label.y + by.y },
    };
}
