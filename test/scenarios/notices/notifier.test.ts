/** The notifier's turns: who leads, where it begins, what it does where changes are gone or definitions are others. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type MemoryNotices, memoryNotices } from '../../../adapters/storage/index.ts';
import { type AlarmRecord, createNotifier, type Notifier } from '../../../engine/index.ts';
import { definitionsOf, timeOf } from './notice-timeline.ts';

const FLOW = 'flow: settlement\nsteps: { receive: }\n---\n{ channel: desk, type: bell }\n---\n';
const NOBODY = definitionsOf(FLOW);
const SOMEBODY = definitionsOf(`${FLOW}policy: p\nrepeat: 0s\nroutes: { levels: { over: desk } }\n`);

let now = 0;
let active = SOMEBODY;
let memory: MemoryNotices;
let alarms: AlarmRecord[] = [];
let changes: { readonly id: number; readonly record: AlarmRecord }[] = [];
let newest = 0;

beforeEach(() => {
  now = timeOf('09:00');
  active = SOMEBODY;
  memory = memoryNotices({ now: () => now });
  alarms = [];
  changes = [];
  newest = 0;
});

function put(key: string, over = false): void {
  const record: AlarmRecord = {
    ...{ id: `settlement/${key}/receive/exception/1`, flow: 'settlement', key, step: 'receive' },
    ...{
      name: 'exception',
      source: 'exception',
      severity: 'critical',
      group: null,
      tradingDay: '2026-11-23',
    },
    ...{ text: 'x', count: 1, raisedAt: now, lastAt: now, late: false, why: '{}' },
    ...{ clearedAt: over ? now : null, clearedBy: over ? 'started' : null },
  };
  alarms = [record, ...alarms.filter(({ id }) => id !== record.id)];
  newest += 1;
  changes.push({ id: newest, record });
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

function notifier(owner = 'one', store = memory.store): Notifier {
  return createNotifier({
    ...{ owner, store, definitions: () => active, now: () => now },
    changes: {
      changes: async (after, max) =>
        changes
          .filter(({ id }) => id > after)
          .slice(0, max)
          .map(({ id, record }) => ({
            ...{ id, kind: 'alarm', subject: 's' },
            body: JSON.stringify({
              ...record,
              ...{
                raisedAt: iso(record.raisedAt),
                lastAt: iso(record.lastAt),
                clearedAt: iso(record.clearedAt),
              },
            }),
          })),
      newest: async () => newest,
      oldest: async () => changes[0]?.id ?? 0,
    },
    reader: {
      alarms: async (filter) => ({
        items: filter.open === true ? alarms.filter(({ clearedAt }) => clearedAt === null) : alarms,
        next: null,
      }),
      alarm: async (id) => alarms.find((record) => record.id === id) ?? null,
    },
  });
}

async function work(one: Notifier): Promise<void> {
  while ((await one.turn()) === 'worked');
}

async function wait(one: Notifier, ms: number): Promise<void> {
  await work(one);
  now += ms;
  await work(one);
}

const told = async () => {
  const { items } = await memory.reader.notices({}, 100, null);
  return items
    .map(({ notice: { kind, alarms: list } }) => `${kind} ${list.map(({ key }) => key).join(' ')}`)
    .reverse();
};

describe('the notifier', () => {
  test('that is the first of all tells what stands already, and nothing of what is over', async () => {
    put('a');
    put('b', true);
    await wait(notifier(), 30_000);
    expect(await told()).toEqual(['raised a']);
  });

  test('goes on where the last one was, and takes no change twice', async () => {
    const first = notifier();
    put('a');
    await wait(first, 30_000);
    await first.stop();
    put('b');
    const second = notifier('two');
    await wait(second, 30_000);
    expect(await told()).toEqual(['raised a', 'raised b']);
    expect([first.leads(), second.leads()]).toEqual([false, true]);
  });

  test('waits while another runs, and takes over when its lease is over; the other decides nothing more', async () => {
    const first = notifier();
    const second = notifier('two');
    put('a');
    await work(first);
    expect(await second.turn()).toBe('waiting');
    now += 16_000;
    await wait(second, 30_000);
    put('b');
    expect(await first.turn()).toBe('waiting');
    await wait(second, 30_000);
    expect(await told()).toEqual(['raised a', 'raised b']);
  });

  test('begins anew where the database fell back: what was decided since is decided again', async () => {
    const standby = memoryNotices({ now: () => now });
    const store = { ...memory.store };
    const one = notifier('one', store);
    await one.turn();
    await notifier('one', standby.store).turn();
    put('a');
    await wait(one, 30_000);
    // it takes over, and has not got what came after the first turn
    Object.assign(store, standby.store);
    memory = standby;
    await wait(one, 6_000);
    await wait(one, 30_000);
    expect(await told()).toEqual(['raised a']);
  });

  test('looks at the alarms themselves where changes are gone that it did not take', async () => {
    const one = notifier();
    put('a');
    put('b');
    await wait(one, 30_000);
    put('a', true);
    put('c');
    put('d', true);
    changes = [];
    newest += 1;
    put('e');
    await wait(one, 30_000);
    expect(await told()).toEqual(['raised a', 'raised b', 'recovered a', 'raised c', 'raised e']);
  });

  test('does so too where it finds at its start that changes are gone', async () => {
    const one = notifier();
    put('a');
    await wait(one, 30_000);
    await one.stop();
    put('a', true);
    put('b');
    changes = changes.slice(-1);
    newest += 1;
    changes = [];
    put('c');
    await wait(notifier('two'), 30_000);
    expect(await told()).toEqual(['raised a', 'recovered a', 'raised b', 'raised c']);
  });

  test('tells what nobody was told of once there are definitions that say to whom', async () => {
    active = NOBODY;
    const one = notifier();
    put('a');
    await wait(one, 60_000);
    expect(await told()).toEqual([]);
    expect((await memory.reader.handlings(['settlement/a/receive/exception/1']))[0]?.outcome).toBe(
      'unrouted',
    );
    active = SOMEBODY;
    await work(one);
    expect(await told()).toEqual(['raised a']);
  });

  test('says when something falls due, and rests until then', async () => {
    const one = notifier();
    put('a');
    await work(one);
    expect(one.dueAt()).toBe(now + 30_000);
    expect(await one.turn()).toBe('idle');
  });
});
