import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { tellHistory } from '../../adapters/demo/history.ts';
import { historyOf, readRound } from '../../adapters/demo/round.ts';
import { tellStory } from '../../adapters/demo/story.ts';
import { freePort } from '../../adapters/nats/launch-server.ts';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { processFamily } from '../servers/process-family.ts';

const SOON = { timeout: 20_000, interval: 200 };
const SECONDS = 48;

const folder = mkdtempSync(join(tmpdir(), 'milepost-demo-killed-'));
chmodSync(folder, 0o711); // the server's user has its data below it
const data = join(folder, 'data');
const family = processFamily();

afterEach(() => killMileposts(family));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a demo that is killed three times ends with its history and its four incidents, each once, and leaves nothing behind', async () => {
  const port = await freePort();
  const args = ['demo', '--minutes', String(SECONDS / 60), '--folder', data, '--port', String(port)];
  const up = () => startMilepost(args, { cwd: folder });
  let milepost = up();
  const address = await milepost.serves();
  expect(address).toBe(`http://127.0.0.1:${port}`);
  const round = await readRound(data);
  if (round === null) throw new Error('the demo keeps its round');
  const until = (share: number) => delay(Math.max(0, round.start + share * SECONDS * 1_000 - Date.now()));
  const remembering = () =>
    expect.poll(() => listAll(address, '/api/v1/instances?limit=500'), SOON).not.toEqual([]);

  // while the history is on its way; in the night session, soon after its illegal state; in the afternoon, before the short transfer
  for (const [moment, down] of [
    [remembering, 0],
    [() => until(0.2), 0],
    [() => until(0.7), 2_500],
  ] as const) {
    await moment();
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
  const history = tellHistory(round).flatMap(({ events }) => events);
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
    .toEqual([...history, ...story].map(({ event }) => event.id).toSorted());
  expect((await readRound(data))?.historySent).toBe(true);

  const ever = await listAll(address, '/api/v1/alarms?limit=500');
  const alarms = ever.filter(({ tradingDay }) => tradingDay === round.tradingDay);
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
  // of earlier days everything has recovered, each once, and nobody was told of it
  const earlier = ever.filter(({ tradingDay }) => tradingDay !== round.tradingDay);
  expect(earlier.filter(({ open, count }) => open || count !== 1)).toEqual([]);
  expect(earlier).toHaveLength(8);
  const notices = await listAll(address, '/api/v1/notices?limit=500');
  const days = historyOf(round).map(({ tradingDay }) => tradingDay);
  expect(
    notices.filter((notice) => days.some((day) => JSON.stringify(notice.words).includes(`-${day}`))),
  ).toEqual([]);
  expect(notices).not.toEqual([]);

  const instances = await listAll(address, '/api/v1/instances?limit=500');
  expect(instances.filter(({ status }) => status !== 'committed' && status !== 'expected')).toEqual([]);
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
