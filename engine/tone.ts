/**
 * Tones: the few meanings that every status comes to, worst first. They are what the console gives colours and shapes,
 * and what the worst of several things is found by.
 */
import { type ChildState, countsOf } from './child-states.ts';
import { isWaived } from './draft.ts';
import type { Health, Instance, InstanceStatus } from './instance.ts';
import type { LedgerRow } from './ledger.ts';

export const TONES = [
  'critical',
  'warning',
  'unknown',
  'waiting',
  'running',
  'done',
  'idle',
  'excused',
] as const;
/** `idle`: not due yet, or not reached. */
export type Tone = (typeof TONES)[number];

/** The worst of some tones; null where there are none. */
export function worstTone(tones: readonly Tone[]): Tone | null {
  return TONES.find((each) => tones.includes(each)) ?? null;
}

/** Compares what has a tone, the worst first. */
export function worstFirst(a: { readonly status: Tone }, b: { readonly status: Tone }): number {
  return TONES.indexOf(a.status) - TONES.indexOf(b.status);
}

/** What a row of the ledger comes to: its health where that is bad, else what its status says. */
export function toneOfRow({ status, health }: Pick<LedgerRow, 'status' | 'health'>): Tone {
  if (status === 'excused') return 'excused';
  if (health === 'critical' || status === 'failed' || status === 'missing') return 'critical';
  if (health === 'warning' || status === 'late') return 'warning';
  switch (status) {
    case 'unknown':
    case 'waiting':
    case 'running':
      return status;
    case 'not-due':
      return 'idle';
    default:
      return 'done';
  }
}

/** What a step of an instance comes to: its worst open alarm, its status, and what is wrong in the instances that it nests. */
export function toneOfStep(
  instance: Instance,
  step: { readonly index: number; readonly name: string },
): Tone {
  const state = instance.steps[step.index];
  if (state === undefined)
    throw new Error(`broken rule: an instance of ${instance.flow} has no step ${step.name}`);
  const isOver = state.status === 'committed' || state.status === 'running';
  if (state.detail.waived || (!isOver && isWaived(instance, step.index))) return 'excused';
  const alarms = instance.alarms.filter((alarm) => alarm.step === step.name).map(({ severity }) => severity);
  const own: Tone[] = countsOf(instance.children, step.index).map(toneOfChild);
  own.push(STEP[state.status]);
  if (alarms.includes('critical')) own.push('critical');
  if (alarms.includes('warning')) own.push('warning');
  return worstTone(own) ?? 'idle';
}

const STEP = {
  idle: 'idle',
  active: 'waiting',
  running: 'running',
  committed: 'done',
  failed: 'critical',
  withdrawn: 'excused',
} as const;

/** What an instance comes to by its status and health alone. */
export function toneOfInstance(status: InstanceStatus, health: Health): Tone {
  if (health === 'critical' || status === 'failed') return 'critical';
  if (health === 'warning' || health === 'unknown') return health;
  switch (status) {
    case 'expected':
      return 'idle';
    case 'running':
      return 'running';
    case 'abandoned':
      return 'warning';
    default:
      return 'done';
  }
}

/** Of what a step nests, only what is wrong counts, and of how far it is nothing: that says the step itself. */
function toneOfChild({ status, health }: ChildState): Tone {
  const tone = toneOfInstance(status, health);
  return tone === 'critical' || tone === 'warning' || tone === 'unknown' ? tone : 'excused';
}
