import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  backupDatabase,
  connect,
  openLocalStream,
  openStorage,
  restoreDatabase,
  systemEpoch,
  verifyBackup,
} from '../../adapters/storage/index.ts';
import { StoreError } from '../../engine/index.ts';
import { bytes } from '../contracts/intake.contract.ts';
import {
  alarmRecord,
  changeRecord,
  instanceRecord,
  journalRecord,
  NASTY_TEXTS,
  NOON,
  noticeRecord,
  opened,
  rejectedRecord,
} from '../contracts/store-records.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { batchAfter } from './storage-batches.ts';

let server: TestPostgres;
let folder: string;
let source: string;
let file: string;
beforeAll(async () => {
  server = await startTestPostgres();
  folder = mkdtempSync(join(tmpdir(), 'milepost-backup-'));
  source = await server.database();
  file = join(folder, 'backup.gz');
  await fill(source);
  await backupDatabase(source, file);
}, 60_000);
afterAll(async () => {
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  test('holds every row of every table, as of one moment, for its owner only', async () => {
    const { tables, heading } = await verifyBackup(file);
    const counts = Object.fromEntries(tables.map(({ table, rows }) => [table, rows]));
    expect(counts).toMatchObject({ journal: 400, instances: 1, alarms: 1, rejected: 1, inbox: 1, held: 1 });
    expect(counts).not.toHaveProperty('leases');
    expect(heading.migrations.length).toBeGreaterThan(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('brings everything back into an empty database, bit for bit', async () => {
    const url = await server.database();
    await restoreDatabase(url, file);
    for (const table of [
      'journal',
      'instances',
      'alarms',
      'rejected',
      'changes',
      'notices',
      'held',
      'inbox',
    ]) {
      const rows = (of: string) =>
        server.run(`select to_jsonb(t) as row from milepost.${table} t order by 1`, of);
      expect(await rows(url)).toEqual(await rows(source));
    }
    const weeks = (of: string) =>
      server.run(`select tableoid::regclass::text as week, count(*) from milepost.journal group by 1`, of);
    expect(await weeks(url)).toEqual(await weeks(source));
  });

  test('what is restored goes on: positions, ids of changes, places of alarms, the inbox', async () => {
    const url = await server.database();
    await restoreDatabase(url, file);
    const storage = await openStorage({ url, role: 'test' });
    expect(await storage.store.open('main', 'after')).toBeNull();
    expect(await storage.leases.take('main', 'after', 60_000, [])).toBe(true);
    const position = await opened(storage.store, 'main', 'after');
    expect(position).toMatchObject({ journal: 400, sequence: 1 });
    const later = { id: 'later', raisedAt: NOON, lastAt: NOON };
    const batch = batchAfter(position, { changes: [changeRecord()], alarms: [alarmRecord(later)] });
    expect(await storage.store.commit(batch)).toBe('committed');
    expect(await storage.changes.newest()).toBe(2);
    const { items } = await storage.reader.alarms({}, 10, null);
    expect(items.map(({ id }) => id)).toEqual(['later', alarmRecord().id]);
    const stream = openLocalStream({ url });
    await stream.outlet.send([{ subject: 'milepost.checkpoint.a.b', payload: bytes('two') }]);
    expect(await stream.intake().last()).toBe(2);
    await stream.close();
    await storage.close();
  });

  test('a system that was restored has another epoch, and a worker of before is fenced', async () => {
    const url = await server.database();
    await restoreDatabase(url, file);
    const [before, db] = [connect({ url: source, role: 'test' }), connect({ url, role: 'test' })];
    const [old, restored] = await Promise.all([systemEpoch(before), systemEpoch(db)]);
    expect(old.restoredAt).toBeNull();
    expect(restored.epoch).not.toBe(old.epoch);
    expect(restored.restoredAt).toBeGreaterThan(NOON - 10 * 365 * 86_400_000);
    const storages = await Promise.all([source, url].map((of) => openStorage({ url: of, role: 'test' })));
    const [earlier, now] = await Promise.all(storages.map(({ reader }) => reader.position('main')));
    if (earlier == null || now == null) throw new Error('both have the partition');
    expect(await storages[1]?.store.commit(batchAfter(earlier))).toBe('fenced');
    expect(await storages[1]?.store.commit(batchAfter(now))).toBe('committed');
    await Promise.all([before.destroy(), db.destroy(), ...storages.map((storage) => storage.close())]);
  });

  test('what is committed while it is made is in it whole or not at all', async () => {
    const [from, into] = [await server.database(), await server.database()];
    const storage = await openStorage({ url: from, role: 'test' });
    let position = await opened(storage.store, 'main');
    let done = false;
    const writing = (async () => {
      while (!done) {
        const batch = batchAfter(position, { journal: [journalRecord()], changes: [changeRecord()] });
        await storage.store.commit(batch);
        position = batch.position;
      }
    })();
    const live = join(folder, 'live.gz');
    await backupDatabase(from, live);
    done = true;
    await writing;
    await restoreDatabase(into, live);
    const [row] = await server.run(
      `select p.journal::int, (select count(*)::int from milepost.journal) as entries,
              (select count(*)::int from milepost.changes) as changes, c.last::int
         from milepost.positions p, milepost.change_counter c`,
      into,
    );
    expect(row).toMatchObject({ entries: row?.journal, changes: row?.journal, last: row?.journal });
    await storage.close();
  });

  test('a database in which there is something is left as it is', async () => {
    const url = await server.database();
    await fill(url);
    const refused = await restoreDatabase(url, file).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toMatchObject({ permanent: true });
    expect(refused).toHaveProperty('message', expect.stringContaining('make an empty one'));
    expect(await server.run('select restored_at from milepost.system', url)).toEqual([{ restored_at: null }]);
  });

  test('a file that is there is not written over, and a backup that fails leaves none', async () => {
    await expect(backupDatabase(source, file)).rejects.toMatchObject({ permanent: true });
    const empty = await server.database();
    const other = join(folder, 'other.gz');
    await expect(backupDatabase(empty, other)).rejects.toMatchObject({ permanent: true });
    expect(() => statSync(other)).toThrow();
    expect(() => statSync(`${other}.part`)).toThrow();
  });

  test.each([
    ['is cut off', (whole: Buffer) => whole.subarray(0, whole.length - 40)],
    ['is cut off between two rows', (whole: Buffer) => gzipSync(gunzipSync(whole).subarray(0, -200))],
    [
      'has another byte in a row',
      (whole: Buffer) => changed(whole, 'clearing-2026-11-23', 'clearing-2026-11-24'),
    ],
    ['lacks its end', (whole: Buffer) => changed(whole, '{"end":true', '{"end_":true')],
    ['is something else', () => gzipSync('{"a":1}\n')],
    ['is no gzip', () => randomBytes(1000)],
  ])('a file that %s is refused before anything is written', async (_, damage) => {
    const damaged = join(folder, 'damaged.gz');
    writeFileSync(damaged, damage(readFileSync(file)));
    const url = await server.database();
    const refused = await restoreDatabase(url, damaged).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toHaveProperty('message', expect.stringContaining('damaged.gz'));
    expect(await server.run(`select from pg_namespace where nspname = 'milepost'`, url)).toEqual([]);
  });

  test('one of a newer version is refused and names what it has', async () => {
    const newer = join(folder, 'newer.gz');
    writeFileSync(newer, changed(readFileSync(file), '"migrations":[', '"migrations":["999-later",'));
    const refused = await restoreDatabase(await server.database(), newer).catch((error: unknown) => error);
    expect(refused).toHaveProperty('message', expect.stringContaining('999-later'));
  });
});

function changed(whole: Buffer, from: string, to: string): Buffer {
  return gzipSync(Buffer.from(gunzipSync(whole).toString('latin1').replace(from, to), 'latin1'));
}

async function fill(url: string): Promise<void> {
  const storage = await openStorage({ url, role: 'test' });
  const position = await opened(storage.store, 'main');
  const journal = Array.from({ length: 400 }, (_, n) =>
    journalRecord({
      id: `e-${n}`,
      event: NASTY_TEXTS[n % NASTY_TEXTS.length] ?? '',
      receivedAt: NOON - (n % 3) * 7 * 86_400_000,
    }),
  );
  const batch = batchAfter(position, {
    journal,
    instances: [instanceRecord({ snapshot: NASTY_TEXTS.join('') })],
    alarms: [alarmRecord({ raisedAt: NOON - 1000 })],
    rejected: [rejectedRecord()],
    changes: [changeRecord()],
    notices: [noticeRecord()],
    watched: [{ flow: 'settlement', since: NOON }],
    held: [{ root: 'a', applied: 1, events: [{ event: '{"a":"\\u0000"}', receivedAt: NOON }] }],
  });
  expect(await storage.store.commit(batch)).toBe('committed');
  await storage.store.saveRevision('r-1', [{ file: 'a.yaml', text: 'flow: a' }]);
  await storage.close();
  const stream = openLocalStream({ url });
  await stream.outlet.send([{ subject: 'milepost.checkpoint.a.b', payload: bytes('one') }]);
  await stream.close();
}
