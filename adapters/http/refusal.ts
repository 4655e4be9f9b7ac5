import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../checkpoints/index.ts';

/** Everything this API refuses, as the last part of a problem's `type`: its status and its title. */
const REFUSALS = {
  'bad-request': [400, 'The request cannot be read'],
  'bad-parameter': [400, 'A parameter is wrong'],
  unauthorized: [401, 'Only operators may do this'],
  'read-only': [403, 'Nobody acts over this server'],
  'cross-origin': [403, 'Requests from pages of another origin are refused'],
  'not-found': [404, 'There is no such thing here'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'not-acceptable': [406, 'None of the accepted media types can be answered'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'already-ended': [409, 'This alarm has ended already'],
  'already-resent': [409, 'This message has been sent again already'],
  'too-large': [413, 'The request is too large'],
  'address-too-long': [414, 'The address is too long'],
  'unsupported-media-type': [415, 'The body is of a kind that is not understood'],
  'wrong-host': [421, 'This server does not answer for that host'],
  'act-refused': [422, 'This cannot be done'],
  'events-refused': [422, 'No event could be accepted'],
  'too-many-attempts': [429, 'Too many wrong tokens'],
  'headers-too-large': [431, 'The header fields are too large'],
  internal: [500, 'The server failed'],
  unavailable: [503, 'The server cannot answer at the moment'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalKind = keyof typeof REFUSALS;

/** What a refused request is answered with: RFC 9457 problem details. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/** What is wrong with one field; of several events, in which line. */
export interface FieldError extends Problem {
  readonly line?: number;
}

/** A request that is not done as asked, with the reason and the remedy for whoever sent it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;
  readonly status: number;
  /** what is wrong with which field; empty where the detail says it all */
  readonly errors: readonly FieldError[];
  /** further header fields of the answer, such as `Allow` and `Retry-After` */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: RefusalKind,
    detail: string,
    more: {
      readonly errors?: readonly FieldError[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.kind = kind;
    this.status = REFUSALS[kind][0];
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

/** The problem details of a refusal; `instance` is the address that was asked for. */
export function problemDetails(refusal: Refusal, instance: string): ProblemDetails {
  return {
    type: `urn:milepost:problem:${refusal.kind}`,
    title: REFUSALS[refusal.kind][1],
    status: refusal.status,
    detail: refusal.message,
    instance,
    ...(refusal.errors.length > 0 ? { errors: refusal.errors } : {}),
  };
}

/** A whole HTTP/1.1 answer as text, for a connection on which no request could be read. */
export function rawProblem(refusal: Refusal, headers: Readonly<Record<string, string>>): string {
  const body = JSON.stringify(problemDetails(refusal, 'about:blank'));
  const fields = {
    ...headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`, ...lines, '', body].join('\r\n');
}

/** The HTTP status of a kind of refusal. */
export function refusalStatus(kind: RefusalKind): number {
  return REFUSALS[kind][0];
}
