/**
 * What operators do to a running Milepost, with their token: of the file that an option names, of the environment, else of the
 * data folder of a Milepost on this machine. The token of a folder is sent to this machine only.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../reason-of.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { FileTrouble, WrongUse } from './outcome.ts';
import { type Server, serverOf, URL_OPTION } from './server.ts';

export const OPERATOR_OPTIONS = {
  url: URL_OPTION,
  'token-file': {
    value: 'FILE',
    about:
      'holds the token of operators; default: MILEPOST_OPERATOR_TOKEN, MILEPOST_OPERATOR_TOKEN_FILE, else FOLDER/operator-token',
  },
  folder: {
    value: 'FOLDER',
    about: 'the data folder of a Milepost on this machine, with its token; default: .milepost',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface Operator extends Server {
  /** Does something in a person's name; `body` null: there is nothing else to say. Gives the answer's JSON object. */
  act(path: string, by: string, body: object | null): Promise<object>;
}

/** The server that the options or the environment name, for an operator; throws WrongUse or FileTrouble. */
export function operatorOf(options: Options, env: Io['env']): Operator {
  const server = serverOf(options, env);
  return {
    ...server,
    act(path, by, body) {
      const token = tokenOf(options, env, server.address);
      const headers = {
        'content-type': 'application/json',
        'milepost-by': encodeURIComponent(by),
        ...(token === null ? {} : { 'milepost-token': token }),
      };
      const bytes = body === null ? new Uint8Array() : Buffer.from(JSON.stringify({ ...body, by }));
      return server.send(path, headers, bytes);
    },
  };
}

function tokenOf(options: Options, env: Io['env'], address: string): string | null {
  const named = options.text('token-file');
  if (named !== undefined) return readToken(named);
  if (env.MILEPOST_OPERATOR_TOKEN) return inHeader(env.MILEPOST_OPERATOR_TOKEN, 'MILEPOST_OPERATOR_TOKEN');
  if (env.MILEPOST_OPERATOR_TOKEN_FILE) return readToken(env.MILEPOST_OPERATOR_TOKEN_FILE);
  const own = join(options.text('folder') ?? '.milepost', 'operator-token');
  return isThisMachine(address) && existsSync(own) ? readToken(own) : null;
}

function readToken(file: string): string {
  try {
    return inHeader(readFileSync(file, 'utf8').trim(), file);
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    throw new FileTrouble(
      `the file ${file} with the token of operators cannot be read (${reasonOf(error)}): ask whoever may read it, or name another with --token-file`,
    );
  }
}

function inHeader(token: string, place: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new WrongUse(`${place} holds no token of operators: one is a single word of ASCII characters`);
}

function isThisMachine(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
