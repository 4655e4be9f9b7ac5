/**
 * What the graph shows: the steps of an instance, with the graphs of nested flows where they are opened in place. Ids are
 * paths: `margin` is a step, `margin@0` the first instance that it nests, `margin@0/report` a step of that.
 */
import type { GraphEdge, GraphNode, GraphView } from '../api/answers.ts';

export interface ModelNode {
  readonly id: string;
  readonly flow: string;
  readonly key: string | null;
  readonly node: GraphNode;
  /** the graphs of what it nests, where it is opened */
  readonly inside: readonly ModelGraph[];
  readonly open: boolean;
}

export interface ModelEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly edge: GraphEdge;
}

export interface ModelGraph {
  /** '' for the outermost */
  readonly id: string;
  readonly flow: string;
  readonly key: string | null;
  readonly nodes: readonly ModelNode[];
  readonly edges: readonly ModelEdge[];
}

/** A nested instance whose graph is needed. */
export interface Wanted {
  readonly id: string;
  readonly flow: string;
  readonly key: string;
}

/** So many nested instances of a step are opened in place; of more those in trouble, which come first. */
export const MOST_INSIDE = 20;

/** Builds the model; `graphs` has the graphs of nested instances by id, as far as they are there. */
export function buildModel(
  graph: GraphView,
  open: ReadonlySet<string>,
  graphs: ReadonlyMap<string, GraphView>,
): { readonly model: ModelGraph; readonly wanted: readonly Wanted[] } {
  const wanted: Wanted[] = [];
  return { model: build(graph, ''), wanted };

  function build(view: GraphView, id: string): ModelGraph {
    const path = (step: string) => (id === '' ? step : `${id}/${step}`);
    return {
      id,
      flow: view.flow,
      key: view.key,
      nodes: view.nodes.map((node) => {
        const own = path(node.id);
        const opened = node.nested !== null && open.has(own);
        const inside = opened ? insideOf(node, own) : [];
        return { id: own, flow: view.flow, key: view.key, node, inside, open: opened && inside.length > 0 };
      }),
      edges: view.edges.map((edge) => ({
        id: path(edge.id),
        from: path(edge.from),
        to: path(edge.to),
        edge,
      })),
    };
  }

  function insideOf({ nested }: GraphNode, own: string): readonly ModelGraph[] {
    if (nested === null) return [];
    const keys = nested.keys.length > 0 ? nested.keys.slice(0, MOST_INSIDE) : [''];
    return keys.flatMap((key, index) => {
      const id = `${own}@${index}`;
      wanted.push({ id, flow: nested.flow, key });
      const view = graphs.get(id);
      return view === undefined ? [] : [build(view, id)];
    });
  }
}

/** Everything about the shape of a model and nothing about its statuses: where this is the same, so is the layout. */
export function shapeOf(model: ModelGraph): string {
  const part = (graph: ModelGraph): unknown => [
    graph.id,
    graph.nodes.map(({ id, node, inside }) => [id, node.kind, inside.map(part)]),
    graph.edges.map(({ id, edge }) => [id, edge.from, edge.to, edge.when?.length ?? 0]),
  ];
  return JSON.stringify(part(model));
}
