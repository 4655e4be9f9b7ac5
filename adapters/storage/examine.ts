/**
 * What is there and what is missing on the side of PostgreSQL, for whoever sets it up. It changes nothing, and migrates
 * nothing.
 */

import { sql } from 'kysely';
import { type Check, checked, skewCheck } from '../check.ts';
import { reasonOf } from '../reason-of.ts';
import { connect, type Database } from './connect.ts';
import { readLeases } from './leases.ts';

export interface DatabaseExamination {
  readonly checks: readonly Check[];
  /** how many partitions were chosen at the first start; null before, or where it cannot be read */
  readonly partitions: number | null;
}

/** Everything that can be found out with the rights of this user; never rejects for what it finds. */
export async function examineDatabase(url: string): Promise<DatabaseExamination> {
  const db = connect({ url, role: 'doctor', size: 1 });
  try {
    const checks = [...(await serverChecks(db)), await clockCheck(db)];
    const { there, check } = await schemaCheck(db);
    if (!there) return { checks: [...checks, check], partitions: null };
    const { rows } = await sql<{ partitions: number | null }>`select partitions from milepost.system`.execute(
      db,
    );
    return {
      checks: [...checks, check, ...(await workerChecks(db))],
      partitions: rows[0]?.partitions ?? null,
    };
  } catch (error) {
    const remedy = 'start PostgreSQL, or set DATABASE_URL to postgres://user:password@host:port/database';
    return { checks: [checked('database', 'fault', wordsOf(error), { remedy })], partitions: null };
  } finally {
    await db.destroy();
  }
}

async function serverChecks(db: Database): Promise<readonly Check[]> {
  const { rows } = await sql<
    Record<'version' | 'user' | 'name' | 'sync' | 'fsync' | 'size', string> &
      Record<'number' | 'used' | 'most', number> &
      Record<'copy' | 'creates', boolean>
  >`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
           current_user as user, current_database() as name, current_setting('synchronous_commit') as sync,
           current_setting('fsync') as fsync, pg_size_pretty(pg_database_size(current_database())) as size,
           (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
           current_setting('max_connections')::int as most, pg_is_in_recovery() as copy,
           has_database_privilege(current_database(), 'create') as creates`.execute(db);
  const found = rows[0];
  if (found === undefined) throw new Error('broken rule: a query of settings gives one row');
  const checks = [
    found.number >= 130_000
      ? checked(
          'database',
          'ok',
          `PostgreSQL ${found.version}, database ${found.name} (${found.size}) as ${found.user}`,
        )
      : checked('database', 'fault', `PostgreSQL ${found.version}`, {
          remedy: '13 is the oldest that Milepost works with: update it',
        }),
  ];
  if (found.copy)
    checks.push(
      checked('database role', 'fault', 'it is a standby and takes no writes', {
        remedy: 'let DATABASE_URL name the primary',
      }),
    );
  if (found.fsync !== 'on')
    checks.push(
      checked('database fsync', 'fault', 'fsync is off: a power cut can destroy the database', {
        remedy: 'turn it on and restart the server',
        lines: ['fsync = on'],
      }),
    );
  if (found.sync === 'off')
    checks.push(
      checked(
        'database commits',
        'fault',
        'synchronous_commit is off: what was committed can be gone after a crash, and events with it',
        {
          remedy: 'turn it on for this database',
          lines: [`alter database "${found.name}" set synchronous_commit = on;`],
        },
      ),
    );
  const free = found.most - found.used;
  checks.push(
    free >= 12
      ? checked('database connections', 'ok', `${found.used} of ${found.most} in use`)
      : checked(
          'database connections',
          'warning',
          `${found.used} of ${found.most} in use: a worker with API opens up to 12`,
          {
            remedy: 'raise max_connections, or end what does not need them',
            lines: [`max_connections = ${found.most + 50}`],
          },
        ),
  );
  if (!found.creates)
    checks.push(
      checked(
        'database rights',
        'note',
        `${found.user} may not create schemas: the first start needs that, or a schema milepost that belongs to it`,
        {
          lines: [`grant create on database "${found.name}" to "${found.user}";`],
        },
      ),
    );
  return checks;
}

async function clockCheck(db: Database): Promise<Check> {
  await sql`select 1`.execute(db); // so that connecting does not count
  const before = Date.now();
  const { rows } = await sql<{
    now: number;
  }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`.execute(db);
  return skewCheck('database clock', rows[0]?.now ?? 0, { before, after: Date.now() });
}

async function schemaCheck(db: Database): Promise<{ readonly there: boolean; readonly check: Check }> {
  const { rows } = await sql<{ there: boolean; mine: boolean }>`
    select to_regclass('milepost.leases') is not null as there,
           coalesce(has_schema_privilege(to_regnamespace('milepost'), 'usage'), false) as mine`.execute(db);
  const [found] = rows;
  if (found?.there !== true)
    return {
      there: false,
      check: checked(
        'database schema',
        'note',
        'there are no tables of Milepost yet: the first start makes them',
      ),
    };
  if (!found.mine)
    return {
      there: false,
      check: checked('database schema', 'fault', 'the tables of Milepost belong to another user', {
        remedy: 'use the user that made them',
      }),
    };
  return { there: true, check: checked('database schema', 'ok', 'the tables of Milepost are there') };
}

async function workerChecks(db: Database): Promise<readonly Check[]> {
  const { workers, partitions } = await readLeases(db);
  const alive = workers.filter(({ seenAgo }) => seenAgo < LONG_SILENT);
  const named = new Map(
    workers.map((worker) => [worker.id, `${worker.name} (${worker.host}, process ${worker.pid})`]),
  );
  const checks = alive.map((worker) => {
    const mine = partitions
      .filter(({ owner, left }) => owner === worker.id && left > 0)
      .map(({ partition }) => partition);
    const text = `${named.get(worker.id)}: partitions ${mine.join(', ') || 'none'}, heard of ${(worker.seenAgo / 1000).toFixed(1)} s ago`;
    return checked('worker', 'ok', text);
  });
  const idle = partitions
    .filter(({ owner, left }) => owner === null || left <= 0)
    .map(({ partition }) => partition);
  if (idle.length === 0) return checks;
  return [
    ...checks,
    checked(
      'worker',
      'fault',
      `nobody works on partitions ${idle.join(', ')}: their events wait, and nothing is noticed`,
      {
        remedy:
          alive.length === 0
            ? 'start a worker: milepost up, or milepost worker'
            : 'wait ten seconds and look again; then see the log of the workers',
      },
    ),
  ];
}

/** A worker that was not heard of for so long has ended without a word, ms. */
const LONG_SILENT = 60_000;

function wordsOf(error: unknown): string {
  return reasonOf(error);
}
