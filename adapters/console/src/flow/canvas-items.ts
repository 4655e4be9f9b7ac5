/**
 * The nodes and edges of the canvas. One that has not changed is the same object as before, so that an update of a large
 * graph draws only what it is about.
 */
import { MarkerType, Position } from '@xyflow/react';
import { titleIn, type Words } from '../words/words.ts';
import type { ConnectorEdgeType } from './connector-edge.tsx';
import type { Evaluation } from './evaluations.ts';
import type { ModelEdge, ModelGraph, ModelNode } from './graph-model.ts';
import type { InsideFrameType } from './inside-frame.tsx';
import type { Box, Layout, Line } from './layout.ts';
import { type StepNodeType, statusText } from './step-node.tsx';

export type CanvasNode = StepNodeType | InsideFrameType;

interface Showing {
  readonly chosen: string | null;
  readonly past: boolean;
  readonly words: Words;
  readonly onToggle: (id: string) => void;
}

export interface CanvasItems {
  nodes(model: ModelGraph, layout: Layout, showing: Showing): CanvasNode[];
  edges(model: ModelGraph, layout: Layout, evaluations: ReadonlyMap<string, Evaluation>): ConnectorEdgeType[];
}

const MARKER = { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--connector)' };
const TAKEN_MARKER = { ...MARKER, color: 'var(--text)' };

/** Makes the items of one canvas, and remembers them. */
export function createItems(): CanvasItems {
  const steps = new Map<string, { readonly box: Box; readonly words: Words; readonly item: StepNodeType }>();
  const lines = new Map<string, ConnectorEdgeType>();

  function step(model: ModelNode, box: Box, showing: Showing): StepNodeType {
    const { chosen, past, words, onToggle } = showing;
    const known = steps.get(model.id);
    const selected = model.id === chosen;
    if (
      known !== undefined &&
      known.box === box &&
      known.words === words &&
      known.item.selected === selected &&
      known.item.data.past === past &&
      known.item.data.onToggle === onToggle &&
      isSame(known.item.data.model, model)
    )
      return known.item;
    const title = titleIn(words.language, model.node.title, model.node.id);
    const item: StepNodeType = {
      id: model.id,
      type: 'step',
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      measured: { width: box.width, height: box.height },
      handles: handlesOf(box),
      selected,
      zIndex: depthOf(model.id),
      ariaLabel: `${title}: ${statusText(words, model)}`,
      data: { model, onToggle, past },
    };
    steps.set(model.id, { box, words, item });
    return item;
  }

  function line(model: ModelEdge, at: Line, evaluation: Evaluation | undefined): ConnectorEdgeType {
    const known = lines.get(model.id);
    const { data } = known ?? {};
    const same = data?.model.edge === model.edge && data.line === at && data.evaluation === evaluation;
    if (known !== undefined && same) return known;
    const item: ConnectorEdgeType = {
      id: model.id,
      source: model.from,
      target: model.to,
      type: 'connector',
      selectable: false,
      focusable: false,
      zIndex: depthOf(model.from),
      markerEnd: model.edge.taken > 0 ? TAKEN_MARKER : MARKER,
      data: { model, line: at, evaluation },
    };
    lines.set(model.id, item);
    return item;
  }

  function nodes(graph: ModelGraph, layout: Layout, showing: Showing): CanvasNode[] {
    return graph.nodes.flatMap((model): CanvasNode[] => {
      const box = layout.boxes[model.id];
      if (box === undefined) return [];
      const inner = model.inside.flatMap((inside) => [
        ...frameOf(inside, layout),
        ...nodes(inside, layout, showing),
      ]);
      return [step(model, box, showing), ...inner];
    });
  }

  function edges(
    graph: ModelGraph,
    layout: Layout,
    evaluations: ReadonlyMap<string, Evaluation>,
  ): ConnectorEdgeType[] {
    const own = graph.edges.flatMap((model) => {
      const at = layout.lines[model.id];
      // what was evaluated is known of the instance itself, not of those that it nests
      return at === undefined
        ? []
        : [line(model, at, graph.id === '' ? evaluations.get(model.id) : undefined)];
    });
    const inner = graph.nodes.flatMap(({ inside }) =>
      inside.flatMap((each) => edges(each, layout, evaluations)),
    );
    return [...own, ...inner];
  }

  return { nodes, edges };
}

function isSame(a: ModelNode, b: ModelNode): boolean {
  return a.node === b.node && a.open === b.open && a.inside.length === b.inside.length && a.key === b.key;
}

/** The caption above the graph of a nested instance. */
function frameOf(inside: ModelGraph, layout: Layout): InsideFrameType[] {
  const boxes = inside.nodes.flatMap(({ id }) => layout.boxes[id] ?? []);
  if (boxes.length === 0) return [];
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  return [
    {
      id: `${inside.id}#`,
      type: 'inside',
      position: { x, y: y - 24 },
      width: right - x,
      height: 18,
      zIndex: depthOf(inside.id),
      selectable: false,
      focusable: false,
      data: { flow: inside.flow, instanceKey: inside.key },
    },
  ];
}

/** Lines are drawn where the layout has them; that a step has handles is all that has to be known. */
function handlesOf({ width, height }: Box): NonNullable<StepNodeType['handles']> {
  const common = { y: height / 2, width: 1, height: 1 };
  return [
    { ...common, type: 'target', position: Position.Left, x: 0 },
    { ...common, type: 'source', position: Position.Right, x: width },
  ];
}

function depthOf(id: string): number {
  return id.split('@').length - 1;
}
