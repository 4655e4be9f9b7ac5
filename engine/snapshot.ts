/** The stored form of an instance: JSON text, lists by the index of steps and connectors, so it needs its own revision. */
import type { Flow } from '../definitions/index.ts';
import { idleStep, NO_ENTRIES, orNone } from './draft.ts';
import type { Instance, StepState } from './instance.ts';
import { ledByOne } from './visits.ts';

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
        : {
            ...state,
            ledBy: sharedLedBy(state.ledBy),
            arrived: orNone(state.arrived),
            past: orNone(state.past),
          };
    }),
    timers: orNone(stored.timers),
    joins: orNone(stored.joins),
    alarms: orNone(stored.alarms),
    deviations: orNone(stored.deviations),
    waivers: orNone(stored.waivers),
    episodes: stored.episodes.length === 0 ? NO_ENTRIES : new Map(stored.episodes),
    children: stored.children.length === 0 ? NO_ENTRIES : new Map(stored.children),
  };
}

/** Lists that say little are shared, as in an instance that was never stored. */
function sharedLedBy(ledBy: readonly number[]): readonly number[] {
  const [only] = ledBy;
  return ledBy.length === 1 && only !== undefined ? ledByOne(only) : orNone(ledBy);
}
