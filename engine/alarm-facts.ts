/** The values that explain the alarms which no expression raised: where the step stood, what was expected instead. */
import type { StateTable, Value } from '../checkpoints/index.ts';
import { type Draft, stateOf, stepOf, withOwn } from './draft.ts';
import type { StepStatus } from './step-state.ts';

export type AlarmValues = readonly (readonly [string, Value | null])[];

/** Of an illegal state: the two states, and those that might have followed. */
export function stateFacts(table: StateTable | null, from: string | null, to: string): AlarmValues {
  const allowed = table === null || from === null ? [] : table.next(from);
  return [
    ['from', from],
    ['to', to],
    ['allowed', listed(allowed)],
  ];
}

/** Of a report out of order: what the step was, and which steps were expected instead. */
export function orderFacts(draft: Draft, step: number, was: StepStatus): AlarmValues {
  return [
    ['status', was],
    ['expected', listed(openSteps(draft).filter((name) => name !== stepOf(draft.flow, step).name))],
  ];
}

/** Of a step whose connectors were all false: each expression, and the values that went into them. */
export function deadEndFacts(draft: Draft, step: number): AlarmValues {
  const asked: [string, Value | null][] = [];
  const read = new Map<string, Value | null>();
  for (const index of stepOf(draft.flow, step).outgoing) {
    const connector = draft.flow.connectors[index];
    if (connector === undefined || connector.when === null) continue;
    const { source, reads } = connector.when;
    asked.push([`to ${stepOf(draft.flow, connector.to).name}: ${source}`, false]);
    withOwn(draft, step, (scope) => {
      for (const { name, get } of reads) read.set(name, get(scope));
    });
  }
  return [...asked, ...read];
}

/** Of a timer that ran out: where its step stood. */
export function timerFacts(draft: Draft, step: number): AlarmValues {
  const { status, state } = stateOf(draft, step);
  return state === null
    ? [['status', status]]
    : [
        ['status', status],
        ['state', state],
      ];
}

/** Of a start or an end that is overdue: where the instance stood, and which steps it waits for. */
export function instanceFacts(draft: Draft): AlarmValues {
  const open = openSteps(draft);
  return open.length === 0
    ? [['status', draft.status]]
    : [
        ['status', draft.status],
        ['open', listed(open)],
      ];
}

/** The names of the steps that are active or running. */
function openSteps(draft: Draft): readonly string[] {
  return draft.flow.steps
    .filter(({ index }) => ['active', 'running'].includes(stateOf(draft, index).status))
    .map(({ name }) => name);
}

/** Names in one value; null where there is none. */
function listed(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ');
}
