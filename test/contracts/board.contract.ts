import { describe, expect, test } from 'vitest';
import type { InstanceRecord } from '../../engine/index.ts';
import type { MakeStore } from './store.contract.ts';
import { batchOf, instanceRecord, NOON, opened } from './store-records.ts';

/** What the ledger of a day is read from, wherever the records are kept. */
export function boardContract(name: string, makeStore: MakeStore): void {
  describe(`${name} as board`, () => {
    test('the board of a day has every instance, and of a flow with many its counts and the worst', async () => {
      const bench = await makeStore();
      const position = await opened(bench.store, 'main');
      const of = (flow: string, count: number, parts: (n: number) => Partial<InstanceRecord> = () => ({})) =>
        Array.from({ length: count }, (_, n) => instanceRecord({ flow, key: `${flow}-${n}`, ...parts(n) }));
      const few = of('few', 5);
      const well = of('well', 7, () => ({ status: 'committed', health: 'normal' }));
      const mixed = of('mixed', 30, (n) => ({
        updatedAt: NOON + n,
        openAlarms: n < 10 ? 2 : 0,
        health: n < 2 ? 'critical' : n < 10 ? 'warning' : n < 12 ? 'unknown' : 'running',
      }));
      const other = of('mixed', 3, (n) => ({
        key: `other-${n}`,
        tradingDay: '2026-11-24',
        health: 'critical',
      }));
      await bench.store.commit(batchOf(position, { instances: [...few, ...well, ...mixed, ...other] }));
      const { instances, crowds } = await bench.reader.board('2026-11-23', 5);
      expect(instances.map(({ key }) => key).sort()).toEqual(
        [...few.map(({ key }) => key), 'mixed-0', 'mixed-1', 'mixed-7', 'mixed-8', 'mixed-9'].sort(),
      );
      expect(instances.find(({ key }) => key === 'mixed-1')).toEqual(mixed[1]);
      const counted = crowds.map((one) => [one.flow, one.status, one.health, one.count, one.openAlarms]);
      expect(counted.toSorted()).toEqual([
        ['mixed', 'running', 'critical', 2, 4],
        ['mixed', 'running', 'running', 18, 0],
        ['mixed', 'running', 'unknown', 2, 0],
        ['mixed', 'running', 'warning', 8, 16],
        ['well', 'committed', 'normal', 7, 0],
      ]);
      expect(await bench.reader.board('a\0', 5)).toEqual({ instances: [], crowds: [] });
      await bench.close();
    });
  });
}
