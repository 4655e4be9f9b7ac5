/**
 * What Milepost notices about itself becomes an alarm of the built-in flow: one, however many processes see it, which
 * stands until an operator closes it or what was wrong is right again.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { OPERATOR } from '../servers/operator.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 40_000, interval: 100 };
const LIMIT = 150_000;

let postgres: TestPostgres;
let nats: TestNats;
let folder: string;
let databaseUrl: string;

beforeAll(async () => {
  postgres = await startTestPostgres();
}, 180_000);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-own-'));
  writeFileSync(
    join(folder, 'flows.yaml'),
    'flow: report\nsteps: { write: {} }\n---\nchannel: ops\ntype: nats\nsettings: { subject: told.ops }\n---\npolicy: all\nroutes: { by: [flow, key], wait: 1s, levels: { over: ops } }\n',
  );
  [nats, databaseUrl] = await Promise.all([startTestNats({ partitions: 2 }), postgres.database()]);
}, 180_000);
afterEach(async () => {
  killMileposts();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await postgres?.stop();
});

/** Two workers and an API. */
async function started(): Promise<{ address: string; workers: readonly Milepost[] }> {
  const world = { env: { DATABASE_URL: databaseUrl, NATS_URL: nats.url }, cwd: folder };
  const common = ['flows.yaml', '--port', '0', '--partitions', '2'];
  const workers = ['w1', 'w2'].map((name) => startMilepost(['worker', ...common, '--name', name], world));
  const api = startMilepost(['api', ...common], world);
  const [address] = await Promise.all([api.serves(), ...workers.map((worker) => worker.serves())]);
  await expect.poll(async () => (await ask(address, '/readyz')).status, SOON).toBe(200);
  return { address, workers };
}

interface Told {
  readonly name: string;
  readonly count: number;
  readonly text: string;
  readonly open: boolean;
}

async function ownAlarms(address: string): Promise<readonly Told[]> {
  const items = await listAll(address, '/api/v1/alarms?flow=milepost');
  return items.map(({ name, count, text, clearedAt }) => ({ name, count, text, open: clearedAt === null }));
}

let sent = 0;
async function send(address: string, key: string): Promise<void> {
  const id = String(++sent);
  const event = { id, flow: 'report', key, step: 'write', event: 'params', time: new Date().toISOString() };
  await expect
    .poll(async () => (await ask(address, '/api/v1/events', JSON.stringify(event))).status, SOON)
    .toBe(202);
  await expect
    .poll(async () => (await ask(address, `/api/v1/instances/report/${key}`)).status, SOON)
    .toBe(200);
}

async function rejected(address: string): Promise<readonly unknown[]> {
  return listAll(address, '/api/v1/rejected');
}

test(
  'row 17: a stream that an operator deletes and makes anew is one alarm, told to people, until it is closed by hand',
  async () => {
    const { address } = await started();
    const told: string[] = [];
    (await nats.connect()).subscribe('told.ops', {
      callback: (_, message) => void told.push(message.string()),
    });
    for (const key of ['a', 'b', 'c', 'd']) await send(address, key); // of both partitions
    const jsm = await (await nats.connect()).jetstreamManager();
    const { config } = await jsm.streams.info('MILEPOST');
    await jsm.streams.delete('MILEPOST');
    await jsm.streams.add(config).catch(() => undefined); // a worker may have been faster
    await expect.poll(() => ownAlarms(address), SOON).toMatchObject([{ name: 'stream-remade', open: true }]);
    for (const key of ['e', 'f', 'g']) await send(address, key);
    await delay(6_000);
    const [alarm] = await ownAlarms(address);
    expect(alarm).toMatchObject({ name: 'stream-remade', open: true, count: 1 });
    expect(alarm?.text).toMatch(
      /MILEPOST@.* instead of MILEPOST@.* let producers send again.*请让各生产者补发/,
    );
    await expect.poll(() => told.filter((one) => one.includes('stream-remade')).length, SOON).toBe(1);
    expect(await rejected(address)).toEqual([]);
    const [{ id }] = await listAll(address, '/api/v1/alarms?flow=milepost');
    const body = JSON.stringify({ by: 'li', reason: 'sent again' });
    const closed = await fetch(new URL(`/api/v1/alarms/${encodeURIComponent(id)}/close`, address), {
      method: 'POST',
      headers: { ...OPERATOR, 'content-type': 'application/json' },
      body,
    });
    expect(closed.status).toBeLessThan(300);
    await expect.poll(() => ownAlarms(address), SOON).toMatchObject([{ open: false }]);
    const { body: journal } = await ask(address, '/api/v1/instances/milepost/self/events');
    expect(journal.items.filter(({ step }: { step: string }) => step === 'stream-remade')).toHaveLength(1);
  },
  LIMIT,
);

test(
  'row 16: a server that lost its store is noticed, whatever was applied stays, and it is one alarm',
  async () => {
    const { address } = await started();
    for (const key of ['a', 'b', 'c']) await send(address, key);
    await nats.kill9();
    await nats.wipe();
    await nats.restart();
    await expect
      .poll(() => ownAlarms(address), SOON)
      .toMatchObject([{ name: 'stream-remade', count: 1, open: true }]);
    await send(address, 'd');
    expect((await ask(address, '/api/v1/instances/report/a')).status).toBe(200);
    await delay(5_000);
    expect(await ownAlarms(address)).toMatchObject([{ name: 'stream-remade', count: 1, open: true }]);
    expect(await rejected(address)).toEqual([]);
  },
  LIMIT,
);

test(
  'row 17: a purge of what nobody had applied is one alarm that names the missing messages, also before others come',
  async () => {
    const { address, workers } = await started();
    for (const key of ['a', 'b', 'c', 'd']) await send(address, key);
    for (const worker of workers) worker.signal('SIGTERM');
    await Promise.all(workers.map(({ ended }) => ended));
    const jsm = await (await nats.connect()).jetstreamManager();
    const before = (await jsm.streams.info('MILEPOST')).state.last_seq;
    const js = (await nats.connect()).jetstream();
    const event = (id: string) =>
      JSON.stringify({ id, flow: 'report', key: 'x', step: 'write', event: 'params', time: new Date() });
    for (const id of ['x1', 'x2', 'x3']) await js.publish('milepost.checkpoint.report.x', event(id));
    await jsm.streams.purge('MILEPOST');
    const world = { env: { DATABASE_URL: databaseUrl, NATS_URL: nats.url }, cwd: folder };
    for (const name of ['w3', 'w4'])
      startMilepost(['worker', 'flows.yaml', '--port', '0', '--name', name], world);
    await expect.poll(() => ownAlarms(address), SOON).toMatchObject([{ name: 'stream-gap', open: true }]);
    await send(address, 'after');
    await delay(6_000);
    const alarms = await ownAlarms(address);
    expect(alarms).toMatchObject([{ name: 'stream-gap', count: 1, open: true }]);
    expect(alarms[0]?.text).toContain(`messages ${before + 1} to ${before + 3} of MILEPOST@`);
    expect(await rejected(address)).toEqual([]);
  },
  LIMIT,
);

test(
  'definitions that every worker finds broken are one alarm, which clears once all of them have sound ones',
  async () => {
    const { address } = await started();
    const sound = 'flow: report\nsteps: { write: {} }\n';
    writeFileSync(join(folder, 'flows.yaml'), `${sound}---\nflow: other\nstps: {}\n`);
    await expect
      .poll(() => ownAlarms(address), SOON)
      .toMatchObject([{ name: 'definitions-broken', count: 1, open: true }]);
    await delay(5_000);
    writeFileSync(join(folder, 'flows.yaml'), sound);
    await expect
      .poll(() => ownAlarms(address), SOON)
      .toMatchObject([{ name: 'definitions-broken', count: 1, open: false }]);
    const { body } = await ask(address, '/api/v1/instances/milepost/self/events');
    const told = body.items.map(({ id }: { id: string }) => id.split('@')[0]);
    expect(told).toEqual(['definitions/1/began', 'definitions/1/ended']);
    expect(await rejected(address)).toEqual([]);
  },
  LIMIT,
);
