/**
 * The stream of checkpoint events where there is no NATS: the table `inbox` of the database.
 *
 * 1. Sequences have no gaps and become visible in their order: whoever adds messages holds the counter until the commit.
 * 2. `send` resolves after the commit; sends that come while one is under way share the next transaction.
 * 3. A message stays until it is confirmed, and goes soon after. While it is there, another with its id is not added.
 */

import { sql } from 'kysely';
import { type Intake, type Message, type Outlet, StoreError } from '../../engine/index.ts';
import { type Bell, makeBell } from './bell.ts';
import { connect, type Database } from './connect.ts';
import { type Column, recordset, selected } from './insert-all.ts';
import { digestOf, readHeaders, storable, writeHeaders } from './records.ts';
import { orStoreError } from './store-failure.ts';

export interface LocalStream {
  readonly intake: Intake;
  readonly outlet: Outlet;
  /** Closes the connections; more than once is fine. */
  close(): Promise<void>;
}

/** How often the table is looked at for messages of other processes, ms; those of this process are heard of at once. */
const POLL = 100;
/** Confirmed messages are removed as soon as there are so many, or nothing else is to be done. */
const REMOVED_AT_ONCE = 500;

/** Opens the stream on a database that was migrated. Its methods reject with StoreError. */
export function openLocalStream(options: {
  readonly url: string;
  readonly onLost?: (error: Error) => void;
}): LocalStream {
  const db = connect({ ...options, role: 'inbox', size: 3 });
  const bell = makeBell();
  let closed: Promise<void> | null = null;
  return {
    intake: localIntake(db, bell),
    outlet: localOutlet(db, bell),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}

function localIntake(db: Database, bell: Bell): Intake {
  let position = 0;
  let confirmed = 0;
  let removed = 0;
  let running = false;
  return {
    start: (after) =>
      orStoreError('cannot open the inbox', async () => {
        const { incarnation } = await db
          .selectFrom('milepost.inbox_counter')
          .select('incarnation')
          .executeTakeFirstOrThrow();
        position = incarnation === after.incarnation ? after.sequence : 0;
        confirmed = position;
        removed = 0;
        running = true;
        return { incarnation };
      }),
    next: (max, wait) =>
      orStoreError('cannot read the inbox', async () => {
        const end = performance.now() + wait;
        while (running) {
          const rings = bell.rings();
          const messages = await readMessages(db, position, max);
          if (messages.length > 0) {
            position = messages.at(-1)?.sequence ?? position;
            return messages;
          }
          await removeConfirmed();
          const left = end - performance.now();
          if (left <= 0) break;
          await bell.wait(rings, Math.min(left, POLL));
        }
        return [];
      }),
    confirm: (sequence) =>
      orStoreError('cannot confirm messages of the inbox', async () => {
        confirmed = Math.max(confirmed, sequence);
        if (confirmed - removed >= REMOVED_AT_ONCE) await removeConfirmed();
      }),
    last: () =>
      orStoreError('cannot read the end of the inbox', async () => {
        const row = await db.selectFrom('milepost.inbox_counter').select('last').executeTakeFirstOrThrow();
        return row.last;
      }),
    stop: async () => {
      running = false;
      bell.ring();
    },
  };

  async function removeConfirmed(): Promise<void> {
    if (confirmed <= removed) return;
    const upTo = confirmed;
    await db.deleteFrom('milepost.inbox').where('sequence', '<=', upTo).execute();
    removed = upTo;
  }
}

async function readMessages(db: Database, after: number, max: number): Promise<readonly Message[]> {
  const rows = await db
    .selectFrom('milepost.inbox')
    .selectAll()
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(max)
    .execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    storedAt: row.stored_at,
    subject: row.subject,
    headers: readHeaders(row.headers),
    payload: Uint8Array.from(row.payload),
  }));
}

type Sent = Parameters<Outlet['send']>[0][number];

interface Sending {
  readonly messages: readonly Sent[];
  readonly done: PromiseWithResolvers<void>;
}

function localOutlet(db: Database, bell: Bell): Outlet {
  let waiting: Sending[] = [];
  let busy = false;
  return {
    send(messages) {
      const sending = { messages, done: Promise.withResolvers<void>() };
      if (messages.length === 0) sending.done.resolve();
      else waiting.push(sending);
      if (!busy) void sendAll();
      return sending.done.promise;
    },
  };

  async function sendAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const together = waiting;
      waiting = [];
      await sendTogether(together);
    }
    busy = false;
  }

  /** What cannot be stored must not fail the others: those that fail together are then tried one by one. */
  async function sendTogether(together: readonly Sending[]): Promise<void> {
    try {
      const messages = together.flatMap((sending) => sending.messages);
      await orStoreError('cannot put messages into the inbox', () => append(db, messages));
      for (const { done } of together) done.resolve();
      bell.ring();
    } catch (error) {
      if (together.length > 1 && error instanceof StoreError && error.permanent) {
        for (const sending of together) await sendTogether([sending]);
      } else for (const { done } of together) done.reject(error);
    }
  }
}

async function append(db: Database, messages: readonly Sent[]): Promise<void> {
  const ids = new Set<string>();
  const distinct = messages.filter(
    ({ id }) => id === undefined || (!ids.has(id) && ids.add(id) !== undefined),
  );
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      await sql`select last from milepost.inbox_counter for update`.execute(trx);
      await sql`
        with fresh as materialized (
          select ${sql.join(MESSAGE.map(selected))}, row_number() over (order by r.ordinal) as place
            from ${recordset(MESSAGE, distinct)}
           where not exists (select from milepost.inbox i where i.digest = r.digest)),
        counter as (
          update milepost.inbox_counter set last = last + (select count(*) from fresh) returning last)
        insert into milepost.inbox (sequence, subject, headers, payload, digest)
        select counter.last - (select count(*) from fresh) + place, subject, headers, payload, digest
          from fresh, counter`.execute(trx);
    });
}

const MESSAGE: readonly Column<Sent>[] = [
  ['subject', 'text', (r) => storable(r.subject)],
  ['headers', 'text', (r) => writeHeaders(r.headers ?? {})],
  ['payload', 'bytea', (r) => r.payload],
  ['digest', 'bytea', (r) => (r.id === undefined ? null : digestOf(r.id))],
];
