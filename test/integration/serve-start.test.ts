import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, listAll, type Milepost, readiness, startMilepost } from '../servers/milepost.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 20_000, interval: 50 };

let postgres: TestPostgres;
const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-start-'));

beforeAll(async () => {
  writeFileSync(join(folder, 'flow.yaml'), FLOW);
  writeFileSync(join(folder, 'no-flow.yaml'), 'calendar: shfe\nzone: Asia/Shanghai\n');
  writeFileSync(join(folder, 'broken.yaml'), 'flow: report\nsteps:\n  write: {}\n  write: {\n');
  writeFileSync(join(folder, 'wrong.yaml'), 'flow: report\nsteps: { write: { when: 3 } }\ncolour: red\n');
  mkdirSync(join(folder, 'empty'));
  postgres = await startTestPostgres();
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

const FLOW = `
flow: report
deadline: { in: 400ms }
steps:
  write:
    params: { ROWS: { type: number, default: 0 } }
    states: { open: [closed], closed: [] }
    on: { params: [{ when: ROWS > 9, do: { alarm: long } }] }
  send: {}
connectors: [{ from: write, to: send }]
`;

/** `milepost up` without NATS, on a database of its own unless one is given. */
async function up(
  file: string,
  data: string,
  { port = 0, url }: { readonly port?: number; readonly url?: string } = {},
): Promise<Milepost> {
  const DATABASE_URL = url ?? (await postgres.database());
  const args = ['up', file, '--no-nats', '--folder', data, '--port', String(port)];
  return startMilepost(args, { env: { DATABASE_URL }, cwd: folder });
}

test.each([
  ['broken.yaml', 1, [/^broken\.yaml:\d+:\d+: error: ./, /the definitions in broken\.yaml have errors$/]],
  [
    'wrong.yaml',
    1,
    [/^wrong\.yaml:2:\d+: error: ./, /^wrong\.yaml:3:1: error: ./, /in wrong\.yaml have errors$/],
  ],
  ['no-flow.yaml', 2, [/^there is no flow in no-flow\.yaml: write one, or see `milepost demo`$/]],
  ['empty', 2, [/empty/]],
  ['gone.yaml', 2, [/gone\.yaml cannot be opened \(ENOENT\)/]],
])(
  '%s ends the start with %i and says where and what',
  async (file, code, lines) => {
    const milepost = await up(file, 'unused');
    expect(await milepost.ended).toBe(code);
    const said = milepost.said().filter((text) => text !== '');
    for (const [index, line] of lines.entries()) expect(said[index]).toMatch(line);
    expect(said).toHaveLength(lines.length);
  },
  60_000,
);

test('a folder that another one uses is left alone, and is free again after it was killed', async () => {
  const first = await up('flow.yaml', 'shared');
  const address = await first.serves();
  const second = await up('flow.yaml', 'shared');
  expect(await second.ended).toBe(2);
  expect(second.said()).toEqual([
    `shared is in use by process ${first.pid}, a Milepost that is running: stop it first, or give this one a folder of its own with --folder`,
  ]);
  expect((await ask(address, '/livez')).status).toBe(200);
  first.signal('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');
  await (await up('flow.yaml', 'shared')).serves();
}, 60_000);

test('a port that another program has is named, and everything is let go of', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  // it listens on a port
  const { port } = other.address() as AddressInfo;
  const first = await up('flow.yaml', 'port', { port });
  expect(await first.ended).toBe(2);
  expect(first.said().at(-1)).toMatch(
    `another program listens on 127.0.0.1:${port} already; stop it, or choose another port`,
  );
  other.close();
  const second = await up('flow.yaml', 'port', { port });
  expect(await second.serves()).toBe(`http://127.0.0.1:${port}`);
}, 60_000);

test('without NATS events, alarms and instances go over HTTP and the database, through kill -9 and an orderly end', async () => {
  const url = await postgres.database();
  let milepost = await up('flow.yaml', 'http', { url });
  let address = await milepost.serves();
  const time = new Date().toISOString();
  const send = (event: object) =>
    ask(
      address,
      '/api/v1/events',
      JSON.stringify({ flow: 'report', key: 'a', step: 'write', time, ...event }),
    );
  const alarms = async () =>
    (await listAll(address, '/api/v1/alarms')).map(({ name, count, open }) => [name, count, open]).toSorted();

  expect(await readiness(address)).toMatchObject({ ok: { nats: true } });
  expect(milepost.said()).toContain('NATS: none, events come over HTTP only');
  expect((await send({ id: '1', event: 'activated' })).status).toBe(202);
  expect((await send({ id: '2', event: 'params', params: { ROWS: 10 } })).status).toBe(202);
  expect((await send({ id: '3', event: 'params', params: { ROWS: 'many' } })).status).toBe(202);
  milepost.signal('SIGKILL');
  await milepost.ended;

  milepost = await up('flow.yaml', 'http', { url });
  address = await milepost.serves();
  await expect.poll(alarms, SOON).toEqual([
    ['deadline', 1, true],
    ['long', 1, true],
  ]);
  expect((await send({ id: '2', event: 'params', params: { ROWS: 10 } })).status).toBe(202);
  expect((await send({ id: '4', event: 'committed' })).status).toBe(202);
  expect((await send({ id: '5', event: 'committed', step: 'send' })).status).toBe(202);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);

  milepost = await up('flow.yaml', 'http', { url });
  address = await milepost.serves();
  await expect.poll(alarms, SOON).toEqual([
    ['deadline', 1, false],
    ['long', 1, true],
  ]);
  const instance = await ask(address, '/api/v1/instances/report/a');
  expect(instance.body).toMatchObject({ status: 'committed', deviated: false });
  const events = await listAll(address, '/api/v1/instances/report/a/events');
  expect(events.map(({ id }) => id)).toEqual(['1', '2', '4', '5']);
  const rejected = await listAll(address, '/api/v1/rejected');
  expect(rejected.map(({ reason }) => reason)).toEqual([expect.stringMatching(/ROWS/)]);
}, 60_000);
