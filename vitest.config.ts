import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    // Test files run side by side in processes of their own: servers and working folders are not shared.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests with processes and servers wait for what a busy machine is late with: one that fails is tried once more in CI.
    retry: process.env.CI ? 1 : 0,
    expect: { requireAssertions: true },
  },
});
