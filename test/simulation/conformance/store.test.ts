/** The simulator's database against a real PostgreSQL: the same scripts, outcome by outcome, and all that readers see. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../../engine/index.ts';
import { startTestPostgres, type TestPostgres } from '../../servers/postgres.ts';
import { modelStore, realStore } from './store-benches.ts';
import { runStoreScript, type StoreBench, type StoreStep, storeDifference } from './store-script.ts';
import { STORE_SCRIPTS } from './store-scripts.ts';

let server: TestPostgres;
let url: string;
beforeAll(async () => {
  server = await startTestPostgres();
  url = await server.database();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

/** Where the model and the server differ over a script. */
async function differ(
  script: readonly StoreStep[],
  model: StoreBench = modelStore(),
): Promise<string | null> {
  const real = await realStore(server, url);
  try {
    return storeDifference(await runStoreScript(model, script), await runStoreScript(real, script));
  } finally {
    await real.close();
  }
}

describe('the model of the database and a real one do the same where', () => {
  test.each(Object.entries(STORE_SCRIPTS))(
    '%s',
    async (_, script) => {
      expect(await differ(script)).toBeNull();
    },
    60_000,
  );
});

describe('a model of the database that is wrong is found out where it', () => {
  const right = modelStore;
  const wrong: Readonly<
    Record<string, readonly [keyof typeof STORE_SCRIPTS, (model: StoreBench) => StoreBench]>
  > = {
    'takes commits of an old epoch': [
      'a commit of an old epoch is refused',
      (model) => ({
        ...model,
        store: {
          ...model.store,
          commit: async (batch) => {
            const stored = await model.reader.position(batch.previous.partition);
            return model.store.commit({ ...batch, previous: stored ?? batch.previous });
          },
        },
      }),
    ],
    'has not done that of which the answer is lost': [
      'the answer to a commit is lost',
      (model) => ({ ...model, losing: () => Promise.reject(new StoreError('lost', false, null)) }),
    ],
    'never lets a lease run out': [
      'a lease runs out and another takes it',
      (model) => ({ ...model, pass: async () => undefined }),
    ],
    'forgets that an outcome is not known': [
      'outcomes that are not known are counted',
      (model) => ({
        ...model,
        notices: {
          ...model.notices,
          store: {
            ...model.notices.store,
            settle: (settled) => model.notices.store.settle({ ...settled, uncertain: false }),
          },
        },
      }),
    ],
  };
  test.each(Object.entries(wrong))(
    '%s',
    async (_, [name, bend]) => {
      expect(await differ(STORE_SCRIPTS[name] ?? [], bend(right()))).toMatch(/model: .*\n {2}real: /);
    },
    60_000,
  );
});

const few = fc.integer({ min: 0, max: 2 });
const two = fc.integer({ min: 0, max: 1 });
const worker = fc.integer({ min: 1, max: 2 });
const some = <T extends Numbered>(one: fc.Arbitrary<T>) =>
  fc.uniqueArray(one, { maxLength: 2, selector: idOf });
const content = fc.record(
  {
    events: fc.array(few, { maxLength: 3 }),
    instances: some(fc.record({ key: few, ended: fc.boolean(), open: two })),
    alarms: some(fc.record({ id: few, over: fc.boolean() })),
    rejected: fc.uniqueArray(few, { maxLength: 2 }),
    notices: fc.uniqueArray(few, { maxLength: 2 }),
    held: fc.record({ root: two, events: few }),
    watched: two,
    changes: few,
    marks: fc.boolean(),
  },
  { requiredKeys: [] },
);
const owed = fc.record({
  id: fc.integer({ min: 1, max: 12 }),
  thread: two,
  kind: fc.constantFrom('raised', 'changed', 'repeated', 'recovered'),
  channel: two,
});
const storing: fc.Arbitrary<StoreStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take'), partition: two, worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take'), partition: two, worker, dead: worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release'), partition: two, worker }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open'), partition: two, worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('beat', 'beat', 'leave'), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(20_000, 80_000) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ do: fc.constant('commit'), partition: two, worker, content },
      from: fc.constantFrom('held', 'held', 'held', 'held', 'old epoch', 'old sequence', 'other tag'),
    }),
  },
);
const telling: fc.Arbitrary<StoreStep> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin-telling'), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('renew-telling', 'end-telling'), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(20_000, 80_000) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      ...{ do: fc.constant('decide'), worker, owes: fc.uniqueArray(owed, { maxLength: 4, selector: idOf }) },
      from: fc.constantFrom('held', 'held', 'held', 'held', 'old epoch', 'other tag'),
      lost: fc.constantFrom(false, false, false, false, false, true),
      takes: fc.boolean(),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      ...{ do: fc.constant('claim'), channel: two, at: fc.integer({ min: 1, max: 30 }) },
      max: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      ...{ do: fc.constant('settle'), back: fc.integer({ min: 1, max: 3 }) },
      as: fc.constantFrom('sent', 'owed', 'unsure', 'failed', 'unknown'),
      lost: fc.constantFrom(false, false, false, false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon'), channels: fc.constantFrom([0, 1], [0]) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('act'), id: few, alarm: two }) },
);

describe('the model of the database and a real one do the same in scripts that nobody has written', () => {
  test.each([
    ['of workers', storing, 21],
    ['of telling', telling, 22],
  ] as const)(
    '%s',
    async (_, step, seed) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (script) => {
          expect(await differ(script)).toBeNull();
        }),
        { numRuns: 25, seed, endOnFailure: true },
      );
    },
    300_000,
  );
});

type Numbered = { readonly id: number } | { readonly key: number };

function idOf(one: Numbered): number {
  return 'id' in one ? one.id : one.key;
}
