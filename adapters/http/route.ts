import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Parameter, Values } from './parameters.ts';
import { Refusal, type RefusalKind } from './refusal.ts';

/**
 * What a caller must be permitted to do for a route to answer: everybody reads, applications send events, people with the
 * token of operators act. Every route names one; a server with one that does not refuses to start.
 */
export const PERMISSIONS = ['read', 'send', 'operate'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** A JSON Schema as plain data; references are `#/components/schemas/<name>`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One request, as far as routes need it. */
export interface Call {
  /** parameters of the path and of the query together; a name given twice is a list */
  readonly params: Readonly<Record<string, unknown>>;
  /** the same, checked against what the route declares */
  readonly values: Values;
  readonly headers: IncomingHttpHeaders;
  /** the bytes as they came; empty where there is no body */
  readonly body: Uint8Array;
  /** the address that it came from */
  readonly from: string;
  /** the name of the person who acts; of routes for operators only */
  readonly by?: string;
}

/** What a route answers: JSON, text of some kind, or a response that goes on for as long as the route likes. */
export type Answer =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** the id of an act that is to be done by the engine or the notifier, for the audit log */
      readonly act?: string;
      /** why what was asked for was not done, for the audit log */
      readonly refused?: string;
    }
  | { readonly kind: 'text'; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: 'stream'; readonly start: (response: ServerResponse) => void };

/** What one status of a route means; without a schema it is not JSON. */
export interface AnswerDocument {
  readonly description: string;
  readonly type: string;
  readonly schema?: JsonSchema;
}

/** One address of the API: what it takes, what it gives, and who may ask. The OpenAPI document is made of these. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** with parameters in braces: `/api/v1/flows/{flow}` */
  readonly path: string;
  readonly permission: Permission;
  /** what it does, as the audit log calls it; of routes for operators only */
  readonly act?: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** media types of the body; none where it takes no body */
  readonly accepts: readonly string[];
  readonly bodyRequired?: boolean;
  /** the named schema of a JSON body; an event where it is left out */
  readonly body?: string;
  /** by status, without the refusals that any route may give */
  readonly answers: Readonly<Record<number, AnswerDocument>>;
  /** refusals of this route's own */
  readonly refuses?: readonly RefusalKind[];
  readonly handle: (call: Call) => Promise<Answer>;
}

/** A JSON answer. */
export function json(status: number, body: unknown): Answer {
  return { kind: 'json', status, body };
}

/** The answer to an act that is safe, and will be done. */
export function taken(id: string): Answer {
  return { kind: 'json', status: 202, body: { id }, act: id };
}

/** The document of a JSON answer of one of the named schemas. */
export function jsonAnswer(description: string, schema: string): AnswerDocument {
  return { description, type: 'application/json', schema: { $ref: `#/components/schemas/${schema}` } };
}

/** Refuses a request whose Accept header allows none of the media types; no header, or an empty one, allows all. */
export function checkAccept(accept: string | undefined, types: readonly string[]): void {
  if (accept === undefined || accept.trim() === '') return;
  const ranges = accept.split(',').map((part) => {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return { range, refused: parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) };
  });
  const allowed = (type: string) => {
    for (const wanted of [type, `${type.split('/')[0]}/*`, '*/*']) {
      const found = ranges.find(({ range }) => range === wanted);
      if (found !== undefined) return !found.refused;
    }
    return false;
  };
  if (types.some(allowed)) return;
  throw new Refusal(
    'not-acceptable',
    `this address answers with ${types.join(' or ')}; accept that, or leave the Accept header out`,
  );
}

/**
 * Gives the media type of a body, in lower case and without parameters, after checking that it is one of `types`, in
 * UTF-8, and not compressed. Looked at again here, whatever the HTTP library has let through.
 */
export function checkContentType(headers: IncomingHttpHeaders, types: readonly string[]): string {
  const remedy = `send ${types.join(' or ')}, in UTF-8`;
  const header = headers['content-type'];
  if (header === undefined)
    throw new Refusal('unsupported-media-type', `the Content-Type header is missing; ${remedy}`);
  const match = /^([\w!#$&^.+-]+\/[\w!#$&^.+-]+)((?: *; *[\w-]+=(?:[\w.:+/-]+|"[^"\\]*"))*) *$/.exec(header);
  const type = match?.[1]?.toLowerCase() ?? '';
  if (match === null || !types.includes(type))
    throw new Refusal('unsupported-media-type', `this Content-Type is not read here; ${remedy}`);
  const charset = /; *charset="?([^";]*)/i
    .exec(match[2] ?? '')?.[1]
    ?.trim()
    .toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new Refusal('unsupported-media-type', `the character set "${charset}" is not read here; ${remedy}`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new Refusal('unsupported-media-type', `compressed bodies are not read; send it uncompressed`);
  return type;
}
