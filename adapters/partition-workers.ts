/**
 * Keeps the leases of this process and one run for each partition that it holds: takes what is its share, gives back what
 * is too much, notices what it lost. It stands on ports alone, with clock and sleep given, so that a simulator can run it.
 *
 * 1. A lease says only who should work. That two runs of one partition do no harm is the store's doing, which fences all
 *    but the latest; so nothing here needs to be quicker than a lease.
 * 2. What is taken away or has run out is stopped without writing anything more; what is given back finishes first, and
 *    is free for others the moment it has.
 * 3. Starting and stopping runs never holds up the renewal of leases.
 */

import { type Leases, type LeaseTable, shareOf, type WorkerIdentity } from '../engine/index.ts';
import type { Log } from './log.ts';
import { reasonOf } from './reason-of.ts';

/** What works on one partition. */
export interface PartitionRun {
  /** resolves when it cannot go on by itself, with the reason; it is stopped then, and started anew a little later */
  readonly ended: Promise<string>;
  /** Ends it; `finish`: writes what is not written yet, since the partition is still ours. */
  stop(finish: boolean): Promise<void>;
}

export interface PartitionWorkersOptions {
  readonly leases: Leases;
  /** who works on what, without renewing anything */
  readonly look: () => Promise<LeaseTable>;
  readonly worker: WorkerIdentity;
  /** begins to work on a partition that this process holds */
  readonly begin: (partition: string) => PartitionRun;
  /** whether the process of a worker is known to be gone: one of this machine whose id the system has no more */
  readonly isGone: (worker: WorkerIdentity) => boolean;
  readonly log: Log;
  /** ms, of a clock that goes on while the process sleeps */
  readonly now: () => number;
  /** Resolves after `ms`, or when the signal is given. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** how long a lease lasts, how often it is renewed, how often others are looked at, ms; defaults 6000, 1500, 500 */
  readonly ttl?: number;
  readonly beat?: number;
  readonly rest?: number;
}

export interface PartitionWorkers {
  /** the partitions that are worked on now, ascending */
  running(): readonly string[];
  /** who works on what, as seen last; null before the first look */
  table(): LeaseTable | null;
  /** when the leases were seen or renewed last, ms; null before */
  lastSuccess(): number | null;
  /** what the last look failed with; null while it succeeds */
  trouble(): string | null;
  /** Finishes every run, gives everything back, at once for each, and leaves; twice is fine. */
  stop(): Promise<void>;
}

/** A worker that was silent for so long and holds nothing is forgotten, ms. */
const FORGOTTEN = 3_600_000;
/** the pauses before a run that ended by itself begins anew, ms */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Begins to take partitions; the first look is under way when it returns. */
export function startPartitionWorkers(options: PartitionWorkersOptions): PartitionWorkers {
  const workers = new LeaseLoop(options);
  return workers;
}

class LeaseLoop implements PartitionWorkers {
  readonly #options: PartitionWorkersOptions;
  readonly #ttl: number;
  readonly #stopping = new AbortController();
  readonly #runs = new Map<string, PartitionRun>();
  /** partitions whose run is ending */
  readonly #ending = new Map<string, Promise<void>>();
  /** how often a run ended by itself, and until when the next one waits */
  readonly #pauses = new Map<string, { readonly ends: number; readonly until: number }>();
  readonly #loop: Promise<void>;
  #table: LeaseTable | null = null;
  #beaten = Number.NEGATIVE_INFINITY;
  #success: number | null = null;
  #trouble: string | null = null;
  #stopped: Promise<void> | null = null;

  constructor(options: PartitionWorkersOptions) {
    this.#options = options;
    this.#ttl = options.ttl ?? 6_000;
    this.#loop = this.#keep();
  }

  running(): readonly string[] {
    return [...this.#runs.keys()].sort((a, b) => Number(a) - Number(b));
  }

  table(): LeaseTable | null {
    return this.#table;
  }

  lastSuccess(): number | null {
    return this.#success;
  }

  trouble(): string | null {
    return this.#trouble;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#leave();
    return this.#stopped;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#step();
        this.#said(null);
      } catch (error) {
        this.#said(reasonOf(error));
      }
      await this.#options.sleep(this.#options.rest ?? 500, signal);
    }
  }

  #said(trouble: string | null): void {
    if (trouble === null) this.#success = this.#options.now();
    if (trouble !== null && trouble !== this.#trouble)
      this.#options.log.warn(`the taking of partitions waits: ${trouble}`);
    if (trouble === null && this.#trouble !== null)
      this.#options.log.info('the taking of partitions goes on');
    this.#trouble = trouble;
  }

  async #step(): Promise<void> {
    const table = await this.#see();
    this.#table = table;
    this.#dropLost(table);
    const dead = table.workers.filter(
      (one) => one.id !== this.#options.worker.id && this.#options.isGone(one),
    );
    const share = shareOf(table, {
      self: this.#options.worker.id,
      dead: dead.map(({ id }) => id),
      ttl: this.#ttl,
    });
    for (const partition of share.take) {
      if (!this.#ending.has(partition)) await this.#take(partition, dead);
    }
    this.#beginMine(table);
    if (share.release !== null) await this.#giveBack(share.release);
    await this.#forget(table, dead);
  }

  /** Renews the leases when it is time, else only looks. */
  async #see(): Promise<LeaseTable> {
    const { leases, worker, look, now } = this.#options;
    const at = now();
    if (at - this.#beaten < (this.#options.beat ?? 1_500)) return look();
    const table = await leases.beat(worker, this.#ttl);
    this.#beaten = at;
    return table;
  }

  #dropLost(table: LeaseTable): void {
    const mine = new Set(this.#mine(table));
    for (const partition of this.running()) {
      if (mine.has(partition)) continue;
      this.#options.log.warn(
        `partition ${partition}: another worker has it, or the lease has run out; this one stops working on it`,
      );
      this.#end(partition, { finish: false, release: false });
    }
  }

  #mine(table: LeaseTable): readonly string[] {
    const { id } = this.#options.worker;
    return table.partitions
      .filter(({ owner, left }) => owner === id && left > 0)
      .map(({ partition }) => partition);
  }

  async #take(partition: string, dead: readonly WorkerIdentity[]): Promise<void> {
    const { leases, worker, log } = this.#options;
    const ids = dead.map(({ id }) => id);
    if (!(await leases.take(partition, worker.id, this.#ttl, ids)) || this.#stopping.signal.aborted) return;
    log.info(`partition ${partition}: this worker has it`);
    this.#begin(partition);
  }

  /** A run that ended by itself begins anew after its pause, if the partition is still ours. */
  #beginMine(table: LeaseTable): void {
    const at = this.#options.now();
    for (const partition of this.#mine(table)) {
      if (!this.#runs.has(partition) && (this.#pauses.get(partition)?.until ?? 0) <= at)
        this.#begin(partition);
    }
  }

  #begin(partition: string): void {
    if (this.#runs.has(partition) || this.#ending.has(partition) || this.#stopping.signal.aborted) return;
    const run = this.#options.begin(partition);
    const began = this.#options.now();
    this.#runs.set(partition, run);
    void run.ended.then((reason) => {
      if (this.#runs.get(partition) !== run) return;
      const lasted = this.#options.now() - began;
      const ends = lasted > LONGEST_PAUSE * 2 ? 1 : (this.#pauses.get(partition)?.ends ?? 0) + 1;
      const pause = Math.min(FIRST_PAUSE * 2 ** (ends - 1), LONGEST_PAUSE);
      this.#pauses.set(partition, { ends, until: this.#options.now() + pause });
      this.#options.log.warn(`partition ${partition}: ${reason}`);
      this.#end(partition, { finish: false, release: false });
    });
  }

  async #giveBack(partition: string): Promise<void> {
    if (this.#runs.has(partition)) this.#end(partition, { finish: true, release: true });
    else if (!this.#ending.has(partition)) {
      await this.#options.leases.release(partition, this.#options.worker.id);
    }
  }

  #end(partition: string, how: { readonly finish: boolean; readonly release: boolean }): void {
    const run = this.#runs.get(partition);
    if (run === undefined) return;
    this.#runs.delete(partition);
    const { leases, worker, log } = this.#options;
    const ending = async () => {
      try {
        await run.stop(how.finish);
      } catch (error) {
        log.warn(`partition ${partition}, while stopping: ${reasonOf(error)}`);
      }
      try {
        if (how.release) await leases.release(partition, worker.id);
      } catch (error) {
        log.warn(
          `partition ${partition} could not be given back, and runs out by itself: ${reasonOf(error)}`,
        );
      }
      this.#ending.delete(partition);
    };
    this.#ending.set(partition, ending());
  }

  /** Workers that are gone for certain, or were silent for long and hold nothing, leave the table. */
  async #forget(table: LeaseTable, dead: readonly WorkerIdentity[]): Promise<void> {
    const holding = new Set(table.partitions.map(({ owner }) => owner));
    const silent = table.workers.filter(({ id, seenAgo }) => seenAgo > FORGOTTEN && !holding.has(id));
    for (const { id } of [...dead, ...silent]) await this.#options.leases.leave(id);
  }

  async #leave(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    for (const partition of this.running()) this.#end(partition, { finish: true, release: true });
    await Promise.all(this.#ending.values());
    await this.#options.leases.leave(this.#options.worker.id);
  }
}
