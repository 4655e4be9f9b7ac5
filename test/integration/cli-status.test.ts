import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ended, milepost } from './cli-process.ts';
import { DAY, eventText, NOW, type Running, startMilepost } from './cli-server.ts';

let server: Running;
beforeEach(async () => {
  server = await startMilepost();
});
afterEach(() => server.close());

const ask = (...args: string[]): Promise<Ended> => milepost([...args, '--url', server.address]);

async function send(...events: string[]): Promise<void> {
  const { code, out, err } = await milepost(['send', '-', '--url', server.address], {
    stdin: events.join('\n'),
  });
  expect([code, out, err]).toEqual([0, `accepted ${events.length}, rejected 0\n`, '']);
  await server.work();
}

const MINUTES = 60_000;

describe('status', () => {
  test('shows a flow that was expected before anyone watched as unknown, which is no trouble', async () => {
    const { code, out } = await ask('status', '--check');
    expect(out).toBe(
      [
        '2026-11-23  Asia/Shanghai',
        '',
        'STATUS   FLOW                                KEY         WAITING FOR  DUE    HEALTH   ALARMS',
        'unknown  End-of-day settlement (settlement)  2026-11-23               15:30  unknown',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test('shows what a flow waits for since when, and exits 3 with --check as it is late', async () => {
    await send(eventText(), eventText({ id: 'e2', event: 'committed', time: '2026-11-23T15:35:00+08:00' }));
    const shown = await ask('status');
    expect(shown.out.split('\n')[3]).toMatch(
      /^waiting, late {2}End-of-day settlement \(settlement\) {2}2026-11-23 {2}check since 15:35 {2}19:00 {2}/,
    );
    expect(shown.code).toBe(0);
    expect((await ask('status', '--check')).code).toBe(3);
    expect((await ask('status', 'settlement', '--check')).code).toBe(3);
    expect((await ask('status', 'settlement', DAY, '--check')).code).toBe(3);
    expect((await ask('status', 'report', '--check')).code).toBe(0);
    expect((await ask('status', '--day', '2026-11-20', '--check')).code).toBe(0);
  });

  test('in Chinese has the words and the titles in Chinese, in line', async () => {
    const { out } = await ask('status', '--lang', 'zh');
    expect(out.split('\n').slice(2, 4)).toEqual([
      '状态  流程                   键          等待  到期   健康  告警',
      '未知  日终结算 (settlement)  2026-11-23        15:30  未知',
    ]);
  });

  test('of a flow lists its instances, of an instance every step with its open alarms', async () => {
    await send(eventText({ params: { PIN: 3 }, state: 'waiting' }));
    await server.work(NOW + 11 * MINUTES);
    const flow = await ask('status', 'settlement');
    expect(flow.out).toMatch(
      /\nrunning {2}2026-11-23 {2}2026-11-23 {2}warning {2}2026-11-23 15:31:00\+08:00\n$/,
    );
    const one = await ask('status', 'settlement', DAY);
    expect(one.out).toMatch(
      /^End-of-day settlement \(settlement\) {2}2026-11-23\nrunning {2}warning {2}trading day/,
    );
    expect(one.out).toMatch(/\nrunning +receive +waiting +2026-11-23 15:31:00\+08:00 +PIN=3\nidle +check\n/);
    expect(one.out).toMatch(/\nTimers:\n {2}2026-11-23 19:00:00\+08:00 {2}deadline\n/);
    expect(one.out).toMatch(/\nOpen alarms:\n.*\n2026-11-23 15:41:00\+08:00 {2}warning .* stalled /);
  });

  test('as JSON gives the rows, the instances and the instance of the API', async () => {
    await send(eventText());
    const day = JSON.parse((await ask('status', '--format', 'json')).out);
    expect(day.rows).toMatchObject([{ day: DAY, flow: 'settlement', status: 'running', late: true }]);
    const flow = JSON.parse((await ask('status', 'settlement', '--format', 'json')).out);
    expect(flow.instances).toMatchObject([{ flow: 'settlement', key: DAY, tradingDay: DAY }]);
    const one = JSON.parse((await ask('status', 'settlement', DAY, '--format', 'json')).out);
    expect(one).toMatchObject({ key: DAY, steps: { receive: { status: 'running' } } });
  });

  test.each([
    [['settlment'], /there is no flow "settlment"; did you mean settlement\?/],
    [['settlement', 'x'], /there is no instance of flow "settlement" with the key "x"/],
    [['settlement', '..'], /with the key "\.\."/],
    [['--day', 'monday'], /--day: .*is not a date/],
  ])('refuses %j with exit 2', async (args, message) => {
    const { code, out, err } = await ask('status', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});

describe('alarms', () => {
  test('lists the open ones, and all of them on demand', async () => {
    expect(await ask('alarms')).toEqual({ code: 0, out: '', err: 'no such alarm is open\n' });
    await send(eventText());
    await server.work(NOW + 11 * MINUTES);
    expect((await ask('alarms')).out).toMatch(
      /^RAISED .*\n2026-11-23 15:41:00\+08:00 {2}warning {3}settlement {2}2026-11-23 {2}receive {2}stalled {9}open /,
    );
    expect((await ask('alarms', '--severity', 'critical')).out).toBe('');
    expect((await ask('alarms', '--flow', 'report')).out).toBe('');
    await send(eventText({ id: 'e2', event: 'committed', time: '2026-11-23T15:45:00+08:00' }));
    expect((await ask('alarms', '--flow', 'settlement', '--lang', 'zh')).err).toContain(
      'no such alarm is open',
    );
    const all = JSON.parse((await ask('alarms', '--all', '--format', 'json')).out);
    expect(all.alarms).toMatchObject([{ name: 'stalled', clearedAt: '2026-11-23T07:45:00.000Z' }]);
  });

  test('takes not both of --open and --all', async () => {
    expect(await ask('alarms', '--open', '--all')).toMatchObject({ code: 2, out: '' });
  });
});

describe('a server', () => {
  async function against(answer: RequestListener | null): Promise<Ended> {
    const stub = createServer(answer ?? undefined);
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
    // an AddressInfo, since it listens on a port
    const { port } = stub.address() as AddressInfo;
    if (answer === null) await new Promise((resolve) => stub.close(resolve));
    const env = { MILEPOST_URL: `http://127.0.0.1:${port}/` };
    const ended = await milepost(['status'], { env });
    if (answer !== null) await new Promise((resolve) => stub.close(resolve));
    return { ...ended, err: ended.err.replace(String(port), 'PORT') };
  }

  const REMEDY = 'start one with `milepost up`, or name its address with --url or MILEPOST_URL\n';

  test('that is not there is said so with its address and the remedy, and exits 69', async () => {
    const err = `milepost status: no Milepost can be reached at http://127.0.0.1:PORT (ECONNREFUSED): ${REMEDY}`;
    expect(await against(null)).toEqual({ code: 69, out: '', err });
  });

  test('that is no Milepost is said so', async () => {
    const web = await against((_, response) => response.end('<h1>hello</h1>'));
    expect(web).toMatchObject({
      code: 69,
      out: '',
      err: expect.stringContaining('answers, but not as a Milepost'),
    });
    const other = await against((_, response) => response.writeHead(404).end('{"error":"no"}'));
    expect(other).toMatchObject({
      code: 69,
      err: expect.stringContaining('answers 404, and not as a Milepost'),
    });
    const gone = await against((request) => request.socket.destroy());
    expect(gone).toMatchObject({ code: 69, err: expect.stringContaining('(ECONNRESET)') });
  });

  test('that cannot answer is told in its own words, field by field', async () => {
    const problem = {
      type: 'x',
      title: 'x',
      status: 503,
      detail: 'the database is away; ask later',
      errors: [{ path: 'a', message: 'b' }],
    };
    const ended = await against((_, response) => response.writeHead(503).end(JSON.stringify(problem)));
    expect(ended).toEqual({
      code: 69,
      out: '',
      err: 'milepost status: the database is away; ask later\n  a: b\n',
    });
  });

  test.each(['localhost:4600', 'ftp://x', 'nonsense'])('cannot have the address %s', async (url) => {
    const { code, err } = await milepost(['status', '--url', url]);
    expect(code).toBe(2);
    expect(err).toContain(`"${url}" is no address of a server: write it like http://127.0.0.1:4600`);
  });
});
