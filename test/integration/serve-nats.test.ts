import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, killMileposts, type Milepost, readiness, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 20_000, interval: 50 };

let postgres: TestPostgres;
let nats: TestNats;
const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-nats-'));
const flows = join(folder, 'flows.yaml');
let used = 0;

beforeAll(async () => {
  writeFileSync(flows, 'flow: report\nsteps: { write: {} }\n');
  postgres = await startTestPostgres();
}, 180_000);
beforeEach(async () => {
  nats = await startTestNats({ late: true });
}, 180_000);
afterEach(async () => {
  killMileposts();
  await nats?.stop();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

async function up(url = nats.url, database?: string): Promise<Milepost> {
  const DATABASE_URL = database ?? (await postgres.database());
  const world = { env: { DATABASE_URL, NATS_URL: url }, cwd: folder };
  return startMilepost(['up', flows, '--port', '0', '--folder', `data-${++used}`], world);
}

function event(id: string): string {
  const time = new Date().toISOString();
  return JSON.stringify({ id, flow: 'report', key: 'a', step: 'write', event: 'params', time });
}

async function seen(address: string): Promise<readonly string[]> {
  const { body } = await ask(address, '/api/v1/instances/report/a/events?limit=500');
  return (body.items ?? []).map((item: { id: string }) => item.id).toSorted();
}

async function end(milepost: Milepost): Promise<void> {
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}

test('a server that comes late is waited for, which is said once, and then it serves', async () => {
  const milepost = await up();
  expect(await milepost.line(/waiting/)).toBe(
    `waiting for NATS at 127.0.0.1:${nats.port}: nothing listens there`,
  );
  // long enough for further attempts
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(milepost.said('warn')).toHaveLength(1);
  await nats.restart();
  const address = await milepost.serves();
  const js = (await nats.connect()).jetstream();
  await js.publish('milepost.checkpoint.report.a', event('1'));
  await expect.poll(() => seen(address), SOON).toEqual(['1']);
  await end(milepost);
}, 60_000);

test('a wrong password is said in one clear line that does not repeat it, and waited for', async () => {
  await nats.restart();
  const milepost = await up(nats.url.replace('secret', 'guessed'));
  expect(await milepost.line(/waiting/)).toBe(
    `waiting for NATS at 127.0.0.1:${nats.port}: it refuses the user or password; set them in NATS_URL or NATS_CREDS`,
  );
  expect(milepost.said().join()).not.toContain('guessed');
  await end(milepost);
}, 60_000);

test('a server that goes away is seen in /readyz, holds POST off with Retry-After, and nothing is lost or taken twice', async () => {
  await nats.restart();
  const milepost = await up();
  const address = await milepost.serves();
  const js = (await nats.connect()).jetstream();
  await js.publish('milepost.checkpoint.report.a', event('01'));
  await expect.poll(() => seen(address), SOON).toEqual(['01']);
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);

  await nats.halt();
  await expect
    .poll(() => readiness(address), { ...SOON, timeout: 5_000 })
    .toMatchObject({ status: 503, ok: { nats: false, worker: false } });
  expect((await ask(address, '/livez')).status).toBe(200);
  // what was committed can be read all the same
  expect(await seen(address)).toEqual(['01']);
  const refused = await ask(address, '/api/v1/events', event('02'));
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(refused.body.detail).toMatch(/stream of events cannot be reached; send the same again later/);

  await nats.restart();
  await expect.poll(async () => (await ask(address, '/api/v1/events', event('03'))).status, SOON).toBe(202);
  await expect
    .poll(() => js.publish('milepost.checkpoint.report.a', event('04')).then(() => 'stored', String), SOON)
    .toBe('stored');
  await expect.poll(() => seen(address), SOON).toEqual(expect.arrayContaining(['01', '03', '04']));
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);
  await end(milepost);
}, 60_000);

test('it ends in order while the server is away, and has what came meanwhile at its next start', async () => {
  await nats.restart();
  const world = { env: { DATABASE_URL: await postgres.database(), NATS_URL: nats.url }, cwd: folder };
  const start = () => startMilepost(['up', flows, '--port', '0', '--folder', 'ended'], world);
  const first = start();
  const js = (await nats.connect()).jetstream();
  await first.serves();
  await nats.halt();
  await first.line(/the worker waits: the connection to NATS is lost/);
  await end(first);
  await nats.restart();
  await expect
    .poll(() => js.publish('milepost.checkpoint.report.a', event('1')).then(() => 'stored', String), SOON)
    .toBe('stored');
  const address = await start().serves();
  await expect.poll(() => seen(address), SOON).toEqual(['1']);
}, 60_000);

test('rows 14 and 20: a server that is killed again and again under a stream of events loses none and gives none twice, and the worker keeps its partition', async () => {
  await nats.restart();
  const url = await postgres.database();
  const milepost = await up(nats.url, url);
  const address = await milepost.serves();
  const owner = async () => postgres.run('select owner from milepost.leases', url);
  await expect.poll(owner, SOON).not.toEqual([{ owner: null }]);
  const before = await owner();
  const nc = await nats.connect();
  const ids = Array.from({ length: 45 }, (_, index) => `n${String(index + 10)}`);
  for (const [index, id] of ids.entries()) {
    const body = event(id);
    // a producer sends again until the stream has it, with the same id
    await expect
      .poll(
        () =>
          nc
            .jetstream({ timeout: 1_000 })
            .publish('milepost.checkpoint.report.a', body)
            .then(() => 'stored', String),
        SOON,
      )
      .toBe('stored');
    if (index % 15 !== 7) continue;
    await nats.kill9();
    await nats.restart();
  }
  await expect.poll(() => seen(address), SOON).toEqual(ids);
  expect(await owner()).toEqual(before);
  expect(milepost.said().filter((line) => /has it, or the lease has run out/.test(line))).toEqual([]);
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);
  expect((await ask(address, '/api/v1/rejected')).body.items).toEqual([]);
  await end(milepost);
}, 60_000);
