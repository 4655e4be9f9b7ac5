import { sql } from 'kysely';
import type { Board } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { instanceOf } from './records.ts';
import { orStoreError } from './store-failure.ts';
import type { Tables } from './tables.ts';

/** The board of a day, see `Reader.board`: two statements, however many instances there are. */
export function readBoard(db: Database, day: string, most: number): Promise<Board> {
  if (day.includes('\0')) return Promise.resolve({ instances: [], crowds: [] });
  return orStoreError(`cannot read the instances of ${day}`, async () => {
    const counts = await db
      .selectFrom('milepost.instances')
      .select(['flow', 'status', 'health', sql<number>`count(*)`.as('count')])
      .select(sql<number>`sum(open_alarms)::bigint`.as('openAlarms'))
      .where('trading_day', '=', day)
      .groupBy(['flow', 'status', 'health'])
      .execute();
    const totals = new Map<string, number>();
    for (const { flow, count } of counts) totals.set(flow, (totals.get(flow) ?? 0) + count);
    const isCrowded = (flow: string) => (totals.get(flow) ?? 0) > most;
    const [crowded, others] = [
      [...totals.keys()].filter(isCrowded),
      [...totals.keys()].filter((flow) => !isCrowded(flow)),
    ];
    const { rows } = await sql<Tables['milepost.instances']>`
      select * from milepost.instances where trading_day = ${day} and flow = any(${others})
      union all
      select worst.* from unnest(${crowded}::text[]) as of (flow), lateral (
        select * from milepost.instances i
         where i.trading_day = ${day} and i.flow = of.flow and i.health in ('critical', 'warning', 'unknown')
         order by array_position(array['critical', 'warning', 'unknown'], i.health::text), i.updated_at desc
         limit ${most}) worst`.execute(db);
    return { instances: rows.map(instanceOf), crowds: counts.filter(({ flow }) => isCrowded(flow)) };
  });
}
