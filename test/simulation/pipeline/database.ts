/**
 * PostgreSQL as the pipeline meets it: the twins in memory behind a network, with the clock of the database. Every change
 * is kept in a log, so that a failover can lose the last of them and leave what a standby would have.
 */
import { type MemoryStorage, memoryStorage } from '../../../adapters/storage/index.ts';
import {
  type Batch,
  type Leases,
  type LeaseTable,
  type Position,
  type Store,
  StoreError,
} from '../../../engine/index.ts';
import type { SimulatedProcess } from './process.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';

interface Change {
  readonly time: number;
  readonly make: (storage: MemoryStorage) => Promise<unknown>;
}

/** Something that was asked to be committed. */
export interface Attempt {
  readonly batch: Batch;
  /** of the partition, before */
  readonly stored: Position | null;
  readonly by: string;
}

export interface DatabaseOptions {
  readonly scheduler: Scheduler;
  readonly reached: Reached;
  readonly skew: number;
  /** told of each commit that was written, and of each owner that opened a partition */
  readonly committed: (attempt: Attempt) => void;
  readonly opened: (partition: string, by: string) => void;
  /** told after a failover, with the time up to which everything is there */
  readonly fellBack: (end: number) => void;
  /** how this database differs from a right one */
  readonly plant?: (storage: MemoryStorage) => MemoryStorage;
}

export class DatabaseModel {
  up = true;
  timeline = 1;
  storage: MemoryStorage;
  readonly #options: DatabaseOptions;
  #log: Change[] = [];
  #clock: () => number;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#clock = () => options.scheduler.now + options.skew;
    this.storage = this.#fresh();
  }

  /** The standby takes over and has not got the changes of the last `ms`. Gives how many commits are gone. */
  failover(ms: number): number {
    const { scheduler, fellBack } = this.#options;
    const end = scheduler.now - ms;
    const kept = this.#log.findLastIndex(({ time }) => time <= end) + 1;
    const lost = this.#log.length - kept;
    this.#log = this.#log.slice(0, kept);
    this.storage = this.#fresh();
    const clock = this.#clock;
    for (const { time, make } of this.#log) {
      this.#clock = () => time + this.#options.skew;
      make(this.storage).catch(() => undefined);
    }
    this.#clock = clock;
    this.timeline++;
    fellBack(end);
    return lost;
  }

  /** The ports as a process has them. */
  store(process: SimulatedProcess): Store {
    const ask = <T>(name: string, effect: (storage: MemoryStorage) => Promise<T>) =>
      this.#ask(process, name, effect);
    return {
      open: (partition, owner) =>
        ask('open', async () => {
          const position = await this.#change((storage) => storage.store.open(partition, owner));
          if (position !== null) this.#options.opened(partition, process.name);
          return position;
        }),
      load: (keys) => ask('load', ({ store }) => store.load(keys)),
      loadLive: (partition) => ask('loadLive', ({ store }) => store.loadLive(partition)),
      seen: (keys, since) => ask('seen', ({ store }) => store.seen(keys, since)),
      tail: (partition, after, max) =>
        ask('tail', async ({ store }) => {
          const entries = await store.tail(partition, after, max);
          if (entries.length > 0) this.#options.reached.add('recovery with tail');
          return entries;
        }),
      held: (partition) => ask('held', ({ store }) => store.held(partition)),
      watched: (partition) => ask('watched', ({ store }) => store.watched(partition)),
      commit: (batch) => ask('commit', () => this.#commit(process, batch)),
      saveRevision: (revision, sources) =>
        ask('saveRevision', () => this.#change(({ store }) => store.saveRevision(revision, sources))),
      revision: (revision) => ask('revision', ({ store }) => store.revision(revision)),
    };
  }

  leases(process: SimulatedProcess): Leases {
    const ask = <T>(name: string, make: (leases: Leases) => Promise<T>) =>
      this.#ask(process, name, () => this.#change(({ leases }) => make(leases)));
    return {
      partitions: (wanted) => ask('partitions', (leases) => leases.partitions(wanted)),
      beat: (worker, ttl) => ask('beat', (leases) => leases.beat(worker, ttl)),
      take: (partition, worker, ttl, dead) =>
        ask('take', (leases) => leases.take(partition, worker, ttl, dead)),
      release: (partition, worker) => ask('release', (leases) => leases.release(partition, worker)),
      leave: (worker) => ask('leave', (leases) => leases.leave(worker)),
    };
  }

  look(process: SimulatedProcess): Promise<LeaseTable> {
    return this.#ask(process, 'look', ({ reader }) => reader.workers());
  }

  /** Makes a change that no process asked for. */
  change<T>(make: (storage: MemoryStorage) => Promise<T>): Promise<T> {
    return this.#change(make);
  }

  async #commit(process: SimulatedProcess, batch: Batch): Promise<'committed' | 'fenced'> {
    const { reached, committed } = this.#options;
    const stored = this.storage.tables.positions.get(batch.previous.partition) ?? null;
    const outcome = await this.#change(({ store }) => store.commit(batch));
    if (outcome === 'committed') committed({ batch, stored, by: process.name });
    else if (stored !== null && stored.epoch !== batch.previous.epoch) reached.add('stale writer fenced');
    else reached.add('CAS lost');
    return outcome;
  }

  #change<T>(make: (storage: MemoryStorage) => Promise<T>): Promise<T> {
    this.#log.push({ time: this.#options.scheduler.now, make });
    return make(this.storage);
  }

  #ask<T>(
    process: SimulatedProcess,
    name: string,
    effect: (storage: MemoryStorage) => Promise<T>,
  ): Promise<T> {
    const failure = (reason: string) => new StoreError(`database: ${reason}`, false, null);
    return process.call({
      name,
      failure,
      effect: async () => {
        if (!this.up) throw failure('it is down');
        return effect(this.storage);
      },
    });
  }

  #fresh(): MemoryStorage {
    const storage = memoryStorage({ now: () => this.#clock() });
    return this.#options.plant?.(storage) ?? storage;
  }
}
