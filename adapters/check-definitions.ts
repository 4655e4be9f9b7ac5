/**
 * Definitions tried out before they are used, in a process of their own: whatever they or their extension module do there,
 * to memory, to time, to the process, ends with it.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Source } from '../engine/index.ts';

export interface CheckOptions {
  readonly sources: readonly Source[];
  /** path of the extension module; null where there is none */
  readonly extensions: string | null;
  /** most memory of the child's heap, MiB; default 512 */
  readonly memory?: number;
  /** most time, ms; default 30,000 */
  readonly time?: number;
}

const MOST_OUTPUT = 16 * 1024 * 1024;
const MEMORY = 512;
const TIME = 30_000;

/** What is wrong with definitions, a line each; empty: they can be used. */
export async function checkDefinitions(options: CheckOptions): Promise<readonly string[]> {
  const { sources, extensions, memory = MEMORY, time = TIME } = options;
  const done = Promise.withResolvers<readonly string[]>();
  const child = execFile(
    process.execPath,
    [`--max-old-space-size=${memory}`, childFile()],
    { timeout: time, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT, encoding: 'utf8' },
    (error, stdout, stderr) => {
      if (error === null) done.resolve(readErrors(stdout));
      else done.resolve([failure(error, stderr, { memory, time })]);
    },
  );
  child.stdin?.on('error', () => undefined); // it has ended, and its end says why
  child.stdin?.end(JSON.stringify({ sources, extensions }));
  return done.promise;
}

/** The child beside this file, as source or as what was built of it. */
function childFile(): string {
  const own = fileURLToPath(import.meta.url);
  return own.replace(/check-definitions\.(ts|js)$/, 'check-definitions-child.$1');
}

function readErrors(output: string): readonly string[] {
  try {
    // what the child writes, unless an extension module has written before it
    const { errors } = JSON.parse(output) as { readonly errors: readonly string[] };
    return errors.map(String);
  } catch {
    return ['the extension module writes to standard output while it is loaded: let it not'];
  }
}

function failure(
  error: Error & { readonly killed?: boolean | undefined },
  stderr: string,
  cap: { readonly memory: number; readonly time: number },
): string {
  if (error.killed === true)
    return `checking them took longer than ${cap.time / 1000} s and was ended: make them smaller, or look for a loop in the extension module`;
  if (stderr.includes('heap out of memory'))
    return `checking them took more than ${cap.memory} MiB of memory and was ended: make them smaller`;
  const last =
    stderr
      .trim()
      .split('\n')
      .findLast((line) => /^\w*Error\b/.test(line)) ?? error.message.split('\n')[0];
  return `they could not be checked: ${last}`;
}
