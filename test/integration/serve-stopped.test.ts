import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 20_000, interval: 100 };

const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-stopped-'));
const flows = join(folder, 'flows.yaml');
let postgres: TestPostgres;
let nats: TestNats;

beforeAll(async () => {
  writeFileSync(flows, 'flow: report\nsteps: { write: {} }\n');
  postgres = await startTestPostgres();
  nats = await startTestNats();
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await nats?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

function event(id: string, key: string): string {
  const time = new Date().toISOString();
  return JSON.stringify({ id, flow: 'report', key, step: 'write', event: 'params', time });
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'row 13: %s in the middle of traffic ends it in order, and the next start goes on without a loss',
  async (signal) => {
    const world = { env: { DATABASE_URL: await postgres.database(), NATS_URL: nats.url }, cwd: folder };
    const up = () => startMilepost(['up', flows, '--port', '0', '--folder', signal], world);
    let milepost = up();
    let address = await milepost.serves();
    let busy = true;
    const published: string[] = [];
    const posted: string[] = [];
    const js = (await nats.connect()).jetstream();
    const publishing = (async () => {
      for (let n = 0; busy; n++) {
        const ids = Array.from({ length: 10 }, (_, index) => `${signal}-${n}-${index}`);
        await Promise.all(
          ids.map((id) =>
            js.publish('milepost.checkpoint.report.a', event(id, `${signal}-nats`), { msgID: id }),
          ),
        );
        published.push(...ids);
        await delay(25);
      }
    })();
    const posting = (async () => {
      for (let n = 0; busy; n++) {
        const id = `${signal}-${n}`;
        const answer = await ask(address, '/api/v1/events', event(id, `${signal}-http`)).catch(() => null);
        // what was not answered may have arrived or not; what was answered is there
        if (answer?.status === 202) posted.push(id);
        else await delay(20);
      }
    })();
    for (let round = 0; round < 3; round++) {
      const before = published.length + posted.length;
      await expect.poll(() => published.length + posted.length, SOON).toBeGreaterThan(before + 100);
      const asked = performance.now();
      milepost.signal(signal);
      expect(await milepost.ended).toBe(0);
      expect(performance.now() - asked).toBeLessThan(10_000);
      expect(milepost.said('error')).toEqual([]);
      // the second database is a new one under the stream of the first, which is said
      const warned = milepost.said('warn').filter((text) => !text.startsWith('the database has gone back'));
      expect(warned).toEqual([]);
      expect(milepost.said().at(-1)).toBe('stopping');
      milepost = up();
      address = await milepost.serves();
    }
    busy = false;
    await Promise.all([publishing, posting]);
    const seen = async (key: string) =>
      (await listAll(address, `/api/v1/instances/report/${key}/events?limit=500`)).map(({ id }) => id);
    await expect
      .poll(async () => (await seen(`${signal}-nats`)).toSorted(), SOON)
      .toEqual(published.toSorted());
    await expect.poll(() => seen(`${signal}-http`), SOON).toEqual(expect.arrayContaining(posted));
    const ids = await seen(`${signal}-http`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await listAll(address, '/api/v1/rejected')).toEqual([]);
    milepost.signal(signal);
    expect(await milepost.ended).toBe(0);
  },
  90_000,
);
