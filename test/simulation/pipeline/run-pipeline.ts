/** `npm run simulate -- --pipeline [--seeds N] [--seed S] [--trace]`: seeds of the pipeline, from S on. */
import { parseArgs } from 'node:util';
import { compilePipeline } from './definitions.ts';
import { neverReached } from './reached.ts';
import { runSeeds, seedsFrom, violationText } from './seeds.ts';
import { simulate } from './simulate.ts';

export async function runPipeline(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
    },
  });
  const [count, first] = [Number(values.seeds), Number(values.seed)];
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    console.error('--seed and --seeds take whole numbers');
    return 2;
  }
  const definitions = compilePipeline();
  if (values.trace) {
    const report = await simulate({ seed: first, definitions, trace: console.log });
    console.log(report.violations.length === 0 ? `seed ${first} holds` : violationText(report));
    return report.violations.length === 0 ? 0 : 1;
  }
  const begun = performance.now();
  const { failed, reached, lasted, steps } = await runSeeds(definitions, seedsFrom(first, count));
  const seconds = (performance.now() - begun) / 1000;
  const missed = count >= 100 ? neverReached(reached) : [];
  for (const report of failed) console.log(violationText(report));
  const counts = [...reached].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, seeds]) => `${name} ${seeds}`);
  console.log(
    `seeds ${first} to ${first + count - 1}, in how many of them each state was reached: ${counts.join(', ')}`,
  );
  if (missed.length > 0) console.log(`NEVER REACHED: ${missed.join(', ')}`);
  const days = lasted / 86_400_000;
  console.log(
    `${failed.length} of ${count} seeds failed; ${(count / seconds).toFixed(1)} seeds, ` +
      `${(days / seconds).toFixed(2)} faulty days and ${(steps / seconds).toFixed(0)} steps a second`,
  );
  return failed.length === 0 && missed.length === 0 ? 0 : 1;
}
