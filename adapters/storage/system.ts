import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { orStoreError } from './store-failure.ts';

/** What a database is: another epoch means that its rows came from a backup since, `restoredAt` when, ms. */
export interface SystemEpoch {
  readonly epoch: string;
  readonly restoredAt: number | null;
}

/** The epoch of the system. Rejects with StoreError. */
export function systemEpoch(db: Database): Promise<SystemEpoch> {
  return orStoreError('cannot read the epoch of the system', async () => {
    const row = await db
      .selectFrom('milepost.system')
      .select([sql<string>`epoch::text`.as('epoch'), 'restored_at'])
      .executeTakeFirstOrThrow();
    return { epoch: row.epoch, restoredAt: row.restored_at };
  });
}
