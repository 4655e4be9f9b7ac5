import { Migrator, sql } from 'kysely';
import { StoreError } from '../../engine/index.ts';
import { connect } from './connect.ts';
import { MIGRATIONS, type NamedMigration } from './migrations.ts';
import { orStoreError, storeFailure } from './store-failure.ts';

/** The oldest PostgreSQL that has all that is used, as `server_version_num`. */
const OLDEST_SERVER = 130_000;

/**
 * Brings the schema `milepost` of the database up to date and gives the names of the steps applied now. All of them are
 * one transaction under a lock: processes that start at once wait for each other, and one that is killed changed
 * nothing. Rejects with StoreError: permanent where the database is not UTF-8, too old, or made by a newer Milepost.
 */
export async function migrate(
  url: string,
  migrations: readonly NamedMigration[] = MIGRATIONS,
): Promise<readonly string[]> {
  const db = connect({ url, role: 'migrate', size: 1, statementTimeout: 0, lockTimeout: 60_000 });
  try {
    await checkServer(db);
    await checkKnown(db, migrations);
    const migrator = new Migrator({
      db,
      migrationTableSchema: 'milepost',
      migrationTableName: 'migrations',
      migrationLockTableName: 'migrations_lock',
      provider: {
        getMigrations: async () => Object.fromEntries(migrations.map((m) => [m.name, m.migration])),
      },
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw storeFailure('cannot prepare the tables', error);
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

type Db = ReturnType<typeof connect>;

async function checkServer(db: Db): Promise<void> {
  const { rows } = await orStoreError('cannot reach the database', () =>
    sql<{ version: string; number: string; encoding: string }>`
      select current_setting('server_version') as version, current_setting('server_version_num') as number,
             current_setting('server_encoding') as encoding`.execute(db),
  );
  const server = rows[0];
  if (server === undefined) throw new Error('impossible: a select without from gave no row');
  if (Number(server.number) < OLDEST_SERVER) {
    throw new StoreError(`the database is PostgreSQL ${server.version}: use 13 or newer`, true, null);
  }
  if (server.encoding !== 'UTF8') {
    const remedy =
      'make one with: createdb --encoding UTF8 --template template0 NAME, and name it in DATABASE_URL';
    throw new StoreError(`the database has encoding ${server.encoding}: ${remedy}`, true, null);
  }
}

async function checkKnown(db: Db, migrations: readonly NamedMigration[]): Promise<void> {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = await orStoreError('cannot read which tables there are', async () => {
    const made = await sql<{ there: boolean }>`
      select to_regclass('milepost.migrations') is not null as there`.execute(db);
    if (made.rows[0]?.there !== true) return [];
    const { rows } = await sql<{ name: string }>`select name from milepost.migrations`.execute(db);
    return rows.map((row) => row.name).filter((name) => !known.has(name));
  });
  if (unknown.length > 0) {
    const what = `the database was made by a newer Milepost (it has ${unknown.join(', ')})`;
    throw new StoreError(`${what}: run that version, or name another database in DATABASE_URL`, true, null);
  }
}
