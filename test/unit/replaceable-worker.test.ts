import { expect, test } from 'vitest';
import { replaceableWorker } from '../../adapters/replaceable-worker.ts';
import type { Turn, Worker } from '../../engine/index.ts';

const NOTHING: Turn = {
  ...{
    kind: 'idle',
    messages: 0,
    events: 0,
    rejected: 0,
    repeats: 0,
    alarms: 0,
    remade: false,
    seconds: 0,
  },
};

/** Workers that write down what is asked of them; `turns` gives what each turn comes to. */
function workers(turns: (name: string) => Turn['kind'] = () => 'idle', settled: Turn['kind'] = 'worked') {
  const said: string[] = [];
  const make = (name: string): Worker => ({
    async turn() {
      said.push(`${name} turn`);
      return { ...NOTHING, kind: turns(name) };
    },
    async settle() {
      said.push(`${name} settle`);
      return { ...NOTHING, kind: settled };
    },
    position: () => null,
    live: () => 0,
    timers: () => ({ pending: 0, overdue: 0 }),
    unwritten: () => 0,
    reset: () => void said.push(`${name} reset`),
  });
  return { said, worker: replaceableWorker<string>(make, 'old') };
}

test('between two turns the old one settles and the new one begins; that is when it is done', async () => {
  const { said, worker } = workers();
  await worker.turn();
  const replaced = worker.replace('new');
  expect(said).toEqual(['old turn']);
  await worker.turn();
  await replaced;
  await worker.turn();
  worker.reset();
  expect(said).toEqual(['old turn', 'old settle', 'new turn', 'new turn', 'new reset']);
});

test('a turn that fails is tried again with the new one, and only then it is done', async () => {
  let failures = 1;
  const { said, worker } = workers((name) => {
    if (name === 'new' && failures-- > 0) throw new Error('the store is away');
    return 'idle';
  });
  let done = false;
  const replaced = worker.replace('new').then(() => {
    done = true;
  });
  await expect(worker.turn()).rejects.toThrow('the store is away');
  expect(done).toBe(false);
  await worker.turn();
  await replaced;
  expect(said).toEqual(['old settle', 'new turn', 'new turn']);
});

test('a worker that has lost its partition is not replaced, and says so', async () => {
  const settling = workers(() => 'idle', 'fenced');
  settling.worker.replace('new').catch(() => undefined);
  expect((await settling.worker.turn()).kind).toBe('fenced');
  expect(settling.said).toEqual(['old settle']);
  const turning = workers(() => 'fenced');
  const replaced = turning.worker.replace('new');
  replaced.catch(() => undefined);
  expect((await turning.worker.turn()).kind).toBe('fenced');
  await expect(replaced).rejects.toThrow('another worker has taken the partition');
});

test('of two that are given at once the later one is used', async () => {
  const { said, worker } = workers();
  const first = worker.replace('second');
  const second = worker.replace('third');
  await expect(first).rejects.toThrow('another set has taken its place');
  await worker.turn();
  await second;
  expect(said).toEqual(['old settle', 'third turn']);
});
