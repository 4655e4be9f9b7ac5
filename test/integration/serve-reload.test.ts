/** Definitions that are exchanged while `milepost up` runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { milepost } from './cli-process.ts';

const SOON = { timeout: 20_000, interval: 50 };
const root = mkdtempSync(join(tmpdir(), 'milepost-serve-reload-'));
let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await postgres?.stop();
  rmSync(root, { recursive: true });
});

const flow = (rule = 'ROWS > 9') => `flow: report
steps:
  write: { params: { ROWS: { type: number, default: 0 } }, on: { params: { when: ${rule}, do: { alarm: long } } } }
  send: {}
connectors: { from: write, to: send }
`;

let folders = 0;

/** A folder of definitions, and `milepost up` on it. */
async function up(...more: readonly string[]) {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(join(folder, 'flows'), { recursive: true });
  const write = (text: string, file = 'flows/report.yaml') => writeFileSync(join(folder, file), text);
  write(flow());
  write(flow('ROWS > 3'), 'candidate.yaml');
  const DATABASE_URL = await postgres.database();
  const args = ['up', 'flows', '--no-nats', '--folder', 'data', '--port', '0', ...more];
  const process = startMilepost(args, { env: { DATABASE_URL }, cwd: folder });
  return { folder, write, process, address: await process.serves(), url: DATABASE_URL, args };
}

let ids = 0;
async function send(address: string, key: string, rows: number) {
  ids += 1;
  const event = {
    ...{ id: `e${ids}`, flow: 'report', key, step: 'write', event: 'params' },
    ...{ time: new Date().toISOString(), params: { ROWS: rows } },
  };
  const response = await fetch(`${address}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(response.status).toBe(202);
}

async function alarmsOf(address: string, flowName: string, key: string) {
  const { body } = await ask(address, `/api/v1/alarms?flow=${flowName}`);
  return body.items
    .filter((alarm: { key: string }) => alarm.key === key)
    .map(
      ({ name, clearedAt }: { name: string; clearedAt: string | null }) =>
        `${name} ${clearedAt === null ? 'open' : 'cleared'}`,
    );
}

async function instanceOf(address: string, key: string) {
  return (await ask(address, `/api/v1/instances/report/${key}`)).body;
}

const inUse = (process: Milepost) => process.line(/^definitions of revision \w+ are in use/);

test('what changes in the folder is in use for new instances, those that have begun keep theirs', async () => {
  const { process, address, write } = await up();
  await send(address, 'old', 1);
  await expect.poll(async () => (await instanceOf(address, 'old')).status, SOON).toBe('running');
  const before = (await instanceOf(address, 'old')).revision;
  write(flow('ROWS > 4'));
  await inUse(process);
  await send(address, 'new', 5);
  await send(address, 'old', 5);
  await expect.poll(() => alarmsOf(address, 'report', 'new'), SOON).toEqual(['long open']);
  expect(await alarmsOf(address, 'report', 'old')).toEqual([]);
  const { body } = await ask(address, '/api/v1/revisions');
  const after = (await instanceOf(address, 'new')).revision;
  expect([body.active, after === before]).toEqual([after, false]);
  expect(body.items).toMatchObject([
    { revision: after, active: true, running: 1, flows: ['report'] },
    { revision: before, active: false, running: 1 },
  ]);
  const listed = await milepost(['revisions', '--url', address]);
  expect(listed.out).toMatch(new RegExp(`^\\* +${after} +0 +1 +report$`, 'm'));
});

test('broken definitions change nothing, are an alarm about Milepost itself, and it clears when they are sound', async () => {
  const { process, address, write } = await up();
  write(`${flow('ROWS > 4')}---\nflow: other\nstps: {}\n`);
  await process.line(/the definitions are broken .* stay in use/);
  await expect.poll(() => alarmsOf(address, 'milepost', 'self'), SOON).toEqual(['definitions-broken open']);
  const { body } = await ask(address, '/api/v1/alarms?flow=milepost');
  expect(body.items[0]).toMatchObject({ severity: 'critical', group: 'milepost' });
  expect(body.items[0].text).toMatch(/broken, those of revision \w+ stay in use: .*report\.yaml:7:1: error/);
  await send(address, 'k', 5);
  await expect.poll(async () => (await instanceOf(address, 'k')).status, SOON).toBe('running');
  expect(await alarmsOf(address, 'report', 'k')).toEqual([]);
  const reload = await milepost(['reload', '--url', address]);
  expect([reload.code, reload.err]).toEqual([1, expect.stringContaining('stay in use')]);
  expect((await milepost(['revisions', '--url', address])).err).toContain('report.yaml:7:1');
  write(flow('ROWS > 4'));
  await inUse(process);
  await expect
    .poll(() => alarmsOf(address, 'milepost', 'self'), SOON)
    .toEqual(['definitions-broken cleared']);
});

test('with --no-follow they are read again by SIGHUP and over HTTP only', async () => {
  const { process, address, write } = await up('--no-follow');
  write(flow('ROWS > 4'));
  process.signal('SIGHUP');
  await inUse(process);
  const same = await milepost(['reload', '--url', address, '--format', 'json']);
  expect([same.code, JSON.parse(same.out).kind]).toEqual([0, 'same']);
  write(flow('ROWS > 2'));
  const next = await milepost(['reload', '--url', address]);
  expect([next.code, next.err]).toEqual([0, expect.stringMatching(/^revision \w{12} is in use\n$/)]);
  await send(address, 'k', 3);
  await expect.poll(() => alarmsOf(address, 'report', 'k'), SOON).toEqual(['long open']);
});

test('an alarm about broken definitions of an earlier process clears when it starts with sound ones', async () => {
  const { process, address, write, folder, url, args } = await up();
  write('flow: {');
  await expect.poll(() => alarmsOf(address, 'milepost', 'self'), SOON).toEqual(['definitions-broken open']);
  process.signal('SIGTERM');
  expect(await process.ended).toBe(0);
  write(flow());
  const again = startMilepost(args, { env: { DATABASE_URL: url }, cwd: folder });
  const next = await again.serves();
  await expect.poll(() => alarmsOf(next, 'milepost', 'self'), SOON).toEqual(['definitions-broken cleared']);
});

test('in the middle of traffic nothing is lost, nothing is taken twice, and every alarm is raised once', async () => {
  const { address, write } = await up('--no-follow');
  const rounds = 6;
  const each = 150;
  let accepted = 0;
  const traffic = async () => {
    for (let round = 0; round < rounds; round++) {
      const lines = Array.from({ length: each }, (_, n) =>
        JSON.stringify({
          ...{ id: `t${round}-${n}`, flow: 'report', key: `k${round}-${n}`, step: 'write', event: 'params' },
          ...{ time: new Date().toISOString(), params: { ROWS: 20 } },
        }),
      );
      accepted += (await ask(address, '/api/v1/events', lines.join('\n'))).status === 202 ? each : 0;
    }
  };
  const exchanging = async () => {
    for (let round = 0; round < 4; round++) {
      write(flow(`ROWS > ${round + 1}`));
      const { kind } = (await ask(address, '/api/v1/definitions/reload', '')).body;
      expect(kind).toBe('activated');
    }
  };
  await Promise.all([traffic(), exchanging()]);
  expect(accepted).toBe(rounds * each);
  await expect
    .poll(async () => (await listAll(address, '/api/v1/alarms?flow=report')).length, SOON)
    .toBe(accepted);
  const alarms = await listAll(address, '/api/v1/alarms?flow=report');
  expect(alarms.every(({ count }) => count === 1)).toBe(true);
  expect((await listAll(address, '/api/v1/instances?flow=report')).length).toBe(accepted);
});

test('a candidate is compared with what is in use, and nobody is told of it', async () => {
  const { address } = await up('--candidate', 'candidate.yaml');
  await send(address, 'a', 5);
  await send(address, 'b', 10);
  const differs = async () => (await ask(address, '/api/v1/candidate')).body.appeared.length;
  await expect.poll(differs, SOON).toBe(1);
  const { body } = await ask(address, '/api/v1/candidate');
  expect(body).toMatchObject({
    appeared: [{ flow: 'report', key: 'a', name: 'long' }],
    vanished: [],
    moved: [],
    same: 1,
    events: 2,
  });
  expect(await alarmsOf(address, 'report', 'a')).toEqual([]);
  const live = await milepost(['diff', '--live', '--url', address, '--check']);
  expect([live.code, live.out]).toEqual([1, expect.stringMatching(/^\+ .*report +a +write +long/m)]);
});

test('without a candidate there is nothing to compare, and a broken one does not start', async () => {
  const { address, write, folder, url } = await up();
  expect((await ask(address, '/api/v1/candidate')).status).toBe(404);
  const none = await milepost(['diff', '--live', '--url', address]);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('--candidate PATH')]);
  write('flow: {', 'broken.yaml');
  const args = ['up', 'flows', '--candidate', 'broken.yaml', '--no-nats', '--folder', 'other', '--port', '0'];
  const broken = startMilepost(args, { env: { DATABASE_URL: url }, cwd: folder });
  expect(await broken.ended).toBe(1);
  expect(broken.said().at(-1)).toBe('the definitions in broken.yaml have errors');
});
