/** The drawing of a business view: pans and zooms; its nodes are links, and are chosen by a button of their own. */
import {
  Background,
  Controls,
  getViewportForBounds,
  Position,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { FlowNames } from '../api/use-flow-names.ts';
import type { ViewInfo } from '../api/view-answers.ts';
import { AFAR, largestZoom, type Size } from '../flow/canvas-view.ts';
import type { Layout } from '../flow/layout.ts';
import { useGraphLayout } from '../flow/use-layout.ts';
import { useView } from '../flow/use-view.ts';
import { useBigScreen } from '../shell/use-big-screen.ts';
import { titleIn, useWords } from '../words/words.ts';
import { looseGraph, type Placed, placeNodes } from './place-nodes.ts';
import { nodeAddress } from './view-address.ts';
import { ViewLink, type ViewLinkType } from './view-link.tsx';
import { NoteNode, type NoteNodeType, ViewNode, type ViewNodeType } from './view-node.tsx';

const NODE_TYPES = { shown: ViewNode, note: NoteNode };
const EDGE_TYPES = { link: ViewLink };
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: 0.2 };
const NOTHING: Layout = { width: 0, height: 0, boxes: {}, lines: {} };
const MIDDLE = { width: 1, height: 1, x: 0, y: 0 };
const ENDS: NonNullable<ViewNodeType['handles']> = [
  { ...MIDDLE, type: 'target', position: Position.Left },
  { ...MIDDLE, type: 'source', position: Position.Right },
];

interface ViewCanvasProps {
  readonly view: ViewInfo;
  /** the day in the address of what is gone to; null: today */
  readonly day: string | null;
  readonly names: FlowNames;
  readonly chosen: string | null;
  readonly onChoose: (id: string | null) => void;
}

/** The drawing. */
export function ViewCanvas(props: ViewCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ view, day, names, chosen, onChoose }: ViewCanvasProps) {
  const words = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const { clientWidth, clientHeight } = frame.current ?? {};
    setSize({ width: clientWidth || 960, height: clientHeight || 500 });
  }, []);
  const placed = usePlaces(view, size);
  const nodes = useMemo(
    () =>
      placed === null
        ? []
        : [
            ...view.nodes.flatMap((item): ViewNodeType[] => {
              const box = placed.boxes.get(item.id);
              if (box === undefined) return [];
              const { x, y, ...own } = box;
              const address = nodeAddress(item, { view: view.name, day });
              return [
                {
                  id: item.id,
                  type: 'shown',
                  position: { x, y },
                  ...own,
                  measured: own,
                  handles: ENDS,
                  data: { item, address, names, chosen: item.id === chosen, onChoose },
                },
              ];
            }),
            ...view.notes.flatMap((note, index): NoteNodeType[] =>
              note.x === null || note.y === null
                ? []
                : [{ id: `note#${index}`, type: 'note', position: { x: note.x, y: note.y }, data: { note } }],
            ),
          ],
    [view, placed, day, names, chosen, onChoose],
  );
  const edges = useMemo(
    () =>
      view.links.flatMap(({ from, to, label }, index): ViewLinkType[] => {
        const line = placed?.lines[index] ?? null;
        if (line === null) return [];
        const text = titleIn(words.language, label, '');
        return [{ id: `${index}`, source: from, target: to, type: 'link', data: { line, label: text } }];
      }),
    [view.links, placed, words.language],
  );
  const afar = useBigScreen();
  const lookFor = (canvas: Size) =>
    placed === null
      ? null
      : getViewportForBounds(
          placed.bounds,
          canvas.width,
          canvas.height,
          0.2,
          largestZoom({ ...canvas, afar }),
          0.06,
        );
  const look = size === null ? null : lookFor(size);
  useView(placed === null ? null : JSON.stringify(placed.bounds), lookFor);
  return (
    <div ref={frame} className="flow-frame">
      {look === null ? (
        <p className="quiet page-loading">{words.shell.loading}</p>
      ) : (
        <ReactFlow<ViewNodeType | NoteNodeType, ViewLinkType>
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          defaultViewport={look}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          minZoom={0.1}
          maxZoom={AFAR}
          deleteKeyCode={null}
          proOptions={{ hideAttribution: true }}
          aria-label={words.view.drawing}
          onPaneClick={() => onChoose(null)}
        >
          <Background gap={24} size={1} color="var(--line)" />
          <Controls showInteractive={false} fitViewOptions={FIT} />
        </ReactFlow>
      )}
    </div>
  );
}

/** Where everything lies; drawn anew only when something of the drawing itself has changed, not its statuses. */
function usePlaces(view: ViewInfo, size: Size | null): Placed | null {
  const { language } = useWords();
  const graph = useMemo(() => {
    return looseGraph(
      view,
      view.links.map(({ label }) => titleIn(language, label, '')),
    );
  }, [view, language]);
  const drawn = [
    view.nodes.map(({ id, x, y }) => [id, x, y]),
    view.links.map(({ from, to }) => [from, to]),
    view.notes.map(({ x, y }) => [x, y]),
  ];
  const shape = JSON.stringify([graph, drawn]);
  const isLaid = graph.nodes.length > 0;
  const aspect = size === null ? 1 : size.width / size.height;
  const found = useGraphLayout(size === null || !isLaid ? null : { shape, graph: () => graph }, aspect);
  const layout = isLaid ? (found?.layout ?? null) : NOTHING;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all of the view that places depend on
  return useMemo(() => (layout === null ? null : placeNodes(view, layout)), [shape, layout]);
}
