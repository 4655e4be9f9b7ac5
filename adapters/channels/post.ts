/**
 * One HTTP request of a channel, and how sure it is of what came of it.
 *
 * 1. `refused`: nothing of the request reached the other side, or it answered that it did not take it. `lost`: the request
 *    was on its way and no answer came, so it may have been taken.
 * 2. Redirects are answers like others: they are never followed.
 * 3. A link-local address, where clouds keep their credentials, is never connected to, whatever name leads there.
 */
import { lookup as lookUp } from 'node:dns';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface Post {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of the authority that the other side's certificate is made by; default: those of the system */
  readonly ca?: string | null;
  readonly signal: AbortSignal;
}

export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly retryAfter: number | null;
    }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** Of an answer so much is read; it only ever says yes or no. */
const LONGEST_ANSWER = 64 * 1024;

const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addSubnet('fe80::', 10, 'ipv6');
NEVER.addAddress('0.0.0.0', 'ipv4');
NEVER.addAddress('::', 'ipv6');

/** Sends the request and waits for its answer; never rejects. The url may hold a secret: no reason repeats it. */
export function post(order: Post, now: () => number = Date.now): Promise<Answer> {
  return new Promise((resolve) => {
    const url = new URL(order.url);
    if (forbidden(url.hostname))
      return resolve({ kind: 'refused', reason: 'link-local addresses are not sent to' });
    if (order.signal.aborted)
      return resolve({ kind: 'refused', reason: 'there was no time left to send it' });
    const body = order.body === undefined ? null : Buffer.from(order.body);
    let sent = false;
    const fail = (error: Error) => {
      const reason = reasonOf(error, order.signal);
      resolve(sent ? { kind: 'lost', reason } : { kind: 'refused', reason });
    };
    const options: RequestOptions = {
      method: order.method ?? 'POST',
      signal: order.signal,
      lookup: guardedLookup,
      agent: false,
      headers: { ...order.headers, ...(body === null ? {} : { 'content-length': String(body.length) }) },
    };
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = ask(url, order.ca == null ? options : { ...options, ca: order.ca }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size <= LONGEST_ANSWER) parts.push(part);
        else response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        const { statusCode: status = 0, headers } = response;
        // the status says it all, unless the body is asked: one that broke off is no answer
        if (!response.complete && size <= LONGEST_ANSWER) fail(new Error('the answer broke off'));
        const text = Buffer.concat(parts).toString('utf8');
        resolve({
          kind: 'answer',
          status,
          body: text,
          retryAfter: readRetryAfter(headers['retry-after'], now()),
        });
      });
    });
    request.on('error', fail);
    request.on('socket', (socket) => {
      // what was handed to a connection that is open may have arrived
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        sent = true;
      });
    });
    request.end(body ?? undefined);
  });
}

const guardedLookup: LookupFunction = (name, options, callback) => {
  lookUp(name, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '', 0);
    const bad = found.find(({ address }) => forbidden(address));
    if (bad !== undefined)
      return callback(new Error(`${name} leads to ${bad.address}, which is not sent to`), '', 0);
    const [first] = found;
    if (options.all === true) return callback(null, found);
    return first === undefined
      ? callback(new Error(`${name} has no address`), '', 0)
      : callback(null, first.address, first.family);
  });
};

function forbidden(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family === 0) return false;
  return NEVER.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Milliseconds of a Retry-After header: seconds, or a date. */
function readRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function reasonOf(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time';
  const code = 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
    ENOTFOUND: 'its name is not known (ENOTFOUND)',
    EAI_AGAIN: 'its name cannot be looked up now (EAI_AGAIN)',
    ECONNRESET: 'the connection was closed (ECONNRESET)',
  };
  return known[code] ?? (code === '' ? error.message : `${error.message} (${code})`);
}
