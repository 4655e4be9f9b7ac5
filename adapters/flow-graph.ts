/**
 * A graph of steps and of gates that only route, made short: gates that say no more than the steps beside them are folded
 * into these, so that a flow reads as a person would write it.
 *
 * 1. Folding changes nothing of what a flow accepts: a gate goes where its neighbour can do the same by `split`, `join` or `end`.
 * 2. Only soft nodes are folded; the others stay as they were given.
 * 3. Connectors stay in the order in which their edges were given.
 */
import type { ConnectorDraft, FlowDraft, Plain, PlainMap, StepDraft } from './flow-draft.ts';
import { createNames } from './step-names.ts';

export interface GraphNode {
  readonly id: string;
  /** what people call it; the step's name is made of it, or of `wish`, or of the id */
  readonly label: string;
  readonly wish?: string;
  /** the step's name itself, where it is known */
  readonly name?: string;
  /** all keys but `gate`, `split`, `join` and `end` */
  readonly keys: PlainMap;
  readonly gate: boolean;
  /** may be folded away */
  readonly soft: boolean;
  /** a start that says only what the shape of the flow says too, and `split` of the flow */
  readonly implied?: boolean;
  split: 'all' | 'first' | 'event';
  join: 'all' | 'any';
  end: boolean;
  comments: readonly string[];
}

export interface GraphEdge {
  from: string;
  to: string;
  readonly keys: PlainMap;
  readonly comments: readonly string[];
}

export interface FlowGraph {
  readonly name: string;
  readonly keys: PlainMap;
  readonly comments: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A gate that only routes, to be folded where that is possible. */
export function softGate(
  id: string,
  more: Partial<Pick<GraphNode, 'label' | 'wish' | 'split' | 'join' | 'end' | 'comments'>> = {},
): GraphNode {
  const defaults = { label: '', keys: {}, split: 'all', join: 'any', end: false, comments: [] } as const;
  return { ...defaults, ...more, id, gate: true, soft: true };
}

/** The flow of a graph, folded; null where nothing is left to be a step. */
export function draftOf(graph: FlowGraph): FlowDraft | null {
  const links = createLinks(graph);
  foldAll(links);
  const { split, first } = dropStarts(links);
  foldAll(links);
  markEnds(links);
  const nodes = [...links.nodes.values()];
  if (nodes.length === 0) return null;
  const ordered =
    first === null
      ? nodes
      : [...nodes.filter(({ id }) => id === first), ...nodes.filter(({ id }) => id !== first)];
  return writeDraft(graph, links, { nodes: ordered, split });
}

interface Links {
  /** gates that stay */
  readonly pinned: Set<string>;
  readonly nodes: Map<string, GraphNode>;
  readonly edges: Set<GraphEdge>;
  into(id: string): readonly GraphEdge[];
  outOf(id: string): readonly GraphEdge[];
  moveFrom(edge: GraphEdge, from: string): void;
  moveTo(edge: GraphEdge, to: string): void;
  cut(edge: GraphEdge): void;
}

function createLinks(graph: FlowGraph): Links {
  const nodes = new Map(graph.nodes.map((node) => [node.id, { ...node }]));
  const ins = new Map<string, Set<GraphEdge>>();
  const outs = new Map<string, Set<GraphEdge>>();
  const edges = new Set(graph.edges.map((edge) => ({ ...edge })));
  const add = (map: Map<string, Set<GraphEdge>>, id: string, edge: GraphEdge) => {
    const set = map.get(id) ?? new Set();
    map.set(id, set.add(edge));
  };
  for (const edge of edges) {
    add(outs, edge.from, edge);
    add(ins, edge.to, edge);
  }
  return {
    pinned: new Set(),
    nodes,
    edges,
    into: (id) => [...(ins.get(id) ?? [])],
    outOf: (id) => [...(outs.get(id) ?? [])],
    moveFrom(edge, from) {
      outs.get(edge.from)?.delete(edge);
      edge.from = from;
      add(outs, from, edge);
    },
    moveTo(edge, to) {
      ins.get(edge.to)?.delete(edge);
      edge.to = to;
      add(ins, to, edge);
    },
    cut(edge) {
      edges.delete(edge);
      outs.get(edge.from)?.delete(edge);
      ins.get(edge.to)?.delete(edge);
    },
  };
}

function foldAll(links: Links): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of [...links.nodes.values()]) {
      if (!node.soft || links.pinned.has(node.id) || !links.nodes.has(node.id)) continue;
      if (
        foldIntoSource(links, node) ||
        foldIntoTarget(links, node) ||
        foldEnd(links, node) ||
        pass(links, node)
      )
        changed = true;
    }
  }
}

function isPlain({ keys }: GraphEdge): boolean {
  return Object.keys(keys).length === 0;
}

/** A gate behind one step that leads nowhere else: the step splits itself. */
function foldIntoSource(links: Links, gate: GraphNode): boolean {
  const [edge, ...more] = links.into(gate.id);
  if (edge === undefined || more.length > 0 || !isPlain(edge) || edge.from === gate.id) return false;
  const outgoing = links.outOf(gate.id);
  const source = links.nodes.get(edge.from);
  if (source === undefined || source.end || outgoing.length === 0) return false;
  if (links.outOf(source.id).length !== 1 || source.split === 'event') return false;
  links.cut(edge);
  for (const each of outgoing) links.moveFrom(each, source.id);
  source.split = gate.split;
  source.end = gate.end;
  source.comments = [...source.comments, ...gate.comments];
  links.nodes.delete(gate.id);
  return true;
}

/** A gate before one step to which nothing else leads: the step joins itself. */
function foldIntoTarget(links: Links, gate: GraphNode): boolean {
  const [edge, ...more] = links.outOf(gate.id);
  if (edge === undefined || more.length > 0 || !isPlain(edge) || edge.to === gate.id) return false;
  const incoming = links.into(gate.id);
  const target = links.nodes.get(edge.to);
  if (target === undefined || gate.end || incoming.length === 0) return false;
  if (links.into(target.id).length !== 1) return false;
  links.cut(edge);
  for (const each of incoming) links.moveTo(each, target.id);
  target.join = gate.join;
  target.comments = [...gate.comments, ...target.comments];
  links.nodes.delete(gate.id);
  return true;
}

/** A gate on the way from one node to another: one connector does the same. */
function pass(links: Links, gate: GraphNode): boolean {
  const [before, ...more] = links.into(gate.id);
  const [after, ...others] = links.outOf(gate.id);
  if (before === undefined || after === undefined || more.length + others.length > 0) return false;
  if (gate.end || !isPlain(after) || before.from === gate.id) return false;
  const twin = links.outOf(before.from).some((each) => each.to === after.to);
  links.cut(after);
  if (twin && isPlain(before)) links.cut(before);
  else links.moveTo(before, after.to);
  links.nodes.delete(gate.id);
  return true;
}

/** Where a choice can go on to the end without a step, the flow may end before it: there is nothing to wait for. */
function markEnds(links: Links): void {
  const silent = new Set<string>();
  const gates = [...links.nodes.values()].filter(({ soft }) => soft);
  for (let before = -1; before < silent.size; ) {
    before = silent.size;
    for (const { id, end, split } of gates) {
      const ends = links.outOf(id).map(({ to }) => silent.has(to));
      if (end || (split === 'event' ? ends.includes(true) : !ends.includes(false))) silent.add(id);
    }
  }
  for (const node of links.nodes.values()) {
    if (node.split !== 'event' || node.end) continue;
    if (links.outOf(node.id).some(({ to }) => silent.has(to))) node.end = true;
  }
}

/** An end that says no more than that there is no further step. */
function foldEnd(links: Links, gate: GraphNode): boolean {
  if (links.outOf(gate.id).length > 0) return false;
  let changed = false;
  for (const edge of links.into(gate.id)) {
    const source = links.nodes.get(edge.from);
    if (source === undefined || !isPlain(edge)) continue;
    const beside = links.outOf(source.id).filter((other) => other !== edge);
    if (beside.length === 0 && source.gate && source.soft && links.into(source.id).length === 0) continue;
    if (beside.length > 0 && source.split === 'first') continue;
    if (beside.length > 0 && source.split === 'all' && !beside.some(isPlain)) continue;
    if (beside.length > 0 && source.split === 'event') source.end = true;
    if (beside.length === 0) source.comments = [...source.comments, ...gate.comments];
    links.cut(edge);
    changed = true;
  }
  if (changed && links.into(gate.id).length === 0) links.nodes.delete(gate.id);
  return changed;
}

/** Takes out gates at the beginning that say no more than which steps begin. `first` must then stand first in the file. */
function dropStarts(links: Links): { readonly split: 'all' | 'event'; readonly first: string | null } {
  const isStart = ({ id }: GraphNode) => links.into(id).every(({ from }) => from === id);
  const starts = [...links.nodes.values()].filter(isStart);
  const gates = starts.filter(({ soft, id }) => soft && links.outOf(id).length > 0);
  if (gates.length > 0 && gates.length === starts.length && gates.every(({ implied }) => implied)) {
    for (const gate of gates) {
      for (const each of links.outOf(gate.id)) links.cut(each);
      links.nodes.delete(gate.id);
    }
    return { split: 'all', first: null };
  }
  const exclusive = starts.length > 1 && gates.length === starts.length ? 'event' : 'all';
  const [only] = gates;
  const [edge, ...more] = only === undefined ? [] : links.outOf(only.id);
  if (only !== undefined && starts.length === 1 && edge !== undefined && more.length === 0 && isPlain(edge)) {
    const target = links.nodes.get(edge.to);
    const others = links.into(edge.to).filter((each) => each !== edge);
    // a join that begins a flow would wait for what is behind it
    if (target !== undefined && (target.join === 'any' || others.every(({ from }) => from === target.id))) {
      links.cut(edge);
      remove(links, only, target);
      // what is the start now may not be folded into a step that leads back to it
      links.pinned.add(target.id);
      return { split: 'all', first: others.every(({ from }) => from === target.id) ? null : target.id };
    }
    return { split: 'all', first: null };
  }
  if (!gates.every((gate) => isReplaceable(links, gate, gates.length > 1)))
    return { split: exclusive, first: null };
  const split = gates.length === 1 && starts.length === 1 && only?.split === 'event' ? 'event' : exclusive;
  for (const gate of gates) {
    const outgoing = links.outOf(gate.id);
    const target = links.nodes.get(outgoing[0]?.to ?? '');
    for (const each of outgoing) links.cut(each);
    remove(links, gate, target);
  }
  return { split, first: null };
}

function remove(links: Links, gate: GraphNode, heir: GraphNode | undefined): void {
  if (heir !== undefined) heir.comments = [...gate.comments, ...heir.comments];
  links.nodes.delete(gate.id);
}

/** Whether the targets of a start gate are start steps also without it. */
function isReplaceable(links: Links, gate: GraphNode, beside: boolean): boolean {
  const outgoing = links.outOf(gate.id);
  if (gate.split === 'first' || (beside && outgoing.length > 1)) return false;
  if (gate.end || new Set(outgoing.map(({ to }) => to)).size < outgoing.length) return false;
  return outgoing.every(
    (edge) => isPlain(edge) && links.into(edge.to).every((other) => other === edge || other.from === edge.to),
  );
}

function writeDraft(
  graph: FlowGraph,
  links: Links,
  { nodes, split }: { nodes: readonly GraphNode[]; split: 'all' | 'event' },
): FlowDraft {
  const names = createNames();
  const known = nodes.map(({ name }) => (name !== undefined && names.claim(name) ? name : null));
  const nameOf = new Map(
    nodes.map(({ id, label, wish, name }, index) => [
      id,
      known[index] ?? names.take(name ?? label, wish ?? id),
    ]),
  );
  const named = (id: string) => nameOf.get(id) ?? '';
  const steps = nodes.map((node): StepDraft => {
    const { comments } = node;
    const keys = stepKeys(node, { into: links.into(node.id).length, outOf: links.outOf(node.id).length });
    const title = node.label !== '' && node.label !== named(node.id) && node.name === undefined;
    return {
      name: named(node.id),
      keys: title && keys.title === undefined ? { title: node.label.slice(0, 200), ...keys } : keys,
      comments: [...new Set(comments)],
    };
  });
  const connectors = graph.edges.length === 0 ? [] : [...links.edges];
  return {
    name: graph.name,
    comments: graph.comments,
    keys: split === 'event' ? { ...graph.keys, split } : graph.keys,
    steps,
    connectors: connectors.map(
      ({ from, to, keys, comments }): ConnectorDraft => ({
        from: named(from),
        to: named(to),
        keys,
        comments,
      }),
    ),
  };
}

function stepKeys(node: GraphNode, count: { into: number; outOf: number }): PlainMap {
  const keys: Record<string, Plain> = node.gate ? { gate: true, ...node.keys } : { ...node.keys };
  if (node.join === 'any' && count.into > 1) keys.join = 'any';
  if (node.split === 'event' ? count.outOf > 0 : node.split === 'first' && count.outOf > 1)
    keys.split = node.split;
  if (node.end && count.outOf > 0) keys.end = true;
  return keys;
}
