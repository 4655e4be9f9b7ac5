import { describe, expect, test } from 'vitest';
import { memoryStorage, memoryStream } from '../../../adapters/storage/index.ts';
import { compileDefinitions, type Definitions } from '../../../definitions/index.ts';
import {
  createWorker,
  FAIL_POINTS,
  type FailPoint,
  type Outlet,
  partitionOf,
  type Store,
  StoreError,
  type Worker,
  type WorkerOptions,
} from '../../../engine/index.ts';

const NOW = Date.parse('2026-11-23T08:00:00Z');
const FLOW = `
flow: work
steps:
  a: { params: { N: { type: number } } }
  b: {}
connectors: [{ from: a, to: b }]
`;

function compile(text: string, revision: string): Definitions {
  const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text }], revision);
  if (definitions === null) throw new Error(JSON.stringify(findings));
  return definitions;
}

/** A bench with a stream, a storage and a clock, and workers on them. */
function makeBench() {
  const clock = { now: NOW };
  const storage = memoryStorage({ now: () => clock.now });
  const stream = memoryStream(() => clock.now);
  const sources = new Map<string, string>([['r1', FLOW]]);
  const work = (more: Partial<WorkerOptions> = {}): Worker =>
    createWorker({
      partition: '0',
      owner: 'w',
      store: storage.store,
      intake: stream.intake(),
      definitions: compile(FLOW, 'r1'),
      sources: [{ file: 'a.yaml', text: FLOW }],
      compile: (given, revision) => compile(given[0]?.text ?? '', revision),
      now: () => clock.now,
      patience: 0,
      ...more,
    });
  const send = (...events: readonly Partial<Record<string, unknown>>[]) =>
    stream.outlet.send(
      events.map((event) => ({
        subject: 'milepost.checkpoint.work.k',
        payload: Buffer.from(JSON.stringify(eventOf(event))),
      })),
    );
  return { clock, storage, stream, sources, work, send };
}

let count = 0;

function eventOf(fields: Partial<Record<string, unknown>>) {
  const time = new Date(NOW).toISOString();
  return { id: `e${++count}`, flow: 'work', key: 'k', step: 'a', event: 'activated', time, ...fields };
}

async function untilIdle(worker: Worker): Promise<void> {
  while ((await worker.turn()).kind === 'worked');
}

const NOTHING_WRITTEN = { rate: 0, burst: 0, age: Number.POSITIVE_INFINITY };

describe('a worker', () => {
  test('commits a batch while it decides the next, one at a time and in their order', async () => {
    const { storage, work, send } = makeBench();
    const log: string[] = [];
    let committing = 0;
    const store: Store = {
      ...storage.store,
      async commit(batch) {
        expect(++committing).toBe(1);
        log.push(`commit ${batch.position.sequence}`);
        await new Promise((resolve) => setImmediate(resolve));
        const outcome = await storage.store.commit(batch);
        log.push(`committed ${batch.position.sequence}`);
        committing--;
        return outcome;
      },
    };
    const at = (point: FailPoint) => void (point === 'afterDecide' && log.push('decided'));
    const worker = work({ store, batch: 1, at });
    await send({}, { event: 'committed' }, { step: 'b', event: 'committed' });
    await untilIdle(worker);
    const turn = ['decided', 'commit 1', 'decided', 'committed 1', 'commit 2', 'decided', 'committed 2'];
    expect(log.slice(0, 9)).toEqual([...turn, 'commit 3', 'committed 3']);
    expect(storage.tables.instances.get('work\0k')?.status).toBe('committed');
  });

  test('throws away what it decided ahead when a commit fails, and decides it again', async () => {
    const { storage, work, send } = makeBench();
    let failures = 1;
    const store: Store = {
      ...storage.store,
      async commit(batch) {
        if (batch.position.sequence > 0 && failures-- > 0) throw new StoreError('away', false, null);
        return await storage.store.commit(batch);
      },
    };
    const worker = work({ store, batch: 1 });
    await worker.turn();
    await send({}, { event: 'committed' }, { step: 'b', event: 'committed' });
    await expect(worker.turn()).rejects.toThrow('away');
    await untilIdle(worker);
    expect(storage.tables.places.get('0')?.map(({ place }) => place)).toEqual([1, 2, 3]);
    expect(storage.tables.instances.get('work\0k')?.status).toBe('committed');
  });

  test('writes no instance where it may not, and all of them when it settles', async () => {
    const { storage, work, send } = makeBench();
    const worker = work({ writes: NOTHING_WRITTEN });
    await send({}, { key: 'l' }, { key: 'm' });
    await untilIdle(worker);
    expect(storage.tables.instances.size).toBe(0);
    expect(storage.tables.places.get('0')).toHaveLength(3);
    expect(worker.unwritten()).toBe(3);
    expect(worker.position()).toMatchObject({ journal: 3, mark: 0 });
    await worker.settle();
    expect([...storage.tables.instances.values()].map(({ key, applied }) => [key, applied])).toEqual([
      ['k', 3],
      ['l', 3],
      ['m', 3],
    ]);
    expect(worker.unwritten()).toBe(0);
    expect(storage.tables.positions.get('0')).toMatchObject({ journal: 3, mark: 3 });
    expect(await worker.settle()).toBeNull();
  });

  test('writes what has waited too long without any further message', async () => {
    const { clock, storage, work, send } = makeBench();
    const worker = work({ writes: { rate: 0, burst: 0, age: 5000 } });
    await send({});
    await untilIdle(worker);
    expect(storage.tables.instances.size).toBe(0);
    clock.now += 5000;
    await untilIdle(worker);
    expect(storage.tables.instances.size).toBe(1);
  });

  test('keeps an instance that has ended in memory until it is written', async () => {
    const { clock, storage, work, send } = makeBench();
    const worker = work({ writes: { rate: 0, burst: 0, age: 5000 } });
    await send({}, { event: 'committed' }, { step: 'b', event: 'committed' });
    await untilIdle(worker);
    expect(worker.live()).toBe(1);
    clock.now += 5000;
    await untilIdle(worker);
    expect(worker.live()).toBe(0);
    await send({ step: 'a', event: 'params', params: { N: 7 } });
    await untilIdle(worker);
    await worker.settle();
    expect(storage.tables.instances.get('work\0k')?.snapshot).toContain('7');
  });

  test('decides what was not written under the definitions that it was decided with before', async () => {
    const { storage, work, send } = makeBench();
    const first = work({ writes: NOTHING_WRITTEN });
    await send({});
    await untilIdle(first);
    const changed = FLOW.replace('connectors:', 'deadline: { in: 1h }\nconnectors:');
    const second = work({
      definitions: compile(changed, 'r2'),
      sources: [{ file: 'a.yaml', text: changed }],
      writes: NOTHING_WRITTEN,
    });
    await untilIdle(second);
    expect(storage.tables.instances.get('work\0k')).toMatchObject({ revision: 'r1', hasTimers: false });
    await send({ key: 'l' });
    await untilIdle(second);
    await second.settle();
    expect(storage.tables.instances.get('work\0l')).toMatchObject({ revision: 'r2', hasTimers: true });
    expect(storage.tables.positions.get('0')).toMatchObject({ revision: 'r2', journal: 2, mark: 2 });
  });

  test.each([
    ['30 days', undefined, 31 * 86_400_000, 1],
    ['30 days', undefined, 29 * 86_400_000, 0],
    ['2 days', 2 * 86_400_000, 3 * 86_400_000, 1],
  ])(
    'refuses what happened more than %s before it came, and says so',
    async (said, idsKept, before, refused) => {
      const { storage, work, send } = makeBench();
      const worker = work(idsKept === undefined ? {} : { idsKept });
      await send({ time: new Date(NOW - before).toISOString() });
      await untilIdle(worker);
      const rejected = [...storage.tables.rejected.values()].map(({ entry }) => entry.reason);
      expect(rejected).toHaveLength(refused);
      if (refused > 0) expect(rejected[0]).toContain(`more than ${said}`);
    },
  );

  test('knows a repeat after its ids were forgotten, and asks for those of many instances at once', async () => {
    const { storage, work, send } = makeBench();
    const asked: number[] = [];
    const store: Store = {
      ...storage.store,
      seen: (keys) => {
        asked.push(keys.length);
        return storage.store.seen(keys);
      },
    };
    const worker = work({ store, idsInMemory: 0 });
    const events = ['k', 'l', 'm'].map((key) => eventOf({ key }));
    await send(...events);
    await untilIdle(worker);
    await send(...events);
    const turn = await worker.turn();
    expect(turn).toMatchObject({ events: 0, repeats: 3 });
    expect(asked).toEqual([3, 3]);
  });

  test('asks nothing about an instance whose ids it has', async () => {
    const { storage, work, send } = makeBench();
    let asked = 0;
    const store: Store = {
      ...storage.store,
      seen: (keys) => {
        asked++;
        return storage.store.seen(keys);
      },
    };
    const worker = work({ store });
    for (const event of ['activated', 'params', 'committed']) {
      await send({ event });
      await untilIdle(worker);
    }
    expect(asked).toBe(1);
  });

  test('gives up where it does not hold the partition, or loses it', async () => {
    const { storage, work, send } = makeBench();
    const worker = work();
    await untilIdle(worker);
    expect((await work({ owner: 'other' }).turn()).kind).toBe('fenced');
    await storage.leases.take('0', 'other', 1000, ['w']);
    await send({});
    expect((await worker.turn()).kind).toBe('fenced');
    expect((await worker.turn()).kind).toBe('fenced');
    expect(storage.tables.places.get('0') ?? []).toEqual([]);
  });

  test('keeps the text of its producer in the journal, unless it has no key or is a CloudEvent', async () => {
    const { storage, stream, work } = makeBench();
    const worker = work();
    const native = `{ "time":"2026-11-23T08:00:00Z", "flow":"work","key":"k","id":"1","step":"a","event":"activated", "more": 1 }`;
    const cloud = JSON.stringify({
      specversion: '1.0',
      type: 'milepost.checkpoint.committed',
      source: 's',
      id: '2',
      subject: 'work/k/a',
      time: '2026-11-23T08:00:00Z',
    });
    const payload = Buffer.from(`${native}\n${cloud}`);
    await stream.outlet.send([{ subject: 'milepost.checkpoint.work.k', payload }]);
    await untilIdle(worker);
    const [first, second] = storage.tables.places.get('0') ?? [];
    expect(first?.event).toBe(native);
    expect(second?.event).toMatch(/^\{"id":".*2","flow":"work","key":"k","step":"a","event":"committed"/);
  });

  test('passes every moment at which it can be killed, but for those of a run without anything to pass on', async () => {
    const { work, send } = makeBench();
    const passed = new Set<FailPoint>();
    const at = (point: FailPoint) => void passed.add(point);
    const first = work({ at, writes: NOTHING_WRITTEN });
    await send({});
    await untilIdle(first);
    const second = work({ at });
    await untilIdle(second);
    await second.settle();
    expect(FAIL_POINTS.filter((point) => !passed.has(point))).toEqual(['beforePassOn']);
  });
});

describe('a worker of several', () => {
  const other = ['k', 'l', 'm', 'n', 'o', 'p'].find((key) => partitionOf(key, 2) === '1') ?? '';
  const own = ['k', 'l', 'm', 'n', 'o', 'p'].find((key) => partitionOf(key, 2) === '0') ?? '';

  function outlet() {
    const sent: Parameters<Outlet['send']>[0][number][] = [];
    const send: Outlet['send'] = async (messages) => void sent.push(...messages);
    return { sent, outlet: { send } };
  }

  test('passes on what belongs to another, under its own subject and an id of its place, before it commits', async () => {
    const { storage, work, send } = makeBench();
    const { sent, outlet: to } = outlet();
    const store: Store = {
      ...storage.store,
      commit: (batch) => {
        if (batch.journal.length > 0) expect(sent).toHaveLength(1);
        return storage.store.commit(batch);
      },
    };
    const worker = work({ store, passOn: { outlet: to, partitions: 2 } });
    await send({ key: own }, { key: `${other}/x`, id: 'far' });
    await untilIdle(worker);
    expect(storage.tables.places.get('0')?.map(({ key }) => key)).toEqual([own]);
    expect(sent).toMatchObject([{ subject: `milepost.checkpoint.work.${other}.x`, id: 'memory-1/2/1' }]);
    expect(JSON.parse(Buffer.from(sent[0]?.payload ?? []).toString())).toMatchObject({
      id: 'far',
      key: `${other}/x`,
    });
  });

  test('passes on acts, and events whose key was made by a template', async () => {
    const { stream, work, storage } = makeBench();
    const text = `${FLOW}---\nflow: daily\nkey: "${other}"\nsteps: { x: {} }\n`;
    const { sent, outlet: to } = outlet();
    const worker = work({
      definitions: compile(text, 'r1'),
      passOn: { outlet: to, partitions: 2 },
    });
    const act = {
      act: 'waive',
      id: 'w1',
      flow: 'work',
      key: other,
      reason: 'r',
      by: 'b',
      time: '2026-11-23T08:00:00Z',
    };
    const keyless = { id: 'e', flow: 'daily', step: 'x', event: 'committed', time: '2026-11-23T08:00:00Z' };
    await stream.outlet.send([
      { subject: 'milepost.checkpoint._act.work', payload: Buffer.from(JSON.stringify(act)) },
      { subject: 'milepost.checkpoint.daily', payload: Buffer.from(JSON.stringify(keyless)) },
    ]);
    await untilIdle(worker);
    expect(sent.map(({ subject }) => subject)).toEqual([
      `milepost.checkpoint._act.${other}.work`,
      `milepost.checkpoint.daily.${other}`,
    ]);
    expect(JSON.parse(Buffer.from(sent[1]?.payload ?? []).toString())).toMatchObject({ key: other });
    expect(storage.tables.places.get('0') ?? []).toEqual([]);
  });

  test('refuses what was passed on to it and is not its own, so that nothing goes round for ever', async () => {
    const { stream, work, storage } = makeBench();
    const { sent, outlet: to } = outlet();
    const worker = work({ passOn: { outlet: to, partitions: 2 } });
    const payload = Buffer.from(JSON.stringify(eventOf({ key: other })));
    const headers = { 'milepost-passed': 's/1/1' };
    await stream.outlet.send([{ subject: `milepost.checkpoint.work.${other}`, payload, headers }]);
    await untilIdle(worker);
    expect(sent).toEqual([]);
    const reasons = [...storage.tables.rejected.values()].map(({ entry }) => entry.reason);
    expect(reasons).toMatchObject([expect.stringContaining('does not fit the number of partitions')]);
  });

  test('expects the days of its own keys only', async () => {
    const { clock, work, storage } = makeBench();
    const keys = [own, other].map(
      (key) => `flow: f-${key}\nkey: "${key}/{tradingDay}"\nstart: { by: "12:00" }\nsteps: { x: {} }\n`,
    );
    const definitions = compile(keys.join('---\n'), 'r1');
    const worker = work({ definitions, passOn: { outlet: outlet().outlet, partitions: 2 } });
    await untilIdle(worker);
    clock.now += 3 * 86_400_000;
    await untilIdle(worker);
    await worker.settle();
    const flows = new Set([...storage.tables.instances.values()].map(({ flow }) => flow));
    expect(flows).toEqual(new Set([`f-${own}`]));
  });
});
