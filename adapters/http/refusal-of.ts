import type { FastifyRequest } from 'fastify';
import { shown } from '../../checkpoints/index.ts';
import { StoreError } from '../../engine/index.ts';
import { codeOf } from './port-in-use.ts';
import { Refusal } from './refusal.ts';

/** Gives the refusal that stands for any error thrown while a request is answered; details of ours stay with us. */
export function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreError)
    return new Refusal('unavailable', 'the database cannot be reached; repeat the request in a moment', {
      headers: { 'retry-after': '5' },
      cause: error,
    });
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('too-large', 'a body may have 1048576 bytes; send the events in several requests');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('unsupported-media-type', mediaTypeRemedy(request));
    case 'FST_ERR_BAD_URL':
      return new Refusal('bad-request', 'the address is not rightly percent-encoded; encode it as UTF-8');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal(
        'address-too-long',
        'a part of the address is longer than any key or id; shorten it',
      );
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new Refusal(
        'unavailable',
        'the answer took too long; ask for less, or repeat the request later',
        {
          headers: { 'retry-after': '30' },
          cause: error,
        },
      );
  }
  if (isCallersFault(error))
    return new Refusal('bad-request', 'the body does not agree with its header fields; send it again');
  return new Refusal('internal', `look for ${request.id} in the log of the server`, { cause: error });
}

/** Gives the refusal for bytes on a connection that could not be read as a request. */
export function unreadable(error: unknown): Refusal {
  switch (codeOf(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal(
        'headers-too-large',
        'the address and header fields may have 32768 bytes; shorten them',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal(
        'request-timeout',
        'header fields have 15 seconds to arrive, bodies 30; send it again',
      );
    default:
      return new Refusal('bad-request', 'this is no HTTP/1.1 request; check what is sent to this port');
  }
}

/** Gives the refusal for an address that no route has. */
export function noSuchAddress({ url }: FastifyRequest): Refusal {
  const remedy = url.startsWith('/api/v1/instances/')
    ? 'a key is one segment: write each / in it as %2F'
    : 'GET / lists the addresses, GET /openapi.json describes them';
  return new Refusal('not-found', `there is no address ${shown(url.split('?')[0] ?? '')}; ${remedy}`);
}

function mediaTypeRemedy(request: FastifyRequest): string {
  const accepts = request.routeOptions.config.route?.accepts ?? [];
  return accepts.length > 0
    ? `a body of this Content-Type is not read here; send ${accepts.join(' or ')}, in UTF-8`
    : 'this address takes no body; leave it out';
}

function isCallersFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('statusCode' in error)) return false;
  const status = error.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500;
}
