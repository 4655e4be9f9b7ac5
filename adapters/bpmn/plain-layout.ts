/** A plain layout, for the graphs that bpmn-auto-layout fails on: columns by the distance from the start, rows in file order. */
import type { BpmnModdle } from 'bpmn-moddle';
import { type Element, idOf, kindOf, listOf, oneOf } from './moddle.ts';

const COLUMN = 160;
const ROW = 120;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A diagram of a process. */
export function plainLayout(moddle: BpmnModdle, process: Element): Element {
  const elements = listOf(process, 'flowElements');
  const boxes = placed(elements);
  const shapes = [...boxes].map(([bpmnElement, box]) =>
    moddle.create('bpmndi:BPMNShape', { bpmnElement, bounds: moddle.create('dc:Bounds', { ...box }) }),
  );
  const edges = elements.flatMap((line) => {
    const from = boxes.get(oneOf(line, 'sourceRef') ?? line);
    const to = boxes.get(oneOf(line, 'targetRef') ?? line);
    if (kindOf(line) !== 'sequenceFlow' || from === undefined || to === undefined) return [];
    const waypoint = wayBetween(from, to).map((point) => moddle.create('dc:Point', point));
    return [moddle.create('bpmndi:BPMNEdge', { bpmnElement: line, waypoint })];
  });
  const plane = moddle.create('bpmndi:BPMNPlane', {
    bpmnElement: process,
    planeElement: [...shapes, ...edges],
  });
  return moddle.create('bpmndi:BPMNDiagram', { id: `${idOf(process)}..diagram`, plane });
}

function placed(elements: readonly Element[]): ReadonlyMap<Element, Box> {
  const nodes = elements.filter((each) => !['sequenceFlow', 'boundaryEvent'].includes(kindOf(each)));
  const column = new Map<Element, number>();
  const starts = nodes.filter((node) => listOf(node, 'incoming').length === 0);
  let front: readonly Element[] = starts.length > 0 ? starts : nodes.slice(0, 1);
  for (let depth = 0; front.length > 0; depth++) {
    for (const node of front) column.set(node, depth);
    const next = front.flatMap((node) =>
      listOf(node, 'outgoing').flatMap((line) => oneOf(line, 'targetRef') ?? []),
    );
    front = [...new Set(next)].filter((node) => !column.has(node));
  }
  const rows = new Map<number, number>();
  const boxes = new Map<Element, Box>();
  for (const node of nodes) {
    const at = column.get(node) ?? 0;
    const row = rows.get(at) ?? 0;
    rows.set(at, row + 1);
    const { width, height } = sizeOf(node);
    boxes.set(node, {
      x: 60 + at * COLUMN + (100 - width) / 2,
      y: 60 + row * ROW + (80 - height) / 2,
      width,
      height,
    });
  }
  const hung = new Map<Element, number>();
  for (const event of elements.filter((each) => kindOf(each) === 'boundaryEvent')) {
    const host = oneOf(event, 'attachedToRef') ?? event;
    const box = boxes.get(host);
    const place = hung.get(host) ?? 0;
    hung.set(host, place + 1);
    if (box !== undefined)
      boxes.set(event, { x: box.x + 10 + place * 40, y: box.y + box.height - 18, width: 36, height: 36 });
  }
  return boxes;
}

function sizeOf(node: Element): { readonly width: number; readonly height: number } {
  const kind = kindOf(node);
  if (kind.endsWith('Gateway')) return { width: 50, height: 50 };
  return kind.endsWith('Event') ? { width: 36, height: 36 } : { width: 100, height: 80 };
}

/** From the right side of one to the left of the other, with a bend where they stand in different rows. */
function wayBetween(from: Box, to: Box): readonly { readonly x: number; readonly y: number }[] {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  if (start.y === end.y && end.x > start.x) return [start, end];
  const middle = end.x > start.x ? (start.x + end.x) / 2 : start.x + 20;
  return [start, { x: middle, y: start.y }, { x: middle, y: end.y }, end];
}
