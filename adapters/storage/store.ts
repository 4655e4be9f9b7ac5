import { sql } from 'kysely';
import type { Store } from '../../engine/index.ts';
import { commitBatch, INSTANCE_KEY } from './commit.ts';
import type { Database } from './connect.ts';
import { type Column, recordset } from './insert-all.ts';
import { instanceOf, positionOf, readSources, writeSources } from './records.ts';
import { orStoreError } from './store-failure.ts';

/** The worker's storage on PostgreSQL. */
export function postgresStore(db: Database): Store {
  return {
    open: (partition) =>
      orStoreError(`cannot take partition ${partition}`, async () => {
        const row = await db
          .insertInto('milepost.positions')
          .values({ partition, epoch: 1, incarnation: '', sequence: 0, clock: null })
          .onConflict((conflict) =>
            conflict.column('partition').doUpdateSet({ epoch: sql<number>`positions.epoch + 1` }),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
        return positionOf(row);
      }),
    load: (keys) =>
      orStoreError('cannot load instances', async () => {
        if (keys.length === 0) return [];
        const rows = await db
          .selectFrom('milepost.instances')
          .selectAll()
          .where(sql<boolean>`(flow, key) in (select r.flow, r.key from ${recordset(INSTANCE_KEY, keys)})`)
          .execute();
        return rows.map(instanceOf);
      }),
    loadLive: () =>
      orStoreError('cannot load the live instances', async () => {
        const rows = await db
          .selectFrom('milepost.instances')
          .selectAll()
          .where(sql<boolean>`status in ('expected', 'running') or open_alarms > 0 or has_timers`)
          .orderBy('flow')
          .orderBy('key')
          .execute();
        return rows.map(instanceOf);
      }),
    seen: (ids) =>
      orStoreError('cannot look up events in the journal', async () => {
        if (ids.length === 0) return [];
        const { rows } = await sql<{ flow: string; key: string; id: string; digest: string }>`
          select j.flow, j.key, j.id, j.digest from milepost.journal j
           where (j.flow, j.key, j.id) in (select r.flow, r.key, r.id from ${recordset(EVENT_ID, ids)})`.execute(
          db,
        );
        return rows;
      }),
    watched: () => watchedFlows(db),
    held: () =>
      orStoreError('cannot load the events held back', async () => {
        const rows = await db
          .selectFrom('milepost.held')
          .selectAll()
          .orderBy('partition')
          .orderBy('place')
          .execute();
        return rows.map((row) => ({ event: row.event, receivedAt: row.received_at }));
      }),
    commit: (batch) => orStoreError('cannot commit a batch', () => commitBatch(db, batch)),
    saveRevision: (revision, sources) =>
      orStoreError(`cannot save revision ${revision}`, async () => {
        await db
          .insertInto('milepost.revisions')
          .values({ revision, sources: writeSources(sources) })
          .onConflict((conflict) => conflict.column('revision').doNothing())
          .execute();
      }),
    revision: (revision) => revisionSources(db, revision),
  };
}

/** The flows watched and since when, by name. */
export function watchedFlows(db: Database): ReturnType<Store['watched']> {
  return orStoreError('cannot load the watched flows', () =>
    db.selectFrom('milepost.watched').select(['flow', 'since']).orderBy('flow').execute(),
  );
}

/** The sources of a revision; null when it was never saved. */
export function revisionSources(db: Database, revision: string): ReturnType<Store['revision']> {
  return orStoreError(`cannot load revision ${revision}`, async () => {
    const row = await db
      .selectFrom('milepost.revisions')
      .select('sources')
      .where('revision', '=', revision)
      .executeTakeFirst();
    return row === undefined ? null : readSources(row.sources);
  });
}

const EVENT_ID: readonly Column<{ flow: string; key: string; id: string }>[] = [
  ['flow', 'text', (r) => r.flow],
  ['key', 'text', (r) => r.key],
  ['id', 'text', (r) => r.id],
];
