/**
 * PostgreSQL as the pipeline meets it: the twins in memory behind a network, with the clock of the database. Every change
 * is kept in a log, so that a failover can lose the last of them and leave what a standby would have.
 */
import {
  type MemoryNotices,
  type MemoryStorage,
  memoryNotices,
  memoryStorage,
} from '../../../adapters/storage/index.ts';
import {
  type Batch,
  type ChangeLog,
  type ClaimedNotice,
  type HandlingAct,
  type Leases,
  type LeaseTable,
  type NoticeBatch,
  type NoticeStore,
  type Position,
  type Reader,
  type Settled,
  type Store,
  StoreError,
} from '../../../engine/index.ts';
import type { SimulatedProcess } from './process.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';

/** All that is in it. */
export interface Databank extends MemoryStorage {
  readonly notices: MemoryNotices;
}

interface Change {
  readonly time: number;
  readonly make: (databank: Databank) => Promise<unknown>;
}

/** Something that was asked to be committed. */
export interface Attempt {
  readonly batch: Batch;
  /** of the partition, before */
  readonly stored: Position | null;
  readonly by: string;
}

/** Who is told of what is done about notices, once it is done. */
export interface Witness {
  /** told of each notifier that took the lease */
  began(by: string, epoch: number): void;
  committed(batch: NoticeBatch, by: string): void;
  fenced(by: string): void;
  claimed(claimed: ClaimedNotice, by: string): void;
  settled(settled: Settled, by: string): void;
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
  readonly witness: Witness;
  /** how this database differs from a right one */
  readonly plant?: (storage: MemoryStorage) => MemoryStorage;
  readonly plantNotices?: (store: NoticeStore) => NoticeStore;
}

/** So few that a notifier that was away for long finds a gap. */
export const KEPT_CHANGES = 20;

export class DatabaseModel {
  up = true;
  timeline = 1;
  storage: Databank;
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

  /** The port of telling as a process has it. */
  notices(process: SimulatedProcess): NoticeStore {
    const { witness } = this.#options;
    const by = process.name;
    const ask = <T>(name: string, make: (store: NoticeStore) => Promise<T>) =>
      this.#ask(process, name, ({ notices }) => make(notices.store));
    const change = <T>(name: string, make: (store: NoticeStore) => Promise<T>, seen?: (found: T) => void) =>
      this.#ask(process, name, async () => {
        const found = await this.#change(({ notices }) => make(notices.store));
        seen?.(found);
        return found;
      });
    return {
      open: (owner, lease) =>
        change(
          'openNotifier',
          (store) => store.open(owner, lease),
          (opened) => (opened === null ? undefined : witness.began(by, opened.epoch)),
        ),
      renew: (epoch, tag, lease) => change('renewNotifier', (store) => store.renew(epoch, tag, lease)),
      release: (epoch) => change('releaseNotifier', (store) => store.release(epoch)),
      commit: (batch) =>
        change(
          'commitNotices',
          (store) => store.commit(batch),
          (outcome) => (outcome === 'committed' ? witness.committed(batch, by) : witness.fenced(by)),
        ),
      waiting: (max) => ask('waiting', (store) => store.waiting(max)),
      handling: (alarm) => ask('handling', (store) => store.handling(alarm)),
      abandon: (channels, at) => change('abandon', (store) => store.abandon(channels, at)),
      claim: (asked) =>
        change(
          'claim',
          (store) => store.claim(asked),
          (found) => {
            for (const claimed of found) witness.claimed(claimed, by);
          },
        ),
      settle: (settled) =>
        change(
          'settle',
          (store) => store.settle(settled),
          () => witness.settled(settled, by),
        ),
      standing: (channel, max) => ask('standing', (store) => store.standing(channel, max)),
      keepAct: (act) => change('keepAct', (store) => store.keepAct(act)),
    };
  }

  /** What a notifier takes from and looks at, as a process has it. */
  alarms(process: SimulatedProcess): {
    readonly changes: Pick<ChangeLog, 'changes' | 'newest' | 'oldest'>;
    readonly reader: Pick<Reader, 'alarms' | 'alarm'>;
  } {
    const ask = <T>(name: string, effect: (databank: Databank) => Promise<T>) =>
      this.#ask(process, name, effect);
    return {
      changes: {
        changes: (after, max) => ask('changes', ({ changes }) => changes.changes(after, max)),
        newest: () => ask('newest', ({ changes }) => changes.newest()),
        oldest: () => ask('oldest', ({ changes }) => changes.oldest()),
      },
      reader: {
        alarms: (filter, limit, cursor) =>
          ask('alarms', ({ reader }) => reader.alarms(filter, limit, cursor)),
        alarm: (id) => ask('alarm', ({ reader }) => reader.alarm(id)),
      },
    };
  }

  /** Keeps what an operator does; false while it is down. */
  keep(act: HandlingAct): boolean {
    if (this.up) void this.#change(({ notices }) => notices.store.keepAct(act));
    return this.up;
  }

  /** Makes a change that no process asked for. */
  change<T>(make: (databank: Databank) => Promise<T>): Promise<T> {
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

  #change<T>(make: (databank: Databank) => Promise<T>): Promise<T> {
    this.#log.push({ time: this.#options.scheduler.now, make });
    return make(this.storage);
  }

  #ask<T>(process: SimulatedProcess, name: string, effect: (databank: Databank) => Promise<T>): Promise<T> {
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

  #fresh(): Databank {
    const { plant, plantNotices } = this.#options;
    const right = memoryStorage({ now: () => this.#clock(), keptChanges: KEPT_CHANGES });
    const storage = plant?.(right) ?? right;
    const { tables } = storage;
    const notices = memoryNotices({
      now: () => this.#clock(),
      wishes: () =>
        [...tables.notices.values()].flatMap(({ id, channel, text }) =>
          channel === null ? [] : [{ id, channel, text }],
        ),
      append: (changes) => {
        for (const change of changes) tables.changes.push({ ...change, id: ++tables.newest });
      },
    });
    const store = plantNotices?.(notices.store) ?? notices.store;
    return { ...storage, notices: { ...notices, store } };
  }
}
