/**
 * Who notices when a part of Milepost falls silent. Each part is frozen, not ended, since what hangs cannot say so itself;
 * the others must complain by themselves: /readyz, the heartbeat on NATS, and the call to an outside that stays away.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeze } from '../servers/freeze.ts';
import { ask, killMileposts, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 45_000, interval: 100 };
/** Silence must be noticed within two heartbeats; the rest is for a machine that is busy. */
const NOTICED = { timeout: 30_000, interval: 100 };

interface Beat {
  readonly name: string;
  readonly ok: boolean;
  readonly version: string;
  readonly asOf: string | null;
  readonly trouble: readonly string[];
  readonly partitions: readonly { readonly partition: string; readonly owner: string | null }[];
}

let folder: string;
let postgres: TestPostgres;
let nats: TestNats;
let outside: Server;
const calls: string[] = [];
const beats: Beat[] = [];
let worker: Milepost;
let api: Milepost;
let workerAt: string;
let apiAt: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-self-watch-'));
  writeFileSync(
    join(folder, 'flows.yaml'),
    'flow: report\nsteps: { write: { timers: { slow: { after: activated, in: 2d } } } }\n',
  );
  [postgres, nats] = await Promise.all([startTestPostgres(), startTestNats({ partitions: 2 })]);
  outside = createServer((request, response) => {
    calls.push(request.url ?? '');
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(outside, 'listening');
  const listening = (await nats.connect()).subscribe('milepost.heartbeat.>');
  void (async () => {
    for await (const message of listening) beats.push(message.json<Beat>());
  })();
  const port = (outside.address() as { port: number }).port; // a TCP server that listens
  const env = { DATABASE_URL: await postgres.database(), NATS_URL: nats.url };
  const world = { env, cwd: folder };
  const common = ['flows.yaml', '--port', '0', '--partitions', '2'];
  const url = `http://127.0.0.1:${port}/ping/secret`;
  worker = startMilepost(['worker', ...common, '--name', 'w.1', '--heartbeat-url', url], world);
  api = startMilepost(['api', ...common, '--name', 'a'], world);
  [workerAt, apiAt] = await Promise.all([worker.serves(), api.serves()]);
}, 180_000);
afterAll(async () => {
  killMileposts();
  await Promise.all([postgres?.stop(), nats?.stop()]);
  outside?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function readyOf(address: string): Promise<number> {
  return (await ask(address, '/readyz')).status;
}

async function troubleOf(address: string): Promise<readonly string[]> {
  const { body } = await ask(address, '/readyz');
  const wrong = body.checks.filter(({ ok }: { ok: boolean }) => !ok);
  return wrong.map(({ name, detail }: { name: string; detail: string }) => `${name}: ${detail}`);
}

/** Waits until the outside was not called for longer than a heartbeat, which is when it would complain. */
async function staysAway(): Promise<void> {
  let count = calls.length;
  for (let quiet = 0; quiet < 13; quiet++) {
    await delay(1_000);
    if (calls.length > count) quiet = 0;
    count = calls.length;
  }
}

/** Waits until the outside is called again. */
async function comesBack(): Promise<void> {
  const count = calls.length;
  await expect.poll(() => calls.length, SOON).toBeGreaterThan(count);
}

const last = (name: string) => beats.findLast((beat) => beat.name === name);

test('every process beats, on NATS and to the outside, and tells of each partition', async () => {
  await expect.poll(() => readyOf(workerAt), SOON).toBe(200);
  await expect.poll(() => readyOf(apiAt), SOON).toBe(200);
  await expect.poll(() => last('w.1')?.ok, SOON).toBe(true);
  await expect.poll(() => last('a')?.ok, SOON).toBe(true);
  const beat = last('w.1');
  expect(beat?.trouble).toEqual([]);
  expect(beat?.version).toMatch(/^\d+\.\d+/);
  expect(Math.abs(Date.parse(beat?.asOf ?? '') - Date.now())).toBeLessThan(60_000);
  expect(beat?.partitions.map(({ partition, owner }) => [partition, owner])).toEqual([
    ['0', 'w.1'],
    ['1', 'w.1'],
  ]);
  await expect.poll(() => calls.length, SOON).toBeGreaterThan(1);
  expect(new Set(calls)).toEqual(new Set(['/ping/secret']));
  expect([...worker.said(), ...api.said()].join()).not.toContain('secret');
}, 90_000);

test('a worker that hangs: the API is not ready and says why, its heartbeat too, and the outside is not called any more', async () => {
  const thaw = freeze(worker.pid);
  await expect.poll(() => readyOf(apiAt), NOTICED).toBe(503);
  await expect
    .poll(() => troubleOf(apiAt), NOTICED)
    .toEqual(['partitions: partition 0: nobody works on it; partition 1: nobody works on it']);
  await expect.poll(() => last('a')?.ok, NOTICED).toBe(false);
  const asOf = async () => (await ask(apiAt, '/api/v1/instances')).headers.get('milepost-as-of');
  await staysAway();
  const old = await asOf();
  expect(Date.parse(old ?? '')).toBeLessThan(Date.now());
  const { length } = beats.filter(({ name }) => name === 'w.1');
  await delay(3_000);
  // reckoned from ages, so to a millisecond or two
  expect(Math.abs(Date.parse((await asOf()) ?? '') - Date.parse(old ?? ''))).toBeLessThan(100);
  expect(beats.filter(({ name }) => name === 'w.1')).toHaveLength(length);
  const { body: text } = await ask(apiAt, '/metrics');
  expect(text).toContain('milepost_ready 0\n');
  expect(text).toContain('milepost_partition_owned{partition="0"} 0\n');
  thaw();
  await expect.poll(() => readyOf(apiAt), SOON).toBe(200);
  expect(Date.parse((await asOf()) ?? '')).toBeGreaterThan(Date.parse(old ?? ''));
  await comesBack();
}, 180_000);

test('an API that hangs: its heartbeat stays away, and the worker goes on', async () => {
  const thaw = freeze(api.pid);
  const before = beats.filter(({ name }) => name === 'a').length;
  const beaten = beats.filter(({ name }) => name === 'w.1').length;
  await expect
    .poll(() => beats.filter(({ name }) => name === 'w.1').length, SOON)
    .toBeGreaterThan(beaten + 1);
  expect(beats.filter(({ name }) => name === 'a').length).toBeLessThan(before + 2);
  expect(await readyOf(workerAt)).toBe(200);
  thaw();
  await expect.poll(() => readyOf(apiAt), SOON).toBe(200);
}, 120_000);

test('a NATS server that hangs: worker and API are not ready, and the outside is not called any more', async () => {
  const thaw = freeze(nats.pid());
  await expect.poll(() => readyOf(workerAt), NOTICED).toBe(503);
  await expect.poll(() => readyOf(apiAt), NOTICED).toBe(503);
  await staysAway();
  thaw();
  await expect.poll(() => readyOf(workerAt), SOON).toBe(200);
  await expect.poll(() => readyOf(apiAt), SOON).toBe(200);
  await comesBack();
}, 180_000);

test('a database that hangs: worker and API are not ready, say that it does not answer, and the outside is not called any more', async () => {
  const thaw = freeze(postgres.pid());
  await expect.poll(() => readyOf(workerAt), NOTICED).toBe(503);
  await expect.poll(() => readyOf(apiAt), NOTICED).toBe(503);
  expect((await troubleOf(apiAt)).join()).toMatch(/database: /);
  await expect.poll(() => last('w.1')?.ok, NOTICED).toBe(false);
  await staysAway();
  thaw();
  await expect.poll(() => readyOf(workerAt), SOON).toBe(200);
  await expect.poll(() => readyOf(apiAt), SOON).toBe(200);
  await comesBack();
}, 180_000);

test('the numbers for Prometheus tell of lag, servers, partitions, timers and batches', async () => {
  const js = (await nats.connect()).jetstream();
  const event = { id: '1', flow: 'report', key: 'k', step: 'write', event: 'params', time: new Date() };
  await js.publish('milepost.checkpoint.report.k', JSON.stringify(event));
  const metrics = async () => String((await ask(workerAt, '/metrics')).body);
  await expect.poll(metrics, SOON).toMatch(/milepost_timers_pending\{partition="\d"\} 1\n/);
  const text = await metrics();
  for (const line of [
    /^milepost_build_info\{version="[^"]+"\} 1$/m,
    /^milepost_database_up 1$/m,
    /^milepost_nats_up 1$/m,
    /^milepost_ready 1$/m,
    /^milepost_partitions_held 2$/m,
    /^milepost_behind_messages\{partition="0"\} 0$/m,
    /^milepost_behind_seconds\{partition="1"\} 0$/m,
    /^milepost_timers_overdue\{partition="0"\} 0$/m,
    /^milepost_batch_seconds_count\{partition="\d"\} \d+$/m,
    /^milepost_roots_unwritten\{partition="0"\} \d+$/m,
    /^milepost_rejected_total\{partition="0"\} 0$/m,
  ])
    expect(text).toMatch(line);
}, 90_000);
