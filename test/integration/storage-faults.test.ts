import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, openStorage, postgresStore, type Storage } from '../../adapters/storage/index.ts';
import { LOCK } from '../../adapters/storage/journal-weeks.ts';
import { type Position, StoreError } from '../../engine/index.ts';
import { changeRecord, instanceRecord, journalRecord, opened } from '../contracts/store-records.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { startWire } from '../servers/wire.ts';
import { batchAfter } from './storage-batches.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

describe('when the database fails', () => {
  let url: string;
  let storage: Storage;
  let position: Position;
  beforeEach(async () => {
    url = await server.database();
    storage = await openStorage({ url, role: 'worker' });
    position = await opened(storage.store, 'main');
  });
  afterEach(async () => {
    await storage.close();
  });

  test('row 23: a server that is killed is a passing failure, and what was committed is there afterwards', async () => {
    await storage.store.commit(batchAfter(position, { journal: [journalRecord()] }));
    process.kill(server.pid(), 'SIGKILL');
    const failure = await untilFailure(() => storage.store.commit(batchAfter(position)));
    expect(failure).toBeInstanceOf(StoreError);
    expect(failure).toMatchObject({ permanent: false });
    const again = await untilSuccess(() => opened(storage.store, 'main'));
    expect(again.epoch).toBeGreaterThan(position.epoch);
    expect(await storage.store.seen([journalRecord()])).toHaveLength(1);
    expect(await storage.store.commit(batchAfter(again))).toBe('committed');
  });

  test('row 26b: connections that are ended while idle or in use end neither the process nor the pool', async () => {
    const db = connect({ url, role: 'in-use', size: 2 });
    const store = postgresStore(db);
    await opened(store, 'main');
    await expect(
      db.transaction().execute(async (trx) => {
        await trx.selectFrom('milepost.positions').selectAll().execute();
        await endConnections(url);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await trx.selectFrom('milepost.positions').selectAll().execute();
      }),
    ).rejects.toThrow();
    await endConnections(url);
    const taken = await untilSuccess(() => opened(store, 'main'));
    expect(await store.commit(batchAfter(taken))).toBe('committed');
    await db.destroy();
  });

  test('row 25: a row that another holds is a passing failure after two seconds, and leaves nothing half done', async () => {
    const holder = connect({ url, role: 'holder', size: 1 });
    const batch = batchAfter(position, { changes: [changeRecord()], instances: [instanceRecord()] });
    await holder.transaction().execute(async (trx) => {
      await trx.updateTable('milepost.change_counter').set({ last: 0 }).execute();
      await expect(storage.store.commit(batch)).rejects.toMatchObject({ permanent: false });
    });
    await holder.destroy();
    expect(await storage.reader.position('main')).toEqual(position);
    expect(await storage.store.loadLive('main')).toEqual([]);
    expect(await storage.store.commit(batch)).toBe('committed');
  });

  test('row 25: a table that is locked whole, as while it is written anew, keeps nobody waiting for longer, and nobody waits on', async () => {
    const holder = connect({ url, role: 'holder', size: 1 });
    await holder.transaction().execute(async (trx) => {
      await sql`lock table milepost.positions in access exclusive mode`.execute(trx);
      const began = performance.now();
      await expect(storage.store.commit(batchAfter(position))).rejects.toMatchObject({ permanent: false });
      await expect(storage.reader.position('main')).rejects.toMatchObject({ permanent: false });
      expect(performance.now() - began).toBeLessThan(20_000);
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = '${new URL(url).pathname.slice(1)}'`;
      expect(await server.run(waiting)).toEqual([]);
    });
    await holder.destroy();
    expect(await storage.store.commit(batchAfter(position))).toBe('committed');
  });

  test('row 25: a statement that takes too long is given up, and commits go on once they are quick again', async () => {
    await failing(`perform pg_sleep(20)`);
    const db = connect({ url, role: 'slow', size: 1, statementTimeout: 500 });
    const store = postgresStore(db);
    const batch = batchAfter(position, { changes: [changeRecord()] });
    await expect(store.commit(batch)).rejects.toMatchObject({ permanent: false });
    expect(await storage.reader.position('main')).toEqual(position);
    await mended();
    expect(await store.commit(batch)).toBe('committed');
    await db.destroy();
  });

  test.each([
    ['a full disk', '53100'],
    ['no memory left', '53200'],
    ['a server that becomes read-only', '25006'],
  ])(
    'row 26: %s is a passing failure, nothing is half done, and the same connection goes on afterwards',
    async (_, state) => {
      await failing(`raise exception 'no room' using errcode = '${state}'`);
      const db = connect({ url, role: 'full', size: 1 });
      const store = postgresStore(db);
      const batch = batchAfter(position, { journal: [journalRecord()], changes: [changeRecord()] });
      await expect(store.commit(batch)).rejects.toMatchObject({ permanent: false });
      expect(await storage.reader.position('main')).toEqual(position);
      expect(await store.seen([journalRecord()])).toEqual([]);
      await mended();
      expect(await store.commit(batch)).toBe('committed');
      await db.destroy();
    },
  );

  test('row 26: a standby or read-only database, and one without connections left, are passing failures', async () => {
    await server.run(`create role crowded login password 'x' connection limit 0`, url);
    const crowded = connect({ url: url.replace(/\/\/[^@]+@/, '//crowded:x@'), role: 'crowded' });
    await expect(postgresStore(crowded).open('main', 'w-1')).rejects.toMatchObject({ permanent: false });
    await crowded.destroy();
    const name = new URL(url).pathname.slice(1);
    await server.run(`alter database ${name} set default_transaction_read_only = on`);
    const standby = connect({ url, role: 'standby' });
    await expect(postgresStore(standby).open('main', 'w-1')).rejects.toMatchObject({ permanent: false });
    await standby.destroy();
  });

  test('a wrong password, a missing database and missing rights are lasting failures that name the remedy', async () => {
    await server.run(`create role stranger login password 'x'`, url);
    for (const [wrong, remedy] of [
      [url.replace(/\/\/[^@]+@/, '//milepost:wrong@'), 'check user and password in DATABASE_URL'],
      [url.replace(/\/[^/]+$/, '/nowhere'), 'create the database that DATABASE_URL names'],
      [url.replace(/\/\/[^@]+@/, '//stranger:x@'), 'grant the user of DATABASE_URL'],
    ] as const) {
      const db = connect({ url: wrong, role: 'wrong' });
      const failure = await untilFailure(() => postgresStore(db).open('main', 'w-1'));
      expect(failure).toMatchObject({ permanent: true });
      expect(failure).toHaveProperty('message', expect.stringContaining(remedy));
      await db.destroy();
    }
  });

  test.each([
    ['an instance', { instances: [instanceRecord({ snapshot: 'a\0b' })] }],
    ['the journal', { journal: [journalRecord(), journalRecord({ id: 'e-2', event: 'a\0b' })] }],
  ])(
    'text of %s that the database cannot hold is a lasting failure, and nothing of the batch is written',
    async (_, bad) => {
      const db = connect({ url, role: 'alone', size: 1 });
      const store = postgresStore(db);
      const batch = batchAfter(position, { journal: [journalRecord()], changes: [changeRecord()], ...bad });
      await expect(store.commit(batch)).rejects.toMatchObject({ permanent: true });
      expect(await store.seen([journalRecord()])).toEqual([]);
      expect(await store.commit(batchAfter(position))).toBe('committed');
      expect(await storage.changes.newest()).toBe(0);
      await db.destroy();
    },
  );

  test('row 3: a commit whose answer is lost may have been written: the position tells', async () => {
    const wire = await startWire(url, { swallowAnswerTo: 'milepost.move_position' });
    const db = connect({ url: wire.url, role: 'cut', size: 1 });
    const store = postgresStore(db);
    const own = await opened(store, 'main');
    const batch = batchAfter(own, { journal: [journalRecord()] });
    wire.arm();
    await expect(store.commit(batch)).rejects.toMatchObject({ permanent: false });
    const again = await opened(store, 'main');
    expect(again).toMatchObject({ epoch: own.epoch + 1, sequence: own.sequence + 1, journal: 1 });
    expect(await store.seen([journalRecord()])).toHaveLength(1);
    await db.destroy();
    await wire.stop();
  });

  test('row 26: a connection that falls silent is given up, and the next call takes another', {
    timeout: 20_000,
  }, async () => {
    const wire = await startWire(url, { silentAfter: 'milepost.move_position' });
    const db = connect({ url: wire.url, role: 'silent', size: 1, statementTimeout: 100 });
    const store = postgresStore(db);
    const own = await opened(store, 'main');
    wire.arm();
    await expect(store.commit(batchAfter(own))).rejects.toMatchObject({ permanent: false });
    await untilSuccess(() => opened(store, 'main'));
    await db.destroy();
    await wire.stop();
  });

  test('row 9: a worker that freezes in the middle of a commit is ended by who takes over, and commits nothing', {
    timeout: 20_000,
  }, async () => {
    const wire = await startWire(url, { endHeldOf: 'milepost.move_position' });
    const frozen = await openStorage({ url: wire.url, role: 'frozen' });
    const own = await opened(frozen.store, 'frozen', 'w-1');
    wire.arm();
    const committing = frozen.store
      .commit(batchAfter(own, { journal: [journalRecord()], changes: [changeRecord()] }))
      .catch((error: unknown) => error);
    await untilHeld();
    expect(await storage.leases.take('frozen', 'w-2', 60_000, ['w-1'])).toBe(true);
    const taken = await opened(storage.store, 'frozen', 'w-2');
    expect(taken).toMatchObject({ epoch: own.epoch + 2, journal: 0 });
    expect(await committing).toMatchObject({ permanent: false });
    expect(await storage.changes.newest()).toBe(0);
    await frozen.close();
    await wire.stop();
  });

  test('a worker that freezes with the counter of changes keeps no other partition from committing', {
    timeout: 20_000,
  }, async () => {
    const wire = await startWire(url, { endHeldOf: 'milepost.move_position' });
    const frozen = await openStorage({ url: wire.url, role: 'frozen' });
    const own = await opened(frozen.store, 'frozen', 'w-1');
    wire.arm();
    const committing = frozen.store
      .commit(batchAfter(own, { changes: [changeRecord({ body: 'frozen' })] }))
      .catch((error: unknown) => error);
    await untilHeld();
    const batch = batchAfter(position, { changes: [changeRecord({ body: 'free' })] });
    expect(await storage.store.commit(batch)).toBe('committed');
    expect(await committing).toMatchObject({ permanent: false });
    expect((await storage.changes.changes(0, 10)).map(({ body }) => body)).toEqual(['free']);
    await frozen.close();
    await wire.stop();
  });

  test('a week of the journal that cannot be made fails no commit', async () => {
    const holder = connect({ url, role: 'holder', size: 1 });
    const batch = batchAfter(position, { journal: [journalRecord({ receivedAt: Date.now() })] });
    await holder.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
      expect(await storage.store.commit(batch)).toBe('committed');
    });
    await holder.destroy();
    const rows = await server.run('select count(*)::int from milepost.journal_other', url);
    expect(rows).toEqual([{ count: 1 }]);
  });

  /** From now on the last thing that a commit writes meets this. */
  async function failing(statement: string): Promise<void> {
    await server.run(
      `create function public.fail() returns trigger language plpgsql as $$ begin ${statement}; return new; end $$`,
      url,
    );
    await server.run(
      'create trigger fail before insert on milepost.changes for each row execute function public.fail()',
      url,
    );
  }

  async function mended(): Promise<void> {
    await server.run('drop trigger fail on milepost.changes', url);
  }

  /** Until some commit has locked a position. */
  async function untilHeld(): Promise<void> {
    for (;;) {
      const held = await server.run(
        `select from pg_locks where relation = 'milepost.positions'::regclass and mode = 'RowExclusiveLock'`,
        url,
      );
      if (held.length > 0) return;
    }
  }

  async function endConnections(of: string): Promise<void> {
    const name = new URL(of).pathname.slice(1);
    await server.run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  }
});

async function untilFailure(call: () => Promise<unknown>): Promise<unknown> {
  for (let turn = 0; turn < 1000; turn += 1) {
    try {
      await call();
    } catch (error) {
      return error;
    }
  }
  throw new Error('it never failed');
}

async function untilSuccess<T>(call: () => Promise<T>): Promise<T> {
  const limit = performance.now() + 15_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreError) || error.permanent || performance.now() > limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}
