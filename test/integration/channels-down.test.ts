/** Channels that stop delivering, in a running Milepost with a real database: who hears of it, and what is red. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, startMilepost } from '../servers/milepost.ts';
import { OPERATOR } from '../servers/operator.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { type Endpoint, startEndpoint } from './channels/endpoint.ts';

const SOON = { timeout: 60_000, interval: 100 };
const folder = mkdtempSync(join(tmpdir(), 'milepost-down-'));

let postgres: TestPostgres;
let end: Endpoint;
/** how each path answers; else 200 */
let answers: Readonly<Record<string, number>> = {};

beforeAll(async () => {
  end = await startEndpoint((response, { url }) => response.writeHead(answers[url] ?? 200).end('{}'));
  writeFileSync(
    join(folder, 'flow.yaml'),
    `
flow: report
steps: { write: {}, send: {} }
connectors: { from: write, to: send }
---
{ channel: bell, type: bell }
---
{ channel: hook, type: webhook, language: en, settings: { url: "${end.address}/hook" } }
---
{ channel: desk, type: webhook, language: en, settings: { url: "${end.address}/desk" } }
---
policy: operations
wait: 0s
routes: { levels: [{ over: hook }] }
`,
  );
  postgres = await startTestPostgres();
}, 180_000);
afterEach(() => {
  killMileposts();
  end.received.length = 0;
  answers = {};
});
afterAll(async () => {
  await postgres?.stop();
  await end?.stop();
  rmSync(folder, { recursive: true });
});

const told = (path: string) =>
  end.received
    .filter(({ url }) => url === path)
    .map(({ body }) => JSON.parse(body))
    .map(({ kind, subject }) => `${kind} ${subject}`);

async function post(address: string, path: string, body: object): Promise<void> {
  const headers = { ...OPERATOR, 'content-type': 'application/json' };
  const answer = await fetch(new URL(path, address), { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(202);
}

test('row 42: a dead channel is told over the others, all of them dead turn everything red, and one that works again clears it', async () => {
  const milepost = startMilepost(
    [
      'up',
      'flow.yaml',
      '--no-nats',
      '--folder',
      'data',
      '--port',
      '0',
      '--heartbeat-url',
      `${end.address}/beat`,
    ],
    { env: { DATABASE_URL: await postgres.database() }, cwd: folder },
  );
  const address = await milepost.serves();
  const beats = () => end.received.filter(({ url }) => url === '/beat').length;
  const readiness = async () => {
    const { status, body } = await ask(address, '/readyz');
    const check = body.checks.find(({ name }: { name: string }) => name === 'channels');
    return `${status} ${check?.detail}`;
  };
  const open = async () =>
    (await ask(address, '/api/v1/alarms?open=true&flow=milepost-channel')).body.items
      .map(({ key, name, text }: Record<string, string>) => `${key} ${name}: ${text}`)
      .sort();
  const event = (key: string) => ({
    ...{ id: key, flow: 'report', key, step: 'write', event: 'exception', time: new Date().toISOString() },
  });
  await expect.poll(readiness, SOON).toBe('200 deliver, as far as was tried');

  answers = { '/hook': 403 };
  await post(address, '/api/v1/events', event('a'));
  await expect
    .poll(open, SOON)
    .toEqual([
      'hook channel-down: channel hook does not deliver: answered 403: {}. 通知渠道 hook 无法送达：answered 403: {}',
    ]);
  await expect
    .poll(() => told('/desk'), SOON)
    .toEqual([
      'raised [CRITICAL] A channel of Milepost hook: channel hook does not deliver: answered 403: {}.',
    ]);
  expect(told('/hook').filter((subject) => subject.includes('does not deliver'))).toEqual([]);
  await expect
    .poll(readiness, SOON)
    .toBe('200 not all deliver: channel hook does not deliver: answered 403: {}');
  await expect
    .poll(async () => (await ask(address, '/metrics')).body, SOON)
    .toMatch(/milepost_channel_up\{channel="hook"\} 0\n.*"desk"\} 1/);

  answers = { '/hook': 403, '/desk': 500 };
  await post(address, '/api/v1/channels/desk/trial', { by: 'li' });
  await expect.poll(() => open().then((all) => all.length), SOON).toBe(2);
  await expect
    .poll(readiness, SOON)
    .toBe(
      '503 none delivers: channel hook does not deliver: answered 403: {}; channel desk does not deliver: answered 500: {}',
    );
  expect((await ask(address, '/metrics')).body).toContain('milepost_people_reachable 0');
  const before = { beats: beats(), hook: told('/hook').length };
  // longer than one heartbeat: none goes out, and nothing more is sent where nothing is owed
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect({ beats: beats(), hook: told('/hook').length }).toEqual(before);

  answers = {};
  await post(address, '/api/v1/channels/hook/trial', { by: 'li' });
  await expect.poll(() => open().then((all) => all.length), SOON).toBe(1);
  expect(await open()).toEqual([expect.stringMatching(/^desk /)]);
  await expect.poll(readiness, SOON).toMatch(/^200 not all deliver: channel desk/);
  await expect.poll(beats, SOON).toBeGreaterThan(before.beats);
  await expect.poll(open, { ...SOON, timeout: 90_000 }).toEqual([]);
  await expect.poll(readiness, SOON).toBe('200 deliver, as far as was tried');
}, 300_000);
