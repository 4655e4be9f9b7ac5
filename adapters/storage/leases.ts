/**
 * Who works on which partition, on PostgreSQL.
 *
 * 1. Every time is the server's clock, so that workers whose clocks differ agree.
 * 2. A lease is taken by a conditional write; no row means that somebody else has it. The epoch moves on with it, which
 *    waits for a commit of the former owner that is under way.
 * 3. Leases are rows of their own, apart from the positions: renewing one never waits for a commit.
 */

import { sql } from 'kysely';
import type { Leases, LeaseTable } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { freeing, moveEpoch } from './positions.ts';
import { orStoreError } from './store-failure.ts';

/** The leases of a database that was migrated. */
export function postgresLeases(db: Database): Leases {
  return {
    partitions: (wanted) =>
      orStoreError('cannot read how many partitions there are', async () => {
        const { rows } = await sql<{ partitions: number }>`
          update milepost.system set partitions = coalesce(partitions, ${wanted ?? 1}::integer)
          returning partitions`.execute(db);
        const count = rows[0]?.partitions ?? 1;
        await sql`
          insert into milepost.leases (partition)
          select n::text from generate_series(0, ${count}::integer - 1) n on conflict do nothing`.execute(db);
        return count;
      }),
    beat: (worker, ttl) =>
      orStoreError(`cannot renew the leases of worker ${worker.name}`, async () => {
        const { id, name, host, pid, address } = worker;
        await db
          .insertInto('milepost.workers')
          .values({ id, name, host, pid, address, seen_at: NOW })
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet({ name, host, pid, address, seen_at: NOW }),
          )
          .execute();
        await sql`
          update milepost.leases set until = ${after(ttl)}
           where owner = ${id} and until > clock_timestamp()`.execute(db);
        return readLeases(db);
      }),
    take: (partition, worker, ttl, dead) =>
      orStoreError(`cannot take partition ${partition}`, () =>
        freeing(db, () =>
          db.transaction().execute(async (trx) => {
            const { numAffectedRows } = await sql`
            insert into milepost.leases as l (partition, owner, until)
            values (${partition}, ${worker}, ${after(ttl)})
            on conflict (partition) do update set owner = excluded.owner, until = excluded.until
             where l.owner is null or l.owner = excluded.owner or l.until <= clock_timestamp()
                or l.owner = any (${[...dead]}::text[])`.execute(trx);
            if (numAffectedRows !== 1n) return false;
            await moveEpoch(trx, partition);
            return true;
          }),
        ),
      ),
    release: (partition, worker) =>
      orStoreError(`cannot release partition ${partition}`, async () => {
        await db
          .updateTable('milepost.leases')
          .set({ owner: null, until: null })
          .where('partition', '=', partition)
          .where('owner', '=', worker)
          .execute();
      }),
    leave: (worker) =>
      orStoreError('cannot release the partitions of this worker', async () => {
        await db
          .updateTable('milepost.leases')
          .set({ owner: null, until: null })
          .where('owner', '=', worker)
          .execute();
        await db.deleteFrom('milepost.workers').where('id', '=', worker).execute();
      }),
  };
}

/** Who works on what, now. */
export function readLeases(db: Database): Promise<LeaseTable> {
  return orStoreError('cannot read who works on what', async () => {
    const workers = await db
      .selectFrom('milepost.workers')
      .select(['id', 'name', 'host', 'pid', 'address', sql<number>`${since('seen_at')}`.as('seenAgo')])
      .orderBy('name')
      .orderBy('id')
      .execute();
    const partitions = await db
      .selectFrom('milepost.leases')
      .select(['partition', 'owner', sql<number>`coalesce(-${since('until')}, 0)`.as('left')])
      .orderBy(sql`length(partition)`)
      .orderBy('partition')
      .execute();
    return { workers, partitions };
  });
}

const NOW = sql<number>`clock_timestamp()`;

function after(ms: number) {
  return sql<number>`clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`;
}

/** Milliseconds since the time in a column. */
function since(column: string) {
  return sql<number>`(extract(epoch from clock_timestamp() - ${sql.ref(column)}) * 1000)::float8`;
}
