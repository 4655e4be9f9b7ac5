/**
 * The way to PostgreSQL: one pool a role, with every timeout pinned, and kysely on top of it. Owns how values travel;
 * what is asked is in store, reader, change-log and local-intake.
 *
 * 1. No call waits for ever: connecting, a statement, a lock, an idle transaction and a silent socket all have limits.
 * 2. A lost connection never ends the process, whether it was idle or in use.
 * 3. A connection on which anything but the statement itself failed is closed, not used again; so is one to a server that
 *    takes no writes any more. Of several hosts the one that takes writes is looked for (hosts.ts).
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
import { clientFor } from './hosts.ts';
import { oneTrip, type Statement } from './one-trip.ts';
import { sqlStateOf } from './store-failure.ts';
import type { Tables } from './tables.ts';

/** The tables through kysely; `trip` runs statements as one transaction in one round trip, see `OneTrip`. */
export type Database = Kysely<Tables> & { trip(statements: readonly Statement[]): Promise<string | null> };

export interface ConnectOptions {
  /** `postgres://user:password@host:port/database`; several hosts with commas: the one that takes writes */
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
  const { address, Client } = clientFor(options.url);
  const pool = new pg.Pool({
    connectionString: address,
    Client,
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
    options: SESSION,
    types: { getTypeParser },
  });
  pool.on('error', (error) => options.onLost?.(error));
  // The pool listens to idle connections only; one that is lost in use between two statements would end the process.
  pool.on('connect', (client) => client.on('error', ignore));
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded(pool) }) });
  return Object.assign(kysely, { trip: (statements: readonly Statement[]) => runTrip(pool, statements) });
}

/**
 * The server gives up a client that is gone within 25 s, so that what it had locked is free again, and every transaction
 * sees what others have committed, whatever the database's own settings are.
 */
const SESSION = [
  'DateStyle=ISO',
  'TimeZone=UTC',
  'default_transaction_isolation=read\\ committed',
  'tcp_keepalives_idle=10',
  'tcp_keepalives_interval=5',
  'tcp_keepalives_count=3',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/**
 * One connection without limits of time for a statement, for what takes as long as there are rows: backup and restore.
 * It waits for a lock 10 s at most. The caller ends it.
 */
export async function connectAlone(url: string, role: string): Promise<pg.Client> {
  const { address, Client } = clientFor(url);
  const client = new Client({
    connectionString: address,
    application_name: `milepost-${role}`,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 0,
    lock_timeout: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: SESSION,
    types: { getTypeParser },
  });
  client.on('error', ignore); // whatever is asked of a connection that was lost says so
  await client.connect();
  return client;
}

async function runTrip(pool: pg.Pool, statements: readonly Statement[]): Promise<string | null> {
  const client = await pool.connect();
  let broken = true;
  try {
    const { done } = client.query(oneTrip(statements));
    const given = await done;
    broken = false;
    return given;
  } catch (error) {
    broken = isLost(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The milliseconds of a parameter or column as timestamptz, exact to the millisecond. */
export function instant(milliseconds: number | null | RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(timestamptz 'epoch' + ${milliseconds}::float8 * interval '1 millisecond')`;
}

/** The server takes no writes: after a failover it is a standby, and another one is to be looked for. */
const READ_ONLY = '25006';

/** Whether a connection is of no use any more after this error. */
function isLost(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === null || state === READ_ONLY;
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
            if (isLost(error)) failure = error;
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

/** `2026-11-23 07:30:00.123+00`: what a session in UTC sends for the years 1 to 9999. */
const USUAL_TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?\+00$/;
const known = { text: '', value: 0, day: '', dayStart: 0 };

/** Reading a journal is mostly this, and its times are alike: the last day and the last time are kept. */
function milliseconds(text: string): number {
  if (text === known.text) return known.value;
  if (!USUAL_TIMESTAMP.test(text)) return readTimestamp(text).getTime();
  const day = text.slice(0, 10);
  if (day !== known.day) {
    known.dayStart = Date.parse(`${day}T00:00:00Z`);
    known.day = day;
  }
  const seconds = digits(text, 11) * 3600 + digits(text, 14) * 60 + digits(text, 17);
  const fraction = text.charCodeAt(19) === 46 ? Math.round(Number(text.slice(19, -3)) * 1000) : 0;
  known.value = known.dayStart + seconds * 1000 + fraction;
  known.text = text;
  return known.value;
}

/** The number of the two digits at a place. */
function digits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}
