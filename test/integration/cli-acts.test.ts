/** Waiving and closing from the command line, and what is seen of it. */
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ended, milepost } from './cli-process.ts';
import { DAY, eventText, NOW, type Running, startMilepost } from './cli-server.ts';

let server: Running;
beforeEach(async () => {
  server = await startMilepost();
});
afterEach(() => server.close());

const ask = (...args: string[]): Promise<Ended> => milepost([...args, '--url', server.address]);

/** Does it, and lets the engine follow. */
async function done(...args: string[]): Promise<void> {
  const { code, out, err } = await ask(...args);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^taken [0-9a-f-]{36}\n$/);
  await server.work();
}

async function send(...events: string[]): Promise<void> {
  const { code } = await milepost(['send', '-', '--url', server.address], { stdin: events.join('\n') });
  expect(code).toBe(0);
  await server.work();
}

const WHY = ['--reason', 'exchange closed'];

describe('waive', () => {
  test('excuses a flow for a day, by name and reason, and takes it back', async () => {
    await send(eventText({ event: 'exception' }));
    expect((await ask('status', '--check')).code).toBe(3);
    await done('waive', 'settlement', '--day', DAY, ...WHY, '--by', 'Ann');

    const day = await ask('status', '--check');
    expect([day.code, day.out.split('\n')[3]]).toEqual([0, expect.stringMatching(/^excused +End-of-day/)]);
    expect((await ask('status', 'settlement', '--check')).code).toBe(0);
    const one = await ask('status', 'settlement', DAY, '--check');
    expect(one.code).toBe(0);
    expect(one.out).toContain('\nWaivers:\n  2026-11-23 16:00:00+08:00  all of it  Ann: exchange closed\n');
    const chinese = await ask('status', '--lang', 'zh');
    expect(chinese.out.split('\n')[3]).toMatch(/^已豁免 +日终结算/);

    await done('waive', 'settlement', '--key', DAY, '--revoke', ...WHY);
    expect((await ask('status', 'settlement', DAY)).out).not.toContain('Waivers');
    expect((await ask('status', '--check')).code).toBe(3);
  });

  test('excuses a step, in the name of whoever is logged in; its visit was waived', async () => {
    await send(eventText());
    await done('waive', 'settlement', 'check', '--day', DAY, ...WHY);
    await send(eventText({ id: 'e2', event: 'committed', time: '2026-11-23T15:35:00+08:00' }));
    const { out } = await ask('status', 'settlement', DAY);
    expect(out).toContain(`  check  ${userInfo().username}: exchange closed\n`);
    expect(out).toMatch(/\nVisits:\nSTATUS .*\ncommitted +receive +1 .*\nwaived +check +1 /);
    const chinese = await ask('status', 'settlement', DAY, '--lang', 'zh');
    expect(chinese.out).toMatch(/\n各次执行：\n状态 .*\n已提交 .*\n已豁免 +check /);
  });

  test('as JSON gives the id', async () => {
    const { out } = await ask('waive', 'settlement', '--day', DAY, ...WHY, '--format', 'json');
    expect(JSON.parse(out)).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  test.each([
    [['settlement', ...WHY], /either --day DAY or --key KEY/],
    [['settlement', '--day', DAY, '--key', 'k', ...WHY], /either --day DAY or --key KEY/],
    [['settlement', '--day', DAY], /--reason is missing/],
    [['settlement', '--day', 'monday', ...WHY], /--day: .*is not a date/],
    [['settlment', '--day', DAY, ...WHY], /no flow is called settlment/],
    [['settlement', 'chek', '--day', DAY, ...WHY], /no step chek, its steps are receive, check/],
    [['report', '--day', DAY, ...WHY], /flow report has no instance a day/],
  ])('refuses %j with exit 2', async (args, message) => {
    const { code, out, err } = await ask('waive', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});

describe('close', () => {
  test('ends an alarm by its id, once', async () => {
    await send(eventText({ step: 'check' }));
    const { alarms } = JSON.parse((await ask('alarms', '--format', 'json')).out);
    const { id } = alarms.find(({ name }: { name: string }) => name === 'out-of-order');
    await done('close', id, '--reason', 'sent twice');
    const all = JSON.parse((await ask('alarms', '--all', '--format', 'json')).out);
    const closed = all.alarms.find((alarm: { id: string }) => alarm.id === id);
    expect(closed).toMatchObject({ open: false, clearedBy: 'by-hand' });
    const again = await ask('close', id, '--reason', 'sent twice');
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is not open any more')]);
  });

  test('refuses an alarm that is not there with exit 2', async () => {
    const { code, err } = await ask('close', 'nope', '--reason', 'x');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no alarm "nope"')]);
  });
});

test('a re-run and a correction are seen in the status of the instance', async () => {
  await send(eventText({ step: undefined, time: '2026-11-23T16:00:00+08:00' }));
  await server.work(NOW + 11 * 60_000);
  const failed = { id: 'e2', event: 'exception', time: '2026-11-23T16:05:00+08:00' };
  await send(eventText(failed), eventText({ id: 'e3', time: '2026-11-23T16:11:00+08:00' }));
  const { out } = await ask('status', 'settlement', DAY);
  expect(out).toMatch(/\nrunning.* {2}corrected/);
  expect(out).toMatch(/\nVisits:\n.*\nfailed +receive +1 .*16:05:00.*\nrunning +receive +2 /);
  expect((await ask('status')).out).toMatch(/\nrunning, late, corrected /);
});
