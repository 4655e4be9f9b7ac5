import { type ActiveSet, loadActiveSet } from '../active-set.ts';
import type { Log } from '../log.ts';
import { ServeError } from './serve-error.ts';

/** The definitions that are worked by, with what they were compiled from. */
export type Active = ActiveSet;

/** Reads and compiles the definitions; rejects with ServeError, which carries the findings, where they have errors. */
export async function loadDefinitions(options: {
  readonly definitions: readonly string[];
  readonly extensions: string | null;
  readonly log: Log;
}): Promise<Active> {
  const { definitions: paths, log } = options;
  const { set, findings, flows } = await loadActiveSet(paths, options.extensions);
  if (set === null) throw new ServeError(`the definitions in ${paths.join(', ')} have errors`, findings);
  if (flows === 0)
    throw new ServeError(`there is no flow in ${paths.join(', ')}: write one, or see \`milepost demo\``);
  for (const finding of findings) log.warn(finding);
  log.info(`${flows} flows, revision ${set.definitions.revision}`);
  return set;
}
