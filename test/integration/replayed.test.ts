/**
 * A database or a stream that goes back in time under the other one. What had been told is not told a second time as if it
 * were new: it is marked, and comes as one summary; what is new is told as ever.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { natsOutlet } from '../../adapters/nats/index.ts';
import { backupDatabase, restoreDatabase } from '../../adapters/storage/index.ts';
import { subjectOf } from '../../checkpoints/index.ts';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 60_000, interval: 100 };
const FLOWS = `
flow: job
steps: { do: {} }
---
channel: ops
type: nats
settings: { subject: ops.notices }
---
policy: all
routes: { by: [flow, key], wait: 1s, levels: { over: ops } }
`;

interface Told {
  readonly kind: string;
  readonly replayed?: boolean;
  readonly subject: string;
  readonly alarms: readonly { readonly key: string }[];
}

let folder: string;
let postgres: TestPostgres;
let nats: TestNats;
let told: Told[] = [];
let used = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-replayed-'));
  writeFileSync(join(folder, 'flows.yaml'), FLOWS);
  postgres = await startTestPostgres();
}, 120_000);
beforeEach(async () => {
  nats = await startTestNats();
  told = [];
  const listening = (await nats.connect()).subscribe('ops.notices');
  void (async () => {
    for await (const message of listening) told.push(message.json<Told>());
  })();
}, 120_000);
afterEach(async () => {
  killMileposts();
  await nats?.stop();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function up(databaseUrl: string): Milepost {
  const world = { env: { DATABASE_URL: databaseUrl, NATS_URL: nats.url }, cwd: folder };
  return startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', `f${++used}`], world);
}

/** Reports a failure of each key; the same again has the same id. */
async function fail(keys: string, time: Date): Promise<void> {
  const messages = [...keys].map((key) => {
    const event = {
      id: `fails-${key}`,
      flow: 'job',
      key,
      step: 'do',
      event: 'exception',
      message: key,
      time,
    };
    return { subject: subjectOf('job', key), id: event.id, payload: Buffer.from(JSON.stringify(event)) };
  });
  await natsOutlet({ nc: await nats.connect() }).send(messages);
}

/** The keys of each notice so far, those of a replay with an `R` before them. */
function tellings(): readonly string[] {
  const keys = ({ alarms }: Told) =>
    alarms
      .map(({ key }) => key)
      .toSorted()
      .join('');
  const others = told.filter(({ alarms }) => alarms.every(({ key }) => key !== 'self'));
  return others.map((one) => `${one.replayed === true ? 'R ' : ''}${one.kind} ${keys(one)}`);
}

async function alarms(address: string): Promise<readonly string[]> {
  return (await listAll(address, '/api/v1/alarms?flow=job'))
    .map(({ key, count }) => `${key}×${count}`)
    .toSorted();
}

async function end(milepost: Milepost): Promise<void> {
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
}

test('a database restored from an earlier backup under a running NATS: what was told since comes once more as one summary that says so', async () => {
  const url = await postgres.database();
  const first = up(url);
  await first.serves();
  await fail('a', new Date());
  await expect.poll(tellings, SOON).toEqual(['raised a']);
  const file = join(folder, 'earlier.gz');
  await backupDatabase(url, file);
  await fail('bcd', new Date());
  await expect
    .poll(() => [...tellings()].toSorted(), SOON)
    .toEqual(['raised a', 'raised b', 'raised c', 'raised d']);
  await end(first);

  const restored = await postgres.database();
  await restoreDatabase(restored, file);
  told = [];
  const second = up(restored);
  const address = await second.serves();
  await second.line(/the database has gone back: message 4 of MILEPOST was applied for milepost-0 before/);
  await expect.poll(tellings, SOON).toEqual(['R storm bcd']);
  expect(told[0]?.subject).toMatch(/^(\[REPLAYED\] |【重放】)/);
  expect(await alarms(address)).toEqual(['a×1', 'b×1', 'c×1', 'd×1']);
  const { body } = await ask(address, '/readyz');
  expect(body.checks).toContainEqual(expect.objectContaining({ name: 'replay', ok: true }));

  await fail('e', new Date());
  await expect.poll(tellings, SOON).toEqual(['R storm bcd', 'raised e']);
  await end(second);
}, 240_000);

test('a stream that is lost and made anew under a running database: nothing is told twice, and late news says that it is late', async () => {
  const url = await postgres.database();
  const milepost = up(url);
  const address = await milepost.serves();
  const early = new Date();
  await fail('ab', early);
  await expect.poll(() => [...tellings()].toSorted(), SOON).toEqual(['raised a', 'raised b']);

  await nats.halt();
  await nats.wipe();
  await nats.restart();
  await milepost.line(/the stream is another one than before/);
  told = [];
  await expect.poll(() => fail('abx', early).then(() => 'sent', String), SOON).toBe('sent');
  await expect.poll(tellings, SOON).toEqual(['R storm x']);
  expect(await alarms(address)).toEqual(['a×1', 'b×1', 'x×1']);
  await fail('y', new Date());
  await expect.poll(tellings, SOON).toEqual(['R storm x', 'raised y']);
  await end(milepost);
}, 240_000);
