import { type Selectable, sql } from 'kysely';
import type { Reader } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { alarmOf, instanceOf, journalOf } from './records.ts';
import { orStoreError } from './store-failure.ts';
import type { JournalTable } from './tables.ts';

/** Looking back and searching, on PostgreSQL. */
export function postgresLooks(db: Database): Pick<Reader, 'recent' | 'find' | 'latest'> {
  return {
    // by the primary key: the instances of one flow are few beside those of all
    recent: async (flow, until, limit) => {
      if (flow.includes('\0') || until.includes('\0')) return [];
      const rows = await orStoreError(`cannot read the last days of ${flow}`, () =>
        db
          .selectFrom('milepost.instances')
          .selectAll()
          .where('flow', '=', flow)
          .where('trading_day', '<=', until)
          .orderBy('trading_day', 'desc')
          .orderBy('key')
          .limit(limit)
          .execute(),
      );
      return rows.map(instanceOf);
    },
    // each instance by the index of its events, the last of each: the many others are not looked at
    latest: async (of, limit) => {
      const wanted = of.filter(
        ({ flow, key, step }) => ![flow, key, step].some((each) => each?.includes('\0')),
      );
      if (wanted.length === 0) return [];
      const column = (name: 'flow' | 'key' | 'step') => sql`${wanted.map((each) => each[name])}::text[]`;
      const { rows } = await orStoreError('cannot read the latest events', () =>
        sql<Selectable<JournalTable>>`
          select found.*
            from unnest(${column('flow')}, ${column('key')}, ${column('step')}) as wanted (flow, key, step)
            cross join lateral (
              select * from milepost.journal
               where hashtextextended(journal.flow || '/' || journal.key, 0)
                       = hashtextextended(wanted.flow || '/' || wanted.key, 0)
                 and journal.flow = wanted.flow and journal.key = wanted.key
                 and (wanted.step is null or journal.step = wanted.step)
               order by place desc limit ${limit}) as found
           order by found.received_at desc, found.flow, found.key, found.place desc
           limit ${limit}`.execute(db),
      );
      return rows.map(journalOf);
    },
    find: async (text, limit) => {
      if (text.includes('\0')) return { instances: [], alarms: [] };
      const within = (column: string) =>
        sql<boolean>`position(lower(${text}::text collate "C") in lower(${sql.ref(column)} collate "C")) > 0`;
      const [instances, alarms] = await orStoreError('cannot search', () =>
        Promise.all([
          db
            .selectFrom('milepost.instances')
            .selectAll()
            .where(within('key'))
            .orderBy('updated_at', 'desc')
            .orderBy('flow')
            .orderBy('key')
            .limit(limit)
            .execute(),
          db
            .selectFrom('milepost.alarms')
            .selectAll()
            .where((where) => where.or([within('name'), within('text')]))
            .orderBy('raised_at', 'desc')
            .orderBy('position', 'desc')
            .limit(limit)
            .execute(),
        ]),
      );
      return { instances: instances.map(instanceOf), alarms: alarms.map(alarmOf) };
    },
  };
}
