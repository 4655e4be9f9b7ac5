import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlarmFilter, AlarmRecord, NoticeStore, Page } from '../../engine/index.ts';
import { type Roots, sayWhatFollows } from './say-what-follows.ts';
import type { StoreBench } from './store.contract.ts';
import { alarmRecord, batchOf, NOON, opened } from './store-records.ts';

export interface FoldedBench extends StoreBench {
  /** where the notifier says what follows from what */
  readonly telling: NoticeStore;
}

/** What every Reader makes of alarms that follow from others, wherever they are kept. */
export function foldedAlarmsContract(name: string, make: () => Promise<FoldedBench>): void {
  describe(`${name} as reader of what follows from what`, () => {
    let bench: FoldedBench;
    beforeEach(async () => {
      bench = await make();
    });
    afterEach(() => bench.close());

    /** Raises the alarms one after the other, and says of each what it follows from; `more` makes one of them different. */
    async function given(
      roots: Roots,
      more: Readonly<Record<string, Partial<AlarmRecord>>> = {},
    ): Promise<void> {
      const alarms = Object.keys(roots).map((id, n) => alarmRecord({ id, raisedAt: NOON + n, ...more[id] }));
      await bench.store.commit(batchOf(await opened(bench.store, 'main'), { alarms }));
      await sayWhatFollows(bench.telling, roots);
    }
    const folded = async (filter: AlarmFilter = {}) => {
      const { items } = await bench.reader.foldedAlarms(filter, 100, null);
      return items.map(({ alarm, consequences }) => `${alarm.id} ${consequences}`);
    };
    const under = async (root: string, filter: AlarmFilter = {}) => {
      const { items } = await bench.reader.alarms({ ...filter, root }, 100, null);
      return items.map(({ id }) => id);
    };

    test('what follows from another alarm is counted there, and listed by its own request, newest first', async () => {
      await given({ fault: null, alone: null, late1: 'fault', late2: 'fault' });
      expect(await folded()).toEqual(['alone 0', 'fault 2']);
      expect(await under('fault')).toEqual(['late2', 'late1']);
      expect(await under('alone')).toEqual([]);
      expect(await under('no such alarm')).toEqual([]);
    });

    test('an alarm of which nobody has said anything yet stands for itself', async () => {
      const silent = alarmRecord({ id: 'silent', raisedAt: NOON });
      await bench.store.commit(batchOf(await opened(bench.store, 'main'), { alarms: [silent] }));
      expect(await folded()).toEqual(['silent 0']);
    });

    test('what follows from an alarm that a filter leaves out stands for itself, and counts nowhere', async () => {
      const over = { clearedAt: NOON + 9, clearedBy: 'committed' };
      await given(
        { fault: null, late1: 'fault', late2: 'fault', late3: 'fault' },
        { fault: { severity: 'warning' }, late1: { severity: 'critical' }, late2: over },
      );
      expect(await folded({ severity: 'critical' })).toContain('late1 0');
      expect(await folded({ open: true })).toEqual(['fault 2']);
      expect(await under('fault', { open: true })).toEqual(['late3', 'late1']);
      expect(await folded({ open: false })).toEqual(['late2 0']);
    });

    test('none is lost where one follows from another that follows itself, or each from the other', async () => {
      await given({ top: null, middle: 'top', low: 'middle', this: 'that', that: 'this' });
      expect(await folded()).toEqual(['that 1', 'this 1', 'low 0', 'top 1']);
    });

    test('what no longer follows from anything stands for itself again', async () => {
      await given({ fault: null, late: 'fault' });
      await sayWhatFollows(bench.telling, { late: null }, ['c1', 'c2']);
      expect(await folded()).toEqual(['late 0', 'fault 0']);
      expect(await under('fault')).toEqual([]);
    });

    test('pages of any size give each of them once', async () => {
      const roots = Object.fromEntries(
        Array.from({ length: 60 }, (_, n) => [`a${n}`, n % 3 === 0 ? null : `a${n - (n % 3)}`]),
      );
      await given(roots);
      const rows = await all((cursor) => bench.reader.foldedAlarms({}, 7, cursor));
      expect(rows.map(({ alarm }) => alarm.id)).toEqual(
        Array.from({ length: 20 }, (_, n) => `a${57 - 3 * n}`),
      );
      expect(rows.every(({ consequences }) => consequences === 2)).toBe(true);
      const below = await all((cursor) => bench.reader.alarms({ root: 'a30' }, 1, cursor));
      expect(below.map(({ id }) => id)).toEqual(['a32', 'a31']);
    });
  });
}

async function all<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<readonly T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
