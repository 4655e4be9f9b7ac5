import type { ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { linesFrom, milepost, start } from './cli-process.ts';
import { eventText, NOW, type Running, startMilepost } from './cli-server.ts';

const running: Running[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.close();
});

async function launch(port = 0): Promise<Running> {
  const server = await startMilepost(port);
  running.push(server);
  return server;
}

/** A follower with its lines, once the server knows of it. */
async function follow(server: Running, ...args: string[]) {
  const child = start(['tail', ...args, '--url', server.address]);
  children.push(child);
  await server.followed();
  return { child, out: linesFrom(child.stdout), err: linesFrom(child.stderr) };
}

async function post(server: Running, text: string): Promise<void> {
  const { code } = await milepost(['send', '-', '--url', server.address], { stdin: text });
  expect(code).toBe(0);
  await server.work();
}

test('changes are told as they happen, one line each', async () => {
  const server = await launch();
  const { out } = await follow(server);
  await post(server, eventText({ time: '2026-11-23T16:00:00+08:00' }));
  expect((await out.next()).value).toMatch(/^\d\d:\d\d:\d\d {2}running {2}settlement 2026-11-23 {2}running$/);
  await server.work(NOW + 11 * 60_000);
  expect((await out.next()).value).toMatch(/ {2}running {2}settlement 2026-11-23 {2}warning$/);
  expect((await out.next()).value).toMatch(
    / {2}warning {2}settlement 2026-11-23 receive stalled: receive: timer stalled ran out/,
  );
});

test('as JSON every line is an object with id, kind and body', async () => {
  const server = await launch();
  const { out } = await follow(server, '--format', 'json', '--flow', 'settlement');
  await post(server, eventText());
  const { value } = await out.next();
  expect(JSON.parse(String(value))).toMatchObject({
    id: expect.any(Number),
    kind: 'instance',
    body: { flow: 'settlement', status: 'running' },
  });
});

test('a lost connection is said, and found again, and what was missed is said too', async () => {
  const first = await launch();
  const { out, err } = await follow(first);
  await post(first, eventText());
  await out.next();
  await first.close();
  running.pop();
  expect((await err.next()).value).toBe(
    `lost the connection to ${first.address}: trying again until it is back`,
  );
  const second = await launch(first.port);
  await second.followed();
  expect((await err.next()).value).toBe(`connected to ${first.address} again`);
  expect((await err.next()).value).toMatch(/^some changes were missed/);
  await post(second, eventText({ id: 'e2' }));
  expect((await out.next()).value).toMatch(/settlement 2026-11-23/);
});

test('without a server to begin with it ends with 69', async () => {
  const server = await launch();
  const { address } = server;
  await server.close();
  running.pop();
  const { code, err } = await milepost(['tail', '--url', address]);
  expect(code).toBe(69);
  expect(err).toContain(`no Milepost can be reached at ${address}`);
});

test('it ends at once when whoever reads has enough', async () => {
  const server = await launch();
  const { child, out } = await follow(server);
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve([code, signal])));
  await post(server, eventText());
  await out.next();
  child.stdout?.destroy();
  const working = setInterval(
    () => void post(server, eventText({ id: String(performance.now()), state: 'waiting' })),
    500,
  );
  expect(await ended).toEqual([0, null]);
  clearInterval(working);
});
