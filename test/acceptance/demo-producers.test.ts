import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { tellHistory } from '../../adapters/demo/history.ts';
import { type Demo, prepareDemo, startHistory, startProducers } from '../../adapters/demo/index.ts';
import { readRound } from '../../adapters/demo/round.ts';
import { APPLICATION_NAMES, tellStory } from '../../adapters/demo/story.ts';
import { ensureStream, STREAM_NAME } from '../../adapters/nats/index.ts';
import { readEventText, subjectOf } from '../../checkpoints/index.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';

const SECONDS = 1 / 60;

let server: TestNats;
let nc: NatsConnection;
let folder: string;

beforeAll(async () => {
  server = await startTestNats();
  nc = await server.connect();
}, 180_000);
afterAll(() => server?.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-demo-'));
  const jsm = await nc.jetstreamManager();
  for await (const stream of jsm.streams.list()) await jsm.streams.delete(stream.config.name);
  await ensureStream(jsm);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function begin(seconds: number): Promise<Demo> {
  return prepareDemo({ folder, now: Date.now(), minutes: seconds * SECONDS, lead: 300 });
}

/** Everything in the stream, in its order. */
async function stored(): Promise<readonly { readonly subject: string; readonly body: string }[]> {
  const jsm = await nc.jetstreamManager();
  const { state } = await jsm.streams.info(STREAM_NAME);
  const sequences = Array.from({ length: state.last_seq }, (_, index) => index + 1);
  const messages = await Promise.all(sequences.map((seq) => jsm.streams.getMessage(STREAM_NAME, { seq })));
  return messages.map((message) => ({ subject: message.subject, body: message.string() }));
}

function ids(messages: readonly { readonly body: string }[]): readonly string[] {
  return messages.map(({ body }) => {
    const read = readEventText(body);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.event.id;
  });
}

const told = (demo: Demo) => tellStory(demo).map(({ event }) => event.id);

test('every event of the day is published on its subject, in its time, by a client of its own', async () => {
  const demo = await begin(4);
  const producers = startProducers({ folder, natsUrl: server.url, httpUrl: null });
  expect(producers.pids()).toHaveLength(APPLICATION_NAMES.length);
  await producers.done;
  expect(Date.now()).toBeGreaterThanOrEqual(tellStory(demo).at(-1)?.time ?? Number.NaN);
  const messages = await stored();
  expect([...ids(messages)].sort()).toEqual([...told(demo)].sort());
  for (const { subject, body } of messages) {
    const read = readEventText(body);
    expect(read.ok && subjectOf(read.event.flow, read.event.key)).toBe(subject);
  }
}, 60_000);

test('a producer that is killed is started again, and nothing is lost or stored twice', async () => {
  const demo = await begin(6);
  const said: string[] = [];
  const producers = startProducers({
    folder,
    natsUrl: server.url,
    httpUrl: null,
    log: (text) => said.push(text),
  });
  await expect.poll(async () => (await stored()).length, { timeout: 20_000 }).toBeGreaterThan(20);
  for (const pid of producers.pids()) process.kill(pid, 'SIGKILL');
  await producers.done;
  expect([...ids(await stored())].sort()).toEqual([...told(demo)].sort());
  expect(said.filter((text) => /ended \(by a signal\); starting it again/.test(text)).length).toBeGreaterThan(
    0,
  );
}, 60_000);

test('a demo that was killed goes on with the same day, and has caught up once the past is published', async () => {
  const demo = await begin(5);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, demo.start + 2_500 - Date.now())));
  const again = await prepareDemo({ folder, now: Date.now(), minutes: 5 });
  expect(again).toEqual({ ...demo, resumed: true });
  const past = tellStory(demo).filter(({ time }) => time < Date.now());
  const producers = startProducers({ folder, natsUrl: server.url, httpUrl: null });
  await producers.caughtUp;
  expect(ids(await stored())).toEqual(expect.arrayContaining(past.map(({ event }) => event.id)));
  await producers.stop();
  expect(producers.pids()).toEqual([]);
}, 60_000);

test('the history is published once, a message for each day of a family, also when its process is killed', async () => {
  const demo = await begin(60);
  const killed = startHistory({ folder, natsUrl: server.url, httpUrl: null });
  await expect.poll(async () => (await stored()).length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(0);
  for (const pid of killed.pids()) process.kill(pid, 'SIGKILL');
  await killed.done;
  const messages = await stored();
  expect(messages.map(({ body }) => body).toSorted()).toEqual(
    tellHistory(demo)
      .map(({ events }) => events.map(({ event }) => JSON.stringify(event)).join('\n'))
      .toSorted(),
  );
  expect((await readRound(folder))?.historySent).toBe(true);
  await startHistory({ folder, natsUrl: server.url, httpUrl: null }).done;
  expect(await stored()).toHaveLength(messages.length);
}, 60_000);

test('producers end when the process that started them is killed', async () => {
  await begin(60);
  const module = new URL('../../adapters/demo/index.ts', import.meta.url).href;
  const program = `import { startProducers } from ${JSON.stringify(module)};
    const { folder, url } = process.env;
    const producers = startProducers({ folder, natsUrl: url, httpUrl: null });
    console.log(producers.pids().join(' '));`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, folder, url: server.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    parent.stdout.once('data', (data) => resolve(String(data))),
  );
  const pids = line.trim().split(' ').map(Number);
  expect(pids.filter(isAlive)).toHaveLength(APPLICATION_NAMES.length);
  parent.kill('SIGKILL');
  await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
}, 60_000);

test('without NATS every event is posted, and what the server cannot take yet is posted again', async () => {
  const posted: string[] = [];
  let busy = 10;
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/api/v1/events' || request.method !== 'POST') response.statusCode = 404;
      else if (busy-- > 0) response.statusCode = 503;
      else {
        posted.push(Buffer.concat(chunks).toString());
        response.statusCode = 202;
      }
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = http.address() as AddressInfo; // it listens on a port
    const demo = await begin(3);
    const producers = startProducers({ folder, natsUrl: null, httpUrl: `http://127.0.0.1:${port}` });
    await producers.done;
    expect([...ids(posted.map((body) => ({ body })))].sort()).toEqual([...told(demo)].sort());
  } finally {
    http.close();
  }
}, 60_000);

test('the producer that the README shows publishes its event', async () => {
  const root = join(import.meta.dirname, '../..');
  const readme = await readFile(join(root, 'adapters/demo/README.md'), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(10);
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: { ...process.env, NATS_URL: server.url },
  });
  const messages = await stored();
  expect(ids(messages)).toEqual(['dump-1']);
  expect(messages[0]?.subject).toBe('milepost.checkpoint.backup.clearing-2026-11-24');
}, 60_000);

test.each(['README.md', 'README.zh.md'])(
  'the producer in %s publishes its event',
  async (page) => {
    const root = join(import.meta.dirname, '../..');
    const code = /```js\n([\s\S]*?)```/.exec(await readFile(join(root, page), 'utf8'))?.[1] ?? '';
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await mkdir(join(folder, '.milepost/nats'), { recursive: true });
    await writeFile(join(folder, '.milepost/nats/url'), `${server.url}\n`);
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
    const subjects = (await stored()).map((message) => message.subject);
    expect(subjects).toEqual(['milepost.checkpoint.settlement.2026-11-23']);
  },
  60_000,
);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
