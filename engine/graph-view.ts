/** A flow as nodes and edges, with the status of one instance where there is one: what graphs are drawn from. */
import { formatTime } from '../checkpoints/index.ts';
import type { Flow } from '../definitions/index.ts';
import type { Health, Instance, InstanceStatus } from './instance.ts';
import { activatedAt, endedAt } from './step-state.ts';

export interface GraphNode {
  readonly id: string;
  readonly title: Flow['title'];
  readonly kind: 'checkpoint' | 'flow' | 'gate';
  readonly checkpoint: string | null;
  /** the nested flow and the keys of its instances */
  readonly nested: {
    readonly flow: string;
    readonly keys: readonly string[];
    /** of each key, as far as they have been heard of */
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
  const suffixes = step.nested?.suffixes ?? [];
  return {
    id: step.name,
    title: step.title,
    kind: step.kind,
    checkpoint: step.checkpoint,
    nested:
      step.nested === null
        ? null
        : {
            flow: step.nested.flow,
            keys: instance === null ? [] : suffixes.map((suffix) => instance.key + suffix),
            children: suffixes.flatMap((suffix, entry) => {
              const child = instance?.children.get(`${index}/${entry}`);
              return child === undefined ? [] : [{ key: instance?.key + suffix, ...child }];
            }),
          },
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

function timeOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
