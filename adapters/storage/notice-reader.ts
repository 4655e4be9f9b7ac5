/** What the API shows of telling, from PostgreSQL. Lists are newest first, paged by the place of the last entry. */
import { type RawBuilder, sql } from 'kysely';
import {
  type AlarmNumbers,
  type HistoryEntry,
  type NoticeReader,
  type NoticeState,
  type Page,
  readHandling,
} from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { pageSize, readNumberCursor, writeCursor } from './cursor.ts';
import { readNotice, readSilence, readStoredAct } from './notice-store.ts';
import { digestOf } from './records.ts';
import { orStoreError } from './store-failure.ts';

/** The reads of telling on PostgreSQL. They reject with StoreError, or with CursorError for a bad cursor. */
export function postgresNoticeReader(db: Database): NoticeReader {
  return {
    notices: (filter, limit, cursor) => {
      const { channel, state, kind, thread, alarm } = filter;
      const conditions = [
        ...(channel === undefined ? [] : [sql`channel = ${channel}`]),
        ...(state === undefined ? [] : [sql`state = ${state}`]),
        ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
        ...(thread === undefined ? [] : [sql`thread = ${digestOf(thread)}`]),
        ...(alarm === undefined ? [] : [sql`alarms @> array[${digestOf(alarm)}]::bytea[]`]),
      ];
      return list(db, 'notices', conditions, limit, cursor, async (where, max) => {
        const { rows } = await sql<{
          position: number;
          body: string;
          state: NoticeState;
          attempts: number;
          next_at: number | null;
          settled_at: number | null;
          reason: string | null;
        }>`select position, body, state, attempts, next_at, settled_at, reason
             from milepost.outbox where ${where} order by position desc limit ${max}`.execute(db);
        return rows.map(({ position, body, next_at, settled_at, ...rest }) => ({
          position,
          entry: { notice: readNotice(body), ...rest, nextAt: next_at, settledAt: settled_at },
        }));
      });
    },
    handlings: (alarms) =>
      orStoreError('cannot read what is done about alarms', async () => {
        if (alarms.length === 0) return [];
        const { rows } = await sql<{ body: string }>`
          select body from milepost.handlings where digest = any(${alarms.map(digestOf)})`.execute(db);
        return rows.map(({ body }) => readHandling(body));
      }),
    history: (alarm) =>
      orStoreError('cannot read what happened to an alarm', async () => {
        const { rows } = await sql<Omit<HistoryEntry, 'alarm'>>`
          select at, kind, by, detail from milepost.handling_history
           where alarm = ${digestOf(alarm)} order by position limit 1000`.execute(db);
        return rows.map((row) => ({ alarm, ...row }));
      }),
    silences: (all, limit, cursor) =>
      list(db, 'silences', all ? [] : [sql`live`], limit, cursor, async (where, max) => {
        const { rows } = await sql<{ position: number; body: string; live: boolean }>`
          select position, body, live from milepost.silences
           where ${where} order by position desc limit ${max}`.execute(db);
        return rows.map(({ position, body, live }) => ({
          position,
          entry: { silence: readSilence(body), live },
        }));
      }),
    act: (id) =>
      orStoreError('cannot read an act', async () => {
        const { rows } = await sql<ActRow>`
          select position, act, kept_at, applied_at, done, reason from milepost.acts where id = ${id}`.execute(
          db,
        );
        return rows[0] === undefined ? null : actEntry(rows[0]);
      }),
    acts: (limit, cursor) =>
      list(db, 'acts', [], limit, cursor, async (where, max) => {
        const { rows } = await sql<ActRow>`
          select position, act, kept_at, applied_at, done, reason from milepost.acts
           where ${where} order by position desc limit ${max}`.execute(db);
        return rows.map((row) => ({ position: row.position, entry: actEntry(row) }));
      }),
    numbers: (from, to) =>
      orStoreError('cannot count alarms', async () => {
        const { rows } = await sql<AlarmNumbers>`
          select trading_day as "tradingDay", "group", flow, name, count(*) as raised,
                 count(cleared_at) as recovered, count(acknowledged_at) as acknowledged,
                 coalesce(sum(extract(epoch from acknowledged_at - raised_at) * 1000), 0)::float8 as "acknowledgeTime",
                 coalesce(sum(extract(epoch from cleared_at - raised_at) * 1000), 0)::float8 as "recoverTime",
                 count(*) filter (where outcome in ('told', 'storm', 'flapping')) as told,
                 count(*) filter (where outcome = 'folded') as folded,
                 count(*) filter (where outcome = 'muted') as muted,
                 count(*) filter (where outcome = 'brief') as brief,
                 count(*) filter (where outcome = 'unrouted') as unrouted,
                 count(*) filter (where useful is false) as "notUseful"
            from milepost.handlings
           where trading_day between ${from} and ${to}
           group by trading_day, "group", flow, name order by trading_day, flow, name limit 10000`.execute(
          db,
        );
        return rows.map((row) => ({
          ...row,
          acknowledgeTime: Number(row.acknowledgeTime),
          recoverTime: Number(row.recoverTime),
        }));
      }),
    counts: () =>
      orStoreError('cannot count notices', async () => {
        const { rows } = await sql<{ channel: string; state: NoticeState; count: number }>`
          select channel, state, count(*) as count from milepost.outbox group by channel, state`.execute(db);
        return rows;
      }),
  };
}

interface ActRow {
  readonly position: number;
  readonly act: string;
  readonly kept_at: number;
  readonly applied_at: number | null;
  readonly done: boolean | null;
  readonly reason: string | null;
}

function actEntry({ act, kept_at, applied_at, done, reason }: ActRow) {
  return { act: readStoredAct(act), keptAt: kept_at, appliedAt: applied_at, done, reason };
}

/** A page of a list by its position, newest first. */
async function list<T>(
  _db: Database,
  name: string,
  conditions: readonly RawBuilder<unknown>[],
  limit: number,
  cursor: string | null,
  read: (
    where: RawBuilder<unknown>,
    max: number,
  ) => Promise<readonly { readonly position: number; readonly entry: T }[]>,
): Promise<Page<T>> {
  const size = pageSize(limit);
  const before = cursor === null ? [] : [sql`position < ${readNumberCursor(name, cursor)[0]}`];
  const where = sql.join([sql`true`, ...conditions, ...before], sql` and `);
  const rows = await orStoreError(`cannot list ${name}`, () => read(where, size + 1));
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    items: shown.map(({ entry }) => entry),
    next: rows.length > size && last !== undefined ? writeCursor(name, [last.position, 0]) : null,
  };
}
