import { expect, test } from 'vitest';
import { type ChangeLog, createTeller, type Publisher } from '../../../engine/index.ts';

type Change = Awaited<ReturnType<ChangeLog['changes']>>[number];

/** A log that can be added to, a publisher that can be made to fail, and the clock. */
function world() {
  const log: Change[] = [];
  const told: number[] = [];
  const state = { published: 0, now: 0, fails: false, reads: 0 };
  const changes: Pick<ChangeLog, 'changes' | 'published' | 'markPublished'> = {
    changes: async (after, max) => log.filter(({ id }) => id > after).slice(0, max),
    async published() {
      state.reads += 1;
      return state.published;
    },
    async markPublished(id) {
      state.published = Math.max(state.published, id);
    },
  };
  const publisher: Publisher = {
    async publish(sent) {
      told.push(...sent.map(({ id }) => id));
      if (state.fails) throw new Error('the server is away');
    },
  };
  const add = (count: number) => {
    for (let index = 0; index < count; index++)
      log.push({ id: log.length + 1, kind: 'alarm', subject: 'milepost.alarm', body: '{}' });
  };
  const teller = createTeller({ changes, publisher, now: () => state.now, batch: 3, noteEvery: 100 });
  return { log, told, state, add, teller };
}

test('changes are published in order, each once, whatever fits into a turn', async () => {
  const { told, add, teller } = world();
  add(7);
  expect([await teller.turn(), await teller.turn(), await teller.turn(), await teller.turn()]).toEqual([
    3, 3, 1, 0,
  ]);
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('what was published is noted now and then, when nothing more is there, and at the end', async () => {
  const { state, add, teller } = world();
  state.now = 1000;
  add(1);
  await teller.turn();
  expect(state.published).toBe(1);
  add(1);
  await teller.turn();
  expect(state.published).toBe(1);
  state.now = 1100;
  add(1);
  await teller.turn();
  expect(state.published).toBe(3);
  add(1);
  await teller.turn();
  await teller.turn();
  expect(state.published).toBe(4);
  add(1);
  await teller.turn();
  await teller.stop();
  expect(state.published).toBe(5);
});

test('after a failure everything that was not noted is published again', async () => {
  const { told, state, add, teller } = world();
  state.now = 1000;
  add(1);
  await teller.turn();
  add(1);
  await teller.turn();
  state.fails = true;
  add(1);
  await teller.turn();
  await expect(teller.turn()).rejects.toThrow('the server is away');
  expect(state.published).toBe(1);
  state.fails = false;
  await teller.turn();
  await teller.turn();
  expect(told).toEqual([1, 2, 3, 2, 3]);
  expect(state.published).toBe(3);
});

test('a log that fell back to an earlier state is followed from there', async () => {
  const { log, told, state, add, teller } = world();
  add(3);
  await teller.turn();
  await teller.turn();
  log.length = 1;
  state.published = 1;
  await teller.turn();
  add(1);
  await teller.turn();
  expect(told).toEqual([1, 2, 3, 2]);
});
