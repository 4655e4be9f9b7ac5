import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../adapters/storage/index.ts';
import { MIGRATIONS } from '../../adapters/storage/migrations.ts';
import { StoreError } from '../../engine/index.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

const ALL = MIGRATIONS.map(({ name }) => name);

describe('migrating', () => {
  test('an empty database gets every table, a second time does nothing', async () => {
    const url = await server.database();
    expect(await migrate(url)).toEqual(ALL);
    expect(await migrate(url)).toEqual([]);
    expect(await tables(url)).toEqual([
      'acts',
      'alarms',
      'audit',
      'change_counter',
      'change_position',
      'changes',
      'handling_history',
      'handlings',
      'held',
      'inbox',
      'inbox_counter',
      'instances',
      'journal',
      'journal_other',
      'leases',
      'migrations',
      'migrations_lock',
      'notices',
      'notifier',
      'notifier_memory',
      'outbox',
      'own_reports',
      'own_topics',
      'own_troubles',
      'positions',
      'rejected',
      'revisions',
      'silences',
      'system',
      'watched',
      'workers',
    ]);
  });

  test('processes that start at once all succeed, and each step is applied once', async () => {
    const url = await server.database();
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));
    expect(applied.flat().sort()).toEqual(ALL);
  });

  test('row 7: one that dies in the middle changes nothing, and the next one finishes', async () => {
    const url = await server.database();
    const dying = {
      name: '002-dying',
      migration: {
        up: async (db: Parameters<(typeof MIGRATIONS)[number]['migration']['up']>[0]) => {
          await sql`create table milepost.half (a int)`.execute(db);
          await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db);
        },
      },
    };
    const first = MIGRATIONS.slice(0, 1);
    await expect(migrate(url, [...first, dying])).rejects.toMatchObject({ permanent: false });
    expect(await tables(url)).toEqual(['migrations', 'migrations_lock']);
    expect(await migrate(url)).toEqual(ALL);
  });

  test('a database of a newer version is refused and left as it is', async () => {
    const url = await server.database();
    await migrate(url);
    await server.run(`insert into milepost.migrations values ('999-later', '2030')`, url);
    const refused = await migrate(url).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toMatchObject({ permanent: true });
    expect(refused).toHaveProperty('message', expect.stringContaining('999-later'));
  });

  test('a database that is not UTF-8 is refused with the command that makes one', async () => {
    await server.run(
      `create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`,
    );
    const refused = await migrate(server.url.replace(/postgres$/, 'latin')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ permanent: true });
    expect(refused).toHaveProperty('message', expect.stringContaining('--encoding UTF8'));
  });

  test('a server that is away is a passing failure', async () => {
    const refused = await migrate('postgres://milepost:x@127.0.0.1:9/postgres').catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toMatchObject({ permanent: false });
  });

  test('a user that may not create anything is told what to grant', async () => {
    const url = await server.database();
    await server.run(`create role guest login password 'x'`);
    const refused = await migrate(url.replace(/\/\/[^@]+@/, '//guest:x@')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ permanent: true });
    expect(refused).toHaveProperty(
      'message',
      expect.stringContaining('grant the user of DATABASE_URL CREATE'),
    );
  });
});

async function tables(url: string): Promise<readonly unknown[]> {
  const rows = await server.run(
    `select table_name from information_schema.tables where table_schema = 'milepost' order by table_name`,
    url,
  );
  return rows.map((row) => row.table_name);
}
