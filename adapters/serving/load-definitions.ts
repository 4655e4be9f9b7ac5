import { compileDefinitions, type Definitions, formatFinding } from '../../definitions/index.ts';
import { readDefinitionFiles } from '../definition-files.ts';
import { type LoadedExtensions, loadExtensions } from '../extension-file.ts';
import type { Log } from '../log.ts';
import { ServeError } from './serve-error.ts';

/** The definitions that are worked by, with what they were compiled from. */
export interface Active {
  readonly definitions: Definitions;
  readonly sources: Parameters<typeof compileDefinitions>[0];
  readonly extensions: LoadedExtensions;
}

/** Reads and compiles the definitions; rejects with ServeError, which carries the findings, where they have errors. */
export async function loadDefinitions(options: {
  readonly definitions: readonly string[];
  readonly extensions: string | null;
  readonly log: Log;
}): Promise<Active> {
  const extensions = await loadExtensions(options.extensions);
  const { sources, revision } = await readDefinitionFiles(options.definitions, extensions.text);
  const { definitions, findings } = compileDefinitions(sources, revision, extensions.extensions);
  const said = findings.map(formatFinding);
  if (definitions === null)
    throw new ServeError(`the definitions in ${options.definitions.join(', ')} have errors`, said);
  if (definitions.flows.size === 0)
    throw new ServeError(
      `there is no flow in ${options.definitions.join(', ')}: write one, or see \`milepost demo\``,
    );
  for (const finding of said) options.log.warn(finding);
  options.log.info(`${definitions.flows.size} flows, revision ${definitions.revision}`);
  return { definitions, sources, extensions };
}
