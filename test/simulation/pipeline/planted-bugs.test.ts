import { describe, expect, test } from 'vitest';
import { compilePipeline } from './definitions.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { PLANTED_IN_TELLING } from './planted-in-telling.ts';
import { seedsFrom } from './seeds.ts';
import { simulate } from './simulate.ts';

const PIPELINE = compilePipeline();

describe('the simulator finds within 100 seeds a pipeline in which', () => {
  test.each(Object.entries({ ...PLANTED_BUGS, ...PLANTED_IN_TELLING }))(
    '%s',
    async (_, { plant, foundBy }) => {
      for (const seed of seedsFrom(1, 100)) {
        const [first] = (await simulate({ seed, definitions: PIPELINE, plant })).violations;
        if (first === undefined) continue;
        expect(foundBy).toContain(first.rule);
        return;
      }
      expect.fail('nothing was found');
    },
    300_000,
  );
});
