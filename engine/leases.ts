/** Who works on which partition: the port, and what it tells. All times are milliseconds. */

/** A process that works on partitions. `id` is made anew at every start. */
export interface WorkerIdentity {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** where its API is reached; null without one */
  readonly address: string | null;
}

export interface LeaseTable {
  /** workers that have beaten and not left; `seenAgo` ms since the last beat */
  readonly workers: readonly (WorkerIdentity & { readonly seenAgo: number })[];
  /** every partition, ascending by number; `left` ms until its lease runs out, negative once it has */
  readonly partitions: readonly {
    readonly partition: string;
    readonly owner: string | null;
    readonly left: number;
  }[];
}

/**
 * Who works on which partition. A lease only says who should: safety is the epoch, which every `take` and `open` moves
 * on. All times are the store's own; `ttl` is in ms. Every method rejects with StoreError when the world failed.
 */
export interface Leases {
  /** Sets the number of partitions at the first call ever (null: 1), and gives the number in force. */
  partitions(wanted: number | null): Promise<number>;
  /** This worker is alive: notes it, renews what it holds and has not run out, and gives the table. */
  beat(worker: WorkerIdentity, ttl: number): Promise<LeaseTable>;
  /**
   * Takes a partition that is free, has run out, or is held by one of `dead` (ids of workers known to be dead) or by this
   * worker; epoch + 1. False: someone else has it.
   */
  take(partition: string, worker: string, ttl: number, dead: readonly string[]): Promise<boolean>;
  /** Gives a partition back; nothing happens where the worker does not hold it. */
  release(partition: string, worker: string): Promise<void>;
  /** Gives everything of this worker back and forgets it. */
  leave(worker: string): Promise<void>;
}
