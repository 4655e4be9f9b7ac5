import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../adapters/check.ts';
import { ensureNoticeStream, ensureStream, noticeOutlet, STREAM_NAME } from '../../adapters/nats/index.ts';
import { openStorage } from '../../adapters/storage/index.ts';
import { killMileposts, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { milepost } from './cli-process.ts';

let folder: string;
let postgres: TestPostgres;
let plain: TestNats;
let sorting: TestNats;
let databaseUrl: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-doctor-'));
  writeFileSync(join(folder, 'flows.yaml'), 'flow: job\nsteps: { do: {} }\n');
  [postgres, plain, sorting] = await Promise.all([
    startTestPostgres(),
    startTestNats(),
    startTestNats({ partitions: 3 }),
  ]);
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await Promise.all([postgres?.stop(), plain?.stop(), sorting?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What the doctor finds: its exit code, and the checks of a name. */
async function doctor(env: Readonly<Record<string, string>>, ...more: string[]) {
  const ended = await milepost(['doctor', '--format', 'json', ...more], { env, cwd: folder });
  const { checks }: { checks: readonly Check[] } = JSON.parse(ended.out);
  return {
    code: ended.code,
    of: (name: string) => checks.filter((check) => check.name === name),
    state: (name: string) => checks.filter((check) => check.name === name).map(({ state }) => state),
    troubled: checks.filter(({ state }) => state === 'warning' || state === 'fault').map(({ name }) => name),
  };
}

async function removeStream(nats: TestNats): Promise<void> {
  const nc = await nats.connect();
  await (await nc.jetstreamManager()).streams.delete(STREAM_NAME).catch(() => false);
}

describe('the doctor', () => {
  test('finds nothing wrong with servers on which nothing has begun, and says what the first start will make', async () => {
    await removeStream(plain);
    const found = await doctor({ DATABASE_URL: await postgres.database(), NATS_URL: plain.url });
    expect([found.code, found.troubled]).toEqual([1, ['database fsync']]); // which servers for tests do without
    expect(found.state('database schema')).toEqual(['note']);
    expect(found.of('stream')).toMatchObject([
      { state: 'note', text: expect.stringContaining('there is no stream') },
    ]);
    expect(found.state('partitions')).toEqual(['ok']);
  });

  test('sees workers with their partitions, the stream field by field and that the server sorts', async () => {
    await removeStream(sorting);
    databaseUrl = await postgres.database();
    const env = { DATABASE_URL: databaseUrl, NATS_URL: sorting.url };
    const worker = startMilepost(
      ['worker', 'flows.yaml', '--partitions', '3', '--port', '0', '--name', 'w1'],
      { env, cwd: folder },
    );
    await worker.line(/partition 2: this worker has it/);
    const readers = async () => (await doctor(env)).state('reader milepost-2');
    await expect.poll(readers, { timeout: 20_000 }).toEqual(['ok']);
    const found = await doctor(env);
    expect(found.troubled).toEqual(['database fsync']);
    expect(found.of('worker')).toMatchObject([
      { state: 'ok', text: expect.stringMatching(/^w1 .*partitions 0, 1, 2,/) },
    ]);
    expect(found.of('partitions')).toMatchObject([
      { state: 'ok', text: expect.stringContaining('sorts into 3') },
    ]);
    expect(found.of('stream subjects')[0]?.text).toContain('milepost.partition.2.>');
    expect(
      ['nats clock', 'database clock', 'nats rights', 'stream room', 'reader milepost-unsorted'].flatMap(
        found.state,
      ),
    ).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  test('sees that nobody works any more', async () => {
    const worker = startMilepost(['worker', 'flows.yaml', '--port', '0'], {
      env: { DATABASE_URL: databaseUrl, NATS_URL: sorting.url },
      cwd: folder,
    });
    await worker.line(/partition 2: this worker has it/);
    worker.signal('SIGTERM');
    await worker.ended;
    const found = await doctor({ DATABASE_URL: databaseUrl, NATS_URL: sorting.url });
    expect(found.of('worker')).toMatchObject([
      { state: 'fault', remedy: expect.stringContaining('start a worker') },
    ]);
  });

  test('gives the lines that are missing in the configuration of a server that does not sort', async () => {
    const nc = await plain.connect();
    await removeStream(plain);
    await ensureStream(await nc.jetstreamManager(), { partitions: 3 });
    const found = await doctor({ NATS_URL: plain.url }, '--partitions', '3');
    expect(found.code).toBe(1);
    const [check] = found.of('partitions');
    expect(check).toMatchObject({ state: 'warning', text: expect.stringContaining('does not sort') });
    expect(check?.lines.join('\n')).toContain(
      '"milepost.checkpoint.*.*": "milepost.partition.{{partition(3,2)}}',
    );
  });

  test('sees a server that sorts into another number of partitions, and a stream that does not fit', async () => {
    await removeStream(sorting);
    const nc = await sorting.connect();
    const jsm = await nc.jetstreamManager();
    await jsm.streams.add({
      name: STREAM_NAME,
      subjects: ['milepost.checkpoint.>'],
      discard: 'old' as never,
    });
    const found = await doctor({ NATS_URL: sorting.url }, '--partitions', '2');
    expect(found.of('partitions')[0]).toMatchObject({
      state: 'fault',
      text: expect.stringContaining('sorts otherwise'),
    });
    expect(found.state('stream').sort()).toEqual(expect.arrayContaining(['fault', 'warning']));
    expect(found.of('stream')[0]?.lines[0]).toContain('nats stream edit MILEPOST --subjects');
  });

  test('counts the notices that wait for relays, and says nothing of them where there were none', async () => {
    await removeStream(plain);
    const nc = await plain.connect();
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm);
    const env = { NATS_URL: plain.url };
    expect((await doctor(env)).of('notices for relays')).toEqual([]);
    await ensureNoticeStream(jsm);
    expect((await doctor(env)).of('notices for relays')).toMatchObject([{ state: 'ok', text: 'none wait' }]);
    await noticeOutlet(nc)({ relay: 'dmz', channel: 'mail', id: 'n1', body: '{}' });
    expect((await doctor(env)).of('notices for relays')).toMatchObject([
      { state: 'ok', text: '1 wait, the oldest for 0 min' },
    ]);
    await jsm.streams.delete('MILEPOST_NOTICES');
    await jsm.streams.add({ name: 'MILEPOST_NOTICES', subjects: ['milepost.notice.*.*'] });
    expect((await doctor(env)).of('notices for relays')).toMatchObject([
      { state: 'fault', text: expect.stringMatching(/retention workqueue and discard new/) },
    ]);
    await jsm.streams.delete('MILEPOST_NOTICES');
  });

  test('leaves nothing behind in the stream', async () => {
    await removeStream(plain);
    const jsm = await (await plain.connect()).jetstreamManager();
    await ensureStream(jsm, { partitions: 3 });
    await doctor({ NATS_URL: plain.url }, '--partitions', '3');
    const { state } = await jsm.streams.info(STREAM_NAME);
    expect([state.last_seq, state.consumer_count]).toEqual([0, 0]);
  });

  test('says why servers cannot be reached, and what to set', async () => {
    const found = await doctor({
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      NATS_URL: 'nats://127.0.0.1:1',
    });
    expect([found.code, found.state('database'), found.state('nats')]).toEqual([1, ['fault'], ['fault']]);
    expect(found.of('nats')).toMatchObject([
      { text: expect.stringContaining('nothing listens there'), remedy: expect.stringContaining('NATS_URL') },
    ]);
  });

  test('shows people a table, and below it what to do', async () => {
    const { out, code } = await milepost(['doctor', '--partitions', '3'], {
      env: { NATS_URL: 'nats://127.0.0.1:1' },
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(out).toMatch(/^STATE +WHAT +FOUND\n/);
    expect(out).toMatch(/\nfault nats: .*\n {2}start the server/);
  });

  test('refuses a number of partitions that cannot be', async () => {
    const { err, code } = await milepost(['doctor', '--partitions', '0'], { cwd: folder });
    expect([code, err]).toEqual([2, expect.stringContaining('from 1 to 64')]);
  });
});

test('the number of partitions is fixed by the first start, and another one is refused with the remedy', async () => {
  const url = await postgres.database();
  const storage = await openStorage({ url, role: 'test' });
  await storage.leases.partitions(3);
  await storage.close();
  const env = { DATABASE_URL: url, NATS_URL: sorting.url };
  const refused = startMilepost(['worker', 'flows.yaml', '--partitions', '5', '--port', '0'], {
    env,
    cwd: folder,
  });
  expect(await refused.ended).toBe(2);
  expect(refused.said('error').join()).toMatch(/--partitions 3.*leave --partitions out/);
});
