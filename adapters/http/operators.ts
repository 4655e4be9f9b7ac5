/**
 * Who may act: whoever has the token of operators. Reading is open to everybody who reaches the server, and so is sending
 * events, which is the applications' part.
 *
 * 1. Tokens are compared by their hashes in constant time, and never logged.
 * 2. Ten wrong ones from one address, and each further one costs six seconds; meanwhile no token from there is looked at.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createAttempts } from './attempts.ts';
import { Refusal } from './refusal.ts';

export interface OperatorOptions {
  /** null: nobody acts here */
  readonly token: string | null;
  /** told of every wrong token, without it */
  readonly onWrong: (text: string) => void;
}

export interface Operators {
  /** Refuses a request without the token; `from` is the address that it came from. */
  check(headers: IncomingHttpHeaders, from: string): void;
}

/** Holds the token where `Authorization` is taken, as behind a proxy that asks for a password. */
export const TOKEN_HEADER = 'Milepost-Token';

const REMEDY =
  'send the token of operators as "Authorization: Bearer TOKEN" or in Milepost-Token: it lies in the file operator-token of the data folder, or was given ' +
  'as MILEPOST_OPERATOR_TOKEN when Milepost was started; the command line looks there, or takes --token-file';

/** Makes the check; `now` gives ms. */
export function createOperators({ token, onWrong }: OperatorOptions, now: () => number): Operators {
  const expected = token === null ? null : digest(token);
  const attempts = createAttempts({ free: 10, cost: 6000 }, now);
  return {
    check(headers, from) {
      if (expected === null)
        throw new Refusal(
          'read-only',
          'nobody acts over this server: start it with MILEPOST_OPERATOR_TOKEN or MILEPOST_OPERATOR_TOKEN_FILE, or with a --folder that it can write to',
        );
      const given = tokenIn(headers);
      if (given === undefined) throw unauthorized(`this is for operators; ${REMEDY}`);
      const wait = attempts.wait(from);
      if (wait > 0) {
        const seconds = Math.ceil(wait / 1000);
        throw new Refusal(
          'too-many-attempts',
          `too many wrong tokens came from your address; try again in ${seconds} s`,
          { headers: { 'retry-after': String(seconds) } },
        );
      }
      if (timingSafeEqual(digest(given), expected)) return;
      attempts.failed(from);
      onWrong(`a wrong token of operators was sent from ${from}`);
      throw unauthorized(`this is not the token of operators of this Milepost; ${REMEDY}`);
    },
  };
}

/** A bearer token, or where a proxy has that field for itself, the field of our own. */
function tokenIn(headers: IncomingHttpHeaders): string | undefined {
  const own = headers[TOKEN_HEADER.toLowerCase()];
  if (typeof own === 'string' && own !== '') return own;
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

function unauthorized(detail: string): Refusal {
  return new Refusal('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer realm="milepost"' } });
}
