/** From the event to whoever is told: a running Milepost, a real database, and an end that answers as it is told to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, type Milepost, startMilepost } from '../servers/milepost.ts';
import { OPERATOR } from '../servers/operator.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 30_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'milepost-notices-'));

interface Got {
  readonly key: string;
  readonly body: {
    readonly subject: string;
    readonly kind: string;
    readonly attempt: number;
    readonly link: string;
  };
}

let postgres: TestPostgres;
let end: Server;
let got: Got[] = [];
/** how the next requests are answered: a status, nothing at all, or a connection that is cut; then always 200 */
let answers: (number | 'silence' | 'cut')[] = [];

beforeAll(async () => {
  end = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const how = answers.shift() ?? 200;
      got.push({
        key: String(request.headers['idempotency-key']),
        body: JSON.parse(Buffer.concat(parts).toString()),
      });
      if (how === 'cut') request.socket.destroy();
      else if (how !== 'silence') response.writeHead(how).end('{}');
    });
  });
  await new Promise<void>((resolve) => end.listen(0, '127.0.0.1', resolve));
  const { port } = end.address() as AddressInfo; // a TCP server has an address and a port
  writeFileSync(
    join(folder, 'flow.yaml'),
    `
flow: report
group: reporting
steps:
  write: { on: { committed: { do: { notify: desk, text: "{flow.key} is written" } } } }
  send: {}
connectors: { from: write, to: send }
---
channel: hook
type: webhook
language: en
timeout: 60s
settings: { url: "http://127.0.0.1:${port}/hook" }
---
channel: desk
type: webhook
language: en
settings: { url: "http://127.0.0.1:${port}/desk" }
---
policy: operations
wait: 0s
routes: { levels: [{ over: hook }] }
`,
  );
  const text = readFileSync(join(folder, 'flow.yaml'), 'utf8');
  writeFileSync(join(folder, 'slow.yaml'), text.replace('wait: 0s', 'wait: 8s'));
  postgres = await startTestPostgres();
}, 180_000);
afterEach(() => {
  killMileposts();
  got = [];
  answers = [];
});
afterAll(async () => {
  await postgres?.stop();
  end.close();
  end.closeAllConnections();
  rmSync(folder, { recursive: true });
});

function up(url: string, data: string, flows = 'flow.yaml'): Milepost {
  const args = ['up', flows, '--no-nats', '--folder', data, '--port', '0'];
  const env = { DATABASE_URL: url, MILEPOST_PUBLIC_ADDRESS: 'https://milepost.example/desk/' };
  return startMilepost(args, { env, cwd: folder });
}

let events = 0;
async function send(address: string, step: string, event: string, key = 'a'): Promise<void> {
  events += 1;
  const body = { id: `e${events}`, flow: 'report', key, step, event, time: new Date().toISOString() };
  expect((await ask(address, '/api/v1/events', JSON.stringify(body))).status).toBe(202);
}

const say = (address: string, path: string, body: object) =>
  fetch(new URL(path, address), {
    method: 'POST',
    headers: { ...OPERATOR, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const kinds = () => got.map(({ body: { kind, subject } }) => `${kind} ${subject.slice(0, 40)}`);

test('an alarm is told, acknowledged by name, and its end is told; a rule tells what it asks for', async () => {
  const milepost = up(await postgres.database(), 'one');
  const address = await milepost.serves();
  await send(address, 'write', 'activated');
  await send(address, 'write', 'exception');
  await expect.poll(kinds, SOON).toEqual(['raised [CRITICAL] report a: write: exception']);
  expect(got[0]?.body.link).toMatch(/^https:\/\/milepost\.example\/desk\/\w/);
  const { body } = await ask(address, '/api/v1/alarms?open=true');
  const path = `/api/v1/alarms/${encodeURIComponent(body.items[0].id)}`;
  expect((await say(address, `${path}/ack`, { by: 'li' })).status).toBe(202);
  await expect
    .poll(async () => (await ask(address, path)).body.handling, SOON)
    .toMatchObject({ standing: 'acknowledged', acknowledgedBy: 'li', outcome: 'told' });
  await send(address, 'write', 'activated');
  await expect.poll(() => kinds().length, SOON).toBe(2);
  expect(kinds()[1]).toMatch(/^recovered \[RECOVERED\] report a/);
  await send(address, 'write', 'committed');
  await expect.poll(() => kinds().length, SOON).toBe(3);
  expect(got[2]?.body).toMatchObject({ kind: 'notify', subject: expect.stringContaining('a is written') });
  const history = (await ask(address, path)).body.history.map(({ kind }: { kind: string }) => kind);
  expect(history).toEqual(['raised', 'told', 'acknowledged', 'cleared']);
  const notices = (await ask(address, '/api/v1/notices')).body.items;
  expect(notices.map(({ state }: { state: string }) => state)).toEqual(['sent', 'sent', 'sent']);
  expect((await ask(address, '/readyz')).body.checks).toContainEqual({
    ...{ name: 'notifying', ok: true, detail: 'works' },
  });
  await expect
    .poll(async () => (await ask(address, '/metrics')).body, SOON)
    .toContain('milepost_notices{channel="hook",state="sent"} 2');
}, 60_000);

test('row 5: a process that is killed after an alarm was committed and before it was told: the next one tells it, once', async () => {
  const url = await postgres.database();
  const first = up(url, 'early', 'slow.yaml');
  const address = await first.serves();
  await send(address, 'write', 'exception', 'k');
  const open = async () => (await ask(address, '/api/v1/alarms?open=true')).body.items.length;
  await expect.poll(open, SOON).toBe(1);
  first.signal('SIGKILL');
  await first.ended;
  expect(got).toEqual([]);
  await up(url, 'early', 'slow.yaml').serves();
  await expect.poll(() => got.length, SOON).toBe(1);
  expect(got[0]?.body).toMatchObject({ kind: 'raised', attempt: 1 });
  const owed = 'select count(*)::int from milepost.outbox where settled_at is null';
  await expect.poll(() => postgres.run(owed, url), SOON).toEqual([{ count: 0 }]);
  expect(got).toHaveLength(1);
}, 90_000);

test('row 6: a process that is killed while it sends sends the same again, and says that it may have arrived', async () => {
  const url = await postgres.database();
  const first = up(url, 'two');
  const address = await first.serves();
  answers = ['silence'];
  await send(address, 'write', 'exception', 'b');
  await expect.poll(() => got.length, SOON).toBe(1);
  first.signal('SIGKILL');
  await first.ended;
  // the claim lasts as long as two attempts may take: let that be over
  await postgres.run(`update milepost.outbox set claimed_until = now() - interval '1 second'`, url);
  await up(url, 'two').serves();
  await expect.poll(() => got.length, SOON).toBe(2);
  expect(got[1]?.key).toBe(got[0]?.key);
  expect(got[1]?.body).toMatchObject({ attempt: 2, subject: expect.stringContaining('sent again') });
}, 90_000);

test('a receiver that is busy is asked again later, with the same id; one that cut the line gets it as uncertain', async () => {
  const milepost = up(await postgres.database(), 'three');
  const address = await milepost.serves();
  answers = [503, 'cut'];
  await send(address, 'write', 'exception', 'c');
  await expect.poll(() => got.length, SOON).toBe(3);
  expect(new Set(got.map(({ key }) => key)).size).toBe(1);
  expect(got.map(({ body: { attempt, subject } }) => [attempt, subject.includes('sent again')])).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ]);
}, 60_000);
