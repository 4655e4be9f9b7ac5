/** Whether an event that could be read makes sense to the definitions: its flow, key, step and parameter types. */
import type { CheckpointEvent } from '../checkpoints/index.ts';
import { closest, type Definitions, type Flow, parseDay, type Step } from '../definitions/index.ts';

/** An event whose key is known, given by itself or by its flow's template. */
export interface KeyedEvent extends CheckpointEvent {
  readonly key: string;
}

export type Checked =
  | { readonly ok: true; readonly event: KeyedEvent }
  | { readonly ok: false; readonly reason: string };

/** The key that a flow's template gives an event of this time; null where the flow has no template. */
function keyFromTemplate(flow: Flow, time: number): string | null {
  const { key } = flow;
  if (key === null) return null;
  return key.hasDay ? key.before + flow.calendar.dayOf(time) + key.after : key.before;
}

/** The trading day that a key names through its flow's template; null where it does not fit. */
export function dayFromKey(flow: Flow, key: string): string | null {
  const template = flow.key;
  if (template === null || !template.hasDay) return null;
  if (!key.startsWith(template.before) || !key.endsWith(template.after)) return null;
  const day = key.slice(template.before.length, key.length - template.after.length);
  return parseDay(day).ok ? day : null;
}

/** The key that an event has or its flow's template gives it; null where it has none. */
export function keyOf(definitions: Definitions, event: CheckpointEvent): string | null {
  if (event.key !== null) return event.key;
  const flow = definitions.flows.get(event.flow);
  return flow === undefined ? null : keyFromTemplate(flow, event.time);
}

/** Gives the event its key, or says why there is none. `pinned` is the flow of a running instance where there is one. */
export function checkEvent(
  definitions: Definitions,
  event: CheckpointEvent,
  pinned: (flow: string, key: string) => Flow | null,
): Checked {
  const active = definitions.flows.get(event.flow);
  const key = event.key ?? (active === undefined ? null : keyFromTemplate(active, event.time));
  const flow = (key === null ? null : pinned(event.flow, key)) ?? active;
  if (flow === undefined)
    return refuse(
      `flow: no flow is called ${JSON.stringify(event.flow)}${hint(event.flow, [...definitions.flows.keys()])}`,
    );
  if (key === null)
    return refuse(`key: missing, and flow ${flow.name} has no key template to give it: send a key`);
  const reason = event.step === null ? null : checkStep(flow, event.step, event);
  if (reason !== null) return refuse(reason);
  return { ok: true, event: event.key === null ? { ...event, key } : (event as KeyedEvent) }; // its key is not null
}

function checkStep(flow: Flow, name: string, event: CheckpointEvent): string | null {
  const steps = flow.byEventName.get(name);
  if (steps === undefined) return unknownStep(flow, name);
  for (const [param, value] of event.params) {
    if (value === null) continue;
    for (const index of steps) {
      const step = flow.steps[index];
      const declared = step === undefined ? undefined : paramOf(step, param);
      if (declared !== undefined && declared !== typeof value) {
        return `params.${param}: ${JSON.stringify(value)} is no ${declared}, which ${flow.name} declares for step ${name}`;
      }
    }
  }
  return null;
}

function paramOf(step: Step, name: string): string | undefined {
  const index = step.paramIndex.get(name);
  const param = index === undefined ? undefined : step.params[index];
  return param?.value === null ? param.type : undefined;
}

function unknownStep(flow: Flow, name: string): string {
  const index = flow.stepIndex.get(name);
  const step = index === undefined ? undefined : flow.steps[index];
  if (step?.kind === 'gate') return `step: ${name} of flow ${flow.name} is a gate, it takes no events`;
  if (step?.nested)
    return `step: ${name} of flow ${flow.name} is the nested flow ${step.nested.flow}, send the event to that flow`;
  if (step !== undefined) return `step: events of step ${name} carry another name, see its \`as\``;
  return `step: flow ${flow.name} has no step ${JSON.stringify(name)}${hint(name, [...flow.byEventName.keys()])}`;
}

function refuse(reason: string): Checked {
  return { ok: false, reason };
}

function hint(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  if (near !== null) return `, did you mean ${JSON.stringify(near)}?`;
  return candidates.length === 0
    ? ''
    : `; known: ${candidates.slice(0, 8).join(', ')}${candidates.length > 8 ? ', …' : ''}`;
}
