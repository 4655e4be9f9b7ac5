/** A set of definitions from folders, files or paths of a git revision, with the revision that its contents have. */
import { createHash } from 'node:crypto';
import type { Source } from '../engine/index.ts';
import { readDefinitionFiles } from './definition-files.ts';
import { commitOf, parseGitPath, readGitFiles } from './git-files.ts';

export interface DefinitionSet {
  readonly sources: readonly Source[];
  /** SHA-256, 12 hex digits: the same texts give the same revision */
  readonly revision: string;
}

/**
 * Reads the definitions of some paths, each a file, a folder or `git:REV:PATH` looked up from the working directory. The
 * text of the extension module, if there is one, is part of the revision. Throws DefinitionPathError.
 */
export async function readDefinitionSet(
  paths: readonly string[],
  extensions: string | null,
): Promise<DefinitionSet> {
  if (!paths.some((path) => parseGitPath(path) !== null)) return readDefinitionFiles(paths, extensions);
  const sources: Source[] = [];
  const hash = createHash('sha256');
  for (const path of paths) {
    const git = parseGitPath(path);
    const found =
      git === null ? (await readDefinitionFiles([path])).sources : await readGitFiles(git, process.cwd());
    for (const { file, text } of found) {
      sources.push({ file, text });
      hash.update(`${git === null ? file : file.slice(git.revision.length + 1)}\0${text.length}\0${text}\0`);
    }
  }
  if (extensions !== null) hash.update(`extensions\0${extensions.length}\0${extensions}\0`);
  return { sources, revision: hash.digest('hex').slice(0, 12) };
}

/** The commits that the git paths among these stand for now, to know whether they have moved; empty where there are none. */
export async function commitsOf(paths: readonly string[]): Promise<string> {
  const commits = await Promise.all(
    paths.map(async (path) => {
      const git = parseGitPath(path);
      return git === null ? '' : await commitOf(git.revision, process.cwd());
    }),
  );
  return commits.join(' ').trim();
}

/** Those of the paths that lie in folders, for whoever watches them. */
export function foldersAmong(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => parseGitPath(path) === null);
}
