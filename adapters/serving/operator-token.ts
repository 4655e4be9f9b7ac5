/**
 * The token of operators: given by the environment, else made once for the data folder and kept there, readable for its owner only.
 *
 * 1. It is never written into the log.
 * 2. Where it cannot be kept nobody acts over this process, and the log says so: a token that nobody can find is of no use.
 */
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason-of.ts';
import { ServeError } from './serve-error.ts';

/** Where the token is looked for, the first of them that is not null. */
export interface TokenPlace {
  /** the token itself, as `MILEPOST_OPERATOR_TOKEN` gives it */
  readonly given: string | null;
  /** a file that holds it, as `MILEPOST_OPERATOR_TOKEN_FILE` names it */
  readonly file: string | null;
  /** the data folder, where one is made */
  readonly folder: string;
}

export interface OperatorToken {
  /** null: nobody acts */
  readonly token: string | null;
  /** the file of a token that was made here; null for one that was given */
  readonly madeIn: string | null;
}

const TOKEN_FILE = 'operator-token';

const BYTES = 32;
const SHORTEST = 16;

/** Finds the token, or makes it; rejects with ServeError for a given one that cannot be used. */
export async function findOperatorToken(
  { given, file, folder }: TokenPlace,
  log: Log,
): Promise<OperatorToken> {
  if (given !== null) return { token: checked(given, 'MILEPOST_OPERATOR_TOKEN'), madeIn: null };
  if (file !== null) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new ServeError(
        `the file ${file} with the token of operators cannot be read (${reasonOf(cause)}): make it readable for Milepost, or correct MILEPOST_OPERATOR_TOKEN_FILE`,
        [],
        cause,
      );
    });
    return { token: checked(text.trim(), file), madeIn: null };
  }
  const own = join(folder, TOKEN_FILE);
  try {
    return { token: checked(await kept(folder, own), own), madeIn: own };
  } catch (error) {
    if (error instanceof ServeError) throw error;
    log.warn(
      `nobody can act over this server, it only shows: the token of operators cannot be kept in ${own} (${reasonOf(error)}); set MILEPOST_OPERATOR_TOKEN or MILEPOST_OPERATOR_TOKEN_FILE, or name another --folder`,
    );
    return { token: null, madeIn: null };
  }
}

/** What the file holds, which is made first where there is none; of two that make it one wins. */
async function kept(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${randomBytes(BYTES).toString('base64url')}\n`, { mode: 0o600 });
  try {
    // a link appears with all that it holds, and never in the place of another
    await link(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await chmod(file, 0o600);
  } finally {
    await unlink(fresh);
  }
  return (await readFile(file, 'utf8')).trim();
}

function checked(token: string, place: string): string {
  if (token.length >= SHORTEST && /^[\w.~+/-]+=*$/.test(token)) return token;
  throw new ServeError(
    `the token of operators in ${place} cannot be used: it has at least ${SHORTEST} of the characters A-Z a-z 0-9 . _ ~ + / -; make one with \`openssl rand -hex 32\``,
  );
}
