/** The child of check-definitions.ts: reads `{ sources, extensions }` as JSON, says what is wrong with them as JSON. */
import { text } from 'node:stream/consumers';
import { compileDefinitions, formatFinding } from '../definitions/index.ts';
import type { Source } from '../engine/index.ts';
import { ExtensionFileError, loadExtensions } from './extension-file.ts';

interface Asked {
  readonly sources: readonly Source[];
  readonly extensions: string | null;
}

async function check({ sources, extensions }: Asked): Promise<readonly string[]> {
  try {
    const loaded = await loadExtensions(extensions);
    const { findings, definitions } = compileDefinitions(sources, 'check', loaded.extensions);
    const errors = findings.filter(({ severity }) => severity === 'error').map(formatFinding);
    return errors.length === 0 && definitions?.flows.size === 0 ? ['there is no flow: write one'] : errors;
  } catch (error) {
    if (error instanceof ExtensionFileError) return error.message.split('\n');
    throw error;
  }
}

// Only check-definitions.ts starts this, and writes what `Asked` says.
const asked = JSON.parse(await text(process.stdin)) as Asked;
process.stdout.write(JSON.stringify({ errors: await check(asked) }));
