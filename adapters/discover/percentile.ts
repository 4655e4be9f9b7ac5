import { formatSpan, spanOf } from '../../definitions/index.ts';

/** The smallest value that at least the share `p` of the values do not exceed (nearest rank); null of none. */
export function percentile(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A duration that is at least `ms` and reads well: whole seconds, from ten minutes on whole minutes, from a day on whole hours. */
export function readableSpan(ms: number): string {
  const unit = ms < 10 * MINUTE ? SECOND : ms < 24 * HOUR ? MINUTE : HOUR;
  return formatSpan(spanOf(Math.ceil(ms / unit) * unit));
}
