import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AlarmFilter,
  CursorError,
  type InstanceFilter,
  type InstanceRecord,
  type Page,
  type Position,
} from '../../engine/index.ts';
import type { MakeStore, StoreBench } from './store.contract.ts';
import {
  alarmRecord,
  batchOf,
  instanceRecord,
  journalRecord,
  NASTY_TEXTS,
  NOON,
  opened,
  rejectedRecord,
} from './store-records.ts';

const STATUSES = ['expected', 'running', 'committed', 'failed', 'abandoned'] as const;
const HEALTHS = ['normal', 'running', 'warning', 'critical', 'unknown'] as const;
const SEVERITIES = ['info', 'warning', 'critical'] as const;

/** What every Reader does, wherever the records are kept. */
export function readerContract(name: string, makeStore: MakeStore): void {
  describe(`${name} as reader`, () => {
    let bench: StoreBench;
    let position: Position;
    beforeEach(async () => {
      bench = await makeStore();
      position = await opened(bench.store, 'main');
    });
    afterEach(async () => {
      await bench.close();
    });

    test('an empty storage gives empty lists, null and no counts', async () => {
      const { reader } = bench;
      const empty = { items: [], next: null };
      expect(await reader.instances({}, 10, null)).toEqual(empty);
      expect(await reader.alarms({}, 10, null)).toEqual(empty);
      expect(await reader.rejected(10, null)).toEqual(empty);
      expect(await reader.events('settlement', 'a', 10, null)).toEqual(empty);
      expect(await reader.instance('settlement', 'a')).toBeNull();
      expect(await reader.alarm('a')).toBeNull();
      expect(await reader.rejectedOne('a')).toBeNull();
      expect(await reader.revision('a')).toBeNull();
      expect(await reader.day('2026-11-23')).toEqual([]);
      expect(await reader.counts('2026-11-23')).toEqual([]);
      expect(await reader.watched()).toEqual([]);
      await reader.ping();
    });

    test('1000 instances in pages of any size are each met once, in the order of their bytes', async () => {
      const instances = Array.from({ length: 1000 }, (_, n) =>
        instanceRecord({
          flow: n % 3 === 0 ? 'a' : 'a-b',
          key: `${['~', 'é', '中', '🏁', '\uFF5E'][n % 5]}${(n * 7919) % 1000}`,
        }),
      );
      await bench.store.commit(batchOf(position, { instances }));
      const expected = instances.map(nameOf).sort(byBytes);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
          async (sizes) => {
            const met = await all(sizes, (limit, cursor) => bench.reader.instances({}, limit, cursor));
            expect(met.map(nameOf)).toEqual(expected);
          },
        ),
        { numRuns: 4 },
      );
    });

    test('an instance that stays is met once while others are added, changed and removed between the pages', async () => {
      const staying = Array.from({ length: 300 }, (_, n) =>
        instanceRecord({ key: `k-${String(n).padStart(4, '0')}` }),
      );
      const leaving = staying.map((one) => instanceRecord({ key: `${one.key}-leaving` }));
      await bench.store.commit(batchOf(position, { instances: [...staying, ...leaving] }));
      let turn = 0;
      const met = await all([17], async (limit, cursor) => {
        turn += 1;
        const added = [0, 5000].map((n) =>
          instanceRecord({ key: `k-${String(n + turn).padStart(4, '0')}-added` }),
        );
        const changed = staying.slice(turn, turn + 3).map((one) => ({ ...one, updatedAt: NOON + turn }));
        const removed = leaving.slice(turn * 10, turn * 10 + 10);
        await bench.store.commit(batchOf(position, { instances: [...added, ...changed], removed }));
        return bench.reader.instances({}, limit, cursor);
      });
      const keys = met.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.filter((key) => /^k-\d{4}$/.test(key))).toEqual(staying.map(({ key }) => key));
    });

    test('every filter of instances, alone and with others, gives what a plain filter gives', async () => {
      const instances = Array.from({ length: 120 }, (_, n) => manyKinds(n));
      await bench.store.commit(batchOf(position, { instances }));
      const filters: InstanceFilter[] = [
        { flow: 'flow-1' },
        { status: 'running' },
        { health: 'critical' },
        { group: 'group-0' },
        { day: '2026-11-24' },
        { status: 'failed', health: 'warning' },
        { flow: 'flow-2', status: 'expected', group: 'group-1', day: '2026-11-23' },
        { flow: 'none' },
        { status: 'nonsense', health: 'nonsense' },
      ];
      for (const filter of filters) {
        const expected = instances
          .filter((it) => filter.flow === undefined || it.flow === filter.flow)
          .filter((it) => filter.status === undefined || it.status === filter.status)
          .filter((it) => filter.health === undefined || it.health === filter.health)
          .filter((it) => filter.group === undefined || it.group === filter.group)
          .filter((it) => filter.day === undefined || it.tradingDay === filter.day);
        const met = await all([7], (limit, cursor) => bench.reader.instances(filter, limit, cursor));
        expect(met.map(nameOf)).toEqual(expected.map(nameOf).sort(byBytes));
      }
    });

    test('the last days of a flow come latest first, up to a day, and no more than asked for', async () => {
      const days = ['2026-11-20', '2026-11-23', '2026-11-24', '2026-11-25'];
      const instances = days.flatMap((tradingDay) => [
        ...['b', 'a'].map((part) => instanceRecord({ key: `${tradingDay}/${part}`, tradingDay })),
        instanceRecord({ flow: 'another', key: tradingDay, tradingDay }),
      ]);
      await bench.store.commit(batchOf(position, { instances }));
      const { flow } = instanceRecord();
      const recent = async (until: string, limit: number) =>
        (await bench.reader.recent(flow, until, limit)).map(({ key }) => key);
      expect(await recent('2026-11-24', 3)).toEqual(['2026-11-24/a', '2026-11-24/b', '2026-11-23/a']);
      expect(await recent('2026-11-19', 9)).toEqual([]);
      expect(await recent('\0', 9)).toEqual([]);
    });

    test('a text is found in keys of instances, and in names and texts of alarms, as it stands', async () => {
      const instances = [...NASTY_TEXTS, 'Clearing-1', 'clearing-2'].map((key, n) =>
        instanceRecord({ key, updatedAt: NOON + n }),
      );
      const alarms = [
        alarmRecord({ id: 'x', name: 'short', text: 'CLEARING is short', raisedAt: NOON }),
        alarmRecord({ id: 'y', name: 'clearing-late', text: '100%', raisedAt: NOON + 1 }),
        alarmRecord({ id: 'z', name: 'other', text: '日终结算', raisedAt: NOON + 2 }),
      ];
      await bench.store.commit(batchOf(position, { instances, alarms }));
      const found = await bench.reader.find('cLEARing', 9);
      expect(found.instances).toEqual(instances.slice(-2).reverse());
      expect(found.alarms.map(({ id }) => id)).toEqual(['y', 'x']);
      expect((await bench.reader.find('日终结算', 9)).alarms).toEqual(alarms.slice(2));
      expect((await bench.reader.find('e', 2)).instances).toHaveLength(2);
      for (const text of NASTY_TEXTS) {
        const { instances: those } = await bench.reader.find(text, 100);
        expect(those.map(({ key }) => key)).toContain(text);
      }
      expect(await bench.reader.find('\0', 9)).toEqual({ instances: [], alarms: [] });
    });

    test('gives one instance with every field', async () => {
      await bench.store.commit(batchOf(position, { instances: [instanceRecord()] }));
      const { flow, key } = instanceRecord();
      expect(await bench.reader.instance(flow, key)).toEqual(instanceRecord());
      expect(await bench.reader.instance(key, flow)).toBeNull();
    });

    test('gives the events of one instance in the order in which they were accepted', async () => {
      const order = [5, 1, 4, 2, 3];
      const journal = order.map((n, index) =>
        journalRecord({ place: index + 6, id: `e-${n}`, time: NOON - n, step: n === 4 ? null : 'receive' }),
      );
      const others = journal.map((record, index) => ({ ...record, place: index + 1, key: 'other' }));
      await bench.store.commit(batchOf(position, { journal: [...others, ...journal.slice(0, 3)] }));
      await bench.store.commit(batchOf(position, { journal: journal.slice(3) }));
      const { flow, key } = journalRecord();
      for (const size of [1, 2, 5, 100]) {
        expect(await all([size], (limit, cursor) => bench.reader.events(flow, key, limit, cursor))).toEqual(
          journal,
        );
      }
    });

    test('gives what several instances, or steps of them, accepted last', async () => {
      const sent = [
        { key: 'a', step: 'receive', receivedAt: NOON + 1 },
        { key: 'b', step: 'receive', receivedAt: NOON + 2 },
        { key: 'a', step: 'check', receivedAt: NOON + 3 },
        { key: 'a', step: null, receivedAt: NOON + 3 },
        { key: 'b', step: 'check', receivedAt: NOON + 4 },
        { key: 'c', step: 'receive', receivedAt: NOON + 5 },
      ];
      const journal = sent.map((each, n) => journalRecord({ ...each, place: n + 1, id: `e-${n + 1}` }));
      await bench.store.commit(batchOf(position, { journal }));
      const { flow } = journalRecord();
      const latest = async (limit: number, ...of: readonly (readonly [string, string | null])[]) =>
        (
          await bench.reader.latest(
            of.map(([key, step]) => ({ flow, key, step })),
            limit,
          )
        ).map(({ id }) => id);
      expect(await latest(9, ['a', null], ['b', null])).toEqual(['e-5', 'e-4', 'e-3', 'e-2', 'e-1']);
      expect(await latest(2, ['a', null], ['b', null])).toEqual(['e-5', 'e-4']);
      expect(await latest(9, ['b', 'receive'], ['a', 'check'])).toEqual(['e-3', 'e-2']);
      expect(await latest(9, ['a', 'receive'], ['a', 'check'], ['none', null])).toEqual(['e-3', 'e-1']);
      expect(await latest(9)).toEqual([]);
      expect(await latest(9, ['\0', null], ['a', '\0'])).toEqual([]);
      const [full] = await bench.reader.latest([{ flow, key: 'c', step: null }], 1);
      expect(full).toEqual(journal[5]);
    });

    test('tells who works on which partition', async () => {
      const worker = { id: 'w-1', name: 'one', host: 'here', pid: 7, address: null };
      await bench.leases.beat(worker, 60_000);
      const { workers, partitions } = await bench.reader.workers();
      expect(workers).toMatchObject([worker]);
      expect(partitions).toMatchObject([{ partition: 'main', owner: 'w-1' }]);
    });

    test('alarms come newest first, each once, while others are raised between the pages', async () => {
      const alarms = Array.from({ length: 200 }, (_, n) =>
        alarmRecord({ id: `a-${n}`, raisedAt: NOON + ((n * 37) % 50), lastAt: NOON + 100 }),
      );
      await bench.store.commit(batchOf(position, { alarms }));
      let turn = 0;
      const met = await all([13], async (limit, cursor) => {
        turn += 1;
        const added = [alarmRecord({ id: `n-${turn}`, raisedAt: NOON + 1000 + turn })];
        const changed = alarms.slice(turn, turn + 2).map((one) => ({ ...one, count: turn }));
        await bench.store.commit(batchOf(position, { alarms: [...added, ...changed] }));
        return bench.reader.alarms({}, limit, cursor);
      });
      const old = met.filter(({ id }) => id.startsWith('a-'));
      const expected = alarms
        .map(({ id, raisedAt }, n) => ({ id, raisedAt, n }))
        .sort((a, b) => b.raisedAt - a.raisedAt || b.n - a.n);
      expect(old.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    });

    test('every filter of alarms gives what a plain filter gives', async () => {
      const alarms = Array.from({ length: 90 }, (_, n) =>
        alarmRecord({
          id: `a-${n}`,
          raisedAt: NOON + n,
          severity: SEVERITIES[n % 3] ?? 'info',
          clearedAt: n % 2 === 0 ? null : NOON + n + 1,
          clearedBy: n % 2 === 0 ? null : 'committed',
          group: n % 5 === 0 ? null : `group-${n % 2}`,
          flow: `flow-${n % 4}`,
          key: `key-${n % 7}`,
          tradingDay: n % 3 === 0 ? '2026-11-23' : '2026-11-24',
        }),
      );
      await bench.store.commit(batchOf(position, { alarms }));
      const filters: AlarmFilter[] = [
        { open: true },
        { open: false },
        { severity: 'critical' },
        { group: 'group-1' },
        { flow: 'flow-3' },
        { flow: 'flow-1', key: 'key-1' },
        { day: '2026-11-23' },
        { open: true, severity: 'info', day: '2026-11-23', group: 'group-0' },
        { severity: 'none' },
      ];
      for (const filter of filters) {
        const expected = alarms
          .filter((it) => filter.open === undefined || filter.open === (it.clearedAt === null))
          .filter((it) => filter.severity === undefined || it.severity === filter.severity)
          .filter((it) => filter.group === undefined || it.group === filter.group)
          .filter((it) => filter.flow === undefined || it.flow === filter.flow)
          .filter((it) => filter.key === undefined || it.key === filter.key)
          .filter((it) => filter.day === undefined || it.tradingDay === filter.day);
        const met = await all([4], (limit, cursor) => bench.reader.alarms(filter, limit, cursor));
        expect(met).toEqual(expected.reverse());
      }
    });

    test('an alarm that is raised again or cleared is the same alarm with new values', async () => {
      await bench.store.commit(batchOf(position, { alarms: [alarmRecord()] }));
      const cleared = alarmRecord({
        count: 3,
        lastAt: NOON + 9,
        clearedAt: NOON + 10,
        clearedBy: 'by-hand',
        late: true,
      });
      await bench.store.commit(batchOf(position, { alarms: [cleared] }));
      expect((await bench.reader.alarms({}, 10, null)).items).toEqual([cleared]);
      expect(await bench.reader.alarm(cleared.id)).toEqual(cleared);
    });

    test('alarms with ids of 4000 characters are kept apart', async () => {
      const alarms = ['x', 'y'].map((end) => alarmRecord({ id: randomText(3999) + end, raisedAt: NOON }));
      await bench.store.commit(batchOf(position, { alarms }));
      for (const alarm of alarms) expect(await bench.reader.alarm(alarm.id)).toEqual(alarm);
    });

    test('a message is rejected once, comes back byte for byte, newest first, and remembers that it was sent again', async () => {
      const rejected = Array.from({ length: 25 }, (_, n) =>
        rejectedRecord({ id: `s/${n}/0`, payload: new Uint8Array([n, 0, 255]), receivedAt: NOON + (n % 4) }),
      );
      await bench.store.commit(batchOf(position, { rejected }));
      await bench.store.commit(
        batchOf(position, { rejected: [{ ...rejectedRecord({ id: 's/3/0' }), reason: 'other' }] }),
      );
      expect(await bench.reader.markResent('s/3/0', NOON + 77)).toBe(true);
      expect(await bench.reader.markResent('nobody', NOON)).toBe(false);
      const expected = rejected
        .map((record, n) => ({ record, n }))
        .sort((a, b) => b.record.receivedAt - a.record.receivedAt || b.n - a.n)
        .map(({ record, n }) => ({ ...record, resentAt: n === 3 ? NOON + 77 : null }));
      expect(await all([4], (limit, cursor) => bench.reader.rejected(limit, cursor))).toEqual(expected);
      expect(await bench.reader.rejectedOne('s/3/0')).toEqual({ ...rejected[3], resentAt: NOON + 77 });
    });

    test('a rejected message may hold anything, NUL and half of a surrogate pair too', async () => {
      const record = rejectedRecord({
        reason: 'id: "a\0b\uD83C" is wrong',
        subject: 'a\0',
        headers: { 'x\0': '\0' },
      });
      await bench.store.commit(batchOf(position, { rejected: [record] }));
      expect(await bench.reader.rejectedOne(record.id)).toEqual({
        ...record,
        reason: 'id: "a\uFFFDb\uFFFD" is wrong',
        subject: 'a\uFFFD',
        headers: { 'x\uFFFD': '\uFFFD' },
        resentAt: null,
      });
    });

    test('gives a whole day, and counts it by flow, status and health', async () => {
      const instances = Array.from({ length: 120 }, (_, n) => manyKinds(n));
      await bench.store.commit(batchOf(position, { instances }));
      const ofDay = instances.filter(({ tradingDay }) => tradingDay === '2026-11-23');
      expect((await bench.reader.day('2026-11-23')).map(nameOf)).toEqual(ofDay.map(nameOf).sort(byBytes));
      const counts = await bench.reader.counts('2026-11-23');
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(ofDay.length);
      for (const { flow, status, health, count } of counts) {
        const same = ofDay.filter((it) => it.flow === flow && it.status === status && it.health === health);
        expect(count).toBe(same.length);
      }
      const names = counts.map(({ flow, status, health }) => `${flow} ${status} ${health}`);
      expect(names).toEqual([...new Set(names)].sort());
    });

    test.each([-5, 0, 0.5, Number.NaN])('a limit of %d gives one', async (limit) => {
      const instances = ['a', 'b'].map((key) => instanceRecord({ key }));
      await bench.store.commit(batchOf(position, { instances }));
      expect((await bench.reader.instances({}, limit, null)).items).toHaveLength(1);
    });

    test.each([1001, 1e12, Number.POSITIVE_INFINITY])('a limit of %d gives 1000 at most', async (limit) => {
      const instances = Array.from({ length: 1005 }, (_, n) => instanceRecord({ key: String(n) }));
      await bench.store.commit(batchOf(position, { instances }));
      const page = await bench.reader.instances({}, limit, null);
      expect(page.items).toHaveLength(1000);
      expect((await bench.reader.instances({}, limit, page.next)).items).toHaveLength(5);
    });

    test('a list that ends with its page has no next', async () => {
      const instances = ['a', 'b'].map((key) => instanceRecord({ key }));
      await bench.store.commit(batchOf(position, { instances }));
      expect((await bench.reader.instances({}, 2, null)).next).toBeNull();
      expect((await bench.reader.instances({}, 1, null)).next).not.toBeNull();
    });

    test('whatever is no cursor of the list is refused with CursorError', async () => {
      const instances = ['a', 'b'].map((key) => instanceRecord({ key }));
      const alarms = ['a', 'b'].map((id) => alarmRecord({ id }));
      await bench.store.commit(batchOf(position, { instances, alarms }));
      const ofInstances = (await bench.reader.instances({}, 1, null)).next ?? '';
      const ofAlarms = (await bench.reader.alarms({}, 1, null)).next ?? '';
      const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const wrong = [
        '',
        ' ',
        'null',
        '!',
        `${ofInstances}=`,
        `${ofInstances}A`,
        made(null),
        made({}),
        made([]),
        made(['instances']),
        made(['instances', 'a']),
        made(['instances', 'a', 1]),
        made(['instances', 'a', 'b', 'c']),
        made(['instances', 'a\0', 'b']),
        made(['alarms', 1]),
        made(['alarms', '1', 2]),
        made(['alarms', 1e300, 2]),
        made(['alarms', 1.5, 2]),
        made(['alarms', -9e15, 2]),
        made(['alarms', null, 2]),
        ...NASTY_TEXTS,
      ];
      for (const cursor of [...wrong, ofAlarms]) {
        await expect(bench.reader.instances({}, 1, cursor)).rejects.toBeInstanceOf(CursorError);
      }
      for (const cursor of [...wrong, ofInstances]) {
        await expect(bench.reader.alarms({}, 1, cursor)).rejects.toBeInstanceOf(CursorError);
        await expect(bench.reader.rejected(1, cursor)).rejects.toBeInstanceOf(CursorError);
        await expect(bench.reader.events('a', 'b', 1, cursor)).rejects.toBeInstanceOf(CursorError);
      }
    });

    test.each([...NASTY_TEXTS, 'a\0b', '\0'])('asking for %j finds only what is called so', async (text) => {
      await bench.store.commit(
        batchOf(position, {
          instances: [instanceRecord()],
          alarms: [alarmRecord()],
          journal: [journalRecord()],
          rejected: [rejectedRecord()],
        }),
      );
      const { reader } = bench;
      for (const part of ['flow', 'status', 'health', 'group', 'day']) {
        expect((await reader.instances({ [part]: text }, 10, null)).items).toEqual([]);
      }
      for (const part of ['severity', 'group', 'flow', 'key', 'day']) {
        expect((await reader.alarms({ [part]: text }, 10, null)).items).toEqual([]);
      }
      expect((await reader.events(text, text, 10, null)).items).toEqual([]);
      expect(await reader.instance(text, text)).toBeNull();
      expect(await reader.alarm(text)).toBeNull();
      expect(await reader.rejectedOne(text)).toBeNull();
      expect(await reader.markResent(text, NOON)).toBe(false);
      expect(await reader.day(text)).toEqual([]);
      expect(await reader.counts(text)).toEqual([]);
      expect(await reader.revision(text)).toBeNull();
      expect(await reader.position(text)).toBeNull();
      expect((await reader.instances({}, 10, null)).items).toHaveLength(1);
    });
  });
}

/** The whole list in pages of the sizes, in turn; every page but the last is full. */
async function all<T>(
  sizes: readonly number[],
  list: (limit: number, cursor: string | null) => Promise<Page<T>>,
): Promise<T[]> {
  const met: T[] = [];
  let cursor: string | null = null;
  for (let turn = 0; ; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const page: Page<T> = await list(size, cursor);
    met.push(...page.items);
    if (page.next === null) return met;
    expect(page.items).toHaveLength(size);
    cursor = page.next;
  }
}

function manyKinds(n: number): InstanceRecord {
  return instanceRecord({
    key: `key-${n}`,
    flow: `flow-${n % 4}`,
    status: STATUSES[n % 5] ?? 'running',
    health: HEALTHS[(n * 3) % 7] ?? 'normal',
    group: n % 3 === 0 ? null : `group-${n % 2}`,
    tradingDay: n % 2 === 0 ? '2026-11-23' : '2026-11-24',
  });
}

function nameOf({ flow, key }: { readonly flow: string; readonly key: string }): string {
  return `${flow}\0${key}`;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Text that does not compress, the same each time. */
function randomText(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (seed % 90));
  }).join('');
}
