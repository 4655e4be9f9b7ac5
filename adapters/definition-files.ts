/** Definition files from a folder or a file, with the revision that their contents have. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Source } from '../engine/index.ts';
import { isDefinitionFile } from './definition-names.ts';

export interface DefinitionFiles {
  readonly sources: readonly Source[];
  /** SHA-256 over names and contents, 12 hex digits; the same files give the same revision wherever they lie */
  readonly revision: string;
}

/** A definition path that cannot be opened, or holds no definition files. */
export class DefinitionPathError extends Error {
  override readonly name = 'DefinitionPathError';
}

/**
 * Reads every `.yaml` and `.yml` file below the paths (a file may be named directly, whatever it is called), in the order
 * of their names. Names are given as they were asked for: path joined with what lies below it. The source of the extension
 * module, if there is one, is part of the revision. Files for tests, `NAME.test.yaml`, are left out unless `tests` is true:
 * what runs does not change with them.
 */
export async function readDefinitionFiles(
  paths: readonly string[],
  extensions: string | null = null,
  tests = false,
): Promise<DefinitionFiles> {
  const sources: Source[] = [];
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesBelow(path, tests)) {
      const bytes = await readFile(file).catch((error: unknown) => {
        throw new DefinitionPathError(`${file} cannot be read (${reasonOf(error)})`, { cause: error });
      });
      const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes);
      sources.push({ file, text });
      hash.update(`${relative(path, file)}\0${text.length}\0${text}\0`);
    }
  }
  if (extensions !== null) hash.update(`extensions\0${extensions.length}\0${extensions}\0`);
  return { sources, revision: hash.digest('hex').slice(0, 12) };
}

async function filesBelow(path: string, tests: boolean): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new DefinitionPathError(
      `${path} cannot be opened (${reasonOf(error)}): name a definition file or a folder of them`,
      {
        cause: error,
      },
    );
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  const files = names.filter((name) => isDefinitionFile(name, tests));
  return files.sort().map((name) => join(path, name));
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
