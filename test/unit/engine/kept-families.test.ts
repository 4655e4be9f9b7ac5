/** A worker keeps a family in memory while it runs, asks the store for it once, and lets it go afterwards. */
import { describe, expect, test } from 'vitest';
import { memoryStorage, memoryStream } from '../../../adapters/storage/index.ts';
import { createWorker, type Store } from '../../../engine/index.ts';
import { KeptFamilies } from '../../../engine/kept-families.ts';
import { defined } from './watching.ts';

const NOW = Date.parse('2026-11-23T08:00:00Z');
const MINUTE = 60_000;
const ENTRIES = 300;
const EACH = Array.from({ length: ENTRIES }, (_, entry) => `e${entry}`);
const YAML = `
flow: outer
steps: { n: { flow: inner, each: [${EACH.join(', ')}] } }
---
flow: inner
steps: { s: { params: { N: { type: number } } } }
---
flow: next
start: { after: outer, in: 20m }
steps: { s: {} }
---
flow: alone
steps: { s: {} }
`;

function makeBench() {
  const clock = { now: NOW };
  const storage = memoryStorage({ now: () => clock.now });
  const stream = memoryStream(() => clock.now);
  const definitions = defined(YAML);
  let asked = 0;
  const store: Store = {
    ...storage.store,
    load(keys) {
      asked += keys.length;
      return storage.store.load(keys);
    },
  };
  const worker = createWorker({
    partition: '0',
    owner: 'w',
    store,
    intake: stream.intake(),
    definitions,
    sources: [{ file: 'a.yaml', text: YAML }],
    compile: () => definitions,
    now: () => clock.now,
    patience: 0,
    batch: 10,
  });
  const send = (events: readonly (readonly [flow: string, key: string, event: string])[], step = 's') =>
    stream.outlet.send(
      events.map(([flow, key, event]) => {
        const time = new Date(clock.now).toISOString();
        const id = `${event}-${time}`;
        const text = JSON.stringify({ id, flow, key, step, event, time });
        return { subject: `milepost.checkpoint.${flow}.k`, payload: Buffer.from(text) };
      }),
    );
  const work = async () => {
    while ((await worker.turn()).kind === 'worked');
    await worker.settle();
  };
  return { clock, storage, worker, send, work, asked: () => asked };
}

const status = (bench: ReturnType<typeof makeBench>, name: string) =>
  bench.storage.tables.instances.get(name)?.status;

describe('a worker on a family with hundreds of instances', () => {
  test('asks the store for it once, however many batches report of it and however many have ended', async () => {
    const bench = makeBench();
    await bench.send(EACH.map((entry) => ['inner', `k/${entry}`, 'activated']));
    await bench.send(EACH.slice(1).map((entry) => ['inner', `k/${entry}`, 'committed']));
    await bench.work();
    expect(status(bench, 'outer\0k')).toBe('running');
    expect(status(bench, 'inner\0k/e7')).toBe('committed');
    // itself, its entries, and the flow that follows it
    expect(bench.asked()).toBe(ENTRIES + 2);
    expect(bench.worker.live()).toBe(ENTRIES + 1);
  });

  test('asks for nothing but the instance itself where what it reports is to be refused', async () => {
    const bench = makeBench();
    await bench.send(
      EACH.map((entry) => ['inner', `${entry}/e1`, 'activated']),
      'unknown',
    );
    await bench.work();
    expect([bench.asked(), bench.worker.live()]).toEqual([ENTRIES, 0]);
    expect(bench.storage.tables.rejected.size).toBe(ENTRIES);
  });

  test('lets it go a minute after it has ended, and finds it again when it is heard of', async () => {
    const bench = makeBench();
    await bench.send(EACH.map((entry) => ['inner', `k/${entry}`, 'committed']));
    await bench.work();
    expect(status(bench, 'outer\0k')).toBe('committed');
    const asked = bench.asked();
    bench.clock.now += MINUTE - 1;
    await bench.send([['inner', 'k/e7', 'activated']]);
    await bench.work();
    expect([status(bench, 'outer\0k'), bench.asked()]).toEqual(['running', asked]);
    await bench.send([['inner', 'k/e7', 'committed']]);
    await bench.work();
    expect(status(bench, 'outer\0k')).toBe('committed');
    bench.clock.now += MINUTE;
    await bench.send([['alone', 'a', 'activated']]);
    await bench.work();
    // what follows it is expected, the one alone runs, and what came out of order has an open alarm
    expect(bench.worker.live()).toBe(3);
    for (const entry of ['e8', 'e9']) {
      await bench.send([['inner', `k/${entry}`, 'exception']]);
      await bench.work();
    }
    expect(bench.asked()).toBe(asked + 1 + ENTRIES);
    expect(status(bench, 'outer\0k')).toBe('failed');
    expect(bench.storage.tables.instances.size).toBe(ENTRIES + 3);
  });
});

describe('families that are kept', () => {
  const OUTER = { flow: 'outer', key: 'k' };
  const entry = (key: string) => ({ flow: 'inner', key: `${key}/e3` });

  test('are heard of by any of their instances, and what has no family is never kept', () => {
    const kept = new KeptFamilies(defined(YAML));
    kept.keep([entry('k'), { flow: 'alone', key: 'a' }]);
    expect(kept.hear(OUTER, 0)).toBe(true);
    expect(kept.hear({ flow: 'next', key: 'k' }, 0)).toBe(true);
    expect(kept.hear({ flow: 'outer', key: 'l' }, 0)).toBe(false);
    expect(kept.hear({ flow: 'alone', key: 'a' }, 0)).toBe(false);
    expect(kept.holds('inner/k/e299')).toBe(true);
  });

  test('are let go where they are too many, but the one that was heard of last', () => {
    const kept = new KeptFamilies(defined(YAML), 2 * (ENTRIES + 2));
    kept.keep([entry('a'), entry('b')]);
    expect(kept.letGo(0)).toEqual([]);
    kept.hear(entry('a'), 0);
    kept.keep([entry('c')]);
    expect(new Set(kept.letGo(0).map((name) => name.split('/')[1]))).toEqual(new Set(['b']));
    expect([entry('a'), entry('b'), entry('c')].map((of) => kept.hear(of, 0))).toEqual([true, false, true]);
    const one = new KeptFamilies(defined(YAML), 1);
    one.keep([entry('a')]);
    expect([one.letGo(0), one.holds('outer/a')]).toEqual([[], true]);
  });

  test('are one where what was kept alone turns out to belong to another', () => {
    const kept = new KeptFamilies(defined(YAML), 1);
    kept.keep([{ flow: 'next', key: 'k' }]);
    kept.keep([entry('k')]);
    expect(kept.letGo(0)).toEqual([]);
    expect(kept.hear({ flow: 'next', key: 'k' }, 0)).toBe(true);
    kept.keep([entry('l')]);
    expect(new Set(kept.letGo(0)).size).toBe(ENTRIES + 2);
    expect(kept.holds('next/k')).toBe(false);
  });
});
