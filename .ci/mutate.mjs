/**
 * Mutation testing of the two rooms that hold the rules: `npm run mutate`, or one file of them with
 * `npm run mutate -- --mutate engine/movement.ts`. What survives, and why, stands in test/README.md.
 *
 * Left out: texts, for nearly all of them are messages and no test may hang on their wording; what is computed once at
 * load, for every mutant of it would need a process of its own; and what only tests with servers and stores reach.
 */
export default {
  mutate: [
    '{checkpoints,engine}/**/*.ts',
    '!**/index.ts',
    '!engine/lifecycles/*-machine.ts',
    '!engine/{ports,worker,tell}.ts',
  ],
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  testRunner: 'vitest',
  vitest: { configFile: '.ci/mutate.vitest.mjs', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 20_000,
  // There is no such file: Stryker would rewrite the real one by functions that this version of TypeScript does not have.
  tsconfigFile: 'none',
  ignorePatterns: ['adapters', 'dist', '.milepost', 'coverage'],
  tempDirName: 'coverage/mutants',
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: 'coverage/mutation.json' },
};
