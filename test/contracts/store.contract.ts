import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Storage } from '../../adapters/storage/index.ts';
import { type Position, StoreError } from '../../engine/index.ts';
import {
  alarmRecord,
  batchOf,
  changeRecord,
  instanceRecord,
  journalRecord,
  NASTY_TEXTS,
  NOON,
  noticeRecord,
  opened,
  rejectedRecord,
} from './store-records.ts';

/** An empty storage that keeps the last `keptChanges` published changes (default: all), and what looks behind it. */
export interface StoreBench extends Storage {
  /** ids of the notices that are owed, sorted */
  notices(): Promise<readonly string[]>;
}

/** What no database takes: half a character in a text that cannot be mended. */
const UNSTORABLE = { instances: [instanceRecord(), instanceRecord({ key: 'z', snapshot: 'a\0b' })] };

export type MakeStore = (options?: { readonly keptChanges?: number }) => Promise<StoreBench>;

/** What every Store and ChangeLog does, wherever the records are kept. */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`${name} as store`, () => {
    let bench: StoreBench;
    let position: Position;
    beforeEach(async () => {
      bench = await makeStore();
      position = await opened(bench.store, 'main');
    });
    afterEach(async () => {
      await bench.close();
    });

    test('a partition begins with epoch 1, before the first message and entry and without a clock', () => {
      expect(position).toEqual({
        partition: 'main',
        epoch: 1,
        incarnation: '',
        sequence: 0,
        clock: null,
        journal: 0,
        mark: 0,
        markClock: null,
        revision: '',
        tag: '',
      });
    });

    test('gives whoever opens it next the position of the last commit, with the next epoch', async () => {
      const moved: Position = {
        ...position,
        incarnation: 's-1',
        sequence: 2 ** 40,
        clock: NOON,
        journal: 2 ** 33,
        mark: 5,
        markClock: NOON - 7,
        revision: 'r-1',
        tag: 'w-1/1',
      };
      await bench.store.commit({ ...batchOf(moved), previous: position });
      const next = { ...moved, epoch: 2 };
      expect(await bench.store.open('main', 'w-1')).toEqual(next);
      expect(await bench.reader.position('main')).toEqual(next);
      expect(await bench.reader.position('other')).toBeNull();
    });

    test('refuses what goes on from a commit that it does not have, though the position is else the same', async () => {
      const first = { ...position, clock: NOON, tag: 'w-1/1' };
      expect(await bench.store.commit({ ...batchOf(first), previous: position })).toBe('committed');
      const lost = { ...batchOf({ ...first, tag: 'w-1/3' }), previous: { ...first, tag: 'w-1/2' } };
      expect(await bench.store.commit(lost)).toBe('fenced');
      const next = { ...batchOf({ ...first, tag: 'w-1/2' }), previous: first };
      expect(await bench.store.commit(next)).toBe('committed');
    });

    test('partitions have positions of their own', async () => {
      const other = await opened(bench.store, 'other', 'w-2');
      expect(await bench.store.commit(batchOf({ ...other, sequence: 5 }))).toBe('committed');
      expect(await bench.store.commit(batchOf({ ...position, sequence: 9 }))).toBe('committed');
      expect((await bench.reader.position('other'))?.sequence).toBe(5);
      expect((await bench.reader.position('main'))?.sequence).toBe(9);
    });

    test('who does not hold a partition does not get it, and moves nothing', async () => {
      expect(await bench.store.open('main', 'w-2')).toBeNull();
      await bench.leases.release('main', 'w-1');
      expect(await bench.store.open('main', 'w-1')).toBeNull();
      expect(await bench.store.open('main', 'w-2')).toBeNull();
      expect(await bench.reader.position('main')).toEqual(position);
      expect(await bench.leases.take('main', 'w-2', 60_000, [])).toBe(true);
      expect((await bench.store.open('main', 'w-2'))?.epoch).toBe(3);
    });

    const everything = {
      journal: [journalRecord()],
      instances: [instanceRecord()],
      alarms: [alarmRecord()],
      rejected: [rejectedRecord()],
      changes: [changeRecord()],
      notices: [noticeRecord()],
      watched: [{ flow: 'settlement', since: NOON }],
      held: [{ root: 'k', applied: 1, events: [{ event: '{}', receivedAt: NOON }] }],
    };

    test('who lost the partition commits nothing, who took it goes on', async () => {
      const taken = await opened(bench.store, 'main');
      expect(await bench.store.commit(batchOf({ ...position, sequence: 7 }, everything))).toBe('fenced');
      await expectEmpty(bench);
      expect(await bench.reader.position('main')).toEqual(taken);
      expect(await bench.store.commit(batchOf({ ...taken, sequence: 7 }, everything))).toBe('committed');
      expect(await bench.store.load([instanceRecord()])).toEqual([instanceRecord()]);
    });

    test('a lease that was taken fences who had it, before the new owner has opened it', async () => {
      await bench.leases.release('main', 'w-1');
      await bench.leases.take('main', 'w-2', 60_000, []);
      expect(await bench.store.commit(batchOf({ ...position, sequence: 7 }, everything))).toBe('fenced');
      await expectEmpty(bench);
    });

    test('a batch that goes on from another place than the store has reached is fenced', async () => {
      const moved = { ...position, sequence: 5, journal: 2 };
      await bench.store.commit(
        batchOf(moved, { journal: [journalRecord(), journalRecord({ id: 'e-2', place: 2 })] }),
      );
      const next = { ...moved, sequence: 6 };
      for (const wrong of [
        position,
        { ...moved, sequence: 4 },
        { ...moved, journal: 1 },
        { ...moved, epoch: 0 },
      ]) {
        const batch = batchOf(next, { previous: wrong, changes: [changeRecord()] });
        expect(await bench.store.commit(batch)).toBe('fenced');
      }
      expect(await bench.reader.position('main')).toEqual(moved);
      expect(await bench.changes.newest()).toBe(0);
      expect(await bench.store.commit(batchOf(next, { previous: moved }))).toBe('committed');
    });

    test('a partition that nobody opened cannot be committed to', async () => {
      expect(await bench.store.commit(batchOf({ ...position, partition: 'never' }))).toBe('fenced');
    });

    test('of commits that go on from the same position at once, one succeeds', async () => {
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map((sequence) =>
          bench.store.commit(batchOf({ ...position, sequence }, { changes: [changeRecord()] })),
        ),
      );
      expect(outcomes.toSorted()).toEqual(['committed', 'fenced', 'fenced', 'fenced']);
      expect(await bench.changes.newest()).toBe(1);
    });

    test('a batch that fails in one part leaves nothing of the others', async () => {
      const failing = batchOf({ ...position, sequence: 2 }, { ...everything, ...UNSTORABLE });
      const error = await bench.store.commit(failing).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ permanent: true });
      await expectEmpty(bench);
      expect(await bench.reader.position('main')).toEqual(position);
      expect(await bench.store.seen([journalRecord()])).toEqual([]);
    });

    test('gives back every field of an instance as it was, and replaces the whole on the next commit', async () => {
      const first = instanceRecord();
      const plain = instanceRecord({
        key: 'b',
        group: null,
        startedAt: null,
        status: 'expected',
        health: 'normal',
      });
      await bench.store.commit(batchOf(position, { instances: [first, plain] }));
      expect(await byKey(bench, [first, plain])).toEqual([plain, first]);
      const changed = instanceRecord({
        revision: 'r-2',
        status: 'failed',
        health: 'critical',
        deviated: true,
        group: null,
        tradingDay: '2026-11-24',
        startedAt: 0,
        endedAt: NOON + 5,
        updatedAt: NOON + 6,
        openAlarms: 3,
        hasTimers: true,
        applied: 2 ** 40,
        snapshot: '{"c": 2 }',
      });
      await bench.store.commit(batchOf(position, { instances: [changed] }));
      expect(await byKey(bench, [first, plain])).toEqual([plain, changed]);
    });

    test('loads what is asked for, once, and leaves out what is not there', async () => {
      await bench.store.commit(batchOf(position, { instances: [instanceRecord({ key: 'a' })] }));
      const asked = ['a', 'b', 'a'].map((key) => ({ flow: 'settlement', key }));
      expect(await bench.store.load(asked)).toEqual([instanceRecord({ key: 'a' })]);
      expect(await bench.store.load([{ flow: 'a', key: 'settlement' }])).toEqual([]);
      expect(await bench.store.load([])).toEqual([]);
    });

    test('live are the expected, the running and those with open alarms or timers', async () => {
      const instances = [
        instanceRecord({ key: 'expected', status: 'expected' }),
        instanceRecord({ key: 'running', status: 'running' }),
        instanceRecord({ key: 'committed', status: 'committed' }),
        instanceRecord({ key: 'failed', status: 'failed' }),
        instanceRecord({ key: 'abandoned', status: 'abandoned' }),
        instanceRecord({ key: 'alarmed', status: 'failed', openAlarms: 1 }),
        instanceRecord({ key: 'waiting', status: 'committed', hasTimers: true }),
      ];
      await bench.store.commit(batchOf(position, { instances }));
      const live = async () => (await bench.store.loadLive('main')).map(({ key }) => key);
      expect(await live()).toEqual(['alarmed', 'expected', 'running', 'waiting']);
      const cleared = instanceRecord({ key: 'alarmed', status: 'failed', openAlarms: 0 });
      const fired = instanceRecord({ key: 'waiting', status: 'committed', hasTimers: false });
      await bench.store.commit(batchOf(position, { instances: [cleared, fired] }));
      expect(await live()).toEqual(['expected', 'running']);
      expect(await bench.store.loadLive('other')).toEqual([]);
    });

    test('removes instances, and one that is removed and written in the same batch stays', async () => {
      const [a, b] = [instanceRecord({ key: 'a' }), instanceRecord({ key: 'b' })];
      await bench.store.commit(batchOf(position, { instances: [a, b] }));
      await bench.store.commit(
        batchOf(position, { removed: [a, b, { flow: 'settlement', key: 'z' }], instances: [b] }),
      );
      expect(await bench.store.load([a, b])).toEqual([b]);
    });

    test('knows every id of an instance with its digest, by flow and key together', async () => {
      const journal = [
        journalRecord({ place: 1 }),
        journalRecord({ place: 2, id: 'e-2', digest: 'd-2' }),
        journalRecord({ place: 3, key: 'other' }),
        journalRecord({ place: 4, flow: 'x' }),
      ];
      await bench.store.commit(batchOf(position, { journal }));
      const { flow, key } = journalRecord();
      const asked = [
        { flow, key },
        { flow, key: 'nobody' },
        { flow, key },
      ];
      const seen = await bench.store.seen(asked);
      expect(seen.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        { flow, key, id: 'e-1', digest: 'd-1' },
        { flow, key, id: 'e-2', digest: 'd-2' },
      ]);
      expect(await bench.store.seen([])).toEqual([]);
    });

    test('gives the tail of a journal in the order of its places, a page at a time, with every field', async () => {
      const journal = Array.from({ length: 25 }, (_, n) =>
        journalRecord({
          place: n + 1,
          key: `k-${n % 4}`,
          id: `e-${n}`,
          clock: NOON + n,
          backlog: n % 3 === 0,
          step: n % 5 === 0 ? null : 'receive',
        }),
      );
      const first = { ...position, sequence: 1, journal: 10 };
      await bench.store.commit(batchOf(first, { journal: journal.slice(0, 10) }));
      await bench.store.commit(
        batchOf({ ...first, sequence: 2, journal: 25 }, { previous: first, journal: journal.slice(10) }),
      );
      const other = await opened(bench.store, 'other');
      await bench.store.commit(batchOf(other, { journal: [journalRecord({ id: 'elsewhere' })] }));
      expect(await bench.store.tail('main', 0, 100)).toEqual(journal);
      expect(await bench.store.tail('main', 7, 5)).toEqual(journal.slice(7, 12));
      expect(await bench.store.tail('main', 25, 5)).toEqual([]);
      expect((await bench.store.tail('other', 0, 5)).map(({ id }) => id)).toEqual(['elsewhere']);
      expect(await bench.store.tail('never', 0, 5)).toEqual([]);
    });

    test('remembers which flows are watched and since when', async () => {
      const watched = [
        { flow: 'b', since: NOON },
        { flow: 'a', since: 0 },
      ];
      await bench.store.commit(batchOf(position, { watched }));
      await bench.store.commit(batchOf(position, { watched: [{ flow: 'b', since: NOON + 1 }] }));
      const expected = [
        { flow: 'a', since: 0 },
        { flow: 'b', since: NOON + 1 },
      ];
      expect(await bench.store.watched('main')).toEqual(expected);
      expect(await bench.reader.watched()).toEqual(expected);
    });

    test('each partition watches since a time of its own, and the reader tells the earliest', async () => {
      const other = await opened(bench.store, 'other');
      await bench.store.commit(batchOf(position, { watched: [{ flow: 'a', since: NOON }] }));
      await bench.store.commit(batchOf(other, { watched: [{ flow: 'a', since: 5 }] }));
      expect(await bench.store.watched('main')).toEqual([{ flow: 'a', since: NOON }]);
      expect(await bench.store.watched('other')).toEqual([{ flow: 'a', since: 5 }]);
      expect(await bench.reader.watched()).toEqual([{ flow: 'a', since: 5 }]);
    });

    test('keeps what a root holds back in its order; its whole list is replaced, and an empty one deletes it', async () => {
      const events = [3, 1, 2].map((n) => ({ event: `{"n":${n}}`, receivedAt: NOON + n }));
      const [a, b] = ['a', 'b'].map((root) => ({ root, applied: 4, events }));
      if (a === undefined || b === undefined) throw new Error('there are two');
      const held = async (partition = 'main') =>
        [...(await bench.store.held(partition))].sort((one, two) => (one.root < two.root ? -1 : 1));
      await bench.store.commit(batchOf(position, { held: [a, b] }));
      await bench.store.commit(batchOf(position));
      expect(await held()).toEqual([a, b]);
      expect(await held('other')).toEqual([]);
      const shorter = { root: 'a', applied: 9, events: events.slice(1) };
      await bench.store.commit(batchOf(position, { held: [shorter] }));
      expect(await held()).toEqual([shorter, b]);
      await bench.store.commit(batchOf(position, { held: [{ root: 'a', applied: 10, events: [] }] }));
      expect(await held()).toEqual([b]);
    });

    test('owes a notice once, however often it is written', async () => {
      const long = noticeRecord({ id: '中'.repeat(3000), alarm: null, channel: null, kind: 'notify' });
      await bench.store.commit(
        batchOf(position, { notices: [noticeRecord(), noticeRecord({ id: 'n-2' }), long] }),
      );
      await bench.store.commit(batchOf(position, { notices: [noticeRecord({ text: 'again' }), long] }));
      expect(await bench.notices()).toEqual(['n-1', 'n-2', long.id]);
    });

    test('keeps the sources of a revision as they were first saved', async () => {
      const sources = [
        { file: 'b.yaml', text: 'flow: 结算\n' },
        { file: '__proto__', text: '' },
      ];
      await bench.store.saveRevision('r-1', sources);
      await bench.store.saveRevision('r-1', [{ file: 'x', text: 'y' }]);
      expect(await bench.store.revision('r-1')).toEqual(sources);
      expect(await bench.reader.revision('r-1')).toEqual(sources);
      expect(await bench.store.revision('r-2')).toBeNull();
    });

    test('times keep their milliseconds, near and far', async () => {
      const times = [
        0,
        1,
        -1,
        999,
        NOON,
        Date.UTC(1, 0, 1),
        Date.UTC(9999, 11, 31, 23, 59, 59, 999),
        951782399999,
      ];
      const instances = times.map((time, n) =>
        instanceRecord({ key: String(n), startedAt: time, endedAt: time, updatedAt: time }),
      );
      await bench.store.commit(batchOf({ ...position, clock: times[6] ?? null }, { instances }));
      expect(await byKey(bench, instances)).toEqual(instances);
      expect((await bench.reader.position('main'))?.clock).toBe(times[6]);
    });

    test.each(NASTY_TEXTS)('stores and finds %j as any other text', async (text) => {
      const instance = instanceRecord({ key: text, group: text, snapshot: text });
      const journal = journalRecord({ key: text, id: text.slice(0, 128), digest: text, event: text });
      const alarm = alarmRecord({
        id: encodeURIComponent(text),
        key: text,
        step: text,
        text,
        clearedBy: text,
      });
      const change = changeRecord({ body: text });
      const rejected = rejectedRecord({
        subject: text,
        reason: text,
        headers: Object.fromEntries([[text, text]]),
      });
      const parts = { instances: [instance], journal: [journal], alarms: [alarm], changes: [change] };
      await bench.store.commit(
        batchOf(
          { ...position, incarnation: text },
          { ...parts, rejected: [rejected], notices: [noticeRecord({ text })] },
        ),
      );
      expect(await bench.store.load([instance])).toEqual([instance]);
      expect(await bench.store.seen([journal])).toMatchObject([{ key: text, digest: text }]);
      expect(await bench.reader.alarm(alarm.id)).toEqual(alarm);
      expect(await bench.changes.changes(0, 10)).toEqual([{ id: 1, ...change }]);
      expect(await bench.reader.rejectedOne(rejected.id)).toEqual({ ...rejected, resentAt: null });
      expect((await opened(bench.store, 'main')).incarnation).toBe(text);
      expect(await bench.store.tail('main', 0, 1)).toEqual([journal]);
    });
  });

  describe(`${name} as change log`, () => {
    test('numbers changes from 1 without gaps, in the order of the commits', async () => {
      const bench = await makeStore();
      const position = await opened(bench.store, 'main');
      expect([
        await bench.changes.newest(),
        await bench.changes.oldest(),
        await bench.changes.published(),
      ]).toEqual([0, 0, 0]);
      const bodies = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`);
      await bench.store.commit(
        batchOf(position, { changes: bodies.slice(0, 4).map((body) => changeRecord({ body })) }),
      );
      await bench.store.commit(
        batchOf({ ...position, epoch: 0 }, { changes: [changeRecord({ body: 'fenced' })] }),
      );
      await bench.store.commit(
        batchOf(position, { changes: bodies.slice(4).map((body) => changeRecord({ body })) }),
      );
      const all = await bench.changes.changes(0, 100);
      expect(all).toEqual(bodies.map((body, n) => ({ id: n + 1, ...changeRecord({ body }) })));
      expect((await bench.changes.changes(3, 2)).map(({ id }) => id)).toEqual([4, 5]);
      expect(await bench.changes.changes(10, 5)).toEqual([]);
      expect([await bench.changes.newest(), await bench.changes.oldest()]).toEqual([10, 1]);
      await bench.close();
    });

    test('remembers how far changes were published, and never goes back', async () => {
      const bench = await makeStore();
      await bench.changes.markPublished(5);
      await bench.changes.markPublished(3);
      expect(await bench.changes.published()).toBe(5);
      await bench.close();
    });

    test('forgets published changes beyond those it is to keep, and none that is not published', async () => {
      const bench = await makeStore({ keptChanges: 10 });
      const position = await opened(bench.store, 'main');
      const changes = Array.from({ length: 50 }, () => changeRecord());
      await bench.store.commit(batchOf(position, { changes }));
      await bench.changes.markPublished(30);
      expect([await bench.changes.oldest(), await bench.changes.newest()]).toEqual([21, 50]);
      expect((await bench.changes.changes(0, 3)).map(({ id }) => id)).toEqual([21, 22, 23]);
      await bench.close();
    });

    test('a reader that follows several writers misses none', async () => {
      const bench = await makeStore();
      const writers = await Promise.all(['a', 'b', 'c'].map((partition) => opened(bench.store, partition)));
      const writing = Promise.all(
        writers.map(async (writer) => {
          for (let n = 0; n < 30; n += 1) {
            const previous = { ...writer, sequence: Math.max(0, n - 1) };
            const changes = [changeRecord(), changeRecord()];
            await bench.store.commit(batchOf({ ...writer, sequence: n }, { previous, changes }));
          }
        }),
      );
      const read: number[] = [];
      while (read.length < 180) {
        for (const { id } of await bench.changes.changes(read.at(-1) ?? 0, 7)) read.push(id);
      }
      await writing;
      expect(read).toEqual(Array.from({ length: 180 }, (_, n) => n + 1));
      await bench.close();
    });
  });
}

async function byKey(bench: Storage, records: Parameters<Storage['store']['load']>[0]) {
  const loaded = await bench.store.load(records);
  return [...loaded].sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function expectEmpty(bench: StoreBench): Promise<void> {
  expect(await bench.store.loadLive('main')).toEqual([]);
  expect(await bench.store.tail('main', 0, 10)).toEqual([]);
  expect((await bench.reader.alarms({}, 10, null)).items).toEqual([]);
  expect((await bench.reader.rejected(10, null)).items).toEqual([]);
  expect(await bench.changes.changes(0, 10)).toEqual([]);
  expect(await bench.changes.newest()).toBe(0);
  expect(await bench.store.watched('main')).toEqual([]);
  expect(await bench.store.held('main')).toEqual([]);
  expect(await bench.notices()).toEqual([]);
}
