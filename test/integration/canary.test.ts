/** The canary goes the whole way and must come back; what hangs on that way is noticed by its staying away. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeze } from '../servers/freeze.ts';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 60_000, interval: 100 };
/** One every 2 s, waited for 20 s; the rest is for a machine that is busy. */
const NOTICED = { timeout: 40_000, interval: 100 };
const LIMIT = 180_000;
const FLOWS = `
flow: report
steps: { write: {} }
---
channel: canary
type: nats
settings: { subject: told.canary }
`;

let folder: string;
let postgres: TestPostgres;
let nats: TestNats;
let outside: Server;
let calls = 0;
let databaseUrl: string;
let worker: Milepost;
let workerAt: string;
let apiAt: string;
const told: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-canary-'));
  writeFileSync(join(folder, 'flows.yaml'), FLOWS);
  [postgres, nats] = await Promise.all([startTestPostgres(), startTestNats({ partitions: 2 })]);
  outside = createServer((_, response) => {
    calls += 1;
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(outside, 'listening');
  const { port } = outside.address() as { port: number }; // a TCP server that listens
  (await nats.connect()).subscribe('told.canary', {
    callback: (_, message) => void told.push(message.string()),
  });
  databaseUrl = await postgres.database();
  const world = { env: { DATABASE_URL: databaseUrl, NATS_URL: nats.url }, cwd: folder };
  const common = ['flows.yaml', '--port', '0', '--partitions', '2', '--canary', '2'];
  worker = startMilepost(['worker', ...common], world);
  const url = `http://127.0.0.1:${port}/`;
  const api = startMilepost(['api', ...common, '--heartbeat-url', url], world);
  [workerAt, apiAt] = await Promise.all([worker.serves(), api.serves()]);
}, LIMIT);
afterAll(async () => {
  killMileposts();
  await Promise.all([postgres?.stop(), nats?.stop()]);
  outside?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function canaryOf(address: string): Promise<{ ok: boolean; detail: string; status: number }> {
  const { status, body } = await ask(address, '/readyz');
  const check = body.checks.find(({ name }: { name: string }) => name === 'canary');
  return { ...check, status };
}

async function metric(address: string, name: string): Promise<readonly number[]> {
  const { body } = await ask(address, '/metrics');
  const lines = String(body)
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`));
  return lines.map((line) => Number(line.split(' ')[1]));
}

test(
  'it comes back to every process, of every partition, and leaves nothing that people see',
  async () => {
    await expect.poll(() => metric(workerAt, 'milepost_canary_seconds'), SOON).toHaveLength(2);
    await expect.poll(() => metric(apiAt, 'milepost_canary_seconds'), SOON).toHaveLength(2);
    expect((await canaryOf(apiAt)).detail).toMatch(/^came back within \d+\.\d\d s$/);
    expect(await metric(apiAt, 'milepost_canary_lost')).toEqual([0, 0]);
    for (const address of [workerAt, apiAt])
      for (const seconds of await metric(address, 'milepost_canary_seconds'))
        expect(seconds).toBeLessThan(20);
    const day = new Date().toISOString().slice(0, 10);
    expect((await ask(apiAt, `/api/v1/days/${day}`)).body.rows).toEqual([]);
    for (const path of ['instances', 'alarms', 'rejected'])
      expect(await listAll(apiAt, `/api/v1/${path}`)).toEqual([]);
    expect(await postgres.run('select count(*)::int as rows from milepost.journal', databaseUrl)).toEqual([
      { rows: 0 },
    ]);
  },
  LIMIT,
);

test(
  'a channel that is called canary is told of each, so that what is sent is proven too',
  async () => {
    await expect.poll(() => told.length, SOON).toBeGreaterThan(1);
    expect(told[0]).toMatch(/\d{4}-\d\d-\d\dT/);
    expect(new Set(told).size).toBe(told.length);
  },
  LIMIT,
);

/** Noticed by both processes that still run, which withhold the heartbeat; over once it goes on. */
async function isNoticed(pid: () => number, addresses: readonly string[]): Promise<void> {
  for (const address of addresses)
    await expect.poll(() => canaryOf(address), SOON).toMatchObject({ ok: true });
  const thaw = freeze(pid());
  const detail = expect.stringMatching(/partition 0: not back for \d+ s; partition 1: not back/);
  for (const address of addresses) {
    await expect.poll(() => canaryOf(address), NOTICED).toMatchObject({ ok: false, status: 503, detail });
    expect(await metric(address, 'milepost_canary_lost')).toEqual([1, 1]);
  }
  const before = calls;
  await delay(11_000);
  expect(calls).toBe(before);
  thaw();
  for (const address of addresses)
    await expect.poll(() => canaryOf(address), SOON).toMatchObject({ ok: true });
  await expect.poll(() => calls, SOON).toBeGreaterThan(before);
}

test('a worker that hangs is noticed by the API', () => isNoticed(() => worker.pid, [apiAt]), LIMIT);

test('a NATS server that hangs is noticed', () => isNoticed(() => nats.pid(), [workerAt, apiAt]), LIMIT);

test(
  'a database that hangs is noticed, and once it goes on it was an alarm',
  async () => {
    await isNoticed(() => postgres.pid(), [workerAt, apiAt]);
    const alarms = async () =>
      (await listAll(apiAt, '/api/v1/alarms?flow=milepost'))
        .filter(({ name }) => name === 'canary-lost')
        .map(({ open }) => open);
    await expect
      .poll(async () => [(await alarms()).length > 0, new Set(await alarms())], SOON)
      .toEqual([true, new Set([false])]);
  },
  LIMIT,
);

test('without NATS it goes through the database, and 0 sends none', async () => {
  const world = { env: { DATABASE_URL: await postgres.database() }, cwd: folder };
  const start = (canary: string) =>
    startMilepost(
      ['up', 'flows.yaml', '--no-nats', '--port', '0', '--folder', `up-${canary}`, '--canary', canary],
      world,
    );
  const with1 = start('1');
  const address = await with1.serves();
  await expect.poll(() => metric(address, 'milepost_canary_seconds'), SOON).toHaveLength(1);
  expect(await canaryOf(address)).toMatchObject({ ok: true, detail: expect.stringMatching(/^came back/) });
  with1.signal('SIGTERM');
  await with1.ended;
  const without = await start('0').serves();
  expect((await canaryOf(without)).detail).toBeUndefined();
  expect(await metric(without, 'milepost_canary_lost')).toEqual([]);
}, 120_000);
