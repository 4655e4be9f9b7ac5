/** The canvas: pans, zooms, and shows what the model and its layout say. */
import { Background, Controls, MiniMap, type NodeChange, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { memo, type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useBigScreen } from '../shell/use-big-screen.ts';
import { toneOfStep } from '../status/tone.ts';
import { useWords } from '../words/words.ts';
import { type CanvasNode, createItems } from './canvas-items.ts';
import { AFAR, type Size, viewOf } from './canvas-view.ts';
import { ConnectorEdge, type ConnectorEdgeType } from './connector-edge.tsx';
import type { Evaluation } from './evaluations.ts';
import type { ModelGraph } from './graph-model.ts';
import { InsideFrame } from './inside-frame.tsx';
import { StepNode } from './step-node.tsx';
import { useLayout } from './use-layout.ts';
import { useView } from './use-view.ts';

const NODE_TYPES = { step: StepNode, inside: InsideFrame };
const EDGE_TYPES = { connector: ConnectorEdge };
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: 0.2 };

interface FlowGraphProps {
  readonly model: ModelGraph | null;
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  readonly chosen: string | null;
  readonly past: boolean;
  readonly onChoose: (id: string | null) => void;
  readonly onToggle: (id: string) => void;
}

/** The graph of an instance or of a definition; drawn again only when something of it has changed. */
export const FlowGraph = memo(function FlowGraph(props: FlowGraphProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
});

function Canvas({ model, evaluations, chosen, past, onChoose, onToggle }: FlowGraphProps) {
  const words = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const afar = useBigScreen();
  const found = useLayout(size === null ? null : model, size === null ? 1 : size.width / size.height);
  const [items] = useState(createItems);
  const nodes = useMemo(
    () =>
      model === null || found === null
        ? []
        : items.nodes(model, found.layout, { chosen, past, words, onToggle }),
    [items, model, found, chosen, past, words, onToggle],
  );
  const edges = useMemo(
    () => (model === null || found === null ? [] : items.edges(model, found.layout, evaluations)),
    [items, model, found, evaluations],
  );
  const viewFor = (canvas: Size) =>
    model === null || found === null ? null : viewOf(model, found.layout, { ...canvas, afar });
  useView(found?.shape ?? null, viewFor);
  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      for (const change of changes)
        if (change.type === 'select' && change.selected && !change.id.includes('#')) onChoose(change.id);
    },
    [onChoose],
  );
  const onPaneClick = useCallback(() => onChoose(null), [onChoose]);
  if (model === null || found === null)
    return (
      <div ref={frame} className="flow-frame">
        <p className="quiet page-loading">{words.shell.loading}</p>
      </div>
    );
  const initial = size === null ? null : viewFor(size);
  return (
    <ReactFlow<CanvasNode, ConnectorEdgeType>
      key={model.flow}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={onNodesChange}
      onPaneClick={onPaneClick}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      {...(initial === null ? {} : { defaultViewport: initial })}
      elementsSelectable
      minZoom={0.1}
      maxZoom={AFAR}
      onlyRenderVisibleElements={nodes.length > 80}
      deleteKeyCode={null}
      proOptions={{ hideAttribution: true }}
      aria-label={words.flow.graph}
    >
      <Background gap={24} size={1} color="var(--line)" />
      <Controls showInteractive={false} fitViewOptions={FIT} />
      {nodes.length > 40 && <MiniMap pannable zoomable nodeColor={mapColour} bgColor="var(--panel)" />}
    </ReactFlow>
  );
}

/** The size of an element when it is first drawn. */
function useSize(frame: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = frame.current ?? {};
    setSize({ width: width || 960, height: height || 600 });
  }, [frame]);
  return size;
}

function mapColour({ data }: CanvasNode): string {
  return 'model' in data ? `var(--${toneOfStep(data.model.node)}-line)` : 'transparent';
}
