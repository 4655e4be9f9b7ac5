import type { Leases, LeaseTable } from '../../engine/index.ts';
import { compareTexts, type MemoryTables, movedEpoch } from './memory-tables.ts';

/** Who works on which partition, in memory; `now` is the clock of the leases, ms. */
export function memoryLeases(tables: MemoryTables, now: () => number): Leases {
  const free = { owner: null, until: 0 };
  const release = (worker: string, partition: string) => {
    if (tables.leases.get(partition)?.owner === worker) tables.leases.set(partition, free);
  };
  return {
    partitions: async (wanted) => {
      tables.partitions ??= wanted ?? 1;
      for (let n = 0; n < tables.partitions; n++)
        if (!tables.leases.has(String(n))) tables.leases.set(String(n), free);
      return tables.partitions;
    },
    beat: async (worker, ttl) => {
      tables.workers.set(worker.id, { ...worker, seenAt: now() });
      for (const [partition, { owner, until }] of tables.leases)
        if (owner === worker.id && until > now()) tables.leases.set(partition, { owner, until: now() + ttl });
      return leaseTable(tables, now());
    },
    take: async (partition, worker, ttl, dead) => {
      const { owner, until } = tables.leases.get(partition) ?? free;
      if (owner !== null && owner !== worker && until > now() && !dead.includes(owner)) return false;
      tables.leases.set(partition, { owner: worker, until: now() + ttl });
      movedEpoch(tables, partition);
      return true;
    },
    release: async (partition, worker) => release(worker, partition),
    leave: async (worker) => {
      for (const partition of tables.leases.keys()) release(worker, partition);
      tables.workers.delete(worker);
    },
  };
}

/** Who works on what at this time, ms. */
export function leaseTable(tables: MemoryTables, at: number): LeaseTable {
  const workers = [...tables.workers.values()].map(({ seenAt, ...worker }) => ({
    ...worker,
    seenAgo: at - seenAt,
  }));
  const partitions = [...tables.leases].map(([partition, { owner, until }]) => ({
    partition,
    owner,
    left: owner === null ? 0 : until - at,
  }));
  return {
    workers: workers.sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.id, b.id)),
    partitions: partitions.sort(
      (a, b) => a.partition.length - b.partition.length || compareTexts(a.partition, b.partition),
    ),
  };
}
