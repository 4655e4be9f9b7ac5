import { compileDefinitions, type Definitions, formatFinding } from '../definitions/index.ts';
import type { Source } from '../engine/index.ts';
import { readDefinitionSet } from './definition-set.ts';
import { type LoadedExtensions, loadExtensions } from './extension-file.ts';
import { withOwnFlow } from './own-flow.ts';

/** A set of definitions in use, with what they were made of. */
export interface ActiveSet {
  readonly definitions: Definitions;
  readonly sources: readonly Source[];
  readonly extensions: LoadedExtensions;
}

/** A set where it has no errors; what was found is a line each. */
export interface LoadedSet {
  readonly set: ActiveSet | null;
  readonly findings: readonly string[];
  /** how many flows there are beside the built-in one */
  readonly flows: number;
}

/**
 * Loads the definitions of some paths, with the built-in flow beside them. Throws DefinitionPathError, and
 * ExtensionFileError.
 */
export async function loadActiveSet(paths: readonly string[], module: string | null): Promise<LoadedSet> {
  const extensions = await loadExtensions(module);
  const found = await readDefinitionSet(paths, extensions.text);
  const sources = withOwnFlow(found.sources);
  const { definitions, findings } = compileDefinitions(sources, found.revision, extensions.extensions);
  return {
    set: definitions === null ? null : { definitions, sources, extensions },
    findings: findings.map(formatFinding),
    flows: (definitions?.flows.size ?? 0) - (sources.length - found.sources.length),
  };
}
