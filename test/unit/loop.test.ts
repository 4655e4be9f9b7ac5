import { expect, test } from 'vitest';
import { type LoopTime, startLoop } from '../../adapters/loop.ts';

const log = { info() {}, warn() {}, error() {} };

/** Time that stands still: pauses end by their signal only. */
function stoppedTime(): LoopTime & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 0,
    breathe: async () => undefined,
    sleep(ms, signal) {
      slept.push(ms);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
}

test('a loop that is woken during a turn takes another one at once', async () => {
  const time = stoppedTime();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let turns = 0;
  const second = Promise.withResolvers<void>();
  const loop = startLoop({
    name: 'the loop',
    rest: 1000,
    log,
    time,
    async turn() {
      turns += 1;
      if (turns === 2) second.resolve();
      await gates[turns - 1]?.promise;
      return 'idle';
    },
  });
  loop.wake();
  gates[0]?.resolve();
  await second.promise;
  expect(time.slept).toEqual([]);
  gates[1]?.resolve();
  await loop.stop();
  expect(turns).toBe(2);
});

test('a loop that rests goes on when it is woken', async () => {
  const time = stoppedTime();
  let turns = 0;
  const second = Promise.withResolvers<void>();
  const loop = startLoop({
    name: 'the loop',
    rest: 1000,
    log,
    time,
    async turn() {
      turns += 1;
      if (turns === 2) second.resolve();
      return 'idle';
    },
  });
  while (time.slept.length === 0) await Promise.resolve();
  loop.wake();
  await second.promise;
  await loop.stop();
  expect(turns).toBe(2);
});
