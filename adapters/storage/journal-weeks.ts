/**
 * The weeks that the journal is split by: `journal_2026_11_16` holds what was received from that Monday on, UTC. They
 * are made ahead by retention and here where one is missing; a commit never fails for one that cannot be made, since
 * `journal_other` takes whatever has no week, and retention moves it later.
 */

import { sql } from 'kysely';
import type { JournalRecord } from '../../engine/index.ts';
import type { Database } from './connect.ts';

export const WEEK = 7 * 86_400_000;
const FIRST_MONDAY = Date.UTC(1970, 0, 5);

/** Weeks further from now than this are not made: a clock that is wrong must not fill the database with tables. */
const FARTHEST = 60;
/** How long one that could not be made is left alone, ms. */
const PATIENCE = 60_000;

/** The number of the week that a time lies in. */
export function weekOf(time: number): number {
  return Math.floor((time - FIRST_MONDAY) / WEEK);
}

export function weekStart(week: number): number {
  return FIRST_MONDAY + week * WEEK;
}

/** The table of a week, without its schema. */
export function weekTable(week: number): string {
  return `journal_${new Date(weekStart(week)).toISOString().slice(0, 10).replaceAll('-', '_')}`;
}

/** The week of a table, or null for one that is no week. */
export function weekOfTable(table: string): number | null {
  const [, year, month, day] = /^journal_(\d{4})_(\d\d)_(\d\d)$/.exec(table) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  return weekOf(Date.UTC(Number(year), Number(month) - 1, Number(day)));
}

/** Makes the table of a week unless it is there. Fails where `journal_other` has rows of that week. */
export async function makeWeek(db: Database, week: number): Promise<void> {
  const [from, to] = [week, week + 1].map((n) => sql.lit(new Date(weekStart(n)).toISOString()));
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
    await sql`create table if not exists ${sql.table(`milepost.${weekTable(week)}`)}
      partition of milepost.journal for values from (${from}) to (${to})`.execute(trx);
  });
}

/** Taken while weeks are made, moved or dropped. */
export const LOCK = 6_453_372_410_117;

/** Sees that the weeks of these records are there, as far as that can be; at once where they are known to be. */
export function weekMaker(db: Database): (journal: readonly JournalRecord[]) => Promise<void> | null {
  const known = new Set<number>();
  const failed = new Map<number, number>();
  return (journal) => {
    const missing = new Set<number>();
    for (const { receivedAt } of journal) {
      const week = weekOf(receivedAt);
      if (!known.has(week)) missing.add(week);
    }
    return missing.size === 0 ? null : makeAll(missing);
  };

  async function makeAll(weeks: ReadonlySet<number>): Promise<void> {
    const now = weekOf(Date.now());
    for (const week of weeks) {
      const last = failed.get(week);
      if (Math.abs(week - now) > FARTHEST) known.add(week);
      else if (last === undefined || performance.now() - last > PATIENCE) await make(week);
    }
  }

  async function make(week: number): Promise<void> {
    try {
      await makeWeek(db, week);
      known.add(week);
      failed.delete(week);
    } catch {
      failed.set(week, performance.now()); // the rows go to journal_other; where nothing works the commit says so
    }
  }
}
