/**
 * A program of Debian for tests: from PATH, else its package and what that lacks, unpacked into the user's cache. Nothing is
 * installed into the system and nothing needs root. A test that needs one fails with the reason where none can be had.
 */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { privateAptLists, userCache } from '../../adapters/nats/find-server.ts';

const run = promisify(execFile);

export interface DebianProgram {
  readonly path: string;
  /** what it must be started with, so that it finds the libraries that were unpacked beside it */
  readonly env: NodeJS.ProcessEnv;
}

/** Gives a program that can be started; rejects with the remedy where neither PATH nor apt has it. */
export async function debianProgram(want: {
  readonly program: string;
  readonly package: string;
  /** where in the package it lies, where that is neither usr/bin nor usr/sbin */
  readonly folder?: string;
  /** packages that must lie beside it, also where the system has them */
  readonly beside?: readonly string[];
}): Promise<DebianProgram> {
  const system = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  const folders = want.folder === undefined ? system : [];
  for (const folder of folders) {
    const path = join(folder, want.program);
    if (folder !== '' && (await isRunnable(path))) return { path, env: process.env };
  }
  const home = join(userCache(), 'debian', want.package);
  const kept = await programIn(home, want);
  if (kept !== null) return kept;
  try {
    await fetchInto(home, [want.package, ...(want.beside ?? [])]);
  } catch (cause) {
    throw new Error(
      `this test needs ${want.program}: apt-get install ${want.package} (apt could not fetch it by itself)`,
      { cause },
    );
  }
  const fetched = await programIn(home, want);
  if (fetched === null) throw new Error(`the package ${want.package} holds no ${want.program}`);
  return fetched;
}

async function fetchInto(home: string, names: readonly string[]): Promise<void> {
  await mkdir(join(home, '..'), { recursive: true });
  const work = await mkdtemp(`${home}-`);
  try {
    let own: readonly string[] = [];
    let missing = await lacking(names, own).catch(() => null);
    if (missing === null) {
      own = await privateAptLists(work);
      await run('apt-get', [...own, '-qq', 'update'], { timeout: 120_000 });
      missing = await lacking(names, own);
    }
    await run('apt-get', [...own, '-qq', 'download', ...missing], { cwd: work, timeout: 300_000 });
    await mkdir(join(work, 'root'));
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', file, 'root'], { cwd: work });
    }
    await rm(home, { recursive: true, force: true });
    await rename(join(work, 'root'), home);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The packages and those that they need and this system has not got. */
async function lacking(names: readonly string[], own: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('apt-get', [
    ...own,
    '-s',
    'install',
    '--no-install-recommends',
    '--reinstall',
    ...names,
  ]);
  const named = [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, found]) =>
    found === undefined ? [] : [found],
  );
  if (named.length === 0) throw new Error(`apt knows no package ${names.join(', ')}`);
  return named;
}

async function programIn(
  home: string,
  want: { readonly program: string; readonly folder?: string },
): Promise<DebianProgram | null> {
  for (const folder of want.folder === undefined ? ['usr/bin', 'usr/sbin'] : [want.folder]) {
    const path = join(home, folder, want.program);
    if (!(await isRunnable(path))) continue;
    const libraries = [
      join(home, 'usr/lib/x86_64-linux-gnu'),
      join(home, 'usr/lib/aarch64-linux-gnu'),
      join(home, 'usr/lib'),
      join(home, folder),
    ];
    return { path, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter) } };
  }
  return null;
}

function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
