import { resolve } from 'node:path';
import type { Source } from '../../engine/index.ts';
import { readDefinitionFiles } from '../definition-files.ts';
import { FileTrouble } from './outcome.ts';

/**
 * The definition files below some paths, those for tests too, each once, by the name it was asked for. Throws FileTrouble for a path without
 * any, DefinitionPathError for one that cannot be opened.
 */
export async function definitionSources(paths: readonly string[]): Promise<readonly Source[]> {
  const found = new Map<string, Source>();
  for (const path of paths) {
    const { sources } = await readDefinitionFiles([path], null, true);
    if (sources.length === 0)
      throw new FileTrouble(
        `there is no .yaml or .yml file below ${path}: name a definition file or a folder of them`,
      );
    for (const source of sources)
      if (!found.has(resolve(source.file))) found.set(resolve(source.file), source);
  }
  return [...found.values()];
}
