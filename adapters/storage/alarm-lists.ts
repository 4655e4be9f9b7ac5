/**
 * Lists of alarms, from PostgreSQL, newest first: all that a filter selects, or only those that stand for themselves.
 *
 * 1. Each alarm of a selection is met once: as a row of its own, or under the one row that it is a consequence of.
 * 2. It is under another one where that is in the selection and stands for itself. What would be under a row that is not
 *    shown is a row: no alarm is lost because what explains it is over, or of another severity.
 */
import { type RawBuilder, sql } from 'kysely';
import type { AlarmFilter, AlarmRecord, FoldedAlarm, Page } from '../../engine/index.ts';
import { type Database, instant } from './connect.ts';
import { pageSize, readNumberCursor, writeCursor } from './cursor.ts';
import { hasNul, NOTHING, pageOf } from './pages.ts';
import { alarmOf, digestOf } from './records.ts';
import { orStoreError } from './store-failure.ts';

type Table = 'a' | 'r';

/** The alarms of a filter. */
export async function listAlarms(
  db: Database,
  filter: AlarmFilter,
  limit: number,
  cursor: string | null,
): Promise<Page<AlarmRecord>> {
  const { root } = filter;
  const under =
    root === undefined
      ? []
      : [
          sql<boolean>`a.digest in (select h.digest from milepost.handlings h where h.root = ${digestOf(root)})`,
        ];
  return (await select(db, { filter, also: under, limit, cursor })).page;
}

/** Those that stand for themselves, each with how many of the filter are its consequences. */
export async function listFoldedAlarms(
  db: Database,
  filter: AlarmFilter,
  limit: number,
  cursor: string | null,
): Promise<Page<FoldedAlarm>> {
  // A value and no join: whatever the planner thinks of the tables, it is three look-ups by digest for each alarm on the way.
  const standing = sql<boolean>`(
    select true from milepost.handlings h
      join milepost.alarms r on r.digest = h.root
      left join milepost.handlings above on above.digest = h.root
     where h.digest = a.digest and above.root is null and ${ofFilter(filter, 'r')} limit 1) is null`;
  const { page, digests } = await select(db, { filter, also: [standing], limit, cursor });
  const counts = await countConsequences(db, filter, digests);
  const items = page.items.map((alarm) => ({
    alarm,
    consequences: counts.get(digestOf(alarm.id).toString('hex')) ?? 0,
  }));
  return { items, next: page.next };
}

interface Selection {
  readonly filter: AlarmFilter;
  readonly also: readonly RawBuilder<boolean>[];
  readonly limit: number;
  readonly cursor: string | null;
}

async function select(db: Database, { filter, also, limit: asked, cursor }: Selection) {
  const limit = pageSize(asked);
  const before = cursor === null ? null : readNumberCursor('alarms', cursor);
  const { severity, group, flow, key, day, root } = filter;
  if (hasNul(severity, group, flow, key, day, root)) return { page: NOTHING, digests: [] };
  let query = db.selectFrom('milepost.alarms as a').selectAll('a').where(ofFilter(filter, 'a'));
  for (const condition of also) query = query.where(condition);
  if (before !== null) {
    query = query.where(sql<boolean>`(a.raised_at, a.position) < (${instant(before[0])}, ${before[1]})`);
  }
  const rows = await orStoreError('cannot list alarms', () =>
    query
      .orderBy('a.raised_at', 'desc')
      .orderBy('a.position', 'desc')
      .limit(limit + 1)
      .execute(),
  );
  const page = pageOf(rows, {
    limit,
    entry: alarmOf,
    cursor: (row) => writeCursor('alarms', [row.raised_at, row.position]),
  });
  return { page, digests: rows.slice(0, limit).map(({ digest }) => digest) };
}

/** By the digest of the root, in hexadecimal. */
async function countConsequences(
  db: Database,
  filter: AlarmFilter,
  roots: readonly Uint8Array[],
): Promise<ReadonlyMap<string, number>> {
  if (roots.length === 0) return new Map();
  const { rows } = await orStoreError('cannot count consequences', () =>
    sql<{ root: string; count: number }>`
      select encode(h.root, 'hex') as root, count(*) as count
        from milepost.handlings h join milepost.alarms a on a.digest = h.digest
       where h.root = any(${roots}) and ${ofFilter(filter, 'a')} group by h.root`.execute(db),
  );
  return new Map(rows.map(({ root, count }) => [root, count]));
}

/** Whether an alarm is in the selection of a filter, but for what it is a consequence of. */
function ofFilter({ open, severity, group, flow, key, day }: AlarmFilter, of: Table): RawBuilder<boolean> {
  const field = (name: string) => sql.ref(`${of}.${name}`);
  const conditions = [
    ...(open === undefined
      ? []
      : [open ? sql`${field('cleared_at')} is null` : sql`${field('cleared_at')} is not null`]),
    ...(severity === undefined ? [] : [sql`${field('severity')} = ${severity}`]),
    ...(group === undefined ? [] : [sql`${field('group')} = ${group}`]),
    ...(flow === undefined ? [] : [sql`${field('flow')} = ${flow}`]),
    ...(key === undefined ? [] : [sql`${field('key')} = ${key}`]),
    ...(day === undefined ? [] : [sql`${field('trading_day')} = ${day}`]),
  ];
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
