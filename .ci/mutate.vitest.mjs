/** The tests that judge a mutant: all that reach the two rooms without a server, but for those that take seconds. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/{checkpoints,engine}/**/*.test.ts', 'test/scenarios/**/*.test.ts'],
    exclude: ['**/{properties,demo,demo-rounds,composed}.test.ts'],
    isolate: false,
    testTimeout: 30_000,
  },
});
