/**
 * Writes one batch of the worker, all of it or nothing.
 *
 * 1. The first statement takes the row of the partition; where its epoch has moved on nothing else is done.
 * 2. A fixed number of statements, whatever the size of the batch; one for each kind that is there.
 * 3. Changes come last: their counter is locked until the commit, so nobody reads a change before a smaller one.
 */

import { sql, type Transaction } from 'kysely';
import type {
  AlarmRecord,
  Batch,
  ChangeRecord,
  HeldRecord,
  InstanceKey,
  InstanceRecord,
  JournalRecord,
  NoticeRecord,
  RejectedRecord,
} from '../../engine/index.ts';
import { type Database, instant } from './connect.ts';
import { type Column, type Insertion, insertAll, recordset, selected } from './insert-all.ts';
import { digestOf, storable, writeHeaders } from './records.ts';
import type { Tables } from './tables.ts';

/** One transaction; `fenced` when another owner has taken the partition. */
export function commitBatch(db: Database, batch: Batch): Promise<'committed' | 'fenced'> {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      if (!(await advance(trx, batch))) return 'fenced';
      await insertAll(trx, JOURNAL, batch.journal);
      await remove(trx, batch.removed);
      await insertAll(trx, INSTANCES, batch.instances);
      await insertAll(trx, ALARMS, batch.alarms);
      await insertAll(trx, REJECTED, batch.rejected);
      await insertAll(trx, NOTICES, batch.notices);
      await insertAll(trx, WATCHED, batch.watched);
      await replaceHeld(trx, batch.position.partition, batch.held);
      await appendChanges(trx, batch.changes);
      return 'committed';
    });
}

async function advance(trx: Transaction<Tables>, { position }: Batch): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update milepost.positions
       set incarnation = ${position.incarnation}, sequence = ${position.sequence}, clock = ${instant(position.clock)}
     where partition = ${position.partition} and epoch = ${position.epoch}`.execute(trx);
  return numAffectedRows === 1n;
}

async function remove(trx: Transaction<Tables>, removed: readonly InstanceKey[]): Promise<void> {
  if (removed.length === 0) return;
  await sql`
    delete from milepost.instances i using ${recordset(INSTANCE_KEY, removed)}
     where i.flow = r.flow and i.key = r.key`.execute(trx);
}

async function replaceHeld(
  trx: Transaction<Tables>,
  partition: string,
  held: readonly HeldRecord[] | null,
): Promise<void> {
  if (held === null) return;
  await sql`delete from milepost.held where partition = ${partition}`.execute(trx);
  const placed = held.map((record, place) => ({ ...record, partition, place }));
  await insertAll(trx, HELD, placed);
}

async function appendChanges(trx: Transaction<Tables>, changes: readonly ChangeRecord[]): Promise<void> {
  if (changes.length === 0) return;
  const count = changes.length;
  await sql`
    with counter as (update milepost.change_counter set last = last + ${count}::bigint returning last)
    insert into milepost.changes (id, kind, subject, body)
    select counter.last - ${count}::bigint + r.ordinal, ${sql.join(CHANGE.map(selected))}
      from counter, ${recordset(CHANGE, changes)}`.execute(trx);
}

/** The columns that name an instance. */
export const INSTANCE_KEY: readonly Column<InstanceKey>[] = [
  ['flow', 'text', (r) => r.flow],
  ['key', 'text', (r) => r.key],
];

const JOURNAL: Insertion<JournalRecord> = {
  table: 'milepost.journal',
  columns: [
    ['flow', 'text', (r) => r.flow],
    ['key', 'text', (r) => r.key],
    ['id', 'text', (r) => r.id],
    ['digest', 'text', (r) => r.digest],
    ['step', 'text', (r) => r.step],
    ['kind', 'text', (r) => r.kind],
    ['time', 'instant', (r) => r.time],
    ['received_at', 'instant', (r) => r.receivedAt],
    ['event', 'text', (r) => r.event],
  ],
};

const INSTANCES: Insertion<InstanceRecord> = {
  table: 'milepost.instances',
  columns: [
    ['flow', 'text', (r) => r.flow],
    ['key', 'text', (r) => r.key],
    ['revision', 'text', (r) => r.revision],
    ['status', 'text', (r) => r.status],
    ['health', 'text', (r) => r.health],
    ['deviated', 'boolean', (r) => r.deviated],
    ['group', 'text', (r) => r.group],
    ['trading_day', 'text', (r) => r.tradingDay],
    ['started_at', 'instant', (r) => r.startedAt],
    ['ended_at', 'instant', (r) => r.endedAt],
    ['updated_at', 'instant', (r) => r.updatedAt],
    ['open_alarms', 'bigint', (r) => r.openAlarms],
    ['has_timers', 'boolean', (r) => r.hasTimers],
    ['snapshot', 'text', (r) => r.snapshot],
  ],
  conflict: { key: ['flow', 'key'], write: 'replace' },
};

const ALARMS: Insertion<AlarmRecord> = {
  table: 'milepost.alarms',
  columns: [
    ['digest', 'bytea', (r) => digestOf(r.id)],
    ['id', 'text', (r) => r.id],
    ['flow', 'text', (r) => r.flow],
    ['key', 'text', (r) => r.key],
    ['step', 'text', (r) => r.step],
    ['name', 'text', (r) => r.name],
    ['source', 'text', (r) => r.source],
    ['severity', 'text', (r) => r.severity],
    ['group', 'text', (r) => r.group],
    ['trading_day', 'text', (r) => r.tradingDay],
    ['text', 'text', (r) => r.text],
    ['count', 'bigint', (r) => r.count],
    ['raised_at', 'instant', (r) => r.raisedAt],
    ['last_at', 'instant', (r) => r.lastAt],
    ['cleared_at', 'instant', (r) => r.clearedAt],
    ['cleared_by', 'text', (r) => r.clearedBy],
    ['late', 'boolean', (r) => r.late],
    ['why', 'text', (r) => r.why],
  ],
  conflict: { key: ['digest'], write: 'replace' },
};

const REJECTED: Insertion<RejectedRecord> = {
  table: 'milepost.rejected',
  columns: [
    ['id', 'text', (r) => storable(r.id)],
    ['subject', 'text', (r) => storable(r.subject)],
    ['payload', 'bytea', (r) => r.payload],
    ['headers', 'text', (r) => writeHeaders(r.headers)],
    ['reason', 'text', (r) => storable(r.reason)],
    ['received_at', 'instant', (r) => r.receivedAt],
  ],
  conflict: { key: ['id'], write: 'keep' },
};

const NOTICES: Insertion<NoticeRecord> = {
  table: 'milepost.notices',
  columns: [
    ['digest', 'bytea', (r) => digestOf(r.id)],
    ['id', 'text', (r) => r.id],
    ['alarm', 'text', (r) => r.alarm],
    ['kind', 'text', (r) => r.kind],
    ['channel', 'text', (r) => r.channel],
    ['text', 'text', (r) => r.text],
  ],
  conflict: { key: ['digest'], write: 'keep' },
};

const WATCHED: Insertion<Batch['watched'][number]> = {
  table: 'milepost.watched',
  columns: [
    ['flow', 'text', (r) => r.flow],
    ['since', 'instant', (r) => r.since],
  ],
  conflict: { key: ['flow'], write: 'replace' },
};

const HELD: Insertion<HeldRecord & { readonly partition: string; readonly place: number }> = {
  table: 'milepost.held',
  columns: [
    ['partition', 'text', (r) => r.partition],
    ['place', 'bigint', (r) => r.place],
    ['event', 'text', (r) => r.event],
    ['received_at', 'instant', (r) => r.receivedAt],
  ],
};

const CHANGE: readonly Column<ChangeRecord>[] = [
  ['kind', 'text', (r) => r.kind],
  ['subject', 'text', (r) => r.subject],
  ['body', 'text', (r) => r.body],
];
