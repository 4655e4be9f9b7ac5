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

/** The body of a step with that of its checkpoint type, which is looked up; an unknown type adds nothing. */
export function mergeStep(
  step: StepDocument,
  types: ReadonlyMap<string, CheckpointDocument>,
  findings: Findings,
): CheckpointBody {
  const type = step.checkpoint === null ? undefined : types.get(step.checkpoint.value);
  if (type === undefined) {
    if (step.checkpoint !== null) {
      const message = unknownName('checkpoint', step.checkpoint.value, types.keys());
      findings.error(step.checkpoint.at, 'unknown-checkpoint', message);
    }
    return step;
  }
  return {
    states: step.states.length > 0 ? step.states : type.states,
    params: mergeByName(type.params, step.params),
    timers: mergeByName(type.timers, step.timers),
    on: mergeTriggers(type.on, step.on),
  };
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
    merged.set(trigger.event, { at: trigger.at, event: trigger.event, rules });
  }
  return [...merged.values()];
}
