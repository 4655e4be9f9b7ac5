/**
 * The positions of the partitions and who may move them on.
 *
 * A worker that stops for good in the middle of a commit, frozen rather than dead, holds the row of its position for as
 * long as its connection lives, since its server waits for the rest of the statements. Who is to take over ends such a
 * connection: of the same user, in a transaction, waiting for its client for longer than STUCK.
 */

import { type Kysely, sql, type Transaction } from 'kysely';
import type { Position } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { positionOf } from './records.ts';
import { sqlStateOf } from './store-failure.ts';
import type { Tables } from './tables.ts';

/** A lock was not given in time. */
const LOCK_TIMEOUT = '55P03';

/**
 * Moves the epoch of the partition on and gives its position, null when `owner` does not hold it. A partition that
 * nobody ever had is the owner's until it gives it back.
 */
export function openPosition(db: Database, partition: string, owner: string): Promise<Position | null> {
  return freeing(db, () =>
    db.transaction().execute(async (trx) => {
      await sql`
        insert into milepost.leases as l (partition, owner, until)
        select ${partition}, ${owner}, now() + interval '100 years'
         where not exists (select from milepost.positions where partition = ${partition})
        on conflict (partition) do update set owner = excluded.owner, until = excluded.until
         where l.owner is null`.execute(trx);
      const lease = await trx
        .selectFrom('milepost.leases')
        .select('owner')
        .where('partition', '=', partition)
        .where('owner', '=', owner)
        .where(sql<boolean>`until > clock_timestamp()`)
        .executeTakeFirst();
      return lease === undefined ? null : moveEpoch(trx, partition);
    }),
  );
}

/** Epoch + 1; waits for a commit that is under way. */
export async function moveEpoch(
  trx: Transaction<Tables> | Kysely<Tables>,
  partition: string,
): Promise<Position> {
  const row = await trx
    .insertInto('milepost.positions')
    .values({ partition, epoch: 1, clock: null, mark_clock: null })
    .onConflict((conflict) =>
      conflict.column('partition').doUpdateSet({ epoch: sql<number>`positions.epoch + 1` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return positionOf(row);
}

/**
 * Runs what needs the row of a position, or the counter of changes that is locked with one; where it is not given in time,
 * frees it from who is stuck, and tries once more. After such a failure nothing of the call was done.
 */
export async function freeing<T>(db: Database, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (sqlStateOf(error) !== LOCK_TIMEOUT || (await endStuck(db)) === 0) throw error;
    return await call();
  }
}

/** Ends connections that hold a position and have waited for their client too long; gives how many. */
async function endStuck(db: Database): Promise<number> {
  const { rows } = await sql<{ ended: boolean }>`
    select pg_terminate_backend(a.pid) as ended
      from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.relation = 'milepost.positions'::regclass and l.mode = 'RowExclusiveLock' and l.granted
       and a.usename = current_user and a.wait_event_type = 'Client'
       and a.query_start < clock_timestamp() - interval '2 seconds'`.execute(db);
  return rows.filter(({ ended }) => ended).length;
}
