import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linesFrom, milepost, start } from './cli-process.ts';
import { DAY, eventText, type Running, startMilepost } from './cli-server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'milepost-send-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let server: Running;
beforeEach(async () => {
  server = await startMilepost();
});
afterEach(() => server.close());

const send = (stdin: string | Uint8Array, ...more: string[]) =>
  milepost(['send', '-', '--url', server.address, ...more], { stdin });

async function instances(): Promise<unknown[]> {
  await server.work();
  const { out } = await milepost([
    'status',
    'report',
    '--format',
    'json',
    '--day',
    DAY,
    '--url',
    server.address,
  ]);
  return JSON.parse(out).instances;
}

const report = (key: string) => eventText({ flow: 'report', key, step: 'write', event: 'committed' });

describe('events are sent', () => {
  test('by hand, with parameters of every type', async () => {
    const event = ['--flow', 'settlement', '--key', DAY, '--step', 'receive', '--event', 'committed'];
    const more = ['--param', 'PIN=90', '--state', 'waiting', '--time', '2026-11-23T15:31:00+08:00'];
    const ended = await milepost(['send', ...event, ...more, '--url', server.address]);
    expect(ended).toEqual({ code: 0, out: 'accepted 1, rejected 0\n', err: '' });
    await server.work();
    const { out } = await milepost([
      'status',
      'settlement',
      DAY,
      '--format',
      'json',
      '--url',
      server.address,
    ]);
    expect(JSON.parse(out).steps.receive).toMatchObject({ status: 'committed', params: { PIN: 90 } });
  });

  test.each([
    ['a line each', [report('a'), report('b'), ''].join('\n'), 2],
    ['the last line without an end', [report('a'), report('b')].join('\r\n'), 2],
    ['as one event over several lines', JSON.stringify(JSON.parse(report('a')), null, 2), 1],
    ['as a list', `[${report('a')},\n${report('b')}]`, 2],
    ['as a list on one line', `[${report('a')},${report('b')}]\n`, 2],
  ])('%s', async (_, text, count) => {
    expect((await send(text)).out).toBe(`accepted ${count}, rejected 0\n`);
    expect(await instances()).toHaveLength(count);
  });

  test('in as many messages as they need, with line numbers of the whole', async () => {
    const file = join(scratch, 'many.ndjson');
    const lines = Array.from({ length: 6000 }, (_, index) =>
      eventText({ id: `e${index}`, message: 'x'.repeat(300) }),
    );
    lines[10] = '{broken';
    lines[4999] = eventText({ flow: 'nope' });
    lines[5999] = 'x'.repeat(70_000);
    writeFileSync(file, lines.join('\n'));
    const { code, out } = await milepost(['send', file, '--format', 'json', '--url', server.address]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      accepted: 5997,
      rejected: [{ line: 11 }, { line: 5000, problems: [{ path: 'flow' }] }, { line: 6000 }],
    });
  });

  test('as they come, before the program that prints them has ended', async () => {
    const child = start(['send', '-', '--url', server.address]);
    const follower = start(['tail', '--flow', 'report', '--url', server.address]);
    await server.followed();
    child.stdin?.write(`${report('a')}\n`);
    const working = setInterval(() => void server.work(), 20);
    for await (const line of linesFrom(follower.stdout)) {
      expect(line).toContain('report a');
      break;
    }
    clearInterval(working);
    child.stdin?.end();
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    follower.kill();
  });
});

describe('refused is', () => {
  test('what the server refuses, line by line, with exit 1', async () => {
    const { code, out } = await send([report('a'), '{broken', eventText({ flow: 'repot' })].join('\n'));
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'accepted 1, rejected 2',
      expect.stringMatching(/^line 2: it is no JSON/),
      'line 3: flow: there is no flow "repot"; did you mean report?',
      '',
    ]);
    const all = await send(eventText({ flow: 'repot' }));
    expect([all.code, all.out.split('\n')[0]]).toEqual([1, 'accepted 0, rejected 1']);
  });

  test.each([
    [['-', '--flow', 'report'], '--flow describes one event and goes with no file: leave one of the two out'],
    [[], 'name a file, - for standard input, or describe an event: --flow is missing'],
    [['--flow', 'report'], '--event is missing'],
    [['--flow', 'report', '--event', 'comitted'], 'did you mean committed?'],
    [
      ['--flow', 'report', '--event', 'params', '--param', 'PIN'],
      '--param PIN is no parameter: write NAME=VALUE',
    ],
    [
      ['--flow', 'report', '--event', 'params', '--time', '15:30'],
      '--time is no RFC 3339 time with an offset',
    ],
    [[join(scratch, 'gone')], 'gone cannot be read (ENOENT)'],
  ])('wrong use, %j, with exit 2', async (args, message) => {
    const { code, out, err } = await milepost(['send', ...args, '--url', server.address]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test('nothing by a server that is gone: exit 69', async () => {
    const env = { MILEPOST_URL: server.address };
    await server.close();
    expect(await milepost(['send', '-'], { env, stdin: report('a') })).toMatchObject({ code: 69, out: '' });
  });
});
