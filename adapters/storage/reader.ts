/**
 * What the query API reads, from PostgreSQL. Lists are paged by the place of the last entry, so that every entry is met
 * once while others are added; whatever is asked for travels as a parameter.
 */

import { sql } from 'kysely';
import type { InstanceFilter, Reader } from '../../engine/index.ts';
import { listAlarms, listFoldedAlarms } from './alarm-lists.ts';
import { readBoard } from './board.ts';
import { type Database, instant } from './connect.ts';
import { pageSize, readNumberCursor, readTextCursor, writeCursor } from './cursor.ts';
import { readLeases } from './leases.ts';
import { postgresLooks } from './looks.ts';
import { hasNul, NOTHING, pageOf } from './pages.ts';
import { alarmOf, digestOf, instanceOf, journalOf, positionOf, rejectedOf } from './records.ts';
import { revisionSources } from './store.ts';
import { orStoreError } from './store-failure.ts';

/** The reads of the query API on PostgreSQL. They reject with StoreError, or with CursorError for a bad cursor. */
export function postgresReader(db: Database): Reader {
  return {
    instances: (filter, limit, cursor) => listInstances(db, filter, pageSize(limit), cursor),
    instance: async (flow, key) => {
      if (hasNul(flow, key)) return null;
      const row = await orStoreError(`cannot read instance ${flow}/${key}`, () =>
        db
          .selectFrom('milepost.instances')
          .selectAll()
          .where('flow', '=', flow)
          .where('key', '=', key)
          .executeTakeFirst(),
      );
      return row === undefined ? null : instanceOf(row);
    },
    events: (flow, key, limit, cursor) => listEvents(db, { flow, key }, pageSize(limit), cursor),
    alarms: (filter, limit, cursor) => listAlarms(db, filter, limit, cursor),
    foldedAlarms: (filter, limit, cursor) => listFoldedAlarms(db, filter, limit, cursor),
    alarm: async (id) => {
      const row = await orStoreError(`cannot read alarm ${id}`, () =>
        db.selectFrom('milepost.alarms').selectAll().where('digest', '=', digestOf(id)).executeTakeFirst(),
      );
      return row === undefined ? null : alarmOf(row);
    },
    rejected: (limit, cursor) => listRejected(db, pageSize(limit), cursor),
    rejectedOne: async (id) => {
      if (hasNul(id)) return null;
      const row = await orStoreError(`cannot read rejected event ${id}`, () =>
        db.selectFrom('milepost.rejected').selectAll().where('id', '=', id).executeTakeFirst(),
      );
      return row === undefined ? null : rejectedOf(row);
    },
    markResent: async (id, at) => {
      if (hasNul(id)) return false;
      const { numUpdatedRows } = await orStoreError(
        `cannot note that rejected event ${id} was sent again`,
        () =>
          db
            .updateTable('milepost.rejected')
            .set({ resent_at: instant(at) })
            .where('id', '=', id)
            .executeTakeFirstOrThrow(),
      );
      return numUpdatedRows === 1n;
    },
    day: async (day) => {
      if (hasNul(day)) return [];
      const rows = await orStoreError(`cannot read the instances of ${day}`, () =>
        db
          .selectFrom('milepost.instances')
          .selectAll()
          .where('trading_day', '=', day)
          .orderBy('flow')
          .orderBy('key')
          .execute(),
      );
      return rows.map(instanceOf);
    },
    board: (day, most) => readBoard(db, day, most),
    counts: async (day) => {
      if (hasNul(day)) return [];
      return orStoreError(`cannot count the instances of ${day}`, () =>
        db
          .selectFrom('milepost.instances')
          .select(['flow', 'status', 'health', sql<number>`count(*)`.as('count')])
          .where('trading_day', '=', day)
          .groupBy(['flow', 'status', 'health'])
          .orderBy('flow')
          .orderBy(sql`status collate "C"`)
          .orderBy(sql`health collate "C"`)
          .execute(),
      );
    },
    position: async (partition) => {
      if (hasNul(partition)) return null;
      const row = await orStoreError(`cannot read the position of partition ${partition}`, () =>
        db.selectFrom('milepost.positions').selectAll().where('partition', '=', partition).executeTakeFirst(),
      );
      return row === undefined ? null : positionOf(row);
    },
    workers: () => readLeases(db),
    watched: () =>
      orStoreError('cannot read the watched flows', () =>
        db
          .selectFrom('milepost.watched')
          .select(['flow', sql<number>`min(since)`.as('since')])
          .groupBy('flow')
          .orderBy('flow')
          .execute(),
      ),
    revision: (revision) => (hasNul(revision) ? Promise.resolve(null) : revisionSources(db, revision)),
    ping: () =>
      orStoreError('the database does not answer', async () => {
        await sql`select 1`.execute(db);
      }),
    ...postgresLooks(db),
  };
}

async function listInstances(db: Database, filter: InstanceFilter, limit: number, cursor: string | null) {
  const after = cursor === null ? null : readTextCursor('instances', cursor);
  const { flow, status, health, group, day } = filter;
  if (hasNul(flow, status, health, group, day)) return NOTHING;
  let query = db.selectFrom('milepost.instances').selectAll();
  if (flow !== undefined) query = query.where('flow', '=', flow);
  if (status !== undefined) query = query.where(sql<string>`status`, '=', status);
  if (health !== undefined) query = query.where(sql<string>`health`, '=', health);
  if (group !== undefined) query = query.where('group', '=', group);
  if (day !== undefined) query = query.where('trading_day', '=', day);
  if (after !== null) query = query.where(sql<boolean>`(flow, key) > (${after[0]}, ${after[1]})`);
  const rows = await orStoreError('cannot list instances', () =>
    query
      .orderBy('flow')
      .orderBy('key')
      .limit(limit + 1)
      .execute(),
  );
  return pageOf(rows, {
    limit,
    entry: instanceOf,
    cursor: (row) => writeCursor('instances', [row.flow, row.key]),
  });
}

async function listEvents(
  db: Database,
  of: { flow: string; key: string },
  limit: number,
  cursor: string | null,
) {
  const after = cursor === null ? null : readNumberCursor('events', cursor);
  if (hasNul(of.flow, of.key)) return NOTHING;
  let query = db
    .selectFrom('milepost.journal')
    .selectAll()
    .where(
      sql<boolean>`hashtextextended(flow || '/' || key, 0) = hashtextextended(${of.flow} || '/' || ${of.key}, 0)`,
    )
    .where('flow', '=', of.flow)
    .where('key', '=', of.key);
  if (after !== null) query = query.where('place', '>', after[0]);
  const rows = await orStoreError(`cannot list the events of ${of.flow}/${of.key}`, () =>
    query
      .orderBy('place')
      .limit(limit + 1)
      .execute(),
  );
  return pageOf(rows, { limit, entry: journalOf, cursor: (row) => writeCursor('events', [row.place, 0]) });
}

async function listRejected(db: Database, limit: number, cursor: string | null) {
  const before = cursor === null ? null : readNumberCursor('rejected events', cursor);
  let query = db.selectFrom('milepost.rejected').selectAll();
  if (before !== null) {
    query = query.where(sql<boolean>`(received_at, position) < (${instant(before[0])}, ${before[1]})`);
  }
  const rows = await orStoreError('cannot list rejected events', () =>
    query
      .orderBy('received_at', 'desc')
      .orderBy('position', 'desc')
      .limit(limit + 1)
      .execute(),
  );
  const cursorOf = (row: (typeof rows)[number]) =>
    writeCursor('rejected events', [row.received_at, row.position]);
  return pageOf(rows, { limit, entry: rejectedOf, cursor: cursorOf });
}
