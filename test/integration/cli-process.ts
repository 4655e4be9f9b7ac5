/** The command line as its users have it: a process of its own, with arguments, standard input and an environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { TOKEN } from '../servers/operator.ts';

const PROGRAM = fileURLToPath(new URL('../../adapters/cli/bin.js', import.meta.url));

export interface World {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * An environment without anything that steers the command line, but for a token of operators and what is given; no canary is
 * among the messages that tests count.
 */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, LANG: 'C.UTF-8', MILEPOST_OPERATOR_TOKEN: TOKEN, MILEPOST_CANARY: '0', ...more };
}

/**
 * Starts `milepost` with these arguments. A temporary folder that it works in is opened for the user of a private PostgreSQL,
 * which would have its data outside of it else, where nobody removes it.
 */
export function start(args: readonly string[], { env = {}, cwd }: World = {}): ChildProcess {
  if (cwd !== undefined && dirname(cwd) === tmpdir()) chmodSync(cwd, 0o711);
  return spawn(process.execPath, [PROGRAM, ...args], { env: environment(env), cwd });
}

/** Runs `milepost` with these arguments to its end. */
export async function milepost(args: readonly string[], world: World = {}): Promise<Ended> {
  const child = start(args, world);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(world.stdin ?? '');
  const [out, err, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, out, err };
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** The lines that a process prints, as they come. */
export async function* linesFrom(stream: NodeJS.ReadableStream | null): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream ?? []) {
    const lines = `${rest}${Buffer.from(chunk).toString()}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
