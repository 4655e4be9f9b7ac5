/**
 * Writes one batch of the worker, all of it or nothing, in one round trip.
 *
 * 1. The first statement moves the position of the partition from where the batch goes on; where it is elsewhere the
 *    statement fails, and with it the batch.
 * 2. A fixed number of statements, whatever the size of the batch; one for each kind that is there.
 * 3. The journal goes by COPY, everything else as arrays. This is the one place that does without kysely, since it is
 *    what the speed of intake hangs on: statements are texts made once, their values are in binary form.
 * 4. Changes come last, and give the id of the last of them: their counter is locked from then to the end of the commit, so nobody reads a change before a
 *    smaller one, and partitions that commit at once wait for each other no longer than that.
 */

import type {
  AlarmRecord,
  Batch,
  ChangeRecord,
  HeldRoot,
  InstanceKey,
  InstanceRecord,
  JournalRecord,
  NoticeRecord,
  RejectedRecord,
} from '../../engine/index.ts';
import { binaryRows, binaryValue, type Column } from './binary.ts';
import type { Database } from './connect.ts';
import { arraysOf, type Insertion, insertion, rowsText } from './insert-all.ts';
import { FENCED } from './migrations.ts';
import type { Statement } from './one-trip.ts';
import type { RecentChanges } from './recent-changes.ts';
import { digestOf, storable, writeHeaders, writeHeld } from './records.ts';
import { sqlStateOf } from './store-failure.ts';

/**
 * One transaction; `fenced` when the position is not the one that the batch goes on from. Its changes are told to `recent`
 * with the ids that they got.
 */
export async function commitBatch(
  db: Database,
  batch: Batch,
  recent: RecentChanges,
): Promise<'committed' | 'fenced'> {
  try {
    const last = await db.trip(statementsOf(batch));
    if (batch.changes.length > 0) recent.add(batch.changes, Number(last));
    return 'committed';
  } catch (error) {
    if (sqlStateOf(error) === FENCED) return 'fenced';
    throw error;
  }
}

/** The statements of a batch, in their order; those with nothing to write are left out. */
function statementsOf(batch: Batch): readonly Statement[] {
  const { partition } = batch.position;
  const statements = [movePosition(batch)];
  if (batch.journal.length > 0) statements.push(copyJournal(partition, batch.journal));
  if (batch.removed.length > 0) statements.push(remove(batch.removed));
  insert(INSTANCES, inPartition(batch.instances));
  const emptied = batch.held.filter(({ events }) => events.length === 0);
  if (emptied.length > 0) statements.push(forgetHeld(partition, emptied));
  insert(HELD, inPartition(batch.held.filter(({ events }) => events.length > 0)));
  insert(WATCHED, inPartition(batch.watched));
  insert(REJECTED, batch.rejected);
  insert(ALARMS, batch.alarms);
  insert(NOTICES, batch.notices);
  if (batch.changes.length > 0) statements.push(appendChanges(batch.changes));
  return statements;

  function insert<T>(into: Insertion<T>, records: readonly T[]): void {
    if (records.length > 0) statements.push(insertion(into, records));
  }

  function inPartition<T>(records: readonly T[]): InPartition<T>[] {
    return records.map((record) => ({ partition, record }));
  }
}

interface InPartition<T> {
  readonly partition: string;
  readonly record: T;
}

function movePosition({ previous, position }: Batch): Statement {
  return {
    text: 'select milepost.move_position($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)',
    values: [
      binaryValue('text', position.partition),
      binaryValue('bigint', previous.epoch),
      binaryValue('bigint', previous.sequence),
      binaryValue('bigint', previous.journal),
      binaryValue('text', previous.tag),
      binaryValue('text', position.incarnation),
      binaryValue('bigint', position.sequence),
      binaryValue('instant', position.clock),
      binaryValue('bigint', position.journal),
      binaryValue('bigint', position.mark),
      binaryValue('instant', position.markClock),
      binaryValue('text', position.revision),
      binaryValue('text', position.tag),
    ],
  };
}

function copyJournal(partition: string, journal: readonly JournalRecord[]): Statement {
  const columns: Column<JournalRecord>[] = [['partition', 'text', () => partition], ...JOURNAL];
  return { text: COPY_JOURNAL, values: [], copied: binaryRows(columns, journal) };
}

function remove(removed: readonly InstanceKey[]): Statement {
  const rows = rowsText(INSTANCE_KEY, 1);
  return {
    text: `delete from milepost.instances i using ${rows} where i.flow = r.flow and i.key = r.key`,
    values: arraysOf(INSTANCE_KEY, removed),
  };
}

function forgetHeld(partition: string, roots: readonly HeldRoot[]): Statement {
  const columns: readonly Column<HeldRoot>[] = [['root', 'text', ({ root }) => root]];
  return {
    text: `delete from milepost.held h using ${rowsText(columns, 2)} where h.partition = $1 and h.root = r.root`,
    values: [binaryValue('text', partition), ...arraysOf(columns, roots)],
  };
}

function appendChanges(changes: readonly ChangeRecord[]): Statement {
  return {
    text: APPEND_CHANGES,
    values: [binaryValue('bigint', changes.length), ...arraysOf(CHANGE, changes)],
  };
}

/** The columns that name an instance. */
export const INSTANCE_KEY: readonly Column<InstanceKey>[] = [
  ['flow', 'text', (r) => r.flow],
  ['key', 'text', (r) => r.key],
];

/** The columns of an entry of the journal, but for its partition. */
export const JOURNAL: readonly Column<JournalRecord>[] = [
  ['place', 'bigint', (r) => r.place],
  ['clock', 'instant', (r) => r.clock],
  ['backlog', 'boolean', (r) => r.backlog],
  ['flow', 'text', (r) => r.flow],
  ['key', 'text', (r) => r.key],
  ['id', 'text', (r) => r.id],
  ['digest', 'text', (r) => r.digest],
  ['step', 'text', (r) => r.step],
  ['kind', 'text', (r) => r.kind],
  ['time', 'instant', (r) => r.time],
  ['received_at', 'instant', (r) => r.receivedAt],
  ['event', 'text', (r) => r.event],
];

const COPY_JOURNAL = `copy milepost.journal (partition, ${JOURNAL.map(([name]) => name).join(', ')})
  from stdin (format binary)`;

const INSTANCES: Insertion<InPartition<InstanceRecord>> = {
  table: 'milepost.instances',
  columns: [
    ['flow', 'text', ({ record }) => record.flow],
    ['key', 'text', ({ record }) => record.key],
    ['partition', 'text', ({ partition }) => partition],
    ['revision', 'text', ({ record }) => record.revision],
    ['status', 'text', ({ record }) => record.status],
    ['health', 'text', ({ record }) => record.health],
    ['deviated', 'boolean', ({ record }) => record.deviated],
    ['group', 'text', ({ record }) => record.group],
    ['trading_day', 'text', ({ record }) => record.tradingDay],
    ['started_at', 'instant', ({ record }) => record.startedAt],
    ['ended_at', 'instant', ({ record }) => record.endedAt],
    ['updated_at', 'instant', ({ record }) => record.updatedAt],
    ['open_alarms', 'bigint', ({ record }) => record.openAlarms],
    ['has_timers', 'boolean', ({ record }) => record.hasTimers],
    ['applied', 'bigint', ({ record }) => record.applied],
    ['snapshot', 'text', ({ record }) => record.snapshot],
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

const WATCHED: Insertion<InPartition<Batch['watched'][number]>> = {
  table: 'milepost.watched',
  columns: [
    ['partition', 'text', ({ partition }) => partition],
    ['flow', 'text', ({ record }) => record.flow],
    ['since', 'instant', ({ record }) => record.since],
  ],
  conflict: { key: ['partition', 'flow'], write: 'replace' },
};

const HELD: Insertion<InPartition<HeldRoot>> = {
  table: 'milepost.held',
  columns: [
    ['partition', 'text', ({ partition }) => partition],
    ['root', 'text', ({ record }) => record.root],
    ['applied', 'bigint', ({ record }) => record.applied],
    ['events', 'text', ({ record }) => writeHeld(record.events)],
  ],
  conflict: { key: ['partition', 'root'], write: 'replace' },
};

const CHANGE: readonly Column<ChangeRecord>[] = [
  ['kind', 'text', (r) => r.kind],
  ['subject', 'text', (r) => r.subject],
  ['body', 'text', (r) => r.body],
];

const APPEND_CHANGES = `
  with counter as (update milepost.change_counter set last = last + $1::bigint returning last),
  appended as (
    insert into milepost.changes (id, kind, subject, body)
    select counter.last - $1::bigint + r.ordinal, r.kind, r.subject, r.body
      from counter, ${rowsText(CHANGE, 2)})
  select last from counter`;
