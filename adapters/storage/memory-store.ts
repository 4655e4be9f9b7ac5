/**
 * Store, change log and reader in memory, as good as the database: the same order (UTF-8 bytes), paging, fencing,
 * atomicity and refusals. For tests, replay and simulation; nothing outlives the process.
 */

import {
  type Batch,
  type ChangeLog,
  type HeldRoot,
  type JournalRecord,
  type RejectedEntry,
  type Store,
  StoreError,
} from '../../engine/index.ts';
import { KEPT_CHANGES } from './change-log.ts';
import { memoryLeases } from './memory-leases.ts';
import { memoryReader } from './memory-reader.ts';
import {
  compareInstances,
  instanceName,
  type MemoryTables,
  movedEpoch,
  watchedInMemory,
} from './memory-tables.ts';
import { storable } from './records.ts';
import type { Storage } from './storage.ts';

export interface MemoryStorage extends Storage {
  /** what is stored, to look at in tests */
  readonly tables: MemoryTables;
}

/** An empty storage. */
export function memoryStorage(
  options: {
    /** how many published changes are kept, as in the database */
    readonly keptChanges?: number;
    /** the clock of its leases */
    readonly now?: () => number;
    /** the alarm that another one is a consequence of, as `memoryNotices` knows it */
    readonly rootOf?: (alarm: string) => string | null;
  } = {},
): MemoryStorage {
  const now = options.now ?? Date.now;
  const tables: MemoryTables = {
    positions: new Map(),
    partitions: null,
    leases: new Map(),
    workers: new Map(),
    places: new Map(),
    journal: new Map(),
    instances: new Map(),
    homes: new Map(),
    alarms: new Map(),
    rejected: new Map(),
    notices: new Map(),
    watched: new Map(),
    held: new Map(),
    revisions: new Map(),
    changes: [],
    newest: 0,
    published: 0,
  };
  return {
    tables,
    store: memoryStore(tables, now),
    leases: memoryLeases(tables, now),
    changes: memoryChangeLog(tables, options.keptChanges ?? KEPT_CHANGES),
    reader: memoryReader(tables, now, options.rootOf ?? (() => null)),
    close: async () => {},
  };
}

function memoryStore(tables: MemoryTables, now: () => number): Store {
  return {
    open: async (partition, owner) => {
      const lease = tables.leases.get(partition) ?? { owner: null, until: 0 };
      if (lease.owner === null && !tables.positions.has(partition))
        tables.leases.set(partition, { owner, until: Number.POSITIVE_INFINITY });
      else if (lease.owner !== owner || lease.until <= now()) return null;
      return movedEpoch(tables, partition);
    },
    load: async (keys) => {
      const names = new Set(keys.map(({ flow, key }) => instanceName(flow, key)));
      return [...names].map((name) => tables.instances.get(name)).filter((found) => found !== undefined);
    },
    loadLive: async (partition) =>
      [...tables.instances]
        .filter(([name]) => tables.homes.get(name) === partition)
        .map(([, record]) => record)
        .filter(
          ({ status, openAlarms, hasTimers }) =>
            status === 'expected' || status === 'running' || openAlarms > 0 || hasTimers,
        )
        .sort(compareInstances),
    seen: async (keys) => {
      const names = new Set(keys.map(({ flow, key }) => instanceName(flow, key)));
      return [...names].flatMap((name) =>
        (tables.journal.get(name)?.events ?? []).map(({ flow, key, id, digest }) => ({
          flow,
          key,
          id,
          digest,
        })),
      );
    },
    tail: async (partition, after, max) =>
      (tables.places.get(partition) ?? []).filter(({ place }) => place > after).slice(0, max),
    watched: async (partition) => watchedInMemory(tables, [partition]),
    held: async (partition) => [...(tables.held.get(partition)?.values() ?? [])],
    commit: async (batch) => {
      const { previous } = batch;
      const stored = tables.positions.get(previous.partition);
      if (
        stored === undefined ||
        stored.epoch !== previous.epoch ||
        stored.sequence !== previous.sequence ||
        stored.journal !== previous.journal ||
        stored.tag !== previous.tag
      )
        return 'fenced';
      refuseRepeats(tables, batch.journal);
      refuseNul(batch);
      apply(tables, batch);
      return 'committed';
    },
    saveRevision: async (revision, sources) => {
      if (!tables.revisions.has(revision)) tables.revisions.set(revision, [...sources]);
    },
    revision: async (revision) => tables.revisions.get(revision) ?? null,
  };
}

/** The database does not look: a worker that journals an id twice has a fault that tests should see. */
function refuseRepeats(tables: MemoryTables, journal: readonly JournalRecord[]): void {
  const coming = new Set<string>();
  for (const { flow, key, id } of journal) {
    const name = instanceName(flow, key);
    if (coming.has(`${name}\0${id}`) || tables.journal.get(name)?.digests.has(id) === true) {
      throw new StoreError('impossible: a row that `seen` did not report is there already', true, null);
    }
    coming.add(`${name}\0${id}`);
  }
}

function refuseNul({ instances, journal, alarms, changes }: Batch): void {
  const texts = [
    ...instances.flatMap(({ key, snapshot }) => [key, snapshot]),
    ...journal.flatMap(({ key, id, event }) => [key, id, event]),
    ...alarms.flatMap(({ text, why }) => [text, why]),
    ...changes.map(({ body }) => body),
  ];
  if (texts.some((text) => text.includes('\0')))
    throw new StoreError('a text with the character NUL cannot be stored', true, null);
}

/** Nothing in here can fail, so that a batch is applied whole. */
function apply(tables: MemoryTables, batch: Batch): void {
  const { partition } = batch.position;
  tables.positions.set(partition, batch.position);
  const places = tables.places.get(partition) ?? [];
  tables.places.set(partition, places);
  for (const record of batch.journal) {
    places.push(record);
    const name = instanceName(record.flow, record.key);
    const none: { events: JournalRecord[]; digests: Map<string, string> } = {
      events: [],
      digests: new Map(),
    };
    const kept = tables.journal.get(name) ?? none;
    kept.events.push(record);
    kept.digests.set(record.id, record.digest);
    tables.journal.set(name, kept);
  }
  for (const { flow, key } of batch.removed) tables.instances.delete(instanceName(flow, key));
  for (const record of batch.instances) {
    const name = instanceName(record.flow, record.key);
    tables.instances.set(name, record);
    tables.homes.set(name, partition);
  }
  for (const alarm of batch.alarms) {
    const position = tables.alarms.get(alarm.id)?.position ?? tables.alarms.size + 1;
    tables.alarms.set(alarm.id, { alarm, position });
  }
  for (const record of batch.rejected) reject(tables, { ...record, resentAt: null });
  for (const notice of batch.notices) {
    if (!tables.notices.has(notice.id)) tables.notices.set(notice.id, notice);
  }
  const watched = tables.watched.get(partition) ?? new Map<string, number>();
  for (const { flow, since } of batch.watched) watched.set(flow, since);
  tables.watched.set(partition, watched);
  const held = tables.held.get(partition) ?? new Map<string, HeldRoot>();
  for (const one of batch.held) {
    if (one.events.length === 0) held.delete(one.root);
    else held.set(one.root, one);
  }
  tables.held.set(partition, held);
  for (const change of batch.changes) {
    tables.newest += 1;
    tables.changes.push({ ...change, id: tables.newest });
  }
}

function reject(tables: MemoryTables, entry: RejectedEntry): void {
  const id = storable(entry.id);
  if (tables.rejected.has(id)) return;
  const headers = Object.entries(entry.headers).map(([name, value]) => [storable(name), storable(value)]);
  const kept: RejectedEntry = {
    ...entry,
    id,
    subject: storable(entry.subject),
    payload: Uint8Array.from(entry.payload),
    headers: Object.fromEntries(headers),
    reason: storable(entry.reason),
  };
  tables.rejected.set(id, { entry: kept, position: tables.rejected.size + 1 });
}

function memoryChangeLog(tables: MemoryTables, kept: number): ChangeLog {
  return {
    changes: async (after, max) => {
      const oldest = tables.changes[0]?.id ?? 1;
      const from = Math.max(0, after + 1 - oldest);
      return tables.changes.slice(from, from + max);
    },
    newest: async () => tables.newest,
    oldest: async () => tables.changes[0]?.id ?? 0,
    published: async () => tables.published,
    markPublished: async (id) => {
      tables.published = Math.max(tables.published, id);
      const oldest = tables.changes[0]?.id;
      const last = tables.published - kept;
      if (oldest !== undefined && oldest <= last) tables.changes = tables.changes.slice(last + 1 - oldest);
    },
  };
}
