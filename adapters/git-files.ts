/**
 * Definition files of a git revision, read from its objects: nothing is checked out, no hook runs.
 *
 * 1. git is called with arguments, never through a shell; what a user wrote never stands where git takes an option.
 * 2. A revision is resolved to its commit once, and all is read from that.
 */
import { execFile } from 'node:child_process';
import type { Source } from '../engine/index.ts';
import { DefinitionPathError } from './definition-files.ts';
import { isDefinitionFile } from './definition-names.ts';

/** `git:REV:PATH`, in parts. */
export interface GitPath {
  readonly revision: string;
  /** below the top of the repository; beginning with `./` below the working directory */
  readonly path: string;
}

const TIMEOUT = 60_000;
const MOST_BYTES = 256 * 1024 * 1024;

/** The parts of `git:REV:PATH`; null where it is none; throws DefinitionPathError where a part is missing. */
export function parseGitPath(text: string): GitPath | null {
  if (!text.startsWith('git:')) return null;
  const [revision = '', ...path] = text.slice('git:'.length).split(':');
  if (revision === '' || path.join(':') === '')
    throw new DefinitionPathError(`${text} lacks a part: write git:REV:PATH, such as git:main:flows`);
  return { revision, path: path.join(':') };
}

/** The commit that a revision stands for now, 40 hex digits. Throws DefinitionPathError. */
export async function commitOf(revision: string, cwd: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const out = await git(args, { cwd, about: `there is no revision ${revision} here` });
  return out.toString('utf8').trim();
}

/** The definition files below a path of a commit, in the order of their names, called `REV:path`. Throws DefinitionPathError. */
export async function readGitFiles(
  { revision, path }: GitPath,
  cwd: string,
  tests = false,
): Promise<readonly Source[]> {
  const commit = await commitOf(revision, cwd);
  const isBelowHere = path === '.' || path.startsWith('./') || path.startsWith('../');
  const about = `${path} of ${revision} cannot be read`;
  const full = isBelowHere ? ['--full-name'] : ['--full-tree'];
  const wanted = path.replace(/\/+$/, '');
  const listing = await git(['ls-tree', '-r', '-z', ...full, commit, '--', wanted], { cwd, about });
  const entries = listing
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, hash, name] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return hash === undefined || name === undefined ? [] : [{ hash, name }];
    });
  if (entries.length === 0)
    throw new DefinitionPathError(`there is no ${path} in ${revision}: name a folder or file that it has`);
  const [only] = entries;
  const isFile =
    entries.length === 1 && only !== undefined && only.name.endsWith(wanted.replace(/^(\.\.?\/)+/, ''));
  const files = isFile ? entries : entries.filter(({ name }) => isDefinitionFile(name, tests));
  const texts = await readBlobs(
    files.map(({ hash }) => hash),
    { cwd, about },
  );
  return files
    .map(({ name }, index) => ({ file: `${revision}:${name}`, text: texts[index] ?? '' }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

interface Call {
  readonly cwd: string;
  /** what it means when git refuses */
  readonly about: string;
  readonly input?: string;
}

/** The contents of blobs, in one call: `<hash> blob <size>`, line feed, the bytes, line feed. */
async function readBlobs(hashes: readonly string[], call: Call): Promise<readonly string[]> {
  if (hashes.length === 0) return [];
  const out = await git(['cat-file', '--batch'], { ...call, input: `${hashes.join('\n')}\n` });
  let at = 0;
  return hashes.map(() => {
    const end = out.indexOf(10, at);
    const size = Number(out.subarray(at, end).toString('utf8').split(' ')[2]);
    at = end + 1 + size + 1;
    return out.subarray(end + 1, end + 1 + size).toString('utf8');
  });
}

function git(args: readonly string[], { cwd, about, input }: Call): Promise<Buffer> {
  const done = Promise.withResolvers<Buffer>();
  const options = { cwd, encoding: 'buffer' as const, timeout: TIMEOUT, maxBuffer: MOST_BYTES };
  const child = execFile('git', [...args], options, (error, stdout, stderr) => {
    if (error === null) {
      done.resolve(stdout);
      return;
    }
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const said = stderr.toString('utf8').trim().split('\n')[0] ?? '';
    const why = isMissing ? 'git is not installed' : said === '' ? 'git finds none' : said;
    done.reject(
      new DefinitionPathError(`${about} (${why}): name another revision or path`, { cause: error }),
    );
  });
  child.stdin?.on('error', () => undefined); // git has ended, and says why
  child.stdin?.end(input ?? '');
  return done.promise;
}
