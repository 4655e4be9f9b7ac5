import { sql } from 'kysely';
import type { Reader } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { alarmOf, instanceOf } from './records.ts';
import { orStoreError } from './store-failure.ts';

/** Looking back and searching, on PostgreSQL. */
export function postgresLooks(db: Database): Pick<Reader, 'recent' | 'find'> {
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
