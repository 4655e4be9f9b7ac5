import { beforeEach, describe, expect, test } from 'vitest';
import { type PartitionWorkers, startPartitionWorkers } from '../../adapters/partition-workers.ts';
import { type MemoryStorage, memoryStorage } from '../../adapters/storage/index.ts';
import type { WorkerIdentity } from '../../engine/index.ts';

/** Time that goes on only when told; whoever sleeps wakes in the order of the times. */
function makeTime() {
  let now = 1_000_000;
  const sleepers: { at: number; frozen: () => boolean; wake: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return {
    now: () => now,
    settle,
    sleep: (ms: number, signal: AbortSignal, frozen: () => boolean) =>
      new Promise<void>((wake) => {
        if (signal.aborted) wake();
        sleepers.push({ at: now + ms, frozen, wake });
        signal.addEventListener('abort', () => wake());
      }),
    async forward(ms: number) {
      for (const end = now + ms; now < end; now = Math.min(now + 50, end)) {
        for (const sleeper of [...sleepers]) {
          if (sleeper.at > now || sleeper.frozen()) continue;
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          sleeper.wake();
        }
        await settle();
      }
    },
  };
}

interface Station {
  readonly workers: PartitionWorkers;
  /** what happened to the runs: `+0` began, `-0` finished and stopped, `x0` thrown away */
  readonly log: string[];
  /** ends the run of a partition as if it could not go on */
  readonly fail: (partition: string, reason: string) => void;
  frozen: boolean;
  gone: boolean;
}

let time: ReturnType<typeof makeTime>;
let storage: MemoryStorage;
let stations: Map<string, Station>;
let broken: boolean;

beforeEach(async () => {
  time = makeTime();
  storage = memoryStorage({ now: time.now });
  stations = new Map();
  broken = false;
  await storage.leases.partitions(4);
});

function start(id: string): Station {
  const worker: WorkerIdentity = { id, name: id, host: 'here', pid: 1, address: null };
  const log: string[] = [];
  const ends = new Map<string, (reason: string) => void>();
  const { leases } = storage;
  const workers = startPartitionWorkers({
    worker,
    leases: {
      ...leases,
      beat: async (...given) => {
        if (broken) throw new Error('the database is away');
        return leases.beat(...given);
      },
    },
    look: () => (broken ? Promise.reject(new Error('the database is away')) : storage.reader.workers()),
    isGone: (other) => stations.get(other.id)?.gone ?? false,
    begin: (partition) => {
      log.push(`+${partition}`);
      const ended = Promise.withResolvers<string>();
      ends.set(partition, ended.resolve);
      return {
        ended: ended.promise,
        stop: async (finish) => void log.push(`${finish ? '-' : 'x'}${partition}`),
      };
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: time.now,
    sleep: (ms, signal) => time.sleep(ms, signal, () => station.frozen || station.gone),
  });
  const fail = (partition: string, reason: string) => ends.get(partition)?.(reason);
  const station: Station = { workers, log, fail, frozen: false, gone: false };
  stations.set(id, station);
  return station;
}

function all(...some: Station[]): readonly string[] {
  return some.flatMap(({ workers }) => workers.running()).sort();
}

const ALL = ['0', '1', '2', '3'];

describe('workers of the same partitions', () => {
  test('share them: the first takes all, and gives half of them to the second, each finished first', async () => {
    const a = start('a');
    await time.forward(100);
    expect(a.workers.running()).toEqual(ALL);
    const b = start('b');
    await time.forward(5_000);
    expect([a.workers.running(), b.workers.running()]).toEqual([
      ['0', '1'],
      ['2', '3'],
    ]);
    expect(a.log).toEqual(['+0', '+1', '+2', '+3', '-3', '-2']);
    await time.forward(60_000);
    expect([a.log.length, b.log.length]).toEqual([6, 2]);
  });

  test('take over within a second what one of them leaves when it is stopped', async () => {
    const [a, b] = [start('a'), start('b')];
    await time.forward(5_000);
    await b.workers.stop();
    await time.forward(1_000);
    expect(a.workers.running()).toEqual(ALL);
    expect(b.log.filter((one) => one.startsWith('x'))).toEqual([]);
    expect((await storage.reader.workers()).workers.map(({ id }) => id)).toEqual(['a']);
  });

  test('take over within ten seconds what one of them held that died without a word', async () => {
    const [a, b] = [start('a'), start('b')];
    await time.forward(5_000);
    expect(b.workers.running()).toHaveLength(2);
    b.frozen = true;
    await time.forward(4_000);
    expect(a.workers.running()).toHaveLength(2);
    await time.forward(6_000);
    expect(a.workers.running()).toEqual(ALL);
  });

  test('take over at once what one of them held whose process is gone from the same machine, and forget it', async () => {
    const [a, b] = [start('a'), start('b')];
    await time.forward(5_000);
    b.gone = true;
    await time.forward(1_000);
    expect(a.workers.running()).toEqual(ALL);
    expect((await storage.reader.workers()).workers.map(({ id }) => id)).toEqual(['a']);
  });

  test('throw away without finishing what was taken while they slept, and take their share again', async () => {
    const [a, b] = [start('a'), start('b')];
    await time.forward(5_000);
    const held = b.workers.running();
    b.frozen = true;
    await time.forward(20_000);
    expect(a.workers.running()).toEqual(ALL);
    b.frozen = false;
    await time.forward(1_000);
    expect(b.log.slice(2, 4).sort()).toEqual(held.map((partition) => `x${partition}`));
    await time.forward(10_000);
    expect([a.workers.running().length, b.workers.running().length]).toEqual([2, 2]);
    expect(all(a, b)).toEqual(ALL);
  });

  test('of which there are more than partitions leave some without any, in peace', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map(start);
    await time.forward(20_000);
    expect(all(...many)).toEqual(ALL);
    const done = many.map(({ log }) => log.length);
    await time.forward(60_000);
    expect(many.map(({ log }) => log.length)).toEqual(done);
  });
});

describe('a worker', () => {
  test('begins anew, a little later each time, what ended by itself', async () => {
    const a = start('a');
    await time.forward(100);
    a.fail('2', 'fenced');
    await time.forward(600);
    expect(a.workers.running()).toEqual(['0', '1', '3']);
    await time.forward(1_000);
    expect(a.workers.running()).toEqual(ALL);
    expect(a.log.slice(4)).toEqual(['x2', '+2']);
    a.fail('2', 'fenced');
    await time.forward(1_600);
    expect(a.workers.running()).toEqual(['0', '1', '3']);
    await time.forward(1_500);
    expect(a.workers.running()).toEqual(ALL);
  });

  test('goes on working while the leases cannot be seen, says so, and keeps what nobody else has taken', async () => {
    const a = start('a');
    await time.forward(1_000);
    broken = true;
    await time.forward(3_000);
    expect([a.workers.trouble(), a.workers.running()]).toEqual(['the database is away', ALL]);
    broken = false;
    await time.forward(1_000);
    expect([a.workers.trouble(), a.workers.running(), a.log.length]).toEqual([null, ALL, 4]);
  });

  test('gives everything back when it is stopped, twice is fine, and takes nothing any more', async () => {
    const a = start('a');
    await time.forward(1_000);
    await Promise.all([a.workers.stop(), a.workers.stop()]);
    await time.forward(10_000);
    expect(a.log).toEqual(['+0', '+1', '+2', '+3', '-0', '-1', '-2', '-3']);
    const { partitions, workers } = await storage.reader.workers();
    expect([partitions.map(({ owner }) => owner), workers]).toEqual([[null, null, null, null], []]);
  });
});
