/**
 * Brings a backup back into an empty database.
 *
 * 1. The file is read to its end first: one that is damaged or cut off changes nothing.
 * 2. All rows come in one transaction, and as many of each table as the file says, or none do.
 * 3. The system gets a new epoch: what runs on it knows by that that time went back, and marks what it tells anew. The
 *    epoch of every partition moves on, so that a worker of before commits nothing.
 */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { StoreError } from '../../engine/index.ts';
import { columnList, tablesOf } from './backup.ts';
import { type Heading, openBackup, type TableCount, type TableHeading } from './backup-file.ts';
import { connectAlone } from './connect.ts';
import { weekOfTable, weekStart } from './journal-weeks.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS, type NamedMigration } from './migrations.ts';
import { orStoreError } from './store-failure.ts';

export interface Restored {
  /** when the backup was made, ms */
  readonly made: number;
  /** of the system from now on */
  readonly epoch: string;
  readonly tables: readonly TableCount[];
}

/** Reads a backup to its end and gives what is in it. Rejects with a StoreError that says what is wrong with the file. */
export async function verifyBackup(
  file: string,
): Promise<{ heading: Heading; tables: readonly TableCount[] }> {
  const backup = await openBackup(file);
  try {
    for await (const { rows } of backup.tables()) for await (const _ of rows);
    return { heading: backup.heading, tables: backup.counts };
  } finally {
    backup.close();
  }
}

/**
 * Restores a backup into a database that holds nothing of Milepost yet. Rejects with StoreError; then none of the rows
 * are there.
 */
export async function restoreDatabase(url: string, file: string): Promise<Restored> {
  const { heading } = await verifyBackup(file);
  const steps = stepsOf(heading, file);
  await refuseUsed(url);
  await migrate(url, steps);
  const client = await orStoreError('cannot restore the backup', () => connectAlone(url, 'restore'));
  try {
    return await orStoreError(`cannot restore ${file}`, async () => {
      await client.query('begin');
      const tables = await load(client, file);
      const epoch = await beginEpoch(client);
      await client.query('commit');
      await client.query('analyze');
      await migrate(url);
      return { made: Date.parse(heading.made), epoch, tables };
    });
  } finally {
    await client.end().catch(() => null); // a connection that was lost cannot be ended, and needs not be
  }
}

/** The migrations that had made the tables of the backup: those that follow are applied to its rows afterwards. */
function stepsOf(heading: Heading, file: string): readonly NamedMigration[] {
  const steps = MIGRATIONS.filter(({ name }) => heading.migrations.includes(name));
  const unknown = heading.migrations.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length === 0) return steps;
  const what = `${file} was made by another version of Milepost (it has ${unknown.join(', ')})`;
  throw new StoreError(`${what}: restore it with that version`, true, null);
}

/** Tables may be there, but for the rows that migrations put in they must be empty. */
async function refuseUsed(url: string): Promise<void> {
  const client = await orStoreError('cannot restore the backup', () => connectAlone(url, 'restore'));
  try {
    const used = await orStoreError('cannot look into the database', async () => {
      for (const { table, columns } of await tablesOf(client)) {
        if (columns.includes('one')) continue;
        const { rows } = await client.query<{ used: boolean }>(
          `select exists (select from milepost.${table}) as used`,
        );
        if (rows[0]?.used === true) return table;
      }
      return null;
    });
    if (used !== null) {
      const remedy = 'make an empty one with createdb, and name it in DATABASE_URL';
      throw new StoreError(`the database has rows in milepost.${used} already: ${remedy}`, true, null);
    }
  } finally {
    await client.end();
  }
}

async function load(client: pg.Client, file: string): Promise<readonly TableCount[]> {
  const known = new Map((await tablesOf(client)).map((heading) => [heading.table, heading]));
  const backup = await openBackup(file);
  try {
    await makeWeeks(client, backup.heading.weeks);
    for await (const { heading, rows } of backup.tables()) {
      checkColumns(heading, known.get(heading.table), file);
      await client.query(`delete from milepost.${heading.table}`);
      const into = client.query(
        copyFrom(`copy milepost.${heading.table} (${columnList(heading)}) from stdin`),
      );
      await pipeline(Readable.from(rows), into);
      const count = backup.counts.at(-1);
      if (count?.table !== heading.table || count.rows !== into.rowCount) {
        throw new StoreError(
          `${into.rowCount} rows of table ${heading.table} came in and ${count?.rows} were in ${file}`,
          true,
          null,
        );
      }
    }
    await continueIdentities(client);
    return backup.counts;
  } finally {
    backup.close();
  }
}

function checkColumns(heading: TableHeading, known: TableHeading | undefined, file: string): void {
  if (known !== undefined && heading.columns.every((column) => known.columns.includes(column))) return;
  throw new StoreError(
    `${file} has a table ${JSON.stringify(heading.table)} that its migrations do not make: use another file`,
    true,
    null,
  );
}

async function makeWeeks(client: pg.Client, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const week = weekOfTable(table);
    if (week === null) continue;
    const [from, to] = [week, week + 1].map((n) => new Date(weekStart(n)).toISOString());
    await client.query(
      `create table if not exists milepost.${table} partition of milepost.journal
         for values from ('${from}') to ('${to}')`,
    );
  }
}

/** Counters of columns go on after the greatest number that came in. */
async function continueIdentities(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(`
    select c.relname::text as "table", a.attname::text as "column"
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'milepost' and c.relkind = 'r' and a.attidentity <> ''`);
  for (const { table, column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence('milepost.${table}', '${column}'),
                     (select coalesce(max("${column}"), 0) + 1 from milepost.${table}), false)`,
    );
  }
}

async function beginEpoch(client: pg.Client): Promise<string> {
  await client.query('update milepost.positions set epoch = epoch + 1');
  const { rows } = await client.query<{ epoch: string }>(`
    update milepost.system set epoch = gen_random_uuid(), restored_at = clock_timestamp(), swept_at = null
    returning epoch::text`);
  const epoch = rows[0]?.epoch;
  if (epoch === undefined) throw new Error('impossible: the table system has no row');
  return epoch;
}
