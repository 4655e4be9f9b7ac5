import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { natsOutlet, noticeOutlet, waitingNotices } from '../../adapters/nats/index.ts';
import { subjectOf } from '../../checkpoints/index.ts';
import { killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { milepost } from './cli-process.ts';

const PARTITIONS = 3;
const SOON = { timeout: 30_000, interval: 100 };

let folder: string;
let postgres: TestPostgres;
let nats: TestNats;
let databaseUrl: string;
let file: string;

/** The ids in the journal of every key, by key. */
async function journals(address: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const instances = await listAll(address, '/api/v1/instances?flow=job');
  const entries = instances.map(async ({ key }) => {
    const events = await listAll(
      address,
      `/api/v1/instances/job/${encodeURIComponent(key)}/events?limit=500`,
    );
    return [key, events.map(({ id }) => id)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function env(url: string, server: TestNats) {
  return { DATABASE_URL: url, NATS_URL: server.url };
}

async function send(rounds: readonly number[]): Promise<void> {
  const outlet = natsOutlet({ nc: await nats.connect() });
  const messages = rounds.flatMap((n) =>
    ['k-1', 'k-2', 'k-3/part', 'k-4'].map((key) => {
      const id = `${key}-${n}`;
      const event = { id, flow: 'job', key, step: 'do', event: 'params', time: new Date().toISOString() };
      return { subject: subjectOf('job', key), id, payload: Buffer.from(JSON.stringify(event)) };
    }),
  );
  await outlet.send(messages);
}

/** The notices that wait for the relay, by channel. */
async function waitingAt(server: TestNats): Promise<readonly (readonly [string, number])[]> {
  return [...(await waitingNotices(await (await server.connect()).jetstreamManager(), 'dmz'))];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-backup-'));
  writeFileSync(join(folder, 'flows.yaml'), 'flow: job\nsteps: { do: {} }\n');
  file = join(folder, 'saved');
  [postgres, nats] = await Promise.all([startTestPostgres(), startTestNats({ partitions: PARTITIONS })]);
  databaseUrl = await postgres.database();
  const world = { env: env(databaseUrl, nats), cwd: folder };
  const up = startMilepost(
    ['up', 'flows.yaml', '--partitions', String(PARTITIONS), '--port', '0', '--folder', 'a'],
    world,
  );
  const address = await up.serves();
  await send([1, 2, 3]);
  while (Object.values(await journals(address)).flat().length < 12) await delay(50);
  up.signal('SIGTERM');
  await up.ended;
  await send([4, 5]);
  const hand = noticeOutlet(await nats.connect());
  for (const id of ['n1', 'n2']) await hand({ relay: 'dmz', channel: 'mail', id, body: `{"id":"${id}"}` });
  const { code, err, out } = await milepost(['backup', file, '--format', 'json'], world);
  const { messages, notices } = JSON.parse(out);
  expect([code, err, messages, notices]).toEqual([0, '', 8, 2]);
  expect(await waitingAt(nats)).toEqual([['mail', 2]]); // reading took none away
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await Promise.all([postgres?.stop(), nats?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  test('brings everything back when both servers were lost, also what no worker had seen yet, in order', async () => {
    const [url, fresh] = [await postgres.database(), await startTestNats({ partitions: PARTITIONS })];
    try {
      const world = { env: env(url, fresh), cwd: folder };
      const { code, err, out } = await milepost(['restore', file], world);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(/rows, 8 messages of the stream, 2 notices for relays/);
      expect(await waitingAt(fresh)).toEqual([['mail', 2]]);
      const up = startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', 'b'], world);
      const address = await up.serves();
      await expect.poll(async () => Object.values(await journals(address)).flat().length, SOON).toBe(20);
      const all = await journals(address);
      for (const [key, ids] of Object.entries(all))
        expect(ids).toEqual([1, 2, 3, 4, 5].map((n) => `${key}-${n}`));
      expect(Object.keys(all)).toHaveLength(4);
      up.signal('SIGTERM');
      await up.ended;
      const again = await milepost(['restore', file], {
        ...world,
        env: env(await postgres.database(), fresh),
      });
      expect([again.code, again.err]).toEqual([2, expect.stringMatching(/holds \d+ messages/)]);
    } finally {
      await fresh.stop();
    }
  }, 120_000);

  test('of the database alone is enough where the stream is still there: it is read again from then on', async () => {
    const url = await postgres.database();
    const world = { env: env(url, nats), cwd: folder };
    const { code, out } = await milepost(['restore', '--no-nats', file], world);
    expect([code, out]).toEqual([0, expect.stringMatching(/without the stream/)]);
    const up = startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', 'c'], world);
    const address = await up.serves();
    await expect.poll(async () => Object.values(await journals(address)).flat().length, SOON).toBe(20);
  }, 120_000);

  test('is for its owner only, does not take the place of another, and is found whole', async () => {
    for (const one of [file, `${file}.events`]) expect(statSync(one).mode & 0o777).toBe(0o600);
    const again = await milepost(['backup', file], { env: env(databaseUrl, nats), cwd: folder });
    expect([again.code, again.err]).toEqual([2, expect.stringMatching(/is there already/)]);
    const whole = await milepost(['restore', '--check', file], { cwd: folder });
    expect([whole.code, whole.out]).toEqual([0, expect.stringMatching(/8 messages/)]);
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 30)],
    [
      'damaged',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 200), Buffer.from('xx'), bytes.subarray(202)]),
    ],
  ])('whose stream is %s is refused before anything is changed', async (_, spoil) => {
    const spoilt = join(folder, 'spoilt');
    writeFileSync(spoilt, readFileSync(file));
    writeFileSync(`${spoilt}.events`, spoil(readFileSync(`${file}.events`)));
    const url = await postgres.database();
    const { code, err } = await milepost(['restore', spoilt], { env: env(url, nats), cwd: folder });
    expect([code, err]).toEqual([2, expect.stringMatching(/no whole backup of a stream/)]);
    expect(await postgres.run("select 1 from pg_namespace where nspname = 'milepost'", url)).toEqual([]);
  });
});

test('without servers given, the private ones of a folder are backed up and restored, running or not', async () => {
  const up = startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', 'own'], { cwd: folder });
  const address = await up.serves();
  const event = {
    id: 'e1',
    flow: 'job',
    key: 'k',
    step: 'do',
    event: 'params',
    time: new Date().toISOString(),
  };
  await fetch(`${address}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  await expect.poll(async () => Object.keys(await journals(address)), SOON).toEqual(['k']);
  const running = await milepost(['backup', 'own-1', '--folder', 'own'], { cwd: folder });
  expect([running.code, running.out]).toEqual([0, expect.stringMatching(/0 messages/)]);
  up.signal('SIGTERM');
  await up.ended;
  expect((await milepost(['backup', 'own-2', '--folder', 'own'], { cwd: folder })).code).toBe(0);
  rmSync(join(folder, 'new'), { recursive: true, force: true });
  const missing = await milepost(['restore', 'own-2', '--folder', 'new'], { cwd: folder });
  expect([missing.code, missing.err]).toEqual([2, expect.stringMatching(/there is no folder new/)]);
}, 120_000);
