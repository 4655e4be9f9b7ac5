/**
 * What PostgreSQL costs: commits, and what a start reads. A server of our own with everything forced to disk, on the
 * same machine; times are by the wall, since most of the work is the server's. What else runs on the machine is in them.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binaryRows } from '../../adapters/storage/binary.ts';
import { JOURNAL } from '../../adapters/storage/commit.ts';
import { connect, openStorage, type Storage, startPrivatePostgres } from '../../adapters/storage/index.ts';
import type { Batch, JournalRecord, Position } from '../../engine/index.ts';
import { againstLimit, type Measurement, median } from './measure.ts';
import { batchOf, entryAt } from './storage-records.ts';

const BENCH = 'storage';
const DAY = 86_400_000;

/** The lines about storage. */
export async function* measure(): AsyncGenerator<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-bench-'));
  chmodSync(folder, 0o711); // the server's user has its data below it
  const server = await startPrivatePostgres({ folder, durable: true });
  const storage = await openStorage({ url: server.url, role: 'bench', size: 8 });
  try {
    yield* commits(storage);
    yield* throughput(server.url, storage);
    yield* partitionsAtOnce(storage);
    yield* reads(storage);
  } finally {
    await storage.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* commits(storage: Storage): AsyncGenerator<Measurement> {
  const write = await writer(storage, 'commits');
  for (const [events, instances, most] of [
    [1, 1, 5],
    [100, 100, 25],
    [1000, 0, 40],
    [1000, 100, 60],
  ] as const) {
    for (let turn = 0; turn < 10; turn += 1) await write(events, instances);
    const times: number[] = [];
    while (times.length < 100) times.push(await write(events, instances));
    const measure = `a commit of ${events} events and ${instances} instances, median`;
    yield againstLimit(BENCH, { measure, value: median(times), unit: 'ms' }, { atMost: most });
  }
}

/** The journal with its indexes and weeks, against COPY of the same rows into a table that has neither. */
async function* throughput(url: string, storage: Storage): AsyncGenerator<Measurement> {
  const [size, batches] = [1000, 100];
  const write = await writer(storage, 'throughput');
  const db = connect({ url, role: 'bare', size: 1 });
  const bare = await bareCopy(db);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let sample = 0; sample < 5; sample += 1) {
    theirs.push(await seconds(batches, (turn) => bare(size, sample * batches + turn)));
    ours.push(await seconds(batches, () => write(size, 0)));
  }
  await db.destroy();
  const rate = (size * batches) / median(ours);
  const peer = (size * batches) / median(theirs);
  const measure = 'journal entries committed, batches of 1,000';
  yield againstLimit(BENCH, { measure, value: rate, unit: 'a second' }, { atLeast: 50_000 });
  const against = 'the same against bare COPY of the same rows';
  yield againstLimit(BENCH, { measure: against, value: rate / peer, unit: 'ratio' }, { atLeast: 0.6 });
}

/** Partitions that commit at once wait for each other where there are changes: their ids have no gaps. */
async function* partitionsAtOnce(storage: Storage): AsyncGenerator<Measurement> {
  for (const count of [1, 4]) {
    const writers = await Promise.all(
      Array.from({ length: count }, (_, n) => writer(storage, `at-once-${count}-${n}`)),
    );
    const times: number[] = [];
    await Promise.all(
      writers.map(async (write) => {
        for (let turn = 0; turn < 100; turn += 1) times.push(await write(10, 1));
      }),
    );
    times.sort((a, b) => a - b);
    const value = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
    const measure = `a commit with a change, ${count} partition${count > 1 ? 's at once' : ''}, 99th percentile`;
    yield againstLimit(BENCH, { measure, value, unit: 'ms' }, { atMost: 25 });
  }
}

async function* reads(storage: Storage): AsyncGenerator<Measurement> {
  const write = await writer(storage, 'reads');
  const [instances, entries] = [100_000, 200_000];
  for (let done = 0; done < instances; done += 1000) await write(entries / (instances / 1000), 1000);
  const live = await seconds(1, async () => {
    const { length } = await storage.store.loadLive('reads');
    if (length < 99_000) throw new Error(`${length} live instances were read`);
  });
  const measure = '100,000 live instances read';
  yield againstLimit(BENCH, { measure, value: live * 1000, unit: 'ms' }, { atMost: 1500 });
  await storage.store.open('reads', 'bench');
  const tail = await seconds(1, async () => {
    for (let after = 0; after < entries; after += 5000) await storage.store.tail('reads', after, 5000);
  });
  const each = { measure: 'an entry of the tail read', value: (tail * 1e6) / entries, unit: 'us' };
  yield againstLimit(BENCH, each, { atMost: 7 });
  const keys = Array.from({ length: 200 }, (_, n) => ({ flow: 'order-to-cash', key: `new-${n}` }));
  const since = entryAt(0).receivedAt - 30 * DAY;
  const seen = await seconds(50, () => storage.store.seen(keys, since));
  const asked = { measure: 'ids of 200 new instances looked up', value: (seen / 50) * 1000, unit: 'ms' };
  yield againstLimit(BENCH, asked, { atMost: 10 });
}

/** Commits to a partition of its own, batch after batch; gives how long each took, ms. */
async function writer(storage: Storage, partition: string) {
  const opened = await storage.store.open(partition, 'bench');
  if (opened === null) throw new Error('a new partition is free');
  let position: Position = opened;
  return async (events: number, instances: number): Promise<number> => {
    const batch: Batch = batchOf(position, events, instances);
    const begun = performance.now();
    const outcome = await storage.store.commit(batch);
    const took = performance.now() - begun;
    if (outcome !== 'committed') throw new Error(`the batch was ${outcome}`);
    position = batch.position;
    return took;
  };
}

async function bareCopy(db: ReturnType<typeof connect>) {
  const columns = JOURNAL.map(([name, type]) => `${name} ${type === 'instant' ? 'timestamptz' : type}`);
  await db.trip([{ text: `create table milepost_bare (${columns.join(', ')})`, values: [] }]);
  return async (size: number, turn: number): Promise<void> => {
    const rows: JournalRecord[] = Array.from({ length: size }, (_, n) => entryAt(turn * size + n));
    const copied = binaryRows(JOURNAL, rows);
    await db.trip([{ text: 'copy milepost_bare from stdin (format binary)', values: [], copied }]);
  };
}

async function seconds(times: number, work: (turn: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  for (let turn = 0; turn < times; turn += 1) await work(turn);
  return (performance.now() - begun) / 1000;
}
