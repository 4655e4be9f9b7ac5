/**
 * What a step is made of: its checkpoint type and what stands inline, put together. Nothing is compiled here.
 *
 * 1. Inline states replace the table of the type; an inline parameter or timer replaces the one of that name.
 * 2. Rules of the type run before those of the step, event by event; either of them replaces the default alarm.
 */
import type {
  CheckpointBody,
  CheckpointDocument,
  StateDocument,
  StepDocument,
  TriggerDocument,
} from './document.ts';
import { type Findings, unknownName } from './findings.ts';
import { lacking, lacks, VARIANT } from './lost.ts';

/** What a step may have any of where its type is not known. */
const TYPE_KEYS = ['states', 'params', 'timers', 'on'];

/**
 * The body of a step with that of its checkpoint type, which is looked up. What one of them lacks the whole lacks; a type
 * that is not known adds nothing, and the body lacks all that it could bring.
 */
export function mergeStep(step: StepDocument, { types, mayBeUnread, findings }: StepContext): CheckpointBody {
  if (step.checkpoint === null) {
    return (step.flow === null && lacks(step, 'checkpoint', 'gate', 'flow')) || lacks(step, VARIANT)
      ? lacking<CheckpointBody>(step, TYPE_KEYS)
      : step;
  }
  const { value: name, at } = step.checkpoint;
  const type = types.get(name);
  if (type === undefined) {
    if (!mayBeUnread('checkpoint', name) && !lacks(step, VARIANT))
      findings.error(at, 'unknown-checkpoint', unknownName('checkpoint', name, types.keys()));
    return lacking<CheckpointBody>(step, TYPE_KEYS);
  }
  const body: CheckpointBody = {
    states: step.states.length > 0 ? step.states : type.states,
    params: mergeByName(type.params, step.params),
    timers: mergeByName(type.timers, step.timers),
    on: mergeTriggers(type.on, step.on),
  };
  const unsure = lacks(step, 'checkpoint', VARIANT) ? TYPE_KEYS : [];
  return lacking(body, [...(step.lost ?? []), ...(type.lost ?? []), ...unsure]);
}

interface StepContext {
  readonly types: ReadonlyMap<string, CheckpointDocument>;
  readonly mayBeUnread: (kind: 'checkpoint', name: string) => boolean;
  readonly findings: Findings;
}

/** Whether a state table can be made of these lines: each state once, and every state that may follow with a line. */
export function checkStates(states: readonly StateDocument[], findings: Findings): boolean {
  const known = new Set<string>();
  let sound = true;
  for (const { name, at } of states) {
    if (known.has(name)) {
      findings.error(
        at,
        'duplicate-name',
        `state '${name}' is there twice; put what may follow it into one line`,
      );
      sound = false;
    }
    known.add(name);
  }
  for (const { value, at } of states.flatMap((state) => state.next)) {
    if (known.has(value)) continue;
    const message = `${unknownName('state', value, known)} (every state has a line of its own)`;
    findings.error(at, 'unknown-state', message);
    sound = false;
  }
  return sound;
}

function mergeByName<T extends { readonly name: string }>(
  base: readonly T[],
  inline: readonly T[],
): readonly T[] {
  return [...new Map([...base, ...inline].map((item) => [item.name, item])).values()];
}

function mergeTriggers(
  base: readonly TriggerDocument[],
  inline: readonly TriggerDocument[],
): readonly TriggerDocument[] {
  const merged = new Map<string, TriggerDocument>();
  for (const trigger of [...base, ...inline]) {
    const before = merged.get(trigger.event);
    const rules = before === undefined ? trigger.rules : [...before.rules, ...trigger.rules];
    merged.set(trigger.event, { ...trigger, rules });
  }
  return [...merged.values()];
}
