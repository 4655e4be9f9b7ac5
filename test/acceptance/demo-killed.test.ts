import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { readRound } from '../../adapters/demo/round.ts';
import { tellStory } from '../../adapters/demo/story.ts';
import { freePort } from '../../adapters/nats/launch-server.ts';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { processFamily } from '../servers/process-family.ts';

const SOON = { timeout: 20_000, interval: 200 };
const SECONDS = 48;

const folder = mkdtempSync(join(tmpdir(), 'milepost-demo-killed-'));
const data = join(folder, 'data');
const family = processFamily();

afterEach(() => killMileposts(family));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a demo that is killed twice in the middle ends with its four incidents, each once, and leaves nothing behind', async () => {
  const port = await freePort();
  const args = ['demo', '--minutes', String(SECONDS / 60), '--folder', data, '--port', String(port)];
  const up = () => startMilepost(args, { cwd: folder });
  let milepost = up();
  const address = await milepost.serves();
  expect(address).toBe(`http://127.0.0.1:${port}`);
  const round = await readRound(data);
  if (round === null) throw new Error('the demo keeps its round');
  const until = (share: number) => delay(Math.max(0, round.start + share * SECONDS * 1_000 - Date.now()));

  // in the night session, soon after its illegal state; then in the afternoon, before the short transfer
  for (const [share, down] of [
    [0.2, 0],
    [0.7, 2_500],
  ] as const) {
    await until(share);
    family.note(milepost.pid);
    milepost.signal('SIGKILL');
    expect(await milepost.ended).toBe('SIGKILL');
    await delay(down);
    milepost = up();
    expect(await milepost.serves()).toBe(address);
    await milepost.line(/^the demo goes on and ends at/);
  }
  family.note(milepost.pid);
  await until(1);

  const key = (of: string) => `${of}-${round.tradingDay}`;
  const story = tellStory(round);
  const journal = async () => {
    const instances = await listAll(address, '/api/v1/instances?limit=500');
    const events = await Promise.all(
      instances.map(({ flow, key }) =>
        listAll(address, `/api/v1/instances/${flow}/${encodeURIComponent(key)}/events?limit=500`),
      ),
    );
    return events.flat().map(({ id }) => id);
  };
  await expect
    .poll(async () => (await journal()).toSorted(), SOON)
    .toEqual(story.map(({ event }) => event.id).toSorted());

  const alarms = await listAll(address, '/api/v1/alarms?limit=500');
  expect(
    alarms
      .map(({ flow, key, step, name, source, count }) => [flow, key, step, name, source, count])
      .toSorted(),
  ).toEqual([
    ['bank-transfer', key('funds'), null, 'late-start', 'start-timeout', 1],
    ['exchange-file', `${key('clearing')}/dce`, 'receive', 'short-transfer', 'expression', 1],
    ['settlement', key('clearing'), 'statements', 'out-of-order', 'out-of-order', 1],
    ['trading-night', key('trading'), 'session', 'illegal-state', 'illegal-state', 1],
  ]);
  const instances = await listAll(address, '/api/v1/instances?limit=500');
  const expected = [...new Set(story.map(({ event }) => event.flow))].toSorted();
  expect([...new Set(instances.map(({ flow }) => flow))].toSorted()).toEqual(expected);
  const ofTheDay = instances.filter(({ tradingDay }) => tradingDay === round.tradingDay);
  expect(ofTheDay.filter(({ status }) => status !== 'committed')).toEqual([]);
  expect(ofTheDay).toHaveLength(
    new Set(story.map(({ event }) => `${event.flow}/${event.key ?? key('funds')}`)).size,
  );
  expect(await listAll(address, '/api/v1/rejected')).toEqual([]);
  expect((await ask(address, '/readyz')).status).toBe(200);

  family.note(milepost.pid);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
  // a Milepost three times, with nats-server, postgres and what belongs to it, and the producers
  expect(family.size()).toBeGreaterThan(20);
  await expect.poll(family.alive, SOON).toEqual([]);
}, 120_000);
