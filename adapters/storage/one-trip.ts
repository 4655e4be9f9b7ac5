/**
 * Statements that travel to the server together and come back with one answer: a transaction in one round trip. pg and
 * kysely wait for each statement; a commit of eight would wait nine times while it holds its locks.
 *
 * 1. All of them are one implicit transaction: they are sent without a Sync in between, so the first that fails undoes
 *    the others and the rest is skipped by the server.
 * 2. Rows of COPY are sent right behind their statement, before the server asks for them. Where an earlier statement
 *    failed it skips them too.
 * 3. What is sent is complete before the first byte goes out: nothing that fails here leaves half of it on the wire.
 * 4. Not known by name on the server, so a pooling proxy between may give each trip another connection.
 */

import type { Connection, Submittable } from 'pg';

export interface Statement {
  readonly text: string;
  /** a Buffer travels in binary form, a string as text */
  readonly values: readonly (Buffer | string | null)[];
  /** rows for `copy … from stdin` */
  readonly copied?: Buffer;
}

/** What pg calls while it answers, beyond what its types say: the protocol's events, one for each message. */
export interface OneTrip extends Submittable {
  /** the first column of the last row that was given, as text; null where there was none */
  readonly done: Promise<string | null>;
}

const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/** The statements as one query for `client.query`; `done` tells of its end. Of the rows that they give only the last is kept. */
export function oneTrip(statements: readonly Statement[]): OneTrip {
  const done = Promise.withResolvers<string | null>();
  let given: string | null = null;
  const trip = {
    done: done.promise,
    submit(connection: Connection) {
      const { stream } = connection;
      stream.cork();
      for (const { text, values, copied } of statements) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.bind({ values: [...values] }, true);
        connection.execute({}, true);
        if (copied === undefined) continue;
        stream.write(copyHeader(copied.length));
        stream.write(copied);
        stream.write(COPY_DONE);
      }
      connection.sync();
      stream.uncork();
    },
    /** replaced by pg where a query has a time limit: calling it ends the limit */
    callback(_error: unknown) {},
    handleReadyForQuery() {
      trip.callback(null);
      done.resolve(given);
    },
    handleError(error: unknown) {
      trip.callback(error);
      done.reject(error);
    },
    handleRowDescription() {},
    handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
      given = fields[0] ?? null;
    },
    handleCommandComplete() {},
    handleEmptyQuery() {},
    handlePortalSuspended() {},
    handleCopyInResponse() {},
    handleCopyData() {},
  };
  return trip;
}

function copyHeader(bytes: number): Buffer {
  const header = Buffer.allocUnsafe(5);
  header[0] = 0x64;
  header.writeInt32BE(bytes + 4, 1);
  return header;
}
