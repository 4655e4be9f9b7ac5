import { sql } from 'kysely';
import type { ChangeLog } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import type { RecentChanges } from './recent-changes.ts';
import { orStoreError } from './store-failure.ts';

/** How many published changes are kept for streams that resume. */
export const KEPT_CHANGES = 100_000;

/** How many changes of this process are held, so that who follows them closely does without the database. */
export const RECENT_CHANGES = 2_000;

/**
 * The log of changes on PostgreSQL, of which `recent` holds what this process has committed last. Published ones older than
 * the last `kept` are removed as publishing goes on, a hundredth of them at a time.
 */
export function postgresChangeLog(
  db: Database,
  recent: RecentChanges,
  kept: number = KEPT_CHANGES,
): ChangeLog {
  let removed: number | null = null; // up to which id, as far as this process knows
  return {
    changes: (after, max) =>
      orStoreError('cannot read the changes', async () => {
        const held = recent.after(after, max);
        if (held !== null) return held;
        return db
          .selectFrom('milepost.changes')
          .selectAll()
          .where('id', '>', after)
          .orderBy('id')
          .limit(max)
          .execute();
      }),
    newest: () =>
      orStoreError('cannot read the newest change', async () => {
        const row = await db.selectFrom('milepost.change_counter').select('last').executeTakeFirstOrThrow();
        return row.last;
      }),
    oldest: () =>
      orStoreError('cannot read the oldest change', async () => {
        const row = await db
          .selectFrom('milepost.changes')
          .select('id')
          .orderBy('id')
          .limit(1)
          .executeTakeFirst();
        return row?.id ?? 0;
      }),
    published: () =>
      orStoreError('cannot read what was published', async () => {
        const row = await db
          .selectFrom('milepost.change_position')
          .select('published')
          .executeTakeFirstOrThrow();
        return row.published;
      }),
    markPublished: (id) =>
      orStoreError('cannot note what was published', async () => {
        await db
          .updateTable('milepost.change_position')
          .set({ published: id })
          .where('published', '<', id)
          .execute();
        if (removed !== null && id - kept - removed < kept / 100) return;
        removed = id - kept;
        recent.forget(removed);
        await sql`
          delete from milepost.changes
           where id <= (select published from milepost.change_position) - ${kept}::bigint`.execute(db);
      }),
  };
}
