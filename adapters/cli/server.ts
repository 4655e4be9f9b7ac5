/**
 * A running Milepost, as its HTTP API answers.
 *
 * 1. What cannot be reached, does not answer in time or is no Milepost is `Unreachable`, naming the address and the remedy.
 * 2. What the server refuses is a `ServerRefusal` with the words of its problem details.
 * 3. Paths are sent as they are made: a key such as `..` keeps its meaning, which fetch would take away.
 */

import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { reasonOf } from '../reason-of.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { WrongUse } from './outcome.ts';

/** The server cannot be reached, or it is none. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
  /** which event of several, from 1 */
  readonly line?: number;
}

/** The server refuses what it was asked. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  readonly status: number;
  readonly errors: readonly FieldError[];

  constructor(message: string, status: number, errors: readonly FieldError[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export interface Server {
  /** as people write it, without password */
  readonly address: string;
  /** Reads a JSON object that has these names in it; undefined parameters are left out. */
  read(path: string, params: Params, names: readonly string[]): Promise<object>;
  /** Reads a list page by page, up to `limit` items; `more`: there are others. */
  list(
    path: string,
    params: Params,
    limit: number,
  ): Promise<{ readonly items: readonly unknown[]; readonly more: boolean }>;
  /** Sends a body of a media type; gives the answer's JSON object. */
  post(path: string, type: string, body: Uint8Array): Promise<object>;
  /** Sends a body with these header fields; gives the answer's JSON object. */
  send(path: string, headers: Headers, body: Uint8Array): Promise<object>;
  /** Opens an answer that does not end. */
  open(path: string, params: Params, headers: Headers): Promise<IncomingMessage>;
}

export type Params = Readonly<Record<string, string | undefined>>;
type Headers = Readonly<Record<string, string>>;

export const URL_OPTION: OptionSpec = {
  value: 'URL',
  about: 'address of the server; default: MILEPOST_URL, else http://127.0.0.1:4600',
};

const DEFAULT_URL = 'http://127.0.0.1:4600';
const PATIENCE = 30_000;
const LARGEST_ANSWER = 256 * 1024 * 1024;
const PAGE = '500';

/** The server that the options or the environment name; throws WrongUse for an address that cannot be one. */
export function serverOf(options: Options, env: Io['env']): Server {
  const text = options.text('url') ?? (env.MILEPOST_URL || DEFAULT_URL);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new WrongUse(`"${text}" is no address of a server: write it like ${DEFAULT_URL}`);
  return connectTo(url);
}

function connectTo(url: URL): Server {
  const address = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;

  function ask(call: Call): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
      const request = send(
        {
          protocol: url.protocol,
          hostname: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port === '' ? undefined : url.port,
          path: url.pathname.replace(/\/+$/, '') + call.path + queryOf(call.params ?? {}),
          method: call.body === undefined ? 'GET' : 'POST',
          headers: { accept: 'application/json, application/problem+json', ...call.headers },
          ...(url.username === ''
            ? {}
            : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
        },
        resolve,
      );
      request.setTimeout(PATIENCE, () => request.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
      request.on('error', (error) => reject(unreachable(address, error)));
      request.end(call.body);
    });
  }

  async function askObject(call: Call, names: readonly string[]): Promise<object> {
    const response = await ask(call);
    const value = jsonOf(await bodyOf(response, address));
    const status = response.statusCode ?? 0;
    if (status >= 300) throw refusalOf(status, value, address);
    if (typeof value !== 'object' || value === null || names.some((name) => !(name in value)))
      throw new Unreachable(
        `${address} answers, but not as a Milepost: name another address with --url or MILEPOST_URL`,
      );
    return value;
  }

  const sendBody = (path: string, headers: Headers, body: Uint8Array) =>
    askObject({ path, body, headers: { ...headers, 'content-length': String(body.length) } }, []);

  return {
    address,
    read: (path, params, names) => askObject({ path, params }, names),
    async list(path, params, limit) {
      const items: unknown[] = [];
      let cursor: string | undefined;
      do {
        const page = await askObject({ path, params: { limit: PAGE, ...params, cursor } }, ['items', 'next']);
        const { items: found, next } = pageOf(page);
        items.push(...found);
        cursor = next ?? undefined;
      } while (cursor !== undefined && items.length < limit);
      return { items: items.slice(0, limit), more: cursor !== undefined || items.length > limit };
    },
    post: (path, type, body) => sendBody(path, { 'content-type': type }, body),
    send: sendBody,
    async open(path, params, headers) {
      const response = await ask({ path, params, headers });
      const status = response.statusCode ?? 0;
      if (status >= 300) throw refusalOf(status, jsonOf(await bodyOf(response, address)), address);
      return response;
    },
  };
}

interface Call {
  readonly path: string;
  readonly params?: Params;
  readonly headers?: Headers;
  readonly body?: Uint8Array;
}

function queryOf(params: Params): string {
  const given = Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

async function bodyOf(response: IncomingMessage, address: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += chunk.length;
      if (size > LARGEST_ANSWER) throw new Error(`an answer of more than ${LARGEST_ANSWER} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(address, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The value of a JSON text; undefined where it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pageOf(page: object): { readonly items: readonly unknown[]; readonly next: string | null } {
  const items = 'items' in page && Array.isArray(page.items) ? page.items : [];
  return { items, next: 'next' in page && typeof page.next === 'string' ? page.next : null };
}

function refusalOf(status: number, value: unknown, address: string): Error {
  if (typeof value !== 'object' || value === null || !('detail' in value) || typeof value.detail !== 'string')
    return new Unreachable(
      `${address} answers ${status}, and not as a Milepost: name another address with --url or MILEPOST_URL`,
    );
  const errors = 'errors' in value && Array.isArray(value.errors) ? value.errors.flatMap(fieldErrorOf) : [];
  return new ServerRefusal(value.detail, status, errors);
}

function fieldErrorOf(value: unknown): readonly FieldError[] {
  if (typeof value !== 'object' || value === null || !('message' in value)) return [];
  const path = 'path' in value ? String(value.path) : '';
  const line = 'line' in value && typeof value.line === 'number' ? { line: value.line } : {};
  return [{ path, message: String(value.message), ...line }];
}

function unreachable(address: string, error: unknown): Unreachable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = code !== '' ? code : reasonOf(error);
  return new Unreachable(
    `no Milepost can be reached at ${address} (${reason}): start one with \`milepost up\`, or name its address with --url or MILEPOST_URL`,
    { cause: error },
  );
}
