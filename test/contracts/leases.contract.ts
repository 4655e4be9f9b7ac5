import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LeaseTable, WorkerIdentity } from '../../engine/index.ts';
import type { MakeStore, StoreBench } from './store.contract.ts';
import { batchOf, opened } from './store-records.ts';

const LONG = 60_000;
const ANN = worker('ann');
const BOB = worker('bob');

/** What every Leases does, wherever they are kept; `pass` lets so many ms go by. */
export function leasesContract(
  name: string,
  makeStore: MakeStore,
  pass: (bench: StoreBench, ms: number) => Promise<void>,
): void {
  describe(`${name} as leases`, () => {
    let bench: StoreBench;
    beforeEach(async () => {
      bench = await makeStore();
    });
    afterEach(async () => {
      await bench.close();
    });

    test.each([
      ['as many as the first one says', [4, 7, null], [4, 4, 4]],
      ['one where nobody says how many', [null, 5], [1, 1]],
    ])('there are %s, for ever', async (_, asked, given) => {
      const counts: number[] = [];
      for (const wanted of asked) counts.push(await bench.leases.partitions(wanted));
      expect(counts).toEqual(given);
      const { partitions } = await bench.leases.beat(ANN, LONG);
      expect(partitions).toEqual(
        Array.from({ length: given[0] ?? 0 }, (__, n) => ({ partition: String(n), owner: null, left: 0 })),
      );
    });

    test('partitions are told in the order of their numbers', async () => {
      await bench.leases.partitions(12);
      const { partitions } = await bench.leases.beat(ANN, LONG);
      expect(partitions.map(({ partition }) => Number(partition))).toEqual([...Array(12).keys()]);
    });

    test('a free partition is taken once, and held until it is released', async () => {
      await bench.leases.partitions(2);
      expect(await bench.leases.take('0', 'ann', LONG, [])).toBe(true);
      expect(await bench.leases.take('0', 'bob', LONG, [])).toBe(false);
      expect(await bench.leases.take('0', 'ann', LONG, [])).toBe(true);
      const table = await bench.leases.beat(BOB, LONG);
      expect(ownersOf(table)).toEqual(['ann', null]);
      expect(table.partitions[0]?.left).toBeGreaterThan(LONG - 20_000);
      await bench.leases.release('0', 'bob');
      expect(await bench.leases.take('0', 'bob', LONG, [])).toBe(false);
      await bench.leases.release('0', 'ann');
      expect(await bench.leases.take('0', 'bob', LONG, [])).toBe(true);
    });

    test('a partition that nobody spoke of is made when it is taken', async () => {
      expect(await bench.leases.take('5', 'ann', LONG, [])).toBe(true);
      expect((await opened(bench.store, '5', 'ann')).sequence).toBe(0);
    });

    test('of many that take a free partition at once, one gets it', async () => {
      await bench.leases.partitions(1);
      const names = ['ann', 'bob', 'cid', 'dan', 'eve'];
      const taken = await Promise.all(names.map((id) => bench.leases.take('0', id, LONG, [])));
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    test('what has run out can be taken, and is not renewed by who had it', async () => {
      await bench.leases.take('0', 'ann', 40, []);
      await bench.leases.beat(ANN, 40);
      await pass(bench, 60);
      const late = await bench.leases.beat(ANN, LONG);
      expect(late.partitions[0]?.left).toBeLessThan(0);
      expect(await bench.store.open('0', 'ann')).toBeNull();
      expect(await bench.leases.take('0', 'bob', LONG, [])).toBe(true);
      expect(ownersOf(await bench.leases.beat(ANN, LONG))).toEqual(['bob']);
    });

    test('a beat renews all that its worker holds, and nothing of others', async () => {
      await bench.leases.take('0', 'ann', 20_000, []);
      await bench.leases.take('1', 'ann', 20_000, []);
      await bench.leases.take('2', 'bob', 20_000, []);
      const { partitions } = await bench.leases.beat(ANN, LONG);
      expect(partitions.map(({ left }) => left > 30_000)).toEqual([true, true, false]);
    });

    test('what a dead worker holds is taken at once', async () => {
      await bench.leases.take('0', 'ann', LONG, []);
      expect(await bench.leases.take('0', 'bob', LONG, ['someone else'])).toBe(false);
      expect(await bench.leases.take('0', 'bob', LONG, ['someone else', 'ann'])).toBe(true);
    });

    test('each take and each open moves the epoch on, so that a commit of before is fenced', async () => {
      await bench.leases.take('0', 'ann', LONG, []);
      const first = await opened(bench.store, '0', 'ann');
      expect(first.epoch).toBe(2);
      await bench.leases.take('0', 'bob', LONG, ['ann']);
      expect(await bench.store.commit(batchOf({ ...first, sequence: 1 }))).toBe('fenced');
      const second = await opened(bench.store, '0', 'bob');
      expect(second).toEqual({ ...first, epoch: 4 });
      expect(await bench.store.commit(batchOf({ ...second, sequence: 1 }))).toBe('committed');
    });

    test('workers are told with everything that they said last, and how long ago', async () => {
      await bench.leases.beat(BOB, LONG);
      await bench.leases.beat({ ...ANN, address: null }, LONG);
      const { workers } = await bench.leases.beat(ANN, LONG);
      expect(workers.map(({ seenAgo, ...said }) => said)).toEqual([ANN, BOB]);
      for (const { seenAgo } of workers) expect(seenAgo).toBeGreaterThanOrEqual(0);
    });

    test('who leaves is forgotten with all that he holds', async () => {
      await bench.leases.take('0', 'ann', LONG, []);
      await bench.leases.take('1', 'bob', LONG, []);
      await bench.leases.beat(ANN, LONG);
      await bench.leases.leave('ann');
      await bench.leases.leave('ann');
      const table = await bench.leases.beat(BOB, LONG);
      expect(table.workers.map(({ id }) => id)).toEqual(['bob']);
      expect(ownersOf(table)).toEqual([null, 'bob']);
    });
  });
}

function worker(id: string): WorkerIdentity {
  return { id, name: id, host: `${id}.example`, pid: id.length, address: `http://${id}.example:4600` };
}

function ownersOf({ partitions }: LeaseTable): readonly (string | null)[] {
  return partitions.map(({ owner }) => owner);
}
