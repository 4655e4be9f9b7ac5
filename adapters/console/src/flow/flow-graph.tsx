/** The canvas: pans, zooms, and shows what the model and its layout say. */
import {
  Background,
  Controls,
  MarkerType,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { titleIn, useWords } from '../words/words.ts';
import { ConnectorEdge, type ConnectorEdgeType } from './connector-edge.tsx';
import type { Evaluation } from './evaluations.ts';
import type { ModelEdge, ModelGraph, ModelNode } from './graph-model.ts';
import { InsideFrame, type InsideFrameType } from './inside-frame.tsx';
import type { Layout } from './layout.ts';
import { StepNode, type StepNodeType, statusText } from './step-node.tsx';
import { useLayout } from './use-layout.ts';

const NODE_TYPES = { step: StepNode, inside: InsideFrame };
const EDGE_TYPES = { connector: ConnectorEdge };
const MARKER = { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--connector)' };
const TAKEN_MARKER = { ...MARKER, color: 'var(--text)' };
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: 0.2 };

interface FlowGraphProps {
  readonly model: ModelGraph | null;
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  readonly chosen: string | null;
  readonly past: boolean;
  readonly onChoose: (id: string | null) => void;
  readonly onToggle: (id: string) => void;
}

/** The graph of an instance or of a definition. */
export function FlowGraph(props: FlowGraphProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ model, evaluations, chosen, past, onChoose, onToggle }: FlowGraphProps) {
  const words = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const aspect = useAspect(frame);
  const found = useLayout(aspect === null ? null : model, aspect ?? 1);
  const cache = useRef(new Map<string, StepNodeType>());
  const nodes = useMemo(() => {
    if (model === null || found === null) return [];
    return nodesOf(model, found.layout, (each, box) => {
      const known = cache.current.get(each.id);
      const selected = each.id === chosen;
      if (
        known?.data.model === each &&
        known.selected === selected &&
        known.data.past === past &&
        isAt(known, box)
      )
        return known;
      const title = titleIn(words.language, each.node.title, each.node.id);
      const node: StepNodeType = {
        id: each.id,
        type: 'step',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        selected,
        zIndex: depthOf(each.id),
        ariaLabel: `${title}: ${statusText(words, each)}`,
        data: { model: each, onToggle, past },
      };
      cache.current.set(each.id, node);
      return node;
    });
  }, [model, found, chosen, past, words, onToggle]);
  const edges = useMemo(
    () => (model === null || found === null ? [] : edgesOf(model, found.layout, evaluations)),
    [model, found, evaluations],
  );
  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      for (const change of changes)
        if (change.type === 'select' && change.selected && !change.id.includes('#')) onChoose(change.id);
    },
    [onChoose],
  );
  if (model === null || found === null)
    return (
      <div ref={frame} className="flow-frame">
        <p className="quiet page-loading">{words.shell.loading}</p>
      </div>
    );
  return (
    <ReactFlow<StepNodeType | InsideFrameType, ConnectorEdgeType>
      key={model.flow}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={onNodesChange}
      onPaneClick={() => onChoose(null)}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      elementsSelectable
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      maxZoom={2}
      onlyRenderVisibleElements={nodes.length > 80}
      deleteKeyCode={null}
      proOptions={{ hideAttribution: true }}
      aria-label={words.flow.graph}
    >
      <Background gap={24} size={1} color="var(--line)" />
      <Controls showInteractive={false} fitViewOptions={FIT} />
      {nodes.length > 40 && <MiniMap pannable zoomable nodeColor="var(--mono-grey)" bgColor="var(--panel)" />}
    </ReactFlow>
  );
}

/** Width by height of an element when it is first drawn. */
function useAspect(frame: RefObject<HTMLElement | null>): number | null {
  const [aspect, setAspect] = useState<number | null>(null);
  useLayoutEffect(() => {
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    setAspect(clientHeight > 0 ? clientWidth / clientHeight : 1.6);
  }, [frame]);
  return aspect;
}

function isAt(node: StepNodeType, box: Layout['boxes'][string]): boolean {
  return (
    node.position.x === box.x &&
    node.position.y === box.y &&
    node.width === box.width &&
    node.height === box.height
  );
}

function depthOf(id: string): number {
  return id.split('@').length - 1;
}

function nodesOf(
  graph: ModelGraph,
  layout: Layout,
  make: (model: ModelNode, box: Layout['boxes'][string]) => StepNodeType,
): (StepNodeType | InsideFrameType)[] {
  return graph.nodes.flatMap((each) => {
    const box = layout.boxes[each.id];
    if (box === undefined) return [];
    const inner = each.inside.flatMap((inside) => [
      ...frameOf(inside, layout),
      ...nodesOf(inside, layout, make),
    ]);
    return [make(each, box), ...inner];
  });
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

function edgesOf(
  graph: ModelGraph,
  layout: Layout,
  evaluations: ReadonlyMap<string, Evaluation>,
): ConnectorEdgeType[] {
  const own = graph.edges.flatMap((model) => {
    const line = layout.lines[model.id];
    return line === undefined
      ? []
      : [edgeOf(model, line, graph.id === '' ? evaluations.get(model.id) : undefined)];
  });
  return [
    ...own,
    ...graph.nodes.flatMap(({ inside }) => inside.flatMap((each) => edgesOf(each, layout, evaluations))),
  ];
}

function edgeOf(
  model: ModelEdge,
  line: Layout['lines'][string],
  evaluation: Evaluation | undefined,
): ConnectorEdgeType {
  return {
    id: model.id,
    source: model.from,
    target: model.to,
    type: 'connector',
    selectable: false,
    focusable: false,
    zIndex: depthOf(model.from),
    markerEnd: model.edge.taken > 0 ? TAKEN_MARKER : MARKER,
    data: { model, line, evaluation },
  };
}
