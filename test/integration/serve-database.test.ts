import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startOf } from '../../adapters/folder-owner.ts';
import { type Door, makeDoor } from '../servers/door.ts';
import { ask, killMileposts, type Milepost, readiness, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 20_000, interval: 50 };

let postgres: TestPostgres;
let nats: TestNats;
let door: Door;
const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-database-'));
const flows = join(folder, 'flows.yaml');
let used = 0;

beforeAll(async () => {
  writeFileSync(flows, 'flow: report\nsteps: { write: {} }\n');
  postgres = await startTestPostgres();
  nats = await startTestNats();
  door = await makeDoor(Number(new URL(postgres.url).port));
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await door?.shut();
  await nats?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

/** `milepost up` on a database behind the door. */
function up(database: string, ...args: string[]): Milepost {
  const url = new URL(database);
  url.port = String(door.port);
  const world = { env: { DATABASE_URL: url.href, NATS_URL: nats.url }, cwd: folder };
  return startMilepost(['up', flows, '--port', '0', '--folder', `data-${++used}`, ...args], world);
}

function event(id: string, key = 'a'): string {
  const time = new Date().toISOString();
  return JSON.stringify({ id, flow: 'report', key, step: 'write', event: 'params', time });
}

async function seen(address: string, key: string): Promise<readonly string[]> {
  const { body } = await ask(address, `/api/v1/instances/report/${key}/events`);
  return (body.items ?? []).map((item: { id: string }) => item.id);
}

test('a database that is down at the start is waited for, which is said once, and then it serves', async () => {
  const milepost = up(await postgres.database(), '--no-nats');
  expect(await milepost.line(/waiting/)).toMatch(
    /^waiting for the database: .*ECONNREFUSED.*check that PostgreSQL runs and that DATABASE_URL points to it$/,
  );
  // long enough for further attempts
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(milepost.said('warn')).toHaveLength(1);
  await door.open();
  const address = await milepost.serves();
  expect(milepost.said('warn')).toHaveLength(1);
  expect(milepost.said()).toContain('the database is there');
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 60_000);

test('a database that is waited for does not keep it from ending', async () => {
  await door.shut();
  const milepost = up(await postgres.database(), '--no-nats');
  await milepost.line(/waiting for the database/);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
  expect(milepost.said('error')).toEqual([]);
}, 60_000);

test.each([
  ['a wrong password', (url: URL) => (url.password = 'wrong'), /check user and password in DATABASE_URL/],
  ['a database that is not there', (url: URL) => (url.pathname = 'none'), /create the database that/],
])(
  '%s ends it with one clear line',
  async (_, change, remedy) => {
    await door.open();
    const url = new URL(postgres.url);
    change(url);
    const milepost = up(url.href, '--no-nats');
    expect(await milepost.ended).toBe(2);
    expect(milepost.said('error')).toEqual([expect.stringMatching(remedy)]);
    expect(milepost.said().join()).not.toMatch(new URL(postgres.url).password);
    await door.shut();
  },
  60_000,
);

test('row 23: a database that goes away is said, waited for, and taken up again, and what came over NATS meanwhile is not lost', async () => {
  await door.open();
  const milepost = up(await postgres.database());
  const address = await milepost.serves();
  expect(await ask(address, '/api/v1/events', event('1'))).toMatchObject({ status: 202 });
  await expect.poll(() => seen(address, 'a'), SOON).toEqual(['1']);

  await door.shut();
  const js = (await nats.connect()).jetstream();
  await js.publish('milepost.checkpoint.report.a', event('2'));
  await expect.poll(async () => (await readiness(address)).ok.worker, SOON).toBe(false);
  expect(await readiness(address)).toMatchObject({ status: 503 });
  expect((await ask(address, '/livez')).status).toBe(200);
  const read = await ask(address, '/api/v1/instances');
  expect(read).toMatchObject({ status: 503, body: { detail: expect.stringContaining('database') } });
  expect(read.headers.get('retry-after')).toMatch(/^\d+$/);
  // the stream is there, and that is where events go
  expect(await ask(address, '/api/v1/events', event('3'))).toMatchObject({ status: 202 });

  await door.open();
  await expect.poll(() => seen(address, 'a').catch(() => []), SOON).toEqual(['1', '2', '3']);
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 60_000);

test('where events come over HTTP only, they are refused with Retry-After while the database is away', async () => {
  await door.open();
  const milepost = up(await postgres.database(), '--no-nats');
  const address = await milepost.serves();
  expect((await ask(address, '/api/v1/events', event('1'))).status).toBe(202);
  await door.shut();
  const refused = await ask(address, '/api/v1/events', event('2'));
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  await door.open();
  await expect.poll(async () => (await ask(address, '/api/v1/events', event('2'))).status, SOON).toBe(202);
  await expect.poll(() => seen(address, 'a').catch(() => []), SOON).toEqual(['1', '2']);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 60_000);

test('it ends in order while the database is away', async () => {
  await door.open();
  const milepost = up(await postgres.database());
  await milepost.serves();
  await door.shut();
  await milepost.line(/(telling|the worker|the taking of partitions) waits/);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 60_000);

test('row 23: a database that is killed under a stream of events loses none of them and takes none twice', async () => {
  await door.open();
  const milepost = up(await postgres.database());
  const address = await milepost.serves();
  const js = (await nats.connect()).jetstream();
  const ids: string[] = [];
  for (let n = 1; n <= 60; n++) {
    ids.push(`k${n}`);
    await js.publish('milepost.checkpoint.report.k', event(`k${n}`, 'k'));
    if (n !== 20 && n !== 40) continue;
    await expect.poll(() => startOf(postgres.pid()), SOON).not.toBe(null);
    process.kill(postgres.pid(), 'SIGKILL');
  }
  await expect
    .poll(async () => (await seen(address, 'k').catch(() => [])).toSorted(), SOON)
    .toEqual(ids.toSorted());
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 60_000);

test('row 25: tables that are locked for long are said, by /readyz too, and everything goes on once they are free', async () => {
  await door.open();
  const url = await postgres.database();
  const milepost = up(url);
  const address = await milepost.serves();
  expect(await ask(address, '/api/v1/events', event('1', 'locked'))).toMatchObject({ status: 202 });
  await expect.poll(() => seen(address, 'locked'), SOON).toEqual(['1']);
  const held = postgres.run(
    'do $$ begin lock table milepost.positions in access exclusive mode; perform pg_sleep(20); end $$',
    url,
  );
  const locks = `select count(*)::int as held from pg_locks
    where relation = 'milepost.positions'::regclass and mode = 'AccessExclusiveLock' and granted`;
  await expect.poll(() => postgres.run(locks, url), SOON).toEqual([{ held: 1 }]);
  expect(await ask(address, '/api/v1/events', event('2', 'locked'))).toMatchObject({ status: 202 });
  const worker = async () => {
    const { checks } = (await ask(address, '/readyz')).body;
    return checks.find(({ name }: { name: string }) => name === 'worker');
  };
  await expect
    .poll(worker, SOON)
    .toMatchObject({ ok: false, detail: expect.stringMatching(/lock timeout|55P03/) });
  await held;
  await expect.poll(() => seen(address, 'locked').catch(() => []), SOON).toEqual(['1', '2']);
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}, 90_000);
