/**
 * Puts events into the inbox of the database.
 *
 * 1. Sequences have no gaps and become visible in their order: whoever adds messages holds the counter until the commit.
 * 2. `send` resolves after the commit; sends that come while one is under way share the next transaction.
 * 3. While a message is there, another with its id is not added.
 */

import { sql } from 'kysely';
import { type Outlet, StoreError } from '../../engine/index.ts';
import type { Bell } from './bell.ts';
import type { Column } from './binary.ts';
import type { Database } from './connect.ts';
import { recordset, selected } from './insert-all.ts';
import { digestOf, storable, writeHeaders } from './records.ts';
import { orStoreError } from './store-failure.ts';

/** How much payload goes into one transaction, bytes; one send is never split. */
const TRANSACTION_BYTES = 16_000_000;

type Sent = Parameters<Outlet['send']>[0][number];

interface Sending {
  readonly messages: readonly Sent[];
  readonly done: PromiseWithResolvers<void>;
}

/** The outlet into the inbox; `bell` is rung after each commit. Rejects with StoreError. */
export function localOutlet(db: Database, bell: Bell): Outlet {
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
      const together = takeSome(waiting);
      waiting = waiting.slice(together.length);
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

/** The first sends, as many as one transaction takes; at least one. */
function takeSome(waiting: readonly Sending[]): readonly Sending[] {
  let bytes = 0;
  const over = waiting.findIndex(({ messages }) => {
    bytes += messages.reduce((sum, message) => sum + message.payload.length, 0);
    return bytes > TRANSACTION_BYTES;
  });
  return over < 0 ? waiting : waiting.slice(0, Math.max(1, over));
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
