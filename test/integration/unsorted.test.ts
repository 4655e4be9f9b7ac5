/** Events without a key are read by one partition for all: nobody may take them for missing while they wait there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { natsOutlet } from '../../adapters/nats/index.ts';
import { openStorage } from '../../adapters/storage/index.ts';
import { partitionOf } from '../../engine/index.ts';
import { killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const PARTITIONS = 4;
const SOON = { timeout: 30_000, interval: 50 };

let folder: string;
let postgres: TestPostgres;
let nats: TestNats;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-unsorted-'));
  [postgres, nats] = await Promise.all([startTestPostgres(), startTestNats({ partitions: PARTITIONS })]);
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await Promise.all([postgres?.stop(), nats?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

test('an event without key that was in time raises no alarm, however late it is read and passed on', async () => {
  // a key by the day whose partition is not the one that reads what came unsorted; a test at midnight UTC would have two
  const day = new Date().toISOString().slice(0, 10);
  const name = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find(
    (one) => partitionOf(`${one}-${day}`, PARTITIONS) !== '0',
  );
  const flows = `flow: job\nkey: "${name}-{tradingDay}"\ndeadline: { in: 4s }\nsteps: { do: {} }\n`;
  writeFileSync(join(folder, 'flows.yaml'), flows);
  const url = await postgres.database();
  const world = { env: { DATABASE_URL: url, NATS_URL: nats.url }, cwd: folder };
  const common = ['flows.yaml', '--port', '0', '--partitions', String(PARTITIONS)];
  const outlet = natsOutlet({ nc: await nats.connect() });
  const send = (event: string) => {
    const time = new Date().toISOString();
    const payload = Buffer.from(JSON.stringify({ id: event, flow: 'job', step: 'do', event, time }));
    return outlet.send([{ subject: 'milepost.checkpoint.job', payload }]);
  };
  const storage = await openStorage({ url, role: 'test' });
  try {
    const api = startMilepost(['api', ...common], world);
    const first = startMilepost(['worker', ...common], world);
    await first.line(/partition 3: this worker has it/);
    const address = await api.serves();
    await send('params');
    const instances = async () => (await listAll(address, '/api/v1/instances')).map(({ status }) => status);
    await expect.poll(instances, SOON).toEqual(['running']);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    await send('committed');
    await delay(4_500);
    // the others are taken at once, and have only timers to decide; the one that reads the event comes three seconds later
    expect(await storage.leases.take('0', 'somebody', 3_000, [])).toBe(true);
    const second = startMilepost(['worker', ...common], world);
    await second.line(/partition 3: this worker has it/);
    await second.line(/partition 0: this worker has it/);
    await expect.poll(instances, SOON).toEqual(['committed']);
    expect(await listAll(address, '/api/v1/alarms')).toEqual([]);
  } finally {
    await storage.close();
  }
}, 90_000);
