import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { linesFrom, milepost, start } from './cli-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-up-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

beforeAll(() => {
  mkdirSync(join(cwd, 'definitions'));
  writeFileSync(join(cwd, 'definitions/flow.yaml'), 'flow: report\nsteps: { write: {} }\n');
  writeFileSync(join(cwd, 'bad.yaml'), 'flow: report\ncolour: red\nsteps: { write: {} }\n');
  writeFileSync(join(cwd, 'file'), '');
});

/** Starts a server with a private database and waits for its address. */
async function up(
  ...args: string[]
): Promise<{ child: ChildProcess; address: string; ended: Promise<unknown> }> {
  const child = start(['up', '--no-nats', '--port', '0', ...args], { cwd });
  children.push(child);
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal])));
  for await (const line of linesFrom(child.stderr)) {
    const address = /serves at (http:[^"]+)/.exec(line)?.[1];
    if (address !== undefined) return { child, address, ended };
  }
  throw new Error(`milepost up ended: ${JSON.stringify(await ended)}`);
}

test('it watches ./definitions, takes events in, and what it knows survives an end by a signal', async () => {
  const first = await up('--folder', 'data');
  const event = ['--flow', 'report', '--key', 'a', '--step', 'write', '--event', 'committed'];
  expect(await milepost(['send', ...event, '--url', first.address])).toMatchObject({ code: 0 });
  first.child.kill('SIGTERM');
  expect(await first.ended).toEqual([0, null]);

  const second = await up('--folder', 'data', '--definitions', 'definitions');
  let status = '';
  while (status !== 'committed') {
    const { out } = await milepost(['status', 'report', 'a', '--format', 'json', '--url', second.address]);
    status = out === '' ? '' : JSON.parse(out).status;
  }
  const third = await milepost(['up', '--no-nats', '--port', '0', '--folder', 'data'], { cwd });
  expect(third.code).toBe(2);
  expect(third.err).toMatch(/data is in use by process \d+, a Milepost that is running: stop it first/);
  second.child.kill('SIGINT');
  expect(await second.ended).toEqual([0, null]);
}, 90_000);

describe('it does not start', () => {
  test.each([
    [
      ['bad.yaml', '--folder', 'x'],
      1,
      /bad\.yaml:2:1: error: .*\n.*the definitions in bad\.yaml have errors/,
    ],
    [['gone.yaml', '--folder', 'x'], 2, /gone\.yaml cannot be opened \(ENOENT\)/],
    [['definitions', '--folder', 'file'], 2, /file cannot be used \(EEXIST\): name another one/],
    [['definitions', '--port', 'http'], 2, /--port is a number from 0 to 65535/],
  ])('with %j, exit %i', async (args, code, message) => {
    const ended = await milepost(['up', '--no-nats', ...args], { cwd });
    expect(ended).toMatchObject({ code, out: '' });
    expect(ended.err).toMatch(message);
  });

  test('where there is no ./definitions and none are named', async () => {
    const { code, err } = await milepost(['up'], { cwd: join(cwd, 'definitions') });
    expect(code).toBe(2);
    expect(err).toMatch(/there is no folder \.\/definitions: name the definitions to watch/);
  });

  test('on a port that another program has, and ends its database again', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    // an AddressInfo, since it listens on a port
    const { port } = other.address() as AddressInfo;
    const args = ['up', '--no-nats', '--folder', 'port', '--port', String(port)];
    const { code, err } = await milepost(args, { cwd });
    other.close();
    expect(code).toBe(2);
    expect(err).toMatch(
      /another program listens on 127\.0\.0\.1:\d+ already; stop it, or choose another port/,
    );
  }, 60_000);
});
