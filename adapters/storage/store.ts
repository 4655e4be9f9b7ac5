import { sql } from 'kysely';
import type { InstanceKey, Position, Store } from '../../engine/index.ts';
import { RECENT_CHANGES } from './change-log.ts';
import { commitBatch, INSTANCE_KEY } from './commit.ts';
import type { Database } from './connect.ts';
import { recordset } from './insert-all.ts';
import { summarizePlaces, tailReader } from './journal-tail.ts';
import { weekMaker } from './journal-weeks.ts';
import { freeing, openPosition } from './positions.ts';
import { RecentChanges } from './recent-changes.ts';
import { instanceOf, readHeld, readSources, writeSources } from './records.ts';
import { orStoreError } from './store-failure.ts';

/** The worker's storage on PostgreSQL; `recent` hears of the changes that it commits. */
export function postgresStore(db: Database, recent = new RecentChanges(RECENT_CHANGES)): Store {
  const makeWeeks = weekMaker(db);
  const tails = tailReader(db);
  return {
    open: (partition, owner) =>
      orStoreError(`cannot open partition ${partition}`, async (): Promise<Position | null> => {
        tails.forget();
        const position = await openPosition(db, partition, owner);
        if (position !== null && position.mark < position.journal) await summarizePlaces(db);
        return position;
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
    loadLive: (partition) =>
      orStoreError('cannot load the live instances', async () => {
        const rows = await db
          .selectFrom('milepost.instances')
          .selectAll()
          .where('partition', '=', partition)
          .where(sql<boolean>`(status in ('expected', 'running') or open_alarms > 0 or has_timers)`)
          .orderBy('flow')
          .orderBy('key')
          .execute();
        return rows.map(instanceOf);
      }),
    seen: (keys, since) =>
      orStoreError('cannot look up events in the journal', () =>
        keys.length === 0 ? Promise.resolve([]) : idsOf(db, keys, since),
      ),
    tail: (partition, after, max) =>
      orStoreError(`cannot read the journal of partition ${partition}`, () =>
        tails.read({ partition, after, max }),
      ),
    watched: (partition) =>
      orStoreError('cannot load the watched flows', () =>
        db
          .selectFrom('milepost.watched')
          .select(['flow', 'since'])
          .where('partition', '=', partition)
          .orderBy('flow')
          .execute(),
      ),
    held: (partition) =>
      orStoreError('cannot load the events held back', async () => {
        const rows = await db
          .selectFrom('milepost.held')
          .selectAll()
          .where('partition', '=', partition)
          .orderBy('root')
          .execute();
        return rows.map(({ root, applied, events }) => ({ root, applied, events: readHeld(events) }));
      }),
    commit: (batch) =>
      orStoreError('cannot commit a batch', async () => {
        tails.forget();
        const making = makeWeeks(batch.journal);
        if (making !== null) await making;
        try {
          return await freeing(db, () => commitBatch(db, batch, recent));
        } catch (error) {
          recent.clear();
          throw error;
        }
      }),
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

/**
 * The hashes are one array, so that the index is asked for each of them whatever the planner knows of the journal; with
 * `since` only the weeks from then on are looked at.
 */
async function idsOf(db: Database, keys: readonly InstanceKey[], since: number | undefined) {
  let query = db
    .selectFrom('milepost.journal as j')
    .select(['flow', 'key', 'id', 'digest'])
    .where(
      sql<boolean>`hashtextextended(flow || '/' || key, 0) = any (array(
        select hashtextextended(r.flow || '/' || r.key, 0) from ${recordset(INSTANCE_KEY, keys)}))`,
    )
    .where(sql<boolean>`(flow, key) in (select r.flow, r.key from ${recordset(INSTANCE_KEY, keys)})`);
  if (since !== undefined) {
    query = query.where(sql<boolean>`received_at >= ${new Date(since).toISOString()}::timestamptz`);
  }
  return query.execute();
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
