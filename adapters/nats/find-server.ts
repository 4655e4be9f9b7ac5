/**
 * Finds a nats-server to run: on PATH, else one fetched earlier, else the system's own package unpacked into a private
 * folder. Nothing is installed into the system and nothing needs root.
 *
 * 1. A binary counts only after `nats-server --version` has run and named a version that is new enough.
 * 2. Files come into place by rename, so that two processes that fetch at once cannot break each other.
 */

import { type ExecFileException, execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export type FoundServer =
  | { readonly path: string; readonly origin: 'path' | 'downloaded'; readonly version: string }
  | { readonly missing: string };

/** The oldest nats-server whose JetStream does what the intake needs. */
const OLDEST = [2, 9] as const;

const REMEDY =
  'install nats-server (Debian, Ubuntu: apt install nats-server; macOS: brew install nats-server; Alpine: apk add nats-server; ' +
  'others: https://github.com/nats-io/nats-server/releases) or point NATS_URL at a server that runs';

/**
 * A nats-server of version 2.9 or newer: from PATH, else one cached in `<folder>/bin` or `<cache>/bin`, else fetched by
 * apt into both. `cache` defaults to the user's own (`$XDG_CACHE_HOME/milepost`). Where none can be had, `missing` says why
 * and what to do. Never rejects for a missing tool or network.
 */
export async function findNatsServer(options: {
  readonly folder: string;
  readonly cache?: string;
  readonly path?: string;
}): Promise<FoundServer> {
  const cache = options.cache ?? userCache();
  const doubts: string[] = [];
  for (const path of await onPath(options.path ?? process.env.PATH ?? '')) {
    const version = await usableVersion(path);
    if (version.ok) return { path, origin: 'path', version: version.version };
    doubts.push(version.reason);
  }
  const kept = [join(options.folder, 'bin', 'nats-server'), join(cache, 'bin', 'nats-server')];
  for (const path of kept) {
    const version = await usableVersion(path);
    if (version.ok) return { path, origin: 'downloaded', version: version.version };
  }
  const fetched = await fetchWithApt(options.folder, kept);
  if ('missing' in fetched) return { missing: [...doubts, `${fetched.missing}; ${REMEDY}`].join('; ') };
  return fetched;
}

/** Where programs that were fetched once are kept for this user. */
export function userCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'milepost');
}

async function onPath(path: string): Promise<string[]> {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/usr/local/bin'];
  const candidates = [...new Set(folders)].map((folder) => join(folder, 'nats-server'));
  const runnable = await Promise.all(candidates.map(isRunnable));
  return candidates.filter((_, index) => runnable[index]);
}

async function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function usableVersion(
  path: string,
): Promise<
  { readonly ok: true; readonly version: string } | { readonly ok: false; readonly reason: string }
> {
  if (!(await isRunnable(path))) return { ok: false, reason: `${path} is not there` };
  const ran = await run(path, ['--version'], '/');
  const found = /v(\d+)\.(\d+)\.\S+/.exec(ran.output);
  if (!ran.ok || found === null) return { ok: false, reason: `${path} does not run` };
  const [major, minor] = [Number(found[1]), Number(found[2])];
  const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return enough
    ? { ok: true, version: found[0].slice(1) }
    : { ok: false, reason: `${path} is ${found[0]}, and ${OLDEST.join('.')} is needed` };
}

async function fetchWithApt(folder: string, targets: readonly string[]): Promise<FoundServer> {
  if (!(await toolExists('apt-get')) || !(await toolExists('dpkg-deb'))) {
    return { missing: 'no nats-server on PATH, and this system has no apt to fetch one with' };
  }
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, '.fetch-'));
  try {
    const problem = (await download(work, [])) && (await downloadWithOwnLists(work));
    if (problem) return { missing: `no nats-server on PATH, and apt could not fetch it (${problem})` };
    const unpacked = await unpack(work);
    if ('missing' in unpacked) return unpacked;
    for (const target of targets) await putInPlace(unpacked.path, target).catch(() => undefined); // one good copy is enough
    for (const path of targets) {
      const version = await usableVersion(path);
      if (version.ok) return { path, origin: 'downloaded', version: version.version };
    }
    return { missing: `nats-server was fetched but could not be written to ${targets.join(' or ')}` };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function toolExists(name: string): Promise<boolean> {
  return (await run(name, ['--version'], '/')).ok;
}

/** Null when a package lies in `work`, else what apt said. */
async function download(work: string, options: readonly string[]): Promise<string | null> {
  const ran = await run('apt-get', [...options, '-qq', 'download', 'nats-server'], work);
  const there = (await readdir(work)).some((file) => file.endsWith('.deb'));
  return ran.ok && there ? null : lastLine(ran.output);
}

/** For systems whose package lists are missing or may not be read: the lists go into the private folder too. */
async function downloadWithOwnLists(work: string): Promise<string | null> {
  const own = [...(await privateAptLists(work)), '-o', 'APT::Update::Error-Mode=any'];
  const updated = await run('apt-get', [...own, '-qq', 'update'], work);
  return (
    (await download(work, own)) &&
    lastLine(updated.ok ? 'the package is not in its lists, or they could not be fetched' : updated.output)
  );
}

/** Makes room for package lists and packages in a folder of our own; gives the options by which apt uses it. */
export async function privateAptLists(work: string): Promise<readonly string[]> {
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  return [
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'APT::Sandbox::User=',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=15',
    'Acquire::https::Timeout=15',
  ].flatMap((option) => ['-o', option]);
}

async function unpack(work: string): Promise<{ readonly path: string } | { readonly missing: string }> {
  const deb = (await readdir(work)).find((file) => file.endsWith('.deb'));
  const ran = deb === undefined ? null : await run('dpkg-deb', ['-x', deb, 'unpacked'], work);
  for (const bin of ['usr/sbin', 'usr/bin']) {
    const path = join(work, 'unpacked', bin, 'nats-server');
    if ((await usableVersion(path)).ok) return { path };
  }
  return {
    missing: `the package nats-server holds no server that runs (${ran?.output.trim() ?? ''}); ${REMEDY}`,
  };
}

async function putInPlace(from: string, to: string): Promise<void> {
  const folder = join(to, '..');
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, '.new-'));
  try {
    await copyFile(from, join(work, 'nats-server'));
    await rename(join(work, 'nats-server'), to);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() || 'no reason given';
}

function run(
  program: string,
  parameters: readonly string[],
  cwd: string,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve({ ok: error === null, output: `${stdout}\n${stderr}` });
    execFile(program, [...parameters], { cwd, timeout: 120_000, env: { ...process.env, LC_ALL: 'C' } }, done);
  });
}
