/**
 * The way to PostgreSQL: one pool a role, with every timeout pinned, and kysely on top of it. Owns how values travel;
 * what is asked is in store, reader, change-log and local-intake.
 *
 * 1. No call waits for ever: connecting, a statement, a lock, an idle transaction and a silent socket all have limits.
 * 2. A lost connection never ends the process, whether it was idle or in use.
 * 3. A connection on which anything but the statement itself failed is closed, not used again.
 * 4. int8 is read as a number (an error beyond 2^53), timestamptz as milliseconds since the epoch.
 */

import {
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type RawBuilder,
  sql,
} from 'kysely';
import pg from 'pg';
import { sqlStateOf } from './store-failure.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

export interface ConnectOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** what the connections are for; seen as `milepost-<role>` in pg_stat_activity */
  readonly role: string;
  /** connections at most; default 4 */
  readonly size?: number;
  /** how long a statement and a wait for a lock may take, ms; defaults 10,000 and 2,000; 0: no limit */
  readonly statementTimeout?: number;
  readonly lockTimeout?: number;
  /** told of connections that were lost while idle; default: nobody, since the next call finds out */
  readonly onLost?: (error: Error) => void;
}

/** Opens a pool for the role; nothing is connected until the first call. Close it with `destroy()`. */
export function connect(options: ConnectOptions): Database {
  const statementTimeout = options.statementTimeout ?? 10_000;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: `milepost-${options.role}`,
    max: options.size ?? 4,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    query_timeout: statementTimeout === 0 ? 0 : statementTimeout + 5_000,
    statement_timeout: statementTimeout,
    lock_timeout: options.lockTimeout ?? 2_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: '-c DateStyle=ISO -c TimeZone=UTC',
    types: { getTypeParser },
  });
  pool.on('error', (error) => options.onLost?.(error));
  // The pool listens to idle connections only; one that is lost in use between two statements would end the process.
  pool.on('connect', (client) => client.on('error', ignore));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded(pool) }) });
}

/** The milliseconds of a parameter or column as timestamptz, exact to the millisecond. */
export function instant(milliseconds: number | null | RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(timestamptz 'epoch' + ${milliseconds}::float8 * interval '1 millisecond')`;
}

function ignore(): void {}

/** The pool as kysely sees it; a connection that failed answers every further statement with that failure at once. */
function guarded(pool: pg.Pool): PostgresPool {
  return {
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      let failure: unknown = null;
      const guardedClient = {
        async query(text: string, parameters: readonly unknown[]) {
          if (failure !== null) throw failure;
          try {
            return await client.query(text, [...parameters]);
          } catch (error) {
            if (sqlStateOf(error) === null) failure = error;
            throw error;
          }
        },
        release: () => client.release(failure !== null),
      };
      // kysely's type also has a form for cursors, which it calls only where a cursor is configured
      return guardedClient as unknown as PostgresPoolClient;
    },
  };
}

const INT8 = pg.types.builtins.INT8;
const TIMESTAMPTZ = pg.types.builtins.TIMESTAMPTZ;

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
  if (oid === INT8) return safeInteger;
  if (oid === TIMESTAMPTZ) return milliseconds;
  return pg.types.getTypeParser(oid, 'text');
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database gave ${text}, which is beyond 2^53`);
  return value;
}

const readTimestamp = pg.types.getTypeParser(TIMESTAMPTZ, 'text');

function milliseconds(text: string): number {
  return readTimestamp(text).getTime();
}
