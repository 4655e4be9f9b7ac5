/**
 * The working part: leases, an engine worker for each partition that this process holds, telling the outside of changes,
 * and removing what is too old.
 */
import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import {
  type Batch,
  type ChangeLog,
  createTeller,
  createWorker,
  type LeaseTable,
  type Store,
  type WorkerIdentity,
} from '../../engine/index.ts';
import { recompileOrExplain } from '../extension-file.ts';
import { type HealthReport, type Metrics, measureWorkers } from '../http/index.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { natsPublisher } from '../nats/index.ts';
import { type PartitionRun, type PartitionWorkers, startPartitionWorkers } from '../partition-workers.ts';
import { reasonOf } from '../reason-of.ts';
import { replaceableWorker } from '../replaceable-worker.ts';
import { runPartition } from '../run-partition.ts';
import type { Storage } from '../storage/index.ts';
import type { Active } from './load-definitions.ts';
import type { Stream } from './open-stream.ts';
import { isGone } from './worker-identity.ts';

export interface WorkOptions {
  readonly identity: WorkerIdentity;
  readonly storage: Storage;
  readonly stream: Stream;
  readonly active: Active;
  readonly metrics: Metrics;
  readonly log: Log;
  /** ms since the epoch */
  readonly now: () => number;
  /** told as soon as this process has committed a batch */
  readonly onCommit: (batch: Batch) => void;
}

export interface Work {
  /** what of it is as it should be */
  checks(): HealthReport['checks'];
  /** how many partitions it works on */
  held(): number;
  /** Goes on with other definitions, in every partition between two turns; resolves once each has made a turn with them. */
  replace(active: Active): Promise<void>;
  /** Finishes what is under way and gives the partitions to others; twice is fine. */
  stop(): Promise<void>;
}

/** Who tells the outside of changes: whoever works on this partition. */
const TELLER = '0';

/** Starts to work; the first partition is taken in a moment. */
export function startWork(options: WorkOptions): Work {
  const { storage, log, identity } = options;
  const runs = new Map<string, EngineRun>();
  let { active } = options;
  const telling: { loop: Telling | null } = { loop: null };
  const measured = measureWorkers(options.metrics, options.now);
  const begin = (partition: string): PartitionRun => {
    const onCommit = (batch: Batch) => {
      options.onCommit(batch);
      telling.loop?.wake();
    };
    const run = startRun({ ...options, active, onCommit }, { partition, measured });
    runs.set(partition, run);
    const teller = partition === TELLER ? startTelling(options, storage.changes) : null;
    if (teller !== null) telling.loop = teller;
    return {
      ended: run.ended,
      async stop(finish) {
        if (runs.get(partition) === run) runs.delete(partition);
        await run.stop(finish);
        await teller?.stop();
        if (telling.loop === teller) telling.loop = null;
        measured.forget(partition);
      },
    };
  };
  const workers = startPartitionWorkers({
    leases: storage.leases,
    look: () => storage.reader.workers(),
    worker: identity,
    begin,
    isGone,
    log,
    now: () => performance.now(),
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  });
  return {
    held: () => workers.running().length,
    checks: () => [...workCheck(workers, runs), tellingCheck(options.stream, telling.loop)],
    async replace(next) {
      active = next; // for partitions that are taken from now on
      await Promise.all([...runs.values()].map((run) => run.replace(next)));
    },
    stop: () => workers.stop(),
  };
}

interface EngineRun extends PartitionRun {
  readonly loop: Loop;
  /** Resolves at the first turn with the other definitions, or when the run is over. */
  replace(active: Active): Promise<void>;
}

/** A store that says when it has committed: at once, however busy its worker is with the next batch. */
function telling(store: Store, onCommit: (batch: Batch) => void): Store {
  return {
    ...store,
    async commit(batch) {
      const outcome = await store.commit(batch);
      if (outcome === 'committed') onCommit(batch);
      return outcome;
    },
  };
}

/** One engine worker, turn after turn. */
function startRun(
  { identity, storage, stream, active: first, log, now, onCommit }: WorkOptions,
  more: { readonly partition: string; readonly measured: ReturnType<typeof measureWorkers> },
): EngineRun {
  const { partition } = more;
  const intake = stream.intake(partition);
  const make = ({ definitions, sources, extensions }: Active) =>
    createWorker({
      partition,
      owner: identity.id,
      store: telling(storage.store, onCommit),
      intake,
      definitions,
      sources,
      compile: (stored, revision) => recompileOrExplain(extensions, stored, revision),
      now,
      breathe,
      ...(stream.passOn === null ? {} : { passOn: { outlet: stream.passOn, partitions: stream.partitions } }),
    });
  const worker = replaceableWorker(make, first);
  const over = Promise.withResolvers<void>();
  const run = runPartition({
    name: stream.partitions === 1 ? 'the worker' : `partition ${partition}`,
    turn: more.measured.turnOf(worker, partition),
    worker,
    intake,
    log,
    onTurn({ remade }) {
      if (remade)
        log.warn(
          'the stream of events is another one than before: reading it from its beginning; events that only the old one held are gone',
        );
    },
  });
  return {
    ...run,
    replace: (active) => Promise.race([worker.replace(active), over.promise]),
    stop(finish) {
      over.resolve();
      return run.stop(finish);
    },
  };
}

/** The loop that tells the outside. */
type Telling = Pick<Loop, 'stop' | 'wake' | 'trouble'>;

/** Most changes that are published together. */
const TOLD_AT_ONCE = 500;

function startTelling({ stream, log }: WorkOptions, changes: ChangeLog): Telling | null {
  const { nc } = stream;
  if (nc === null) return null;
  const publisher = natsPublisher({
    nc,
    onPassed: (id, reason) => log.warn(`change ${id} was not published: ${reason}`),
  });
  const teller = createTeller({ changes, publisher, now: Date.now, batch: TOLD_AT_ONCE });
  const loop = startLoop({
    name: 'telling',
    // what other processes commit is looked for; what this one commits wakes it
    rest: stream.partitions === 1 ? 1000 : 200,
    log,
    turn: async () => ((await teller.turn()) < TOLD_AT_ONCE ? 'idle' : 'worked'),
  });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      await teller.stop().catch((error: unknown) => log.warn(`telling: ${reasonOf(error)}`));
    },
  };
}

/** The worker counts as stuck when no turn has succeeded for so long, ms. */
const STUCK_AFTER = 15_000;

function workCheck(workers: PartitionWorkers, runs: ReadonlyMap<string, EngineRun>): HealthReport['checks'] {
  const several = (workers.table()?.partitions.length ?? 1) > 1;
  const named = (partition: string, trouble: string) =>
    several ? `partition ${partition}: ${trouble}` : trouble;
  const troubles = [...runs].flatMap(([partition, { loop }]) => {
    const trouble = troubleOf(loop);
    return trouble === null ? [] : [named(partition, trouble)];
  });
  const leases = workers.trouble();
  if (leases !== null) troubles.push(`leases: ${leases}`);
  const idle = unowned(workers.table());
  if (idle === null) troubles.push('has not begun');
  else if (idle.length > 0)
    troubles.push(`nobody works on ${idle.length === 1 ? 'partition' : 'partitions'} ${idle.join(', ')}`);
  const works = several
    ? `works on partitions ${workers.running().join(', ') || 'none: the others have them'}`
    : 'works';
  return [{ name: 'worker', ok: troubles.length === 0, detail: troubles.join('; ') || works }];
}

function troubleOf(loop: Loop): string | null {
  const last = loop.lastSuccess();
  if (loop.trouble() !== null) return loop.trouble();
  if (last === null) return 'has not begun';
  return Date.now() - last < STUCK_AFTER ? null : 'is stuck';
}

/** The partitions without a lease that is good; null where that is not known yet. */
function unowned(table: LeaseTable | null): readonly string[] | null {
  if (table === null) return null;
  return table.partitions
    .filter(({ owner, left }) => owner === null || left <= 0)
    .map(({ partition }) => partition);
}

function tellingCheck(stream: Stream, loop: Telling | null): HealthReport['checks'][number] {
  const trouble = loop?.trouble() ?? null;
  const idle = stream.nc === null ? 'no NATS to tell' : 'another worker tells';
  return { name: 'telling', ok: trouble === null, detail: loop === null ? idle : (trouble ?? 'works') };
}
