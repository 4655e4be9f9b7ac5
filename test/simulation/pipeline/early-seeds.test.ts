import { expect, test } from 'vitest';
import { compilePipeline } from './definitions.ts';
import { neverReached } from './reached.ts';
import { FAILED_ONCE, runSeeds, seedsFrom, violationText } from './seeds.ts';
import { simulate } from './simulate.ts';

const PIPELINE = compilePipeline();

test('row 24: the pipeline holds in a hundred disturbed histories, failovers that lose commits among them, which come to every state', async () => {
  const { failed, reached } = await runSeeds(PIPELINE, seedsFrom(1, 100));
  expect(failed.map(violationText)).toEqual([]);
  expect(neverReached(reached)).toEqual([]);
}, 600_000);

test('what once failed holds for ever', async () => {
  const { failed } = await runSeeds(
    PIPELINE,
    FAILED_ONCE.filter((seed) => seed > 200),
  );
  expect(failed.map(violationText)).toEqual([]);
}, 600_000);

test('the same seed is the same history', async () => {
  const [one, same, other] = [
    await simulate({ seed: 3, definitions: PIPELINE }),
    await simulate({ seed: 3, definitions: PIPELINE }),
    await simulate({ seed: 4, definitions: PIPELINE }),
  ];
  expect(same.hash).toBe(one.hash);
  expect(same.steps).toBe(one.steps);
  expect(other.hash).not.toBe(one.hash);
});
