import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { orStoreError } from './store-failure.ts';

/** What a database is: another epoch means that its rows came from a backup since, `restoredAt` when, ms. */
export interface SystemEpoch {
  readonly epoch: string;
  readonly restoredAt: number | null;
  /** when it was last noticed that events are applied which had been applied before, ms, and why; null: never */
  readonly replay: { readonly at: number; readonly why: string } | null;
}

/** Keeps that events are applied again from now on, and why. Rejects with StoreError. */
export function noteReplay(db: Database, why: string): Promise<void> {
  return orStoreError('cannot keep that events are applied again', async () => {
    await sql`update milepost.system set replayed_at = clock_timestamp(), replay_why = ${why}`.execute(db);
  });
}

/** The epoch of the system. Rejects with StoreError. */
export function systemEpoch(db: Database): Promise<SystemEpoch> {
  return orStoreError('cannot read the epoch of the system', async () => {
    const row = await db
      .selectFrom('milepost.system')
      .select([sql<string>`epoch::text`.as('epoch'), 'restored_at', 'replayed_at', 'replay_why'])
      .executeTakeFirstOrThrow();
    const { epoch, restored_at: restoredAt, replayed_at: at, replay_why: why } = row;
    const noticed = at === null ? null : { at, why: why ?? '' };
    const restored =
      restoredAt === null ? null : { at: restoredAt, why: 'the database was restored from a backup' };
    const replay = restored !== null && (noticed === null || restored.at > noticed.at) ? restored : noticed;
    return { epoch, restoredAt, replay };
  });
}
