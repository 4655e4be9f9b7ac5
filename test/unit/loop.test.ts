import { expect, test } from 'vitest';
import { type LoopTime, startLoop } from '../../adapters/loop.ts';

const log = { info() {}, warn() {}, error() {} };

/** A loop whose turns end when they are let go and find no work, and whose pauses end by a wake alone. */
function gatedLoop() {
  const rests = { begun: 0 };
  const turns: PromiseWithResolvers<void>[] = [];
  const time: LoopTime = {
    now: () => 0,
    breathe: async () => undefined,
    sleep(_, signal) {
      rests.begun += 1;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  const loop = startLoop({
    ...{ name: 'the loop', rest: 1000, log, time },
    async turn() {
      const gate = Promise.withResolvers<void>();
      turns.push(gate);
      await gate.promise;
      return 'idle';
    },
  });
  return { loop, turns, rests };
}

test('a loop that is woken during a turn takes another one at once', async () => {
  const { loop, turns, rests } = gatedLoop();
  loop.wake();
  turns[0]?.resolve();
  await expect.poll(() => turns.length).toBe(2);
  expect(rests.begun).toBe(0);
  turns[1]?.resolve();
  await loop.stop();
});

test('a loop that rests goes on when it is woken, and rests again after that', async () => {
  const { loop, turns, rests } = gatedLoop();
  turns[0]?.resolve();
  await expect.poll(() => rests.begun).toBe(1);
  expect(turns).toHaveLength(1);
  loop.wake();
  await expect.poll(() => turns.length).toBe(2);
  turns[1]?.resolve();
  await expect.poll(() => rests.begun).toBe(2);
  await loop.stop();
});

test('a loop with a pace lets that much time pass between turns that work, but does not wait with its end', async () => {
  const slept: number[] = [];
  let now = 0;
  let turns = 0;
  const time: LoopTime = {
    now: () => now,
    breathe: async () => undefined,
    async sleep(ms, signal) {
      slept.push(ms);
      if (turns < 3) now += ms;
      else await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  const loop = startLoop({
    ...{ name: 'the loop', rest: 1000, pace: 20, log, time },
    async turn() {
      turns += 1;
      now += [5, 30, 8][turns - 1] ?? 0;
      return 'worked';
    },
  });
  await expect.poll(() => turns).toBe(3);
  await expect.poll(() => slept).toEqual([15, 12]);
  await loop.stop();
  expect(turns).toBe(3);
});
