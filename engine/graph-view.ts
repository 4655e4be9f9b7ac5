/** A flow as nodes and edges, with the status of one instance where there is one: what graphs are drawn from. */
import { formatTime } from '../checkpoints/index.ts';
import type { Flow, Nested } from '../definitions/index.ts';
import { type ChildCount, type ChildState, childOf, countsOf } from './child-states.ts';
import type { Health, Instance, InstanceStatus } from './instance.ts';
import { activatedAt, endedAt } from './step-state.ts';
import { TONES, toneOfInstance } from './tone.ts';

export interface GraphNode {
  readonly id: string;
  readonly title: Flow['title'];
  readonly kind: 'checkpoint' | 'flow' | 'gate';
  readonly checkpoint: string | null;
  /** the nested flow and its instances; of more than a hundred those in trouble first, and how many there are of all */
  readonly nested: {
    readonly flow: string;
    /** how many instances it has */
    readonly entries: number;
    /** of all that have been heard of */
    readonly counts: readonly ChildCount[];
    readonly keys: readonly string[];
    /** of each of these keys, as far as they have been heard of */
    readonly children: readonly {
      readonly key: string;
      readonly status: InstanceStatus;
      readonly health: Health;
    }[];
  } | null;
  readonly start: boolean;
  readonly end: boolean;
  readonly status: string | null;
  readonly state: string | null;
  readonly visits: number;
  readonly activatedAt: string | null;
  readonly endedAt: string | null;
  readonly alarms: readonly {
    readonly id: string;
    readonly name: string;
    readonly severity: string;
    readonly text: string;
  }[];
  /** due times that are counting down */
  readonly timers: readonly { readonly name: string; readonly due: string }[];
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly when: string | null;
  readonly limit: number | null;
  /** how often it was taken */
  readonly taken: number;
}

export interface GraphView {
  readonly flow: string;
  readonly key: string | null;
  readonly revision: string | null;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** So many instances of a step are told one by one. */
const MOST_SHOWN = 100;

/** The graph of a flow; without an instance every status is null and every count 0. */
export function viewGraph(flow: Flow, instance: Instance | null): GraphView {
  const name = (step: number) => flow.steps[step]?.name ?? '';
  return {
    flow: flow.name,
    key: instance?.key ?? null,
    revision: instance?.revision ?? null,
    nodes: flow.steps.map((_, index) => nodeOf(flow, index, instance)),
    edges: flow.connectors.map((connector, index) => ({
      id: `${name(connector.from)}->${name(connector.to)}#${index}`,
      from: name(connector.from),
      to: name(connector.to),
      when: connector.when?.source ?? null,
      limit: connector.limit,
      taken: instance?.taken[index] ?? 0,
    })),
  };
}

function nodeOf(flow: Flow, index: number, instance: Instance | null): GraphNode {
  const step = flow.steps[index];
  if (step === undefined) throw new Error(`broken rule: flow ${flow.name} has no step ${index}`);
  const state = instance?.steps[index];
  const timeOf = (read: typeof activatedAt) =>
    instance === null || state === undefined ? null : timeOrNull(read(instance, state));
  return {
    id: step.name,
    title: step.title,
    kind: step.kind,
    checkpoint: step.checkpoint,
    nested: step.nested === null ? null : nestedOf(step.nested, index, instance),
    start: flow.startSteps.includes(index),
    end: step.end || step.outgoing.length === 0,
    status: state?.status ?? null,
    state: state?.state ?? null,
    visits: state?.visits ?? 0,
    activatedAt: timeOf(activatedAt),
    endedAt: timeOf(endedAt),
    alarms: (instance?.alarms ?? [])
      .filter((alarm) => alarm.step === step.name)
      .map(({ id, name, severity, text }) => ({ id, name, severity, text })),
    timers: (instance?.timers ?? [])
      .filter((timer) => timer.step === index)
      .map(({ name, due }) => ({ name, due: formatTime(due) })),
  };
}

function nestedOf(nested: Nested, step: number, instance: Instance | null): GraphNode['nested'] {
  const { flow, suffixes } = nested;
  const entries = suffixes.length;
  if (instance === null) return { flow, entries, counts: [], keys: [], children: [] };
  const all = suffixes.map((suffix, entry) => ({
    key: instance.key + suffix,
    child: childOf(instance.children, step, entry),
  }));
  const shown = entries <= MOST_SHOWN ? all : all.toSorted(worstChildFirst).slice(0, MOST_SHOWN);
  return {
    flow,
    entries,
    counts: countsOf(instance.children, step),
    keys: shown.map(({ key }) => key),
    children: shown.flatMap(({ key, child }) => (child === null ? [] : [{ key, ...child }])),
  };
}

interface Entry {
  readonly child: ChildState | null;
}

/** The sort is stable: what is equal stays in the order of the entries. */
function worstChildFirst(a: Entry, b: Entry): number {
  return rankOf(a) - rankOf(b);
}

function rankOf({ child }: Entry): number {
  return child === null ? TONES.length : TONES.indexOf(toneOfInstance(child.status, child.health));
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
