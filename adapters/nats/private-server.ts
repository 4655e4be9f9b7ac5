/**
 * A nats-server of Milepost's own, for machines where none runs. It keeps its address, its password and its messages
 * from run to run, comes back when it dies, and a server that a killed Milepost left behind is found and stopped first:
 * two servers on one store would destroy it.
 */

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startOf, takeFolder } from '../folder-owner.ts';
import { reasonOf } from '../reason-of.ts';
import {
  freePort,
  type LaunchedServer,
  launchServer,
  PrivateNatsError,
  serverNameAt,
} from './launch-server.ts';

export interface PrivateNats {
  /** with user and password; the same from run to run as long as its port is free */
  readonly url: string;
  readonly port: number;
  /** the process that runs now */
  pid(): number;
  /** Stops the server and lets go of the folder; stopping twice is fine. */
  stop(): Promise<void>;
}

interface Kept {
  readonly name: string;
  readonly port: number;
  readonly password: string;
}

/**
 * Starts a private nats-server whose store lies in `folder` and gives its URL once JetStream answers. Without `port` the
 * port of the last run is used if it is free. A server that dies is started again on the same port and store. Rejects
 * with PrivateNatsError when another living process uses the folder or the server does not come up. The URL is also kept
 * in `<folder>/url`, readable for this user alone, for command-line clients.
 */
export async function startPrivateNats(options: {
  readonly folder: string;
  readonly binary: string;
  readonly port?: number;
  /** how many partitions it sorts checkpoint events into; default 1 */
  readonly partitions?: number;
  readonly log?: (text: string) => void;
}): Promise<PrivateNats> {
  const folder = resolve(options.folder);
  const log = options.log ?? (() => undefined);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = await takeFolder(folder);
  if ('heldBy' in place) {
    throw new PrivateNatsError(
      `the private nats-server in ${folder} is in use by process ${place.heldBy}; stop that one or use another folder`,
    );
  }
  try {
    const kept = await readKept(folder);
    if (kept !== null) await stopOrphan(folder, kept, log);
    const first = await launchOnFreePort({ ...options, folder }, kept);
    const partitions = options.partitions ?? 1;
    return supervise({ folder, binary: options.binary, partitions, ...first, log, release: place.release });
  } catch (error) {
    await place.release();
    throw error;
  }
}

async function launchOnFreePort(
  options: {
    readonly folder: string;
    readonly binary: string;
    readonly port?: number;
    readonly partitions?: number;
  },
  kept: Kept | null,
): Promise<{ readonly server: LaunchedServer; readonly kept: Kept }> {
  const password = kept?.password ?? randomBytes(18).toString('base64url');
  const name = kept?.name ?? `milepost-${randomBytes(8).toString('hex')}`;
  const wishes = options.port !== undefined ? [options.port] : [kept?.port ?? (await freePort()), null, null];
  let last: unknown = null;
  for (const wish of wishes) {
    const now = { name, password, port: wish ?? (await freePort()) };
    // Written before the start: should this process be killed a moment later, the next one can still tell whose server it is.
    await writeKept(options.folder, now);
    try {
      const server = await launchServer({ ...options, ...now });
      await writePrivately(join(options.folder, 'url'), `${server.url}\n`);
      return { server, kept: now };
    } catch (error) {
      last = error;
      if (!(error instanceof PrivateNatsError) || !error.portTaken) throw error;
    }
  }
  throw last;
}

function supervise(run: {
  readonly folder: string;
  readonly binary: string;
  readonly partitions: number;
  readonly server: LaunchedServer;
  readonly kept: Kept;
  readonly log: (text: string) => void;
  readonly release: () => Promise<void>;
}): PrivateNats {
  const stopping = new AbortController();
  let server = run.server;
  const watch = async () => {
    for (let failures = 0; ; ) {
      await server.ended;
      if (stopping.signal.aborted) return;
      run.log(`the private nats-server ended (see ${join(run.folder, 'nats.log')}); starting it again`);
      try {
        await delay(Math.min(100 * 2 ** failures, 10_000), undefined, { signal: stopping.signal });
        server = await launchServer({
          binary: run.binary,
          folder: run.folder,
          partitions: run.partitions,
          ...run.kept,
        });
        failures = 0;
        if (stopping.signal.aborted) await server.stop();
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        run.log(reasonOf(error));
      }
    }
  };
  const watched = watch();
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    stopping.abort();
    await server.stop();
    await watched;
    await run.release();
  };
  return {
    url: server.url,
    port: server.port,
    pid: () => server.pid,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Ends a server that an earlier run left behind: known by its name on the port, or by its command line if it does not answer. */
async function stopOrphan(folder: string, kept: Kept, log: (text: string) => void): Promise<void> {
  const pid = Number((await readFile(join(folder, 'nats.pid'), 'utf8').catch(() => '')).trim());
  const answers = (await serverNameAt(kept.port)) === kept.name;
  if (!Number.isInteger(pid) || pid <= 1) {
    if (!answers) return;
    throw new PrivateNatsError(
      `a nats-server of an earlier run still runs on 127.0.0.1:${kept.port}, and ${join(folder, 'nats.pid')} does not say which process it is; stop it by hand`,
    );
  }
  if (!answers && !(await runsOn(pid, folder))) return;
  log(`stopping the nats-server that an earlier run left behind (process ${pid})`);
  const born = startOf(pid);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (let turn = 0; turn < 100; turn++) {
      const now = startOf(pid);
      if (now === null || now !== born) return;
      if (turn === 0) process.kill(pid, signal);
      await delay(50);
    }
  }
  throw new PrivateNatsError(
    `process ${pid}, a nats-server of an earlier run, cannot be stopped; stop it by hand`,
  );
}

/** Whether the process is a server on our configuration, where the system shows command lines. */
async function runsOn(pid: number, folder: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.split('\0').includes(join(folder, 'nats.conf'));
}

async function readKept(folder: string): Promise<Kept | null> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, 'nats.json'), 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    if (!('name' in value) || !('port' in value) || !('password' in value)) return null;
    return { name: String(value.name), port: Number(value.port), password: String(value.password) };
  } catch {
    return null;
  }
}

function writeKept(folder: string, kept: Kept): Promise<void> {
  return writePrivately(join(folder, 'nats.json'), `${JSON.stringify(kept)}\n`);
}

async function writePrivately(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
