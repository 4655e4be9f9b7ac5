/**
 * Store, change log and reader in memory, as good as the database: the same order (UTF-8 bytes), paging, fencing,
 * atomicity and refusals. For tests, replay and simulation; nothing outlives the process.
 */

import {
  type Batch,
  type ChangeLog,
  type JournalRecord,
  type RejectedEntry,
  type Store,
  StoreError,
} from '../../engine/index.ts';
import { KEPT_CHANGES } from './change-log.ts';
import { memoryReader } from './memory-reader.ts';
import {
  compareInstances,
  compareTexts,
  instanceName,
  type MemoryTables,
  watchedInMemory,
} from './memory-tables.ts';
import { storable } from './records.ts';
import type { Storage } from './storage.ts';

export interface MemoryStorage extends Storage {
  /** what is stored, to look at in tests */
  readonly tables: MemoryTables;
}

/** An empty storage. `keptChanges`: how many published changes are kept, as in the database. */
export function memoryStorage(options: { readonly keptChanges?: number } = {}): MemoryStorage {
  const tables: MemoryTables = {
    positions: new Map(),
    journal: new Map(),
    instances: new Map(),
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
    store: memoryStore(tables),
    changes: memoryChangeLog(tables, options.keptChanges ?? KEPT_CHANGES),
    reader: memoryReader(tables),
    close: async () => {},
  };
}

function memoryStore(tables: MemoryTables): Store {
  return {
    open: async (partition) => {
      const old = tables.positions.get(partition);
      const first = { partition, epoch: 0, incarnation: '', sequence: 0, clock: null };
      const position = { ...(old ?? first), epoch: (old?.epoch ?? 0) + 1 };
      tables.positions.set(partition, position);
      return position;
    },
    load: async (keys) => {
      const names = new Set(keys.map(({ flow, key }) => instanceName(flow, key)));
      return [...names].map((name) => tables.instances.get(name)).filter((found) => found !== undefined);
    },
    loadLive: async () =>
      [...tables.instances.values()]
        .filter(
          ({ status, openAlarms, hasTimers }) =>
            status === 'expected' || status === 'running' || openAlarms > 0 || hasTimers,
        )
        .sort(compareInstances),
    seen: async (ids) => {
      const found = new Map<string, { flow: string; key: string; id: string; digest: string }>();
      for (const { flow, key, id } of ids) {
        const name = instanceName(flow, key);
        const digest = tables.journal.get(name)?.digests.get(id);
        if (digest !== undefined) found.set(`${name}\0${id}`, { flow, key, id, digest });
      }
      return [...found.values()];
    },
    watched: async () => watchedInMemory(tables),
    held: async () => {
      const partitions = [...tables.held].sort(([a], [b]) => compareTexts(a, b));
      return partitions.flatMap(([, held]) => held);
    },
    commit: async (batch) => {
      const owner = tables.positions.get(batch.position.partition);
      if (owner === undefined || owner.epoch !== batch.position.epoch) return 'fenced';
      refuseRepeats(tables, batch.journal);
      apply(tables, batch);
      return 'committed';
    },
    saveRevision: async (revision, sources) => {
      if (!tables.revisions.has(revision)) tables.revisions.set(revision, [...sources]);
    },
    revision: async (revision) => tables.revisions.get(revision) ?? null,
  };
}

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

/** Nothing in here can fail, so that a batch is applied whole. */
function apply(tables: MemoryTables, batch: Batch): void {
  tables.positions.set(batch.position.partition, batch.position);
  for (const record of batch.journal) {
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
  for (const record of batch.instances) tables.instances.set(instanceName(record.flow, record.key), record);
  for (const alarm of batch.alarms) {
    const position = tables.alarms.get(alarm.id)?.position ?? tables.alarms.size + 1;
    tables.alarms.set(alarm.id, { alarm, position });
  }
  for (const record of batch.rejected) reject(tables, { ...record, resentAt: null });
  for (const notice of batch.notices) {
    if (!tables.notices.has(notice.id)) tables.notices.set(notice.id, notice);
  }
  for (const { flow, since } of batch.watched) tables.watched.set(flow, since);
  if (batch.held !== null) tables.held.set(batch.position.partition, [...batch.held]);
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
