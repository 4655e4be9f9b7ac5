/** A machine whose clock is wrong: due times go by the database's, and it is said. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 40_000, interval: 100 };
const MINUTES = 300_000;

let postgres: TestPostgres;
let nats: TestNats;
const folder = mkdtempSync(join(tmpdir(), 'milepost-clock-'));

beforeAll(async () => {
  writeFileSync(
    join(folder, 'flows.yaml'),
    'flow: report\nsteps: { write: { timers: { slow: { after: activated, in: 90s }, soon: { after: activated, in: 3s } } } }\n',
  );
  postgres = await startTestPostgres();
}, 180_000);
beforeEach(async () => {
  nats = await startTestNats();
}, 60_000);
afterEach(async () => {
  killMileposts();
  await nats?.stop();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Loaded before everything else: every look at the wall clock of the process is so much ahead. */
function skewed(ms: number): string {
  const code = `const Real = Date, now = Real.now;
    globalThis.Date = class extends Real {
      constructor(...given) { if (given.length === 0) super(now() + ${ms}); else super(...given); }
      static now() { return now() + ${ms}; }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

async function workerAt(ms: number): Promise<string> {
  const env = { DATABASE_URL: await postgres.database(), NATS_URL: nats.url, NODE_OPTIONS: skewed(ms) };
  const up = startMilepost(['up', 'flows.yaml', '--port', '0', '--folder', `up${ms}`], { env, cwd: folder });
  return up.serves();
}

async function alarms(address: string): Promise<readonly string[]> {
  return (await listAll(address, '/api/v1/alarms')).map(({ name }) => name).toSorted();
}

test.each([
  ['ahead', MINUTES],
  ['behind', -MINUTES],
])(
  'row 27t: a worker whose clock is five minutes %s fires what is due when it is due, and its clock is an alarm',
  async (where, off) => {
    const address = await workerAt(off);
    const began = Date.now();
    const event = {
      ...{ id: String(off), flow: 'report', key: `k${off}`, step: 'write', event: 'activated' },
      time: new Date(began).toISOString(),
    };
    const js = (await nats.connect()).jetstream();
    await js.publish(`milepost.checkpoint.report.k${off}`, JSON.stringify(event));
    const own = async () =>
      (await listAll(address, '/api/v1/alarms?flow=milepost')).map(({ text }) => text.split('. ')[0]);
    await expect
      .poll(own, SOON)
      .toEqual([
        expect.stringMatching(
          new RegExp(`the clock of .* is 300 s ${where === 'ahead' ? 'ahead of' : 'behind'} the database's`),
        ),
      ]);
    await expect.poll(() => alarms(address), SOON).toEqual(['clock-off', 'soon']);
    const [soon] = (await listAll(address, '/api/v1/alarms?flow=report')) as readonly { raisedAt: string }[];
    expect(Date.parse(soon?.raisedAt ?? '') - began).toBe(3_000);
    await delay(4_000);
    expect(await alarms(address)).toEqual(['clock-off', 'soon']);
    expect(Date.now() - began).toBeLessThan(85_000);
    const { body } = await ask(address, '/metrics');
    const offset = Number(/^milepost_clock_offset_seconds (\S+)$/m.exec(String(body))?.[1]);
    expect(Math.abs(offset - off / 1000)).toBeLessThan(5);
  },
  120_000,
);
