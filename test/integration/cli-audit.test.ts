/** Who did what, and what was refused, from the command line. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ended, milepost } from './cli-process.ts';
import { alarm, event, rejected, type Server, startServer, store } from './http-server.ts';

const ID = 'settlement/2026-11-23/receive/stalled/1';

let server: Server;
beforeEach(async () => {
  server = await startServer();
  await store(server.storage, {
    alarms: [alarm(ID)],
    rejected: [
      rejected('s/1/1', event(), { headers: { 'content-type': 'application/json' } }),
      rejected('s/2/1', 'x'),
    ],
  });
});
afterEach(() => server.close());

const ask = (...args: string[]): Promise<Ended> => milepost([...args, '--url', server.address]);

describe('audit', () => {
  test('lists who did what to what and what came of it, in either language, filtered, and as JSON', async () => {
    expect((await ask('audit')).err).toBe('nobody has done such a thing\n');
    await ask('ack', ID, '--by', '李娜', '--text', 'on it');
    await ask('close', ID, '--by', 'Ann', '--reason', 'checked');
    const { out } = await ask('audit');
    expect(out).toMatch(/^AT +BY +ACT +OUTCOME +FROM +TARGET +DETAIL\n/);
    expect(out.split('\n')[1]).toMatch(
      / Ann +close +taken +127\.0\.0\.1 +settlement\/.* \{"reason":"checked"\}$/,
    );
    expect((await ask('audit', '--lang', 'zh')).out).toMatch(/^时间.*\n.*Ann.*已受理/);
    const { audit } = JSON.parse((await ask('audit', '--by', '李娜', '--format', 'json')).out);
    expect(audit).toMatchObject([{ by: '李娜', kind: 'ack', target: ID, detail: { text: 'on it' } }]);
    const first = await ask('audit', '--limit', '1');
    expect([first.out.split('\n').length, first.err]).toEqual([3, expect.stringContaining('see --limit')]);
    expect((await ask('audit', '--limit', 'x')).code).toBe(2);
  });
});

describe('rejected', () => {
  test('lists what was refused and sends one again, in the name of a person', async () => {
    const before = await ask('rejected');
    expect(before.out).toMatch(/^AT +RESENT +ID +REASON\n.*s\/2\/1 +no\n.*s\/1\/1 +no\n$/);
    expect(await ask('rejected', 's/1/1', '--resend', '--by', 'Ann')).toMatchObject({
      code: 0,
      out: 'accepted 1\n',
    });
    expect(server.sent.length).toBe(1);
    expect((await ask('rejected')).out).toMatch(/resent +s\/1\/1/);
    const again = await ask('rejected', 's/1/1', '--resend');
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('was sent again at')]);
    expect((await ask('rejected', 's/2/1', '--resend')).code).toBe(2);
    expect((await ask('rejected', 's/1/1')).code).toBe(2);
    const { audit } = JSON.parse((await ask('audit', '--kind', 'resend', '--format', 'json')).out);
    expect(audit.map(({ by, outcome }: { by: string; outcome: string }) => [by, outcome]).at(-1)).toEqual([
      'Ann',
      'done',
    ]);
  });
});
