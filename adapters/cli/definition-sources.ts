import { resolve } from 'node:path';
import type { Source } from '../../engine/index.ts';
import { readDefinitionFiles } from '../definition-files.ts';
import { parseGitPath, readGitFiles } from '../git-files.ts';
import { FileTrouble } from './outcome.ts';

/**
 * The definition files below some paths, or paths of a git revision `git:REV:PATH`, with `tests` also those for tests, each once, by the name it was asked for. Throws FileTrouble for a path without
 * any, DefinitionPathError for one that cannot be opened.
 */
export async function definitionSources(paths: readonly string[], tests = false): Promise<readonly Source[]> {
  const found = new Map<string, Source>();
  for (const path of paths) {
    const git = parseGitPath(path);
    const sources =
      git === null
        ? (await readDefinitionFiles([path], null, tests)).sources
        : await readGitFiles(git, process.cwd(), tests);
    if (sources.length === 0)
      throw new FileTrouble(
        `there is no .yaml or .yml file below ${path}: name a definition file or a folder of them`,
      );
    for (const source of sources)
      if (!found.has(resolve(source.file))) found.set(resolve(source.file), source);
  }
  return [...found.values()];
}
