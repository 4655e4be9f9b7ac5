/**
 * Writes everything that Milepost keeps in a database to one file, as of one moment, while it works on. pg_dump was left:
 * it does not come with the embedded server, and one on PATH refuses a server that is newer than itself.
 *
 * 1. All tables are read in one snapshot, and none of them can be dropped meanwhile.
 * 2. The file is there whole or not at all, and never takes the place of another. Only its owner can read it.
 * 3. Who worked on what is left out: it is nothing that outlives the moment.
 */

import { createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { StoreError } from '../../engine/index.ts';
import { type Heading, line, type TableCount, type TableHeading, writeTable } from './backup-file.ts';
import { connectAlone } from './connect.ts';
import { weekOfTable } from './journal-weeks.ts';
import { orStoreError } from './store-failure.ts';

export interface BackedUp {
  readonly file: string;
  /** when its moment was, ms by the database's clock */
  readonly made: number;
  readonly tables: readonly TableCount[];
}

const LEFT_OUT = new Set(['migrations', 'migrations_lock', 'leases', 'workers', 'own_troubles']);

/** Writes the backup to a file that must not be there yet. Rejects with StoreError; then there is no file. */
export async function backupDatabase(url: string, file: string): Promise<BackedUp> {
  if (await exists(file)) throw new StoreError(`${file} is there already: name another file`, true, null);
  const part = `${file}.part`;
  const client = await orStoreError('cannot back up the database', () => connectAlone(url, 'backup'));
  try {
    const { heading, tables } = await orStoreError('cannot back up the database', () => freeze(client));
    const counts: TableCount[] = [];
    await orStoreError(`cannot write the backup ${file}`, () =>
      pipeline(
        Readable.from(backup(client, { heading, tables, counts })),
        createGzip({ level: 6 }),
        createWriteStream(part, { mode: 0o600, flags: 'w' }),
      ),
    );
    await orStoreError(`cannot write the backup ${file}`, () => settle(part, file));
    return { file, made: Date.parse(heading.made), tables: counts };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await client.end().catch(() => null); // a connection that was lost cannot be ended, and needs not be
  }
}

/** Begins the snapshot: from here on nothing that others write is seen. */
async function freeze(client: pg.Client): Promise<{ heading: Heading; tables: readonly TableHeading[] }> {
  const tables = await tablesOf(client);
  if (tables.length === 0) {
    throw new StoreError('this database holds nothing of Milepost: check DATABASE_URL', true, null);
  }
  await client.query('begin isolation level repeatable read read only');
  await client.query(
    `lock table ${tables.map(({ table }) => `milepost.${table}`).join(', ')} in access share mode`,
  );
  const { rows } = await client.query<{
    now: number;
    server: string;
    migrations: string[];
    weeks: string[];
  }>(`
    select clock_timestamp() as now, current_setting('server_version') as server,
           array(select name::text from milepost.migrations order by name) as migrations,
           array(select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
                  where i.inhparent = 'milepost.journal'::regclass order by 1) as weeks`);
  const about = rows[0];
  if (about === undefined) throw new Error('impossible: a select without from gave no row');
  const weeks = about.weeks.filter((table) => weekOfTable(table) !== null);
  const made = new Date(about.now).toISOString();
  return {
    heading: { 'milepost-backup': 1, made, server: about.server, migrations: about.migrations, weeks },
    tables,
  };
}

/** The tables of the schema, those that others refer to first, without the parts of partitioned ones. */
export async function tablesOf(client: pg.Client): Promise<readonly TableHeading[]> {
  const { rows } = await client.query<{ table: string; columns: string[]; refers: string[] }>(`
    select c.relname::text as "table",
           array(select a.attname::text from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                  order by a.attnum) as columns,
           array(select t.relname::text from pg_constraint o join pg_class t on t.oid = o.confrelid
                  where o.conrelid = c.oid and o.contype = 'f' and o.confrelid <> c.oid) as refers
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'milepost' and c.relkind in ('r', 'p') and not c.relispartition
     order by c.relname`);
  const left = rows.filter(({ table }) => !LEFT_OUT.has(table));
  const ordered: TableHeading[] = [];
  while (left.length > 0) {
    const free = left.findIndex(({ refers }) => !left.some(({ table }) => refers.includes(table)));
    const [next] = left.splice(Math.max(0, free), 1);
    if (next !== undefined) ordered.push({ table: next.table, columns: next.columns });
  }
  return ordered;
}

async function* backup(
  client: pg.Client,
  what: {
    readonly heading: Heading;
    readonly tables: readonly TableHeading[];
    readonly counts: TableCount[];
  },
): AsyncGenerator<Buffer> {
  yield line(what.heading);
  for (const heading of what.tables) {
    const copy = copyTo(`copy (select ${columnList(heading)} from milepost.${heading.table}) to stdout`);
    const rows = yield* writeTable(heading, client.query(copy));
    what.counts.push({ table: heading.table, rows });
  }
  yield line({ end: true, tables: what.tables.length });
}

/** The columns of a table as they are named in SQL. */
export function columnList({ columns }: TableHeading): string {
  return columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ');
}

async function settle(part: string, file: string): Promise<void> {
  const handle = await open(part, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
