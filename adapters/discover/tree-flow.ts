/**
 * A process tree as a flow. Nothing in a log says which way a case will go, so every choice is offered, and the first to
 * report has chosen.
 *
 * 1. Every run of the tree goes through the flow without leaving it, and the instance can end where the run does.
 * 2. A join waits for what surely comes. What may come or not at the end of a parallel part cannot be waited for: it hangs
 *    beside the join, may report at any time, and holds nothing open. A repetition there is a copy of its steps (`as`).
 */
import type { PlainMap } from '../flow-draft.ts';
import { type FlowGraph, type GraphEdge, type GraphNode, softGate } from '../flow-graph.ts';
import { createNames } from '../step-names.ts';
import {
  activitiesOf,
  anyOrder,
  canBeEmpty,
  isOpen,
  node,
  type ProcessTree,
  SILENT,
  traceable,
} from './process-tree.ts';

interface Part {
  readonly entry: string;
  readonly exit: string;
}

/** How activities are called in the flow: legal names, each once. */
export type StepNames = ReadonlyMap<string, string>;

export function stepNames(activities: readonly string[]): StepNames {
  const names = createNames();
  return new Map(activities.map((activity) => [activity, names.take(activity, 'activity')]));
}

/** The graph of a tree, ready to be folded; `keysOf` gives keys and comments of a step by its activity. */
export function graphOfTree(
  tree: ProcessTree,
  flow: {
    readonly name: string;
    readonly keys: PlainMap;
    readonly comments: readonly string[];
    readonly names: StepNames;
  },
  describe: (activity: string) => { readonly keys: PlainMap; readonly comments: readonly string[] },
): FlowGraph {
  const builder = createBuilder(flow.names, describe);
  const { entry, exit } = builder.build(traceable(tree));
  builder.connect(builder.gate({ wish: 'start' }), entry);
  builder.connect(exit, builder.gate({ wish: 'finish' }));
  return {
    name: flow.name,
    keys: flow.keys,
    comments: flow.comments,
    nodes: builder.nodes,
    edges: builder.edges,
  };
}

function createBuilder(
  names: StepNames,
  describe: (activity: string) => { readonly keys: PlainMap; readonly comments: readonly string[] },
) {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const used = createNames();
  for (const name of names.values()) used.claim(name);
  const placed = new Set<string>();
  let count = 0;

  function gate(more: Parameters<typeof softGate>[1] = {}): string {
    count++;
    const id = `gate-${count}`;
    nodes.push(softGate(id, more));
    return id;
  }

  function connect(from: string, to: string): void {
    edges.push({ from, to, keys: {}, comments: [] });
  }

  function chain(parts: readonly Part[]): Part {
    const [first, ...rest] = parts;
    if (first === undefined) return silent();
    let { exit } = first;
    for (const part of rest) {
      connect(exit, part.entry);
      exit = part.exit;
    }
    return { entry: first.entry, exit };
  }

  function silent(): Part {
    const id = gate();
    return { entry: id, exit: id };
  }

  function step(activity: string): Part {
    const name = names.get(activity) ?? activity;
    const again = placed.has(activity);
    placed.add(activity);
    const own = again ? used.take(`${name}-again`, 'again') : name;
    const { keys, comments } = describe(activity);
    const shape = { gate: false, soft: false, split: 'all', join: 'any', end: false } as const;
    nodes.push({
      ...shape,
      id: own,
      label: own,
      name: own,
      keys: again ? { ...keys, as: name } : keys,
      comments,
    });
    return { entry: own, exit: own };
  }

  function choice(parts: readonly Part[]): Part {
    const entry = gate({ split: 'event', wish: 'choice' });
    const exit = gate({ wish: 'merge' });
    for (const part of parts) {
      connect(entry, part.entry);
      connect(part.exit, exit);
    }
    return { entry, exit };
  }

  function build(tree: ProcessTree): Part {
    switch (tree.kind) {
      case 'silent':
        return silent();
      case 'activity':
        return step(tree.name);
      case 'sequence':
        return chain(tree.children.map(build));
      case 'choice':
        return choice(tree.children.map(build));
      case 'loop':
        return loop(tree.children);
      case 'parallel':
        return parallel(tree.children);
    }
  }

  function loop([first = SILENT, ...others]: readonly ProcessTree[]): Part {
    const entry = gate({ wish: 'again' });
    const body = build(first);
    const decide = gate({ split: 'event', wish: 'repeat' });
    const exit = gate();
    connect(entry, body.entry);
    connect(body.exit, decide);
    connect(decide, exit);
    for (const other of others) {
      const back = build(other);
      connect(decide, back.entry);
      connect(back.exit, entry);
    }
    return { entry, exit };
  }

  function parallel(children: readonly ProcessTree[]): Part {
    const fork = gate({ wish: 'fork' });
    const join = gate({ join: 'all', wish: 'join' });
    const sure = children.filter((child) => !canBeEmpty(child));
    for (const child of sure) {
      const part = surely(child);
      connect(fork, part.entry);
      connect(part.exit, join);
    }
    if (sure.length === 0) connect(fork, join);
    for (const child of children) if (canBeEmpty(child)) hang(fork, child);
    return { entry: fork, exit: join };
  }

  /** Lets a part come or not, at any time from now on. */
  function hang(from: string, tree: ProcessTree): void {
    const may = gate({ split: 'event', end: true, wish: 'maybe' });
    const full =
      tree.kind === 'choice'
        ? node(
            'choice',
            tree.children.filter(({ kind }) => kind !== 'silent'),
          )
        : tree;
    const part = build(full);
    connect(from, may);
    connect(may, part.entry);
    connect(part.exit, gate());
  }

  /** A part that cannot be empty, left once, and as soon as all that surely comes has come. */
  function surely(tree: ProcessTree): Part {
    if (tree.kind === 'choice') return choice(tree.children.map(surely));
    if (tree.kind === 'loop') {
      const [first = SILENT, ...others] = tree.children;
      // two copies of a step that may both come next could not be told apart
      if (isOpen(first)) return surely(anyOrder(activitiesOf(tree)));
      const again: ProcessTree = {
        kind: 'loop',
        children: [node('sequence', [node('choice', others), first]), SILENT],
      };
      return withTail(surely(first), traceable(again));
    }
    if (tree.kind !== 'sequence') return build(tree);
    const last = tree.children.findLastIndex((child) => !canBeEmpty(child));
    const before = tree.children.slice(0, last).map(build);
    const through = tree.children.slice(last, last + 1).map(surely);
    const sure = chain([...before, ...through]);
    const rest = tree.children.slice(last + 1);
    return rest.length === 0 ? sure : withTail(sure, node('sequence', rest));
  }

  function withTail(sure: Part, tail: ProcessTree): Part {
    const done = gate({ wish: 'done' });
    connect(sure.exit, done);
    hang(done, tail);
    return { entry: sure.entry, exit: done };
  }

  return { nodes, edges, gate, connect, build };
}
