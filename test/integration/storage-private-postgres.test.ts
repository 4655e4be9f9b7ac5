import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '../../adapters/storage/index.ts';
import { findPostgres } from '../../adapters/storage/postgres-program.ts';
import { StoreError } from '../../engine/index.ts';

const ROOT = process.getuid?.() === 0;
const LONG = { timeout: 60_000 };

describe('a private PostgreSQL', LONG, () => {
  let folder: string;
  const started: PrivatePostgres[] = [];
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'milepost-private-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    for (const server of started.splice(0)) {
      await server.stop();
      rmSync(join(server.dataFolder, '..'), { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(inFolder = folder, durable = false): Promise<PrivatePostgres> {
    const server = await startPrivatePostgres({ folder: inFolder, durable });
    started.push(server);
    return server;
  }

  test('forces its commits to disk, or not, as it is told', async () => {
    const server = await start(folder, true);
    expect(await ask(server.url, 'show fsync')).toBe('on');
    expect(await ask(server.url, 'show synchronous_commit')).toBe('on');
    await server.stop();
    const careless = await start();
    expect(await ask(careless.url, 'show fsync')).toBe('off');
  });

  test('keeps data and password to itself, and answers on 127.0.0.1 only', async () => {
    const server = await start();
    expect(statSync(server.dataFolder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600);
    expect(await ask(server.url, 'show data_directory')).toBe(server.dataFolder);
    expect(await ask(server.url, 'show unix_socket_directories')).toBe('');
    const hba = 'select string_agg(distinct auth_method, $$,$$) from pg_hba_file_rules';
    expect(await ask(server.url, hba)).toBe('scram-sha-256');
    const wrong = server.url.replace(/:[0-9a-f]{48}@/, ':wrong@');
    await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address } of others.filter(({ family, internal }) => family === 'IPv4' && !internal)) {
      await expect(ask(server.url.replace('127.0.0.1', address), 'select 1')).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
    }
  });

  test('has its data and its password again after it was stopped; stopping twice is fine', async () => {
    const first = await start();
    await ask(first.url, 'create table kept as select 42 as n');
    await first.stop();
    await first.stop();
    expect(existsSync(join(first.dataFolder, 'postmaster.pid'))).toBe(false);
    const second = await start();
    expect(await ask(second.url, 'select n from kept')).toBe(42);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  test('refuses a second owner of the folder while the first is there', async () => {
    const server = await start();
    const refused = await startPrivatePostgres({ folder, durable: false }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toHaveProperty('message', expect.stringContaining(`in use by process ${process.pid}`));
    expect(await ask(server.url, 'select 1')).toBe(1);
  });

  test('is started again on the same port when it ends by itself', async () => {
    const server = await start();
    await ask(server.url, 'create table kept as select 42 as n');
    const killed = server.pid();
    process.kill(killed, 'SIGKILL');
    await eventually(async () => {
      if (server.pid() === killed) throw new Error('it was not started again yet');
    });
    expect(await ask(server.url, 'select n from kept')).toBe(42);
  });

  test('ends when its owner is killed, and starts again with its data', async () => {
    const { child, said } = await startInChild(folder);
    await ask(said.url, 'create table kept as select 42 as n');
    await kill(child);
    const server = await start();
    expect(await ask(server.url, 'select n from kept')).toBe(42);
    expect(isAlive(said.pid)).toBe(false);
  });

  test('does not outlive an owner that was killed, even when nobody starts it again', async () => {
    const { child, said } = await startInChild(folder);
    await kill(child);
    await eventually(async () => {
      if (isAlive(said.pid)) throw new Error('it is still there');
    });
    expect(existsSync(join(said.dataFolder, 'postmaster.pid'))).toBe(false);
  });

  test.runIf(process.platform === 'linux')(
    'one that was left running all the same is stopped by the next start',
    async () => {
      const { child, said } = await startInChild(folder);
      await ask(said.url, 'create table kept as select 42 as n');
      for (const watcher of watchersOf(said.dataFolder)) process.kill(watcher, 'SIGKILL');
      await kill(child);
      expect(await ask(said.url, 'select n from kept')).toBe(42);
      const server = await start();
      expect(server.pid()).not.toBe(said.pid);
      expect(isAlive(said.pid)).toBe(false);
      expect(await ask(server.url, 'select n from kept')).toBe(42);
    },
  );

  test('starts where the id of its old process now belongs to another, which it leaves alone', async () => {
    const first = await start();
    await first.stop();
    const bystander = spawn('sleep', ['60'], owner(first.dataFolder));
    children.push(bystander);
    const lines = [bystander.pid, first.dataFolder, 1, 5432, '', '127.0.0.1', '', 'ready'];
    const pidFile = join(first.dataFolder, 'postmaster.pid');
    writeFileSync(pidFile, `${lines.join('\n')}\n`);
    const { uid, gid } = owner(first.dataFolder);
    if (ROOT) chownSync(pidFile, uid, gid);
    const second = await start();
    expect(await ask(second.url, 'select 1')).toBe(1);
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
  });

  test('begins anew where making the data was interrupted', async () => {
    const unfinished = join(folder, 'data.new');
    await start().then((server) => server.stop());
    rmSync(join(folder, 'data'), { recursive: true });
    writeFileSync(unfinished, 'half');
    const server = await start();
    expect(await ask(server.url, 'select 1')).toBe(1);
    expect(existsSync(unfinished)).toBe(false);
  });

  test('says what to do when the password is gone', async () => {
    await (await start()).stop();
    rmSync(join(folder, 'password'));
    const refused = await startPrivatePostgres({ folder, durable: false }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ permanent: true });
    expect(refused).toHaveProperty('message', expect.stringContaining(join(folder, 'password')));
  });

  test('does not need the settings of the user’s own PostgreSQL', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { said, child } = await startInChild(folder, {
      PGPORT: port,
      PGDATA: '/nowhere',
      PGHOST: 'nowhere',
    });
    expect(await ask(said.url, 'select 1')).toBe(1);
    child.stdin?.end();
    await once(child, 'exit');
    taken.close();
  });

  test('names both versions when the data is of another', () => {
    expect(() => findPostgres({ user: {}, dataMajor: 9, shared: folder })).toThrow(
      /is version \d+, the data is of version 9/,
    );
  });

  test.runIf(ROOT)('runs for an ordinary user too', async () => {
    const user = owner('/tmp', 65_534);
    chownSync(folder, user.uid, user.gid);
    const { said, child } = await startInChild(folder, {}, user);
    expect(await ask(said.url, 'select 1')).toBe(1);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    child.stdin?.end();
    await once(child, 'exit');
    expect(isAlive(said.pid)).toBe(false);
  });

  test.runIf(ROOT)(
    'keeps the data elsewhere where root’s folder is closed to the server’s user',
    async () => {
      chmodSync(folder, 0o700);
      const server = await start(join(folder, 'closed', 'postgres'));
      expect(server.dataFolder.startsWith('/var/lib/milepost/')).toBe(true);
      await ask(server.url, 'create table kept as select 42 as n');
      await server.stop();
      const again = await start(join(folder, 'closed', 'postgres'));
      expect(await ask(again.url, 'select n from kept')).toBe(42);
    },
  );

  async function startInChild(
    inFolder: string,
    env: NodeJS.ProcessEnv = {},
    user: { readonly uid?: number; readonly gid?: number } = {},
  ) {
    const script = join(import.meta.dirname, '../servers/start-postgres.ts');
    const child = spawn(process.execPath, [script, inFolder], {
      ...user,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    children.push(child);
    const [line] = await once(createInterface(child.stdout), 'line');
    const said: { url: string; pid: number; dataFolder: string } = JSON.parse(line);
    return { child, said };
  }
});

async function ask(url: string, query: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query({ text: query, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function eventually<T>(call: () => Promise<T>): Promise<T> {
  const limit = performance.now() + 20_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function watchersOf(dataFolder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return command.startsWith('sh\0-c\0') && command.includes(dataFolder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function owner(path: string, id?: number): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = statSync(path);
  return { uid: id ?? uid, gid: id ?? gid };
}
