/**
 * Several workers of one database as processes of their own, disturbed while events come: what comes of it must be what
 * one worker alone makes of the same events, each instance's journal in the order in which its events were sent.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { natsOutlet, STREAM_NAME } from '../../adapters/nats/index.ts';
import { openStorage, type Storage } from '../../adapters/storage/index.ts';
import { subjectOf } from '../../checkpoints/index.ts';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const PARTITIONS = 4;
const SOON = { timeout: 60_000, interval: 100 };

const FLOWS = `
checkpoint: work
params: { n: { type: number } }
on:
  params: { when: n == 13, do: { alarm: unlucky, severity: critical, text: "{n}" } }
---
flow: job
steps: { do: { checkpoint: work }, part: { flow: part, key: "{key}/part" } }
connectors: [{ from: do, to: part }]
---
flow: part
steps: { do: { checkpoint: work } }
---
flow: daily
key: "daily-{tradingDay}"
steps: { do: { checkpoint: work } }
`;

let folder: string;
let postgres: TestPostgres;
let sorting: TestNats;
let plain: TestNats;
const storages: Storage[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-workers-'));
  writeFileSync(join(folder, 'flows.yaml'), FLOWS);
  [postgres, sorting, plain] = await Promise.all([
    startTestPostgres(),
    startTestNats({ partitions: PARTITIONS }),
    startTestNats(),
  ]);
}, 180_000);
afterEach(async () => {
  killMileposts();
  for (const storage of storages.splice(0)) await storage.close();
});
afterAll(async () => {
  await Promise.all([postgres?.stop(), sorting?.stop(), plain?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

interface Cluster {
  readonly url: string;
  readonly storage: Storage;
  worker(name: string): Milepost;
  api(): Milepost;
  /** names of the workers by partition; null where nobody has it */
  owners(): Promise<readonly (string | null)[]>;
}

/** A database of its own and a new stream on the server. */
async function cluster(nats: TestNats, partitions: number): Promise<Cluster> {
  const nc = await nats.connect();
  await (await nc.jetstreamManager()).streams.delete(STREAM_NAME).catch(() => false);
  const url = await postgres.database();
  const storage = await openStorage({ url, role: 'test' });
  storages.push(storage);
  const world = { env: { DATABASE_URL: url, NATS_URL: nats.url }, cwd: folder };
  const common = ['flows.yaml', '--port', '0', '--partitions', String(partitions)];
  return {
    url,
    storage,
    worker: (name) => startMilepost(['worker', ...common, '--name', name], world),
    api: () => startMilepost(['api', ...common], world),
    async owners() {
      const table = await storage.reader.workers();
      const names = new Map(table.workers.map(({ id, name }) => [id, name]));
      return table.partitions.map(({ owner, left }) =>
        owner === null || left <= 0 ? null : (names.get(owner) ?? 'forgotten'),
      );
    },
  };
}

function holdings(owners: readonly (string | null)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const owner of owners) counts[owner ?? 'nobody'] = (counts[owner ?? 'nobody'] ?? 0) + 1;
  return counts;
}

interface Sent {
  readonly subject: string;
  readonly id: string;
  readonly payload: Uint8Array;
}

/** Rounds of events: every key of a job once a round, its part in odd rounds; an event without key; a batch of several keys. */
function rounds(count: number, keys: number): readonly (readonly Sent[])[] {
  const begin = Date.now();
  return Array.from({ length: count }, (_, round) => {
    const time = new Date(begin + round).toISOString();
    const line = (flow: string, key: string | null, params: object = { n: round }) => {
      const id = `${flow}-${key}-${round}`;
      return {
        id,
        text: JSON.stringify({
          id,
          flow,
          ...(key === null ? {} : { key }),
          step: 'do',
          event: 'params',
          time,
          params,
        }),
      };
    };
    const sent = (flow: string, key: string | null): Sent => {
      const { id, text } = line(flow, key);
      return { subject: subjectOf(flow, key), id, payload: Buffer.from(text) };
    };
    const some = Array.from({ length: keys }, (_, key) => `k-${key}`);
    const batch = some.map((key) => line('job', `b${key}`).text).join('\n');
    return [
      ...some.map((key) => sent('job', key)),
      ...(round % 2 === 1 ? some.map((key) => sent('part', `${key}/part`)) : []),
      sent('daily', null),
      { subject: subjectOf('job', null), id: `batch-${round}`, payload: Buffer.from(batch) },
    ];
  });
}

/** Publishes the rounds, `pause` ms apart, until the stream has acknowledged each. */
async function publish(nats: TestNats, all: readonly (readonly Sent[])[], pause: number): Promise<void> {
  const outlet = natsOutlet({ nc: await nats.connect() });
  for (const round of all) {
    for (let sent = false; !sent; ) {
      sent = await outlet.send(round).then(
        () => true,
        () => false,
      );
    }
    await delay(pause);
  }
}

/** What became of everything, without the times that depend on when it was read. */
async function outcome(address: string) {
  const instances = await listAll(address, '/api/v1/instances?limit=500');
  const alarms = await listAll(address, '/api/v1/alarms?limit=500');
  const journals = await Promise.all(
    instances.map(async ({ flow, key }) => {
      const path = `/api/v1/instances/${flow}/${encodeURIComponent(key)}/events?limit=500`;
      return [`${flow} ${key}`, (await listAll(address, path)).map(({ id }) => id)] as const;
    }),
  );
  return {
    instances: instances.map(({ flow, key, status, health, deviated }) => ({
      flow,
      key,
      status,
      health,
      deviated,
    })),
    alarms: alarms
      .map(({ flow, key, step, name, count, text }) => ({ flow, key, step, name, count, text }))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
    journals: Object.fromEntries(journals),
    rejected: (await listAll(address, '/api/v1/rejected')).map(({ reason }) => reason),
  };
}

function eventCount(all: readonly (readonly Sent[])[], keys: number): number {
  return all.flat().reduce((sum, { id }) => sum + (id.startsWith('batch-') ? keys : 1), 0);
}

/** Waits until the API shows so many events of all instances. */
async function shown(address: string, count: number): Promise<void> {
  const seen = async () => Object.values((await outcome(address)).journals).flat().length;
  await expect.poll(seen, SOON).toBe(count);
}

async function undisturbed(all: readonly (readonly Sent[])[], count: number) {
  const alone = await cluster(plain, 1);
  const [worker, api] = [alone.worker('alone'), alone.api()];
  await publish(plain, all, 0);
  const address = await api.serves();
  await shown(address, count);
  const made = await outcome(address);
  worker.signal('SIGTERM');
  await worker.ended;
  return made;
}

async function since<T>(act: () => Promise<T>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

describe.each([
  ['a server that sorts into partitions', () => sorting],
  ['a server that does not sort', () => plain],
])('workers on %s', (_, server) => {
  test('rows 9, 10 and 13: share the partitions, and whatever befalls them the events become what one worker makes of them', async () => {
    const nats = server();
    const keys = 12;
    const all = rounds(60, keys);
    const count = eventCount(all, keys);
    const expected = await undisturbed(all, count);

    const { worker, api, owners } = await cluster(nats, PARTITIONS);
    const [a, b] = [worker('a'), worker('b')];
    const address = await api().serves();
    await expect.poll(async () => holdings(await owners()), SOON).toEqual({ a: 2, b: 2 });
    const publishing = publish(nats, all, 400);
    const c = worker('c');
    await expect
      .poll(async () => Object.keys(holdings(await owners())).sort(), SOON)
      .toEqual(['a', 'b', 'c']);

    a.signal('SIGKILL');
    const killed = await since(() =>
      expect
        .poll(async () => (await owners()).includes('a') || (await owners()).includes(null), SOON)
        .toBe(false),
    );
    expect(killed).toBeLessThan(10_000);

    b.signal('SIGSTOP');
    const frozen = await since(() =>
      expect.poll(async () => holdings(await owners()), SOON).toEqual({ c: 4 }),
    );
    expect(frozen).toBeLessThan(10_000);
    await delay(1_000);
    b.signal('SIGCONT');
    await expect.poll(async () => holdings(await owners()), SOON).toEqual({ b: 2, c: 2 });

    c.signal('SIGTERM');
    expect(await c.ended).toBe(0);
    const left = await since(() =>
      expect.poll(async () => holdings(await owners()), { timeout: 10_000, interval: 20 }).toEqual({ b: 4 }),
    );
    expect(left).toBeLessThan(1_000);
    await publishing;
    await shown(address, count);
    expect(await outcome(address)).toEqual(expected);
    const ready = await ask(address, '/readyz');
    expect([ready.status, ready.body.checks]).toEqual([
      200,
      expect.arrayContaining([{ name: 'partitions', ok: true, detail: 'all 4 are fresh' }]),
    ]);
  }, 240_000);
});

test('an up that was killed is followed at once by the next one on the same machine, without waiting for a lease', async () => {
  const url = await postgres.database();
  const world = { env: { DATABASE_URL: url, NATS_URL: plain.url }, cwd: folder };
  await (await (await plain.connect()).jetstreamManager()).streams.delete(STREAM_NAME).catch(() => false);
  const up = () => startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', 'up'], world);
  const first = up();
  await first.line(/partition 0: this worker has it/);
  first.signal('SIGKILL');
  await first.ended;
  const second = up();
  const address = await second.serves();
  const took = await since(() => second.line(/partition 0: this worker has it/));
  expect(took).toBeLessThan(2_000);
  await expect.poll(async () => (await ask(address, '/readyz')).status, SOON).toBe(200);
}, 60_000);

test('an up beside another one, with a folder of its own, shares the partitions of the same database with it', async () => {
  const { url, storage, owners } = await cluster(sorting, PARTITIONS);
  await storage.leases.partitions(PARTITIONS);
  const world = { env: { DATABASE_URL: url, NATS_URL: sorting.url }, cwd: folder };
  const ups = ['one', 'two'].map((name) =>
    startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', name], world),
  );
  const addresses = await Promise.all(ups.map((one) => one.serves()));
  const shares = async () => Object.values(holdings(await owners())).sort();
  await expect.poll(shares, SOON).toEqual([2, 2]);
  const text = JSON.stringify({
    id: 'e1',
    flow: 'job',
    key: 'k',
    step: 'do',
    event: 'params',
    time: new Date().toISOString(),
  });
  expect((await ask(addresses[0] ?? '', '/api/v1/events', text)).status).toBe(202);
  const seen = async () => (await listAll(addresses[1] ?? '', '/api/v1/instances')).map(({ key }) => key);
  await expect.poll(seen, SOON).toEqual(['k']);
  for (const address of addresses)
    await expect
      .poll(
        async () => (await ask(address, '/readyz')).body.checks.filter(({ ok }: { ok: boolean }) => !ok),
        SOON,
      )
      .toEqual([]);
}, 60_000);
