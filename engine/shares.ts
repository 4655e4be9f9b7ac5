/**
 * Which partitions a worker takes and gives back, seen from the table of leases alone.
 *
 * 1. Partitions are shared out evenly among the workers that live: some have one more where it does not come out even, and
 *    those are the ones that have most already, so that nothing moves without need.
 * 2. Who has too many gives back one at a time; who has too few takes what is free. All workers that see the same table
 *    want different things, and the sum of what they want is all there is.
 */
import type { LeaseTable } from './leases.ts';

export interface ShareOptions {
  /** id of the worker that asks */
  readonly self: string;
  /** a worker that was not seen for so long does not live, ms */
  readonly ttl: number;
  /** ids of workers that are known to be dead: what they hold is free */
  readonly dead: readonly string[];
}

export interface Share {
  /** free partitions to take, in the order in which to try; another worker may be faster */
  readonly take: readonly string[];
  /** the partition to give back; null where there is none */
  readonly release: string | null;
}

/** What a worker should take, or give back, now. */
export function shareOf(table: LeaseTable, options: ShareOptions): Share {
  const { self, ttl, dead } = options;
  const gone = new Set(dead);
  const living = new Set([self]);
  for (const { id, seenAgo } of table.workers) if (seenAgo <= ttl && !gone.has(id)) living.add(id);
  const free: string[] = [];
  const counts = new Map([...living].map((id) => [id, 0]));
  const own: string[] = [];
  for (const { partition, owner, left } of table.partitions) {
    if (owner === null || left <= 0 || gone.has(owner)) free.push(partition);
    else if (counts.has(owner)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    if (owner === self && left > 0) own.push(partition);
  }
  const wanted = targetOf(self, counts, table.partitions.length);
  if (own.length > wanted) return { take: [], release: own.at(-1) ?? null };
  const start = Math.floor((free.length * rankOf(self, counts)) / counts.size);
  const turned = [...free.slice(start), ...free.slice(0, start)];
  return { take: turned.slice(0, wanted - own.length), release: null };
}

/** How many of `all` partitions a worker is to have. */
function targetOf(self: string, counts: ReadonlyMap<string, number>, all: number): number {
  const order = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const rank = order.findIndex(([id]) => id === self);
  return Math.floor(all / order.length) + (rank < all % order.length ? 1 : 0);
}

/** The place of a worker among all by name: who takes at the same time begins elsewhere. */
function rankOf(self: string, counts: ReadonlyMap<string, number>): number {
  return [...counts.keys()].filter((id) => id < self).length;
}
