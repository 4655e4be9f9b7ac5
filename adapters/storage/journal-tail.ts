/**
 * The journal of a partition from a place on, for a recovery. Places have no gaps, so a page is a range of places; a BRIN
 * index finds its blocks. Such an index costs the commit nothing (a B-tree: 12 % of the rows a second) but knows only
 * blocks that were summarized, which is why `summarizePlaces` comes before the first page.
 */

import { sql } from 'kysely';
import type { JournalRecord } from '../../engine/index.ts';
import type { Database } from './connect.ts';

interface TailPage {
  readonly partition: string;
  readonly after: number;
  readonly max: number;
}

export interface TailReader {
  /** Entries after a place, ascending, at most `max`. */
  read(page: TailPage): Promise<readonly JournalRecord[]>;
  /** What was read ahead may be old: something is about to be written, or the partition was opened. */
  forget(): void;
}

/** Reads pages; behind a full one the next is fetched while its entries are decided. */
export function tailReader(db: Database): TailReader {
  let ahead: { readonly page: TailPage; readonly entries: Promise<readonly JournalRecord[]> } | null = null;
  return {
    async read(page) {
      const fetched = ahead !== null && same(ahead.page, page) ? ahead.entries : null;
      ahead = null;
      const entries = await (fetched ?? readTail(db, page));
      const last = entries.at(-1);
      if (last !== undefined && entries.length === page.max) {
        const next = { ...page, after: last.place };
        ahead = { page: next, entries: readTail(db, next) };
        ahead.entries.catch(() => null); // told to whoever asks for this page
      }
      return entries;
    },
    forget() {
      ahead = null;
    },
  };
}

function same(a: TailPage, b: TailPage): boolean {
  return a.partition === b.partition && a.after === b.after && a.max === b.max;
}

async function readTail(db: Database, page: TailPage): Promise<readonly JournalRecord[]> {
  const { partition } = page;
  if (page.max < 1) return [];
  const entries = await readRange(db, partition, page.after, page.after + page.max);
  if (entries.length > 0) return entries;
  const next = await firstPlace(db, partition, page.after + page.max);
  return next === null ? [] : readRange(db, partition, next - 1, next - 1 + page.max);
}

/** The rows are the records: a recovery reads millions of them. */
function readRange(
  db: Database,
  partition: string,
  after: number,
  upTo: number,
): Promise<readonly JournalRecord[]> {
  return db
    .selectFrom('milepost.journal')
    .select(['place', 'clock', 'backlog', 'flow', 'key', 'id', 'digest', 'step', 'kind', 'time'])
    .select(['received_at as receivedAt', 'event'])
    .where('partition', '=', partition)
    .where('place', '>', after)
    .where('place', '<=', upTo)
    .orderBy('place')
    .execute();
}

/** Where the journal goes on after a range that retention has emptied; null at its end. */
async function firstPlace(db: Database, partition: string, after: number): Promise<number | null> {
  const position = await db
    .selectFrom('milepost.positions')
    .select('journal')
    .where('partition', '=', partition)
    .executeTakeFirst();
  if (position === undefined || position.journal <= after) return null;
  const row = await db
    .selectFrom('milepost.journal')
    .select(sql<number | null>`min(place)`.as('place'))
    .where('partition', '=', partition)
    .where('place', '>', after)
    .executeTakeFirst();
  return row?.place ?? null;
}

/** Tells the index of places about the newest blocks; where it may not, reading is slower and nothing else. */
export async function summarizePlaces(db: Database): Promise<void> {
  try {
    await sql`
      select brin_summarize_new_values(i.inhrelid)
        from pg_inherits i where i.inhparent = 'milepost.journal_place'::regclass`.execute(db);
  } catch {
    // done by someone else now, or not allowed to this user: every page then reads the newest blocks whole
  }
}
