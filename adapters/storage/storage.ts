import type { ChangeLog, Leases, Reader, Store } from '../../engine/index.ts';
import { postgresChangeLog, RECENT_CHANGES } from './change-log.ts';
import { connect } from './connect.ts';
import { postgresLeases } from './leases.ts';
import { migrate } from './migrate.ts';
import { type OwnMatters, postgresOwnMatters, timeOf } from './own-matters.ts';
import { postgresReader } from './reader.ts';
import { RecentChanges } from './recent-changes.ts';
import { type SweepOptions, type Swept, sweep } from './retention.ts';
import { postgresStore } from './store.ts';
import { orStoreError } from './store-failure.ts';
import { noteReplay, type SystemEpoch, systemEpoch } from './system.ts';

/** The ports of one database; `close` ends its connections, more than once is fine. */
export interface Storage {
  readonly store: Store;
  readonly leases: Leases;
  readonly changes: ChangeLog;
  readonly reader: Reader;
  close(): Promise<void>;
}

/** What only a database has beside the ports. */
export interface DatabaseStorage extends Storage {
  /** Removes what is too old, unless some process did within the last `every` ms; see `sweep`. */
  sweep(options?: SweepOptions): Promise<Swept | null>;
  /** which system this is: another epoch than before means that it was restored from a backup */
  system(): Promise<SystemEpoch>;
  /** Keeps that events are applied again which had been applied before, and why. */
  noteReplay(why: string): Promise<void>;
  /** what Milepost has to say about itself */
  readonly own: OwnMatters;
  /** What time it is by the clock of the database, ms. */
  time(): Promise<number>;
}

export interface StorageOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** what the connections are for: worker, api, … */
  readonly role: string;
  /** connections at most; default 4 */
  readonly size?: number;
  /** how many published changes are kept; default 100,000 */
  readonly keptChanges?: number;
  readonly onLost?: (error: Error) => void;
}

/** Migrates the database and opens the ports on it. Rejects with StoreError. */
export async function openStorage(options: StorageOptions): Promise<DatabaseStorage> {
  await migrate(options.url);
  let closed: Promise<void> | null = null;
  // Sockets outlive the pool's end by a moment: what they still hear when the server stops is no loss.
  const onLost = (error: Error) => (closed === null ? options.onLost?.(error) : undefined);
  const db = connect({ ...options, onLost });
  const recent = new RecentChanges(RECENT_CHANGES);
  return {
    store: postgresStore(db, recent),
    leases: postgresLeases(db),
    changes: postgresChangeLog(db, recent, options.keptChanges),
    reader: postgresReader(db),
    sweep: (wanted) => sweep(db, wanted),
    system: () => systemEpoch(db),
    noteReplay: (why) => noteReplay(db, why),
    own: postgresOwnMatters(db),
    time: () => orStoreError('cannot read the clock of the database', () => timeOf(db)),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}
