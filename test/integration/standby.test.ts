/**
 * A primary that is killed and a standby that takes its place, without the last commits: the address with both hosts leads
 * to the new one, what was lost is read again from the stream, and every alarm is there once.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { natsOutlet } from '../../adapters/nats/index.ts';
import { findPostgres, serverUser } from '../../adapters/storage/postgres-program.ts';
import { freePort, type Postmaster, startPostmaster } from '../../adapters/storage/postmaster.ts';
import { startPrivatePostgres } from '../../adapters/storage/private-postgres.ts';
import { subjectOf } from '../../checkpoints/index.ts';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { descendants } from '../servers/process-family.ts';

const SOON = { timeout: 60_000, interval: 100 };
const SETTINGS = ['fsync=off', 'wal_receiver_status_interval=1s', 'wal_retrieve_retry_interval=500ms'];

let folder: string;
let nats: TestNats;
let primary: Postmaster;
let standby: Postmaster;
let password: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-standby-'));
  chmodSync(folder, 0o711); // the server's user enters it
  nats = await startTestNats();
  const first = await startPrivatePostgres({ folder: join(folder, 'a'), durable: false });
  await first.stop();
  password = readFileSync(join(folder, 'a', 'password'), 'utf8').trim();
  primary = await start(first.dataFolder, 'a');
  standby = await start(await copyOf(first.dataFolder), 'b');
}, 240_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await Promise.all([primary?.stop(), standby?.stop(), nats?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function start(dataFolder: string, name: string, at: number | null = null): Promise<Postmaster> {
  const user = serverUser();
  const { postgres } = findPostgres({ user, dataMajor: null, shared: join(folder, 'shared') });
  const logFile = join(folder, `${name}.log`);
  return startPostmaster({
    postgres,
    user,
    dataFolder,
    logFile,
    port: at ?? (await freePort()),
    settings: SETTINGS,
  });
}

/** What pg_basebackup does: a copy of a running server that begins as its standby. */
async function copyOf(dataFolder: string): Promise<string> {
  const place = join(folder, 'b');
  const copy = join(place, 'data');
  mkdirSync(place, { mode: 0o711 });
  const client = await connected(primary);
  await client.query(`select pg_backup_start('standby', true)`);
  execFileSync('cp', ['-a', dataFolder, copy]);
  const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
  await client.end();
  rmSync(join(copy, 'postmaster.pid'), { force: true });
  const { uid, gid } = serverUser();
  const conninfo = `host=127.0.0.1 port=${primary.port} user=milepost password=${password}`;
  for (const [name, text] of [
    ['backup_label', rows[0]?.labelfile ?? ''],
    ['standby.signal', ''],
    ['postgresql.auto.conf', `primary_conninfo = '${conninfo}'\n`],
  ] as const) {
    const file = join(copy, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
  }
  return copy;
}

async function connected({ port }: Postmaster): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: `postgres://milepost:${password}@127.0.0.1:${port}/postgres`,
  });
  client.on('error', () => undefined); // the server is killed on purpose
  await client.connect();
  return client;
}

async function answer(server: Postmaster, query: string): Promise<string> {
  const client = await connected(server);
  try {
    const { rows } = await client.query<{ answer: unknown }>(`select (${query})::text as answer`);
    return String(rows[0]?.answer);
  } finally {
    await client.end();
  }
}

async function fail(from: number, to: number): Promise<void> {
  const time = new Date();
  const messages = Array.from({ length: to - from }, (_, n) => {
    const key = `k${from + n}`;
    const event = { id: key, flow: 'job', key, step: 'do', event: 'exception', message: 'no', time };
    return { subject: subjectOf('job', key), id: key, payload: Buffer.from(JSON.stringify(event)) };
  });
  await natsOutlet({ nc: await nats.connect() }).send(messages);
}

test('no event is lost and no alarm raised twice when the primary is killed and a standby without the last commits is promoted', async () => {
  writeFileSync(join(folder, 'flows.yaml'), 'flow: job\nsteps: { do: {} }\n');
  const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
  const url = `postgres://milepost:${password}@${hosts}/postgres?target_session_attrs=read-write`;
  const world = { env: { DATABASE_URL: url, NATS_URL: nats.url }, cwd: folder };
  const milepost = startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', 'data'], world);
  const address = await milepost.serves();
  const keys = async () => (await listAll(address, '/api/v1/instances?limit=500')).length;

  await fail(0, 50);
  await expect.poll(keys, SOON).toBe(50);
  const journal = '(select count(*) from milepost.journal)';
  await expect.poll(() => answer(standby, journal).catch(String), SOON).toBe('50');

  // Away, not frozen: what is sent to a frozen one waits in its sockets, and would not be lost.
  await standby.stop();
  await fail(50, 80);
  await expect.poll(keys, SOON).toBe(80);
  for (const pid of [primary.pid, ...descendants(primary.pid)]) process.kill(pid, 'SIGKILL');
  await primary.ended;
  standby = await start(join(folder, 'b', 'data'), 'b', standby.port);
  expect(await answer(standby, 'pg_is_in_recovery()')).toBe('true');
  await fail(80, 100);
  expect(await answer(standby, 'pg_promote()')).toBe('true');

  await milepost.line(/the database has gone back/);
  await expect.poll(keys, SOON).toBe(100);
  const alarms = await listAll(address, '/api/v1/alarms?limit=500');
  expect(alarms.map(({ key }) => key).toSorted()).toEqual(
    Array.from({ length: 100 }, (_, n) => `k${n}`).toSorted(),
  );
  expect(alarms.filter(({ count }) => count !== 1)).toEqual([]);
  expect(await answer(standby, journal)).toBe('100');
  await expect.poll(async () => (await ask(address, '/readyz')).status, SOON).toBe(200);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 240_000);
