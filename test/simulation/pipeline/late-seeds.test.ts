import { expect, test } from 'vitest';
import { compilePipeline } from './definitions.ts';
import { neverReached } from './reached.ts';
import { runSeeds, seedsFrom, violationText } from './seeds.ts';

test('the pipeline holds in another hundred disturbed histories, which come to every state', async () => {
  const { failed, reached } = await runSeeds(compilePipeline(), seedsFrom(101, 100));
  expect(failed.map(violationText)).toEqual([]);
  expect(neverReached(reached)).toEqual([]);
}, 600_000);
