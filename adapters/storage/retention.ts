/**
 * Removes what is too old, and makes the weeks of the journal that are to come.
 *
 * 1. Nothing goes that a recovery needs: no entry of the journal after the mark of its partition, and none younger than
 *    SHORTEST_JOURNAL, for which ids of events are remembered; no instance that is not over.
 * 2. Whole weeks of the journal are dropped; all other rows go a few at a time, each lot in a transaction of its own, so
 *    that no commit waits. Splitting the other tables by time was left: instances, alarms and notices are found by their
 *    key, which would then have to hold the time, and there are far fewer of them.
 * 3. One pass is bounded in rows, and every process may ask for one: the first in each period gets it. That is a row
 *    that says when, not a lock, so that it holds also behind a pooling proxy and after a crash.
 */

import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { LOCK, makeWeek, WEEK, weekOf, weekOfTable, weekStart, weekTable } from './journal-weeks.ts';
import { orStoreError, sqlStateOf } from './store-failure.ts';

/** For how many days what is over is kept. */
export interface Keep {
  /** events; never less than 31 */
  readonly journal: number;
  /** instances, from their end on */
  readonly finished: number;
  /** alarms and the notices about them, from the moment they cleared */
  readonly alarms: number;
  readonly rejected: number;
}

export const KEEP: Keep = { journal: 400, finished: 400, alarms: 400, rejected: 90 };

export interface SweepOptions {
  /** default KEEP */
  readonly keep?: Partial<Keep>;
  /** how long after a pass the next one is made, by whichever process, ms; default an hour */
  readonly every?: number;
}

/** What one pass did: rows by kind, weeks of the journal, and whether there is more that it left for the next. */
export interface Swept {
  readonly weeksMade: number;
  readonly weeksDropped: number;
  readonly journal: number;
  readonly instances: number;
  readonly alarms: number;
  readonly notices: number;
  /** what is kept of telling people: notices that were sent, what was done about alarms, acts, silences */
  readonly told: number;
  readonly rejected: number;
  readonly revisions: number;
  readonly workers: number;
  readonly more: boolean;
}

const DAY = 86_400_000;
const SHORTEST_JOURNAL = 31;
const WEEKS_AHEAD = 4;
const LOT = 2_000;
const LOTS = 100;
/** Rows of a week that came before its table was there are moved into it up to so many, in one transaction. */
const MOVED = 100_000;

/**
 * One pass, unless some process made one within the last `every` ms (default an hour): then null. Rejects with StoreError;
 * what was removed by then stays removed.
 */
export function sweep(db: Database, options: SweepOptions = {}): Promise<Swept | null> {
  const keep = { ...KEEP, ...options.keep };
  return orStoreError('cannot remove what is too old', async () => {
    const now = await claim(db, options.every ?? 3_600_000);
    if (now === null) return null;
    const journalFrom = now - Math.max(keep.journal, SHORTEST_JOURNAL) * DAY;
    const weeksMade = await makeWeeks(db, weekOf(now));
    const dropped = await dropWeeks(db, journalFrom);
    const journal = await inLots(db, oldEntries(journalFrom));
    const instances = await inLots(db, finishedInstances(now - keep.finished * DAY));
    const alarms = await inLots(db, closedAlarms(now - keep.alarms * DAY));
    const notices = await inLots(db, oldNotices(now - keep.alarms * DAY));
    const told: Lots[] = [];
    for (const lot of [...whatWasTold(now - keep.alarms * DAY), ...canaries(now - DAY)])
      told.push(await inLots(db, lot));
    const rejected = await inLots(db, oldRejected(now - keep.rejected * DAY));
    const revisions = await forgetRevisions(db, now - SHORTEST_JOURNAL * DAY);
    const workers = await forgetWorkers(db, now - DAY);
    const lots = [journal, instances, alarms, notices, ...told, rejected];
    return {
      weeksMade,
      weeksDropped: dropped.weeks,
      journal: journal.rows,
      instances: instances.rows,
      alarms: alarms.rows,
      notices: notices.rows,
      told: told.reduce((sum, { rows }) => sum + rows, 0),
      rejected: rejected.rows,
      revisions,
      workers,
      more: dropped.more || lots.some(({ more }) => more),
    };
  });
}

/** The database's time if the pass is ours. */
async function claim(db: Database, every: number): Promise<number | null> {
  const { rows } = await sql<{ now: number }>`
    update milepost.system set swept_at = clock_timestamp()
     where swept_at is null or swept_at <= clock_timestamp() - ${every}::float8 * interval '1 millisecond'
    returning clock_timestamp() as now`.execute(db);
  return rows[0]?.now ?? null;
}

/** Makes this week and those ahead, and moves what came for a week before its table was there. */
async function makeWeeks(db: Database, thisWeek: number): Promise<number> {
  const there = new Set((await weekTables(db)).map(({ week }) => week));
  const { rows } = await sql<{ start: number; count: number }>`
    select date_trunc('week', received_at) as start, count(*) as count
      from milepost.journal_other group by 1`.execute(db);
  const strays = new Map(rows.map(({ start, count }) => [weekOf(start), count]));
  let made = 0;
  for (let week = thisWeek; week <= thisWeek + WEEKS_AHEAD; week += 1) {
    if (there.has(week) || strays.has(week)) continue;
    await makeWeek(db, week);
    made += 1;
  }
  for (const [week, count] of strays) {
    if (count > MOVED || Math.abs(week - thisWeek) > 60 || there.has(week)) continue;
    await moveWeek(db, week);
    made += 1;
  }
  return made;
}

async function moveWeek(db: Database, week: number): Promise<void> {
  const table = sql.table(`milepost.${weekTable(week)}`);
  const [from, to] = [week, week + 1].map((n) => sql.lit(new Date(weekStart(n)).toISOString()));
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
    await sql`create table ${table} (like milepost.journal including defaults)`.execute(trx);
    await sql`lock table milepost.journal_other in access exclusive mode`.execute(trx);
    await sql`
      with moved as (
        delete from milepost.journal_other where received_at >= ${from} and received_at < ${to} returning *)
      insert into ${table} select * from moved`.execute(trx);
    await sql`
      alter table milepost.journal attach partition ${table} for values from (${from}) to (${to})`.execute(
      trx,
    );
  });
}

interface WeekTable {
  readonly table: string;
  readonly week: number;
}

async function weekTables(db: Database): Promise<readonly WeekTable[]> {
  const { rows } = await sql<{ table: string }>`
    select c.relname as "table" from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'milepost.journal'::regclass order by c.relname`.execute(db);
  return rows.flatMap(({ table }) => {
    const week = weekOfTable(table);
    return week === null ? [] : [{ table, week }];
  });
}

/** Dropping a week locks the journal for a moment; where that is not to be had at once it is left for the next pass. */
async function dropWeeks(db: Database, from: number): Promise<{ weeks: number; more: boolean }> {
  let weeks = 0;
  for (const { table, week } of await weekTables(db)) {
    if (weekStart(week) + WEEK > from) continue;
    try {
      if (await dropWeek(db, table)) weeks += 1;
    } catch (error) {
      if (sqlStateOf(error) !== '55P03') throw error;
      return { weeks, more: true };
    }
  }
  return { weeks, more: false };
}

function dropWeek(db: Database, table: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`set local lock_timeout = '500ms'`.execute(trx);
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
    const week = sql.table(`milepost.${table}`);
    const { rows } = await sql<{ needed: boolean }>`
      select exists (
        select from milepost.positions p
         where exists (select from ${week} j where j.partition = p.partition and j.place > p.mark)) as needed`.execute(
      trx,
    );
    if (rows[0]?.needed !== false) return false;
    await sql`drop table ${week}`.execute(trx);
    return true;
  });
}

type Lot = ReturnType<typeof sql>;

interface Lots {
  readonly rows: number;
  readonly more: boolean;
}

/** Deletes lot after lot until one is not full or the pass has done its share. */
async function inLots(db: Database, lot: Lot): Promise<Lots> {
  let rows = 0;
  for (let turn = 0; turn < LOTS; turn += 1) {
    const { numAffectedRows = 0n } = await lot.execute(db);
    rows += Number(numAffectedRows);
    if (numAffectedRows < BigInt(LOT)) return { rows, more: false };
  }
  return { rows, more: true };
}

function oldEntries(before: number): Lot {
  return sql`
    delete from milepost.journal_other where ctid = any (array(
      select j.ctid from milepost.journal_other j left join milepost.positions p on p.partition = j.partition
       where j.received_at < ${at(before)} and j.place <= coalesce(p.mark, j.place)
       limit ${LOT} for update of j skip locked))`;
}

/** The trading day is not far from the end, and has an index. */
function finishedInstances(before: number): Lot {
  const day = new Date(before + 14 * DAY).toISOString().slice(0, 10);
  return sql`
    delete from milepost.instances where ctid = any (array(
      select ctid from milepost.instances
       where trading_day <= ${day} and status in ('committed', 'failed', 'abandoned')
         and open_alarms = 0 and not has_timers and coalesce(ended_at, updated_at) < ${at(before)}
       limit ${LOT} for update skip locked))`;
}

/** An alarm clears after it was raised, and that has an index. */
function closedAlarms(before: number): Lot {
  return sql`
    delete from milepost.alarms where ctid = any (array(
      select ctid from milepost.alarms
       where raised_at < ${at(before)} and cleared_at < ${at(before)}
       limit ${LOT} for update skip locked))`;
}

function oldNotices(before: number): Lot {
  return sql`
    delete from milepost.notices where ctid = any (array(
      select ctid from milepost.notices where owed_at < ${at(before)} limit ${LOT} for update skip locked))`;
}

/** What a channel called `canary` was told: of no use once it was sent, and as much as all the rest together. */
function canaries(before: number): readonly Lot[] {
  const lot = (table: string, old: Lot) => sql`
    delete from ${sql.table(`milepost.${table}`)} where ctid = any (array(
      select ctid from ${sql.table(`milepost.${table}`)} where ${old} limit ${LOT} for update skip locked))`;
  return [
    lot(
      'outbox',
      sql`channel = 'canary' and id like 'wish/milepost/canary/%' and settled_at < ${at(before)}`,
    ),
    lot('notices', sql`id like 'milepost/canary/%' and taken_at < ${at(before)}`),
  ];
}

/** Of a thread that has not recovered the last notice stays: the next one refers to it. */
function whatWasTold(before: number): readonly Lot[] {
  const lot = (table: string, old: Lot) => sql`
    delete from ${sql.table(`milepost.${table}`)} where ctid = any (array(
      select ctid from ${sql.table(`milepost.${table}`)} t where ${old} limit ${LOT} for update skip locked))`;
  return [
    lot(
      'outbox',
      sql`settled_at < ${at(before)} and (recovered or exists (
            select from milepost.outbox n
             where n.channel = t.channel and n.thread = t.thread and n.position > t.position))`,
    ),
    lot('handlings', sql`not live and cleared_at < ${at(before)}`),
    lot('handling_history', sql`at < ${at(before)}`),
    lot('acts', sql`applied_at < ${at(before)}`),
    lot('silences', sql`not live and until < ${at(before)}`),
    lot('own_reports', sql`sent_at < ${at(before)}`),
  ];
}

function oldRejected(before: number): Lot {
  return sql`
    delete from milepost.rejected where ctid = any (array(
      select ctid from milepost.rejected where received_at < ${at(before)} limit ${LOT} for update skip locked))`;
}

/** Only old ones are looked at: one that was saved a moment ago is about to be used. */
async function forgetRevisions(db: Database, before: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from milepost.revisions r
     where r.saved_at < ${at(before)}
       and not exists (select from milepost.positions p where p.revision = r.revision)
       and not exists (select from milepost.instances i where i.revision = r.revision)`.execute(db);
  return Number(numAffectedRows);
}

async function forgetWorkers(db: Database, before: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from milepost.workers w
     where w.seen_at < ${at(before)} and w.id not in (select owner from milepost.leases where owner is not null)`.execute(
    db,
  );
  await sql`
    delete from milepost.own_troubles where worker not in (select id from milepost.workers)`.execute(db);
  return Number(numAffectedRows);
}

/** A time the planner knows when it plans, so that it looks at the weeks concerned only. */
function at(time: number) {
  return sql<number>`${new Date(time).toISOString()}::timestamptz`;
}
