/**
 * Starts one nats-server as a child process with a private configuration and waits until JetStream answers. It knows
 * nothing of earlier runs; private-server adds that.
 *
 * 1. The server listens on 127.0.0.1 only and asks for a password that stands in a file for this user alone.
 * 2. It is known by its `server_name`: whatever answers on the port under another name is not ours and is left alone.
 * 3. It is stopped by its own handle, never by the name of the program.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'nats';
import { reasonOf } from '../reason-of.ts';
import { mappingLines } from './partition-subjects.ts';

export interface LaunchOptions {
  readonly binary: string;
  /** holds the configuration, the log, the pid file and the store */
  readonly folder: string;
  readonly port: number;
  readonly name: string;
  readonly password: string;
  /** how many partitions it sorts checkpoint events into; default 1: it sorts nothing */
  readonly partitions?: number;
}

export interface LaunchedServer {
  /** with user and password: for connecting, not for showing */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** resolves when the process is gone, whatever ended it */
  readonly ended: Promise<void>;
  /** Asks it to end, and ends it after 5 s; stopping twice is fine. */
  stop(): Promise<void>;
  /** Ends it at once, without a chance to finish anything. */
  kill(): Promise<void>;
}

/** The private server did not start or may not be used; the message says what to do. */
export class PrivateNatsError extends Error {
  override readonly name = 'PrivateNatsError';
  /** the port is held by someone else; another one may do */
  readonly portTaken: boolean;
  constructor(message: string, options?: { readonly portTaken?: boolean; readonly cause?: unknown }) {
    super(message, { cause: options?.cause });
    this.portTaken = options?.portTaken ?? false;
  }
}

const USER = 'milepost';
const LARGEST_LOG = 5_000_000;

/** Starts the server and resolves once a client was let in and JetStream answered, at most 20 s later; else PrivateNatsError. */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  await mkdir(join(options.folder, 'jetstream'), { recursive: true, mode: 0o700 });
  await chmod(options.folder, 0o700);
  const config = await writeConfig(options);
  const log = join(options.folder, 'nats.log');
  await trimLog(log);
  const output = await open(log, 'a', 0o600);
  // A group of its own: Ctrl-C in the terminal must reach Milepost first, which then stops the server in its turn.
  const child = spawn(options.binary, ['-c', config], {
    stdio: ['ignore', output.fd, output.fd],
    detached: true,
  });
  const ended = hasEnded(child);
  await output.close();
  child.unref();
  const stop = () => endProcess(child, ended, 'SIGTERM');
  try {
    await untilReady(options, ended);
  } catch (error) {
    await stop();
    const taken = error instanceof PrivateNatsError && error.portTaken;
    const said = (await lastWords(log)) || 'it said nothing';
    throw new PrivateNatsError(
      `nats-server did not come up on 127.0.0.1:${options.port} (${reasonOf(error)}; ${said}); see ${log}`,
      { portTaken: taken || /address already in use/.test(said), cause: error },
    );
  }
  return {
    url: urlOf(options),
    port: options.port,
    pid: child.pid ?? 0,
    ended,
    stop,
    kill: () => endProcess(child, ended, 'SIGKILL'),
  };
}

/** A port on the loopback that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string')
    throw new Error('A TCP server has an address with a port.');
  return address.port;
}

/** The `server_name` of the NATS server on a loopback port, which it tells before any login; null when none answers in 2 s. */
export function serverNameAt(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    let text = '';
    const finish = (name: string | null) => {
      socket.destroy();
      resolve(name);
    };
    socket.setTimeout(2_000, () => finish(null));
    socket.on('error', () => finish(null));
    socket.on('close', () => finish(null));
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8');
      if (text.includes('\r\n')) finish(/"server_name":"([^"]*)"/.exec(text)?.[1] ?? null);
    });
  });
}

function urlOf(options: LaunchOptions): string {
  return `nats://${USER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}`;
}

/** Writes the configuration with the strictest syncing that this version of the server knows. */
async function writeConfig(options: LaunchOptions): Promise<string> {
  const path = join(options.folder, 'nats.conf');
  for (const sync of ['  sync_interval: always\n', '']) {
    await writeFile(path, configText(options, sync), { mode: 0o600 });
    await chmod(path, 0o600);
    if (await accepts(options.binary, path)) return path;
  }
  throw new PrivateNatsError(`${options.binary} refuses the configuration ${path}; try a newer nats-server`);
}

function configText(options: LaunchOptions, sync: string): string {
  return [
    '# written by milepost at every start',
    `server_name: ${JSON.stringify(options.name)}`,
    `listen: "127.0.0.1:${options.port}"`,
    'max_payload: 1048576',
    `pid_file: ${JSON.stringify(join(options.folder, 'nats.pid'))}`,
    `authorization { user: ${USER}, password: ${JSON.stringify(options.password)} }`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(options.folder, 'jetstream'))}`,
    '  max_memory_store: 67108864',
    `${sync}}`,
    ...((options.partitions ?? 1) > 1 ? mappingLines(options.partitions ?? 1) : []),
    '',
  ].join('\n');
}

function accepts(binary: string, config: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(binary, ['-c', config, '-t'], { timeout: 20_000 }, (error) => resolve(error === null));
  });
}

async function untilReady(options: LaunchOptions, ended: Promise<void>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  let last: unknown = 'no answer';
  for (let turn = 0; turn < 200; turn++) {
    const name = await serverNameAt(options.port);
    if (name !== null && name !== options.name) {
      throw new PrivateNatsError(`the port belongs to another NATS server, ${name}`, { portTaken: true });
    }
    if (over) throw new PrivateNatsError('the process ended');
    if (name !== null) {
      const problem = await whyNotReady(options);
      if (problem === null) return;
      last = problem;
    }
    await delay(turn < 20 ? 25 : 100);
  }
  throw new PrivateNatsError(`not ready in time: ${reasonOf(last)}`);
}

async function whyNotReady(options: LaunchOptions): Promise<unknown> {
  try {
    const nc = await connect({
      servers: `127.0.0.1:${options.port}`,
      user: USER,
      pass: options.password,
      reconnect: false,
      timeout: 2_000,
    });
    try {
      await (await nc.jetstreamManager({ timeout: 2_000 })).getAccountInfo();
      return null;
    } finally {
      await nc.close();
    }
  } catch (error) {
    return error;
  }
}

function hasEnded(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

async function endProcess(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(hard);
}

async function trimLog(log: string): Promise<void> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LARGEST_LOG) await truncate(log, 0);
}

async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-2).join(' / ');
}
