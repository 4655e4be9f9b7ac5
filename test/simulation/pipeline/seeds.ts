/** Many seeds, one after another. */
import type { Definitions } from '../../../definitions/index.ts';
import { type Report, simulate } from './simulate.ts';

/** Seeds that have failed once, before what they found was repaired: they are run for ever. */
export const FAILED_ONCE: readonly number[] = [46, 49, 50, 51, 55, 56, 79, 130, 132, 143, 200, 302];

export interface SeedsReport {
  readonly failed: readonly Report[];
  /** by name, in how many seeds */
  readonly reached: ReadonlyMap<string, number>;
  /** virtual time, ms */
  readonly lasted: number;
  readonly steps: number;
}

/** Runs these seeds; all of them, whatever some find. */
export async function runSeeds(definitions: Definitions, seeds: Iterable<number>): Promise<SeedsReport> {
  const failed: Report[] = [];
  const reached = new Map<string, number>();
  let lasted = 0;
  let steps = 0;
  for (const seed of seeds) {
    const report = await simulate({ seed, definitions });
    if (report.violations.length > 0) failed.push(report);
    for (const name of report.reached.keys()) reached.set(name, (reached.get(name) ?? 0) + 1);
    lasted += report.lasted;
    steps += report.steps;
  }
  return { failed, reached, lasted, steps };
}

/** The whole numbers from `first` on. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** What a seed has found, in words. */
export function violationText({ seed, violations }: Report): string {
  const said = violations
    .slice(0, 3)
    .map(({ rule, text, time }) => `  ${new Date(time).toISOString()} ${rule} ${text}`);
  return [`seed ${seed}: ${violations.length} violations`, ...said].join('\n');
}
