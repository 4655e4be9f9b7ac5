/**
 * What is usual: medians over the instances of a flow on earlier days. Only what committed counts, since a failure or a
 * waiver says nothing of how long the work takes.
 */
import type { Flow } from '../definitions/index.ts';
import { isWaived } from './draft.ts';
import type { Instance } from './instance.ts';
import { activatedAt, endedAt } from './step-state.ts';

export interface Usual {
  /** how many instances it is made of */
  readonly of: number;
  /** when it starts on the trading day asked for, ms since the epoch; null where none started */
  readonly startsAt: number | null;
  /** from start to end, ms; null where none ended */
  readonly took: number | null;
  /** by step: from activation to its end, ms */
  readonly steps: Readonly<Record<string, number>>;
}

/** The medians of a flow's instances; each is of a trading day of the flow's calendar. `day` is what `startsAt` is for. */
export function usualOf(flow: Flow, instances: readonly Instance[], day: string): Usual {
  const whole = instances.filter(({ status }) => status === 'committed');
  const steps = flow.steps.flatMap(({ name, kind }, index): [string, number][] => {
    if (kind === 'gate') return [];
    const spans = whole.flatMap((instance) => stepSpan(instance, index) ?? []);
    const middle = median(spans);
    return middle === null ? [] : [[name, middle]];
  });
  return {
    of: whole.length,
    startsAt: usualStart(flow, whole, day),
    took: median(
      whole.flatMap(({ startedAt, endedAt }) =>
        startedAt === null || endedAt === null ? [] : endedAt - startedAt,
      ),
    ),
    steps: Object.fromEntries(steps),
  };
}

/**
 * A trading day after a weekend begins days before its date: what runs in its evening before keeps its distance to the
 * beginning of the day, what runs on its date the distance to its end. The steadier of the two tells.
 */
function usualStart({ calendar }: Flow, instances: readonly Instance[], day: string): number | null {
  const started = instances.filter((instance) => instance.startedAt !== null);
  const anchored = [calendar.startOf, (of: string) => calendar.startOf(calendar.next(of))].map((anchor) => {
    const offsets = started.map(({ startedAt, tradingDay }) => (startedAt ?? 0) - anchor(tradingDay));
    return { at: anchor(day), offsets, spread: Math.max(...offsets) - Math.min(...offsets) };
  });
  const [first, last] = anchored;
  const steadier = first === undefined || (last !== undefined && last.spread <= first.spread) ? last : first;
  const offset = median(steadier?.offsets ?? []);
  return offset === null ? null : (steadier?.at ?? 0) + offset;
}

function stepSpan(instance: Instance, index: number): number | null {
  const state = instance.steps[index];
  if (state?.status !== 'committed' || isWaived(instance, index)) return null;
  const [began, ended] = [activatedAt(instance, state), endedAt(instance, state)];
  return began === null || ended === null ? null : ended - began;
}

/** The middle one, or the mean of the two in the middle, rounded; null of none. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) return null;
  const lower = sorted[(sorted.length - 1) >> 1] ?? upper;
  return Math.round((lower + upper) / 2);
}
