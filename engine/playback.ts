/**
 * An instance played back: its graph before anything was heard, and for each fact what it changed there. Applying the
 * frames in their order to the beginning gives the graph at any position.
 *
 * 1. A frame holds the nodes and edges that differ from the frame before, whole, so that it can be applied by id.
 * 2. What a connector's expression came to is told where it was evaluated, with the values that went into it.
 */
import { formatTime, type Value } from '../checkpoints/index.ts';
import type { Flow } from '../definitions/index.ts';
import { healthOf } from './draft.ts';
import { type Cause, causeOf } from './explain-cause.ts';
import type { Heard } from './explain-heard.ts';
import { type GraphEdge, type GraphNode, type GraphView, viewGraph } from './graph-view.ts';
import type { Health, InstanceStatus } from './instance.ts';
import type { TraceEntry } from './trace.ts';

/** What the expression of a connector came to; `value` is null where it failed, with the reason in `error`. */
export interface Evaluation {
  readonly edge: string;
  readonly expression: string;
  readonly values: Readonly<Record<string, Value | null>>;
  readonly value: Value | null;
  readonly error: string | null;
}

/** One fact and what it changed; the time is UTC with milliseconds. */
export interface Frame {
  readonly at: string;
  readonly cause: Cause;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly state: string | null;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly evaluations: readonly Evaluation[];
}

export interface Playback {
  readonly begin: GraphView;
  readonly frames: readonly Frame[];
}

/** Plays back what was heard of an instance; null where nothing was. */
export function playBack(heard: readonly Heard[]): Playback | null {
  const [first] = heard;
  if (first === undefined) return null;
  const begin = viewGraph(first.flow, first.before);
  let shown = begin;
  const frames = heard.map((each): Frame => {
    const next = viewGraph(each.flow, each.after);
    const frame = frameOf(each, shown, next);
    shown = next;
    return frame;
  });
  return { begin, frames };
}

function frameOf(heard: Heard, before: GraphView, after: GraphView): Frame {
  return {
    at: formatTime(heard.at),
    cause: causeOf(heard),
    status: heard.after.status,
    health: healthOf(heard.after),
    state: heard.after.state,
    nodes: changed(before.nodes, after.nodes),
    edges: changed(before.edges, after.edges),
    evaluations: heard.entries.flatMap((entry) => evaluationOf(heard.flow, after, entry) ?? []),
  };
}

/** Both lists are of the same flow, in its order. */
function changed<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return after.filter((one, index) => JSON.stringify(one) !== JSON.stringify(before[index]));
}

function evaluationOf(flow: Flow, graph: GraphView, entry: TraceEntry): Evaluation | null {
  if (entry.kind !== 'asked') return null;
  const [, index] = /^connector\/(\d+)$/.exec(entry.cause) ?? [];
  const edge = index === undefined ? undefined : graph.edges[Number(index)];
  if (edge === undefined || flow.connectors[Number(index)]?.when == null) return null;
  const { expression, values, value, error } = entry;
  return { edge: edge.id, expression: expression.source, values: Object.fromEntries(values), value, error };
}
