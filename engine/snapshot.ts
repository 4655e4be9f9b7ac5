/** The stored form of an instance: JSON text, lists by the index of steps and connectors, so it needs its own revision. */
import type { Flow } from '../definitions/index.ts';
import { idleStep, NONE } from './draft.ts';
import type { Instance, StepState } from './instance.ts';

/** JSON text of an instance. Equal instances give equal text. */
export function encodeInstance(instance: Instance): string {
  const { steps, episodes, children, ...rest } = instance;
  return JSON.stringify({
    ...rest,
    steps: steps.map((step) =>
      step.status === 'idle' && step.visits === 0 && step.arrived.length === 0 ? null : step,
    ),
    episodes: [...episodes],
    children: [...children],
  });
}

/** The instance of a snapshot made under the same revision of its flow. */
export function decodeInstance(flow: Flow, snapshot: string): Instance {
  const stored = JSON.parse(snapshot) as Omit<Instance, 'steps' | 'episodes' | 'children'> & {
    readonly steps: readonly (StepState | null)[];
    readonly episodes: readonly [string, number][];
    readonly children: readonly (readonly [string, { status: Instance['status']; health: 'normal' }])[];
  }; // written by encodeInstance and nobody else
  if (stored.flow !== flow.name || stored.steps.length !== flow.steps.length) {
    throw new Error(`broken rule: a snapshot of ${stored.flow} ${stored.key} does not fit its definition`);
  }
  return {
    ...stored,
    steps: flow.steps.map((step, index) => {
      const state = stored.steps[index] ?? null;
      return state === null
        ? idleStep(step)
        : { ...state, arrived: state.arrived.length === 0 ? NONE : state.arrived };
    }),
    episodes: new Map(stored.episodes),
    children: new Map(stored.children),
  };
}
