/**
 * One PostgreSQL server process on one data folder: started, known to be ready, stopped; and what an earlier one left.
 *
 * 1. Whatever ends this process, kill -9 too, ends the server: a small shell holds a pipe to us and stops it then.
 * 2. A server left by a process that is gone is stopped, by its id, only after it was seen to work in this data folder.
 * 3. `postmaster.pid` is never removed: PostgreSQL checks by it that no process of the old server writes any more.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunAs } from './postgres-program.ts';
import { servesDataFolder } from './serves-data-folder.ts';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** resolves when the process has ended, for whatever reason */
  readonly ended: Promise<void>;
  /** Ends it in order: clients are disconnected and everything is written. */
  stop(): Promise<void>;
}

/** Larger than any process id can be; see `releaseForeignPid`. */
const NO_PROCESS = 99_999_999;

/**
 * Starts the server and resolves once it accepts connections on 127.0.0.1. Rejects with an Error that carries the end of
 * its log when the process ends or is not ready within 60 s (a recovery after a crash takes its time).
 */
export async function startPostmaster(options: {
  readonly postgres: string;
  readonly user: RunAs;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly port: number;
  readonly settings: readonly string[];
}): Promise<Postmaster> {
  const { dataFolder, port } = options;
  const log = openLog(options.logFile);
  const own = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  const child = spawn(
    options.postgres,
    ['-D', dataFolder, ...[...own, ...options.settings].flatMap((setting) => ['-c', setting])],
    // detached: an interrupt typed at the terminal is for us, and we stop it when we are done
    { ...options.user, cwd: '/', stdio: ['ignore', log, log], detached: true, env: cleanEnvironment() },
  );
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const limit = performance.now() + 60_000;
  while (!hasEnded && !isReady(dataFolder, child.pid) && performance.now() < limit) {
    await Promise.race([ended, pause(15)]);
  }
  if (hasEnded || child.pid === undefined || !isReady(dataFolder, child.pid)) {
    child.kill('SIGQUIT');
    await Promise.race([ended, pause(5_000, null, { ref: false })]);
    throw new Error(`the server did not start; ${options.logFile} ends with: ${endOf(options.logFile)}`);
  }
  child.unref();
  const watcher = watchOver(child.pid, dataFolder);
  void ended.then(() => watcher.stdin?.end());
  return { pid: child.pid, port, ended, stop: () => stopChild(child, ended) };
}

/** Stops what an earlier process left running on the data folder, and makes its pid file harmless. */
export async function stopLeftover(dataFolder: string): Promise<void> {
  const pid = readPidFile(dataFolder)?.pid;
  if (pid === undefined) return;
  const gone = () => !servesDataFolder(pid, dataFolder);
  for (const [signal, patience] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (gone()) break;
    signalIfThere(pid, signal);
    const limit = performance.now() + patience;
    while (!gone() && performance.now() < limit) await pause(20);
  }
  releaseForeignPid(dataFolder, pid);
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string')
    throw new Error('impossible: a TCP server has no port');
  return address.port;
}

/**
 * PostgreSQL takes any living process of the recorded id for its old server. Where that id now belongs to something
 * else the id is replaced by one that cannot exist; the rest of the file stays, for its check of shared memory.
 */
function releaseForeignPid(dataFolder: string, pid: number): void {
  const recorded = readPidFile(dataFolder);
  if (recorded === null || recorded.pid !== pid) return;
  const file = join(dataFolder, 'postmaster.pid');
  const rest = recorded.lines.slice(1).join('\n');
  writeFileSync(file, `${NO_PROCESS}\n${rest}`);
}

function readPidFile(dataFolder: string): { pid: number; lines: readonly string[] } | null {
  try {
    const lines = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid, lines } : null;
  } catch {
    return null; // no file: the server was stopped in order, or never started
  }
}

function isReady(dataFolder: string, pid: number | undefined): boolean {
  const recorded = readPidFile(dataFolder);
  return (
    recorded !== null &&
    recorded.pid === pid &&
    ['ready', 'standby'].includes(recorded.lines[7]?.trim() ?? '')
  );
}

function watchOver(pid: number, dataFolder: string): ChildProcess {
  const script = 'read -r _; [ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$1" ] && kill -INT "$1"';
  const watcher = spawn('sh', ['-c', script, 'sh', String(pid), dataFolder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => {}); // without a shell the next start stops what is left
  watcher.stdin?.on('error', () => {});
  watcher.unref();
  if (watcher.stdin !== null && 'unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') {
    watcher.stdin.unref();
  }
  return watcher;
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.ref();
  for (const [signal, patience] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const patienceEnds = new AbortController();
    await Promise.race([ended, pause(patience, null, { signal: patienceEnds.signal }).catch(() => null)]);
    patienceEnds.abort();
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself in the meantime
  }
}

/** The log goes on from start to start; beyond 1 MB it is put aside, and the one put aside before is dropped. */
function openLog(file: string): number {
  try {
    if (statSync(file).size > 1_000_000) renameSync(file, `${file}.old`);
  } catch {
    // no log yet
  }
  return openSync(file, 'a', 0o600);
}

function endOf(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ');
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PG') && !name.startsWith('LC_'),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
