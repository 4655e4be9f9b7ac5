/**
 * Reads events from the inbox of the database.
 *
 * 1. Messages are given in the order of their sequences, from a position on, to each reader by itself.
 * 2. A confirmed message is removed soon after; nothing else removes one.
 * 3. With every look the incarnation is compared: an inbox that was made anew is not read as the old one.
 */

import { sql } from 'kysely';
import { type Intake, IntakeError, type Message } from '../../engine/index.ts';
import type { Bell } from './bell.ts';
import type { Database } from './connect.ts';
import { readHeaders } from './records.ts';
import { orStoreError, storeFailure } from './store-failure.ts';

/** How often the inbox is looked at for messages of other processes, ms; those of this process are heard of at once. */
const POLL = 100;
/** Confirmed messages are removed as soon as there are so many, or nothing else is to be done. */
const REMOVED_AT_ONCE = 500;
/** How much payload is read at once, bytes; at least one message whatever its size. */
const READ_BYTES = 16_000_000;

/** A reader of the inbox, not started; it looks when `bell` rings. Rejects with IntakeError. */
export function localIntake(db: Database, bell: Bell): Intake {
  let incarnation = '';
  let position = 0;
  let confirmed = 0;
  let removed = 0;
  let running = false;
  return {
    start: (after) =>
      orIntakeError('cannot open the inbox', async () => {
        const counter = await readCounter(db);
        incarnation = counter.incarnation;
        position = incarnation === after.incarnation ? after.sequence : 0;
        confirmed = position;
        removed = 0;
        running = true;
        return { incarnation };
      }),
    next: (max, wait) =>
      orIntakeError('cannot read the inbox', async () => {
        const end = performance.now() + wait;
        while (running) {
          const rings = bell.rings();
          const look = await readMessages(db, position, max);
          if (look.incarnation !== incarnation) {
            throw new IntakeError('the inbox was made anew while it was read: start again', 'changed');
          }
          const last = look.messages.at(-1);
          if (last !== undefined) {
            position = last.sequence;
            return look.messages;
          }
          await removeConfirmed();
          const left = end - performance.now();
          if (left <= 0) return [];
          await bell.wait(rings, Math.min(left, POLL));
        }
        throw new IntakeError('reading was stopped', 'stopped');
      }),
    confirm: (sequence) =>
      orIntakeError('cannot confirm messages of the inbox', async () => {
        confirmed = Math.max(confirmed, sequence);
        if (confirmed - removed >= REMOVED_AT_ONCE) await removeConfirmed();
      }),
    last: () => orIntakeError('cannot read the end of the inbox', async () => (await readCounter(db)).last),
    stop: async () => {
      running = false;
      bell.ring();
    },
  };

  async function removeConfirmed(): Promise<void> {
    if (confirmed <= removed) return;
    const upTo = confirmed;
    await sql`
      delete from milepost.inbox
       where sequence <= ${upTo}
         and exists (select from milepost.inbox_counter where incarnation = ${incarnation})`.execute(db);
    removed = upTo;
  }
}

interface Look {
  readonly incarnation: string;
  readonly messages: readonly Message[];
}

interface Row {
  readonly incarnation: string;
  readonly sequence: number | null;
  readonly subject: string;
  readonly headers: string;
  readonly payload: Buffer;
  readonly stored_at: number;
}

async function readMessages(db: Database, after: number, max: number): Promise<Look> {
  const { rows } = await sql<Row>`
    select c.incarnation, m.*
      from milepost.inbox_counter c
      left join (
        select sequence, subject, headers, payload, stored_at,
               sum(octet_length(payload)) over (order by sequence) - octet_length(payload) as bytes_before
          from (select * from milepost.inbox where sequence > ${after} order by sequence limit ${max}) few
      ) m on m.bytes_before < ${READ_BYTES}
     order by m.sequence`.execute(db);
  const incarnation = rows[0]?.incarnation ?? '';
  const messages = rows.flatMap((row) => {
    if (row.sequence === null) return [];
    const { sequence, subject } = row;
    const payload = Uint8Array.from(row.payload);
    return [{ sequence, storedAt: row.stored_at, subject, headers: readHeaders(row.headers), payload }];
  });
  return { incarnation, messages };
}

/** How many messages wait beyond a position, and since when the oldest does. Rejects with StoreError. */
export function waitingInInbox(
  db: Database,
  after: { readonly incarnation: string; readonly sequence: number },
): Promise<{ readonly messages: number; readonly since: number | null }> {
  return orStoreError('cannot read the inbox', async () => {
    const { rows } = await sql<{ messages: number; since: number | null }>`
      select count(*)::int as messages, min(stored_at) as since
        from milepost.inbox, milepost.inbox_counter c
       where sequence > case when c.incarnation = ${after.incarnation} then ${after.sequence}::bigint else 0 end`.execute(
      db,
    );
    return rows[0] ?? { messages: 0, since: null };
  });
}

function readCounter(db: Database): Promise<{ readonly incarnation: string; readonly last: number }> {
  return db.selectFrom('milepost.inbox_counter').select(['incarnation', 'last']).executeTakeFirstOrThrow();
}

async function orIntakeError<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof IntakeError) throw error;
    const failure = storeFailure(doing, error);
    throw new IntakeError(failure.message, 'lost', failure.permanent, failure);
  }
}
