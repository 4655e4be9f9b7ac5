import type {
  AlarmFilter,
  AlarmRecord,
  Board,
  Crowd,
  InstanceRecord,
  Page,
  Reader,
} from '../../engine/index.ts';
import { pageSize, readNumberCursor, readTextCursor, writeCursor } from './cursor.ts';
import { leaseTable } from './memory-leases.ts';
import { memoryLooks } from './memory-looks.ts';
import {
  compareInstances,
  compareTexts,
  instanceName,
  type MemoryTables,
  watchedInMemory,
} from './memory-tables.ts';

/** The reads of the query API on what a memory storage holds. */
export function memoryReader(
  tables: MemoryTables,
  now: () => number,
  rootOf: (alarm: string) => string | null,
): Reader {
  const selected = ({ open, severity, group, flow, key, day }: AlarmFilter): readonly PlacedAlarm[] =>
    [...tables.alarms.values()]
      .map(({ alarm, position }) => ({ alarm, place: [alarm.raisedAt, position] as const }))
      .filter(({ alarm }) => open === undefined || open === (alarm.clearedAt === null))
      .filter(({ alarm }) => matches(severity, alarm.severity) && matches(group, alarm.group))
      .filter(({ alarm }) => matches(flow, alarm.flow) && matches(key, alarm.key))
      .filter(({ alarm }) => matches(day, alarm.tradingDay));
  return {
    instances: async (filter, limit, cursor) => {
      const after = cursor === null ? null : readTextCursor('instances', cursor);
      const found = [...tables.instances.values()]
        .filter((it) => matches(filter.flow, it.flow) && matches(filter.status, it.status))
        .filter((it) => matches(filter.health, it.health) && matches(filter.group, it.group))
        .filter((it) => matches(filter.day, it.tradingDay))
        .filter((it) => after === null || compareInstances(it, { flow: after[0], key: after[1] }) > 0)
        .sort(compareInstances);
      return page(found, { limit, entry: same, cursor: (it) => writeCursor('instances', [it.flow, it.key]) });
    },
    instance: async (flow, key) => tables.instances.get(instanceName(flow, key)) ?? null,
    events: async (flow, key, limit, cursor) => {
      const from = cursor === null ? 0 : readNumberCursor('events', cursor)[0];
      const events = tables.journal.get(instanceName(flow, key))?.events ?? [];
      const later = events.filter(({ place }) => place > from);
      return page(later, { limit, entry: same, cursor: (it) => writeCursor('events', [it.place, 0]) });
    },
    alarms: async (filter, limit, cursor) => {
      const { root } = filter;
      const found = selected(filter).filter(({ alarm }) => root === undefined || rootOf(alarm.id) === root);
      return alarmPage(found, limit, cursor, ({ alarm }) => alarm);
    },
    foldedAlarms: async (filter, limit, cursor) => {
      const all = selected(filter);
      const ids = new Set(all.map(({ alarm }) => alarm.id));
      const above = (id: string) => {
        const root = rootOf(id);
        return root !== null && ids.has(root) && rootOf(root) === null ? root : null;
      };
      const below = Map.groupBy(all, ({ alarm }) => rootOf(alarm.id));
      const roots = all.filter(({ alarm }) => above(alarm.id) === null);
      return alarmPage(roots, limit, cursor, ({ alarm }) => ({
        alarm,
        consequences: below.get(alarm.id)?.length ?? 0,
      }));
    },
    alarm: async (id) => tables.alarms.get(id)?.alarm ?? null,
    rejected: async (limit, cursor) => {
      const before = cursor === null ? null : readNumberCursor('rejected events', cursor);
      const found = [...tables.rejected.values()]
        .map(({ entry, position }) => ({ entry, place: [entry.receivedAt, position] as const }))
        .filter(({ place }) => before === null || newestFirst(before, place) < 0)
        .sort((a, b) => newestFirst(a.place, b.place));
      return page(found, {
        limit,
        entry: (it) => it.entry,
        cursor: (it) => writeCursor('rejected events', it.place),
      });
    },
    rejectedOne: async (id) => tables.rejected.get(id)?.entry ?? null,
    markResent: async (id, at) => {
      const found = tables.rejected.get(id);
      if (found === undefined) return false;
      tables.rejected.set(id, { ...found, entry: { ...found.entry, resentAt: at } });
      return true;
    },
    day: async (day) => ofDay(tables, day),
    board: async (day, most) => boardOf(ofDay(tables, day), most),
    counts: async (day) => {
      const counts = new Map<
        string,
        Pick<InstanceRecord, 'flow' | 'status' | 'health'> & { count: number }
      >();
      for (const { flow, status, health } of ofDay(tables, day)) {
        const name = `${flow}\0${status}\0${health}`;
        counts.set(name, { flow, status, health, count: (counts.get(name)?.count ?? 0) + 1 });
      }
      return [...counts.values()].sort(
        (a, b) =>
          compareTexts(a.flow, b.flow) ||
          compareTexts(a.status, b.status) ||
          compareTexts(a.health, b.health),
      );
    },
    position: async (partition) => tables.positions.get(partition) ?? null,
    workers: async () => leaseTable(tables, now()),
    watched: async () => watchedInMemory(tables),
    revision: async (revision) => tables.revisions.get(revision) ?? null,
    ping: async () => {},
    ...memoryLooks(tables),
  };
}

interface PlacedAlarm {
  readonly alarm: AlarmRecord;
  /** when it was raised, and its position */
  readonly place: readonly [number, number];
}

function alarmPage<T>(
  found: readonly PlacedAlarm[],
  limit: number,
  cursor: string | null,
  entry: (it: PlacedAlarm) => T,
): Page<T> {
  const before = cursor === null ? null : readNumberCursor('alarms', cursor);
  const later = found
    .filter(({ place }) => before === null || newestFirst(before, place) < 0)
    .sort((a, b) => newestFirst(a.place, b.place));
  return page(later, { limit, entry, cursor: (it) => writeCursor('alarms', it.place) });
}

function boardOf(records: readonly InstanceRecord[], most: number): Board {
  const instances: InstanceRecord[] = [];
  const crowds = new Map<string, Crowd>();
  for (const [, of] of Map.groupBy(records, ({ flow }) => flow)) {
    if (of.length <= most) {
      instances.push(...of);
      continue;
    }
    const unwell = of.filter(({ health }) => UNWELL.includes(health));
    unwell.sort((a, b) => UNWELL.indexOf(a.health) - UNWELL.indexOf(b.health) || b.updatedAt - a.updatedAt);
    instances.push(...unwell.slice(0, most));
    for (const { flow, status, health, openAlarms } of of) {
      const name = `${flow}\0${status}\0${health}`;
      const { count = 0, openAlarms: open = 0 } = crowds.get(name) ?? {};
      crowds.set(name, { flow, status, health, count: count + 1, openAlarms: open + openAlarms });
    }
  }
  return { instances, crowds: [...crowds.values()] };
}

/** What is to be looked at, the worst first. */
const UNWELL: readonly string[] = ['critical', 'warning', 'unknown'];

function ofDay(tables: MemoryTables, day: string): readonly InstanceRecord[] {
  return [...tables.instances.values()].filter((it) => it.tradingDay === day).sort(compareInstances);
}

function matches(wanted: string | undefined, is: string | null): boolean {
  return wanted === undefined || wanted === is;
}

/** Orders places, a time and a position, from the newest to the oldest. */
function newestFirst(a: readonly [number, number], b: readonly [number, number]): number {
  return b[0] - a[0] || b[1] - a[1];
}

function same<T>(entry: T): T {
  return entry;
}

function page<F, T>(
  found: readonly F[],
  how: { readonly limit: number; readonly entry: (it: F) => T; readonly cursor: (it: F) => string },
): Page<T> {
  const size = pageSize(how.limit);
  const items = found.slice(0, size);
  const last = found.length > size ? items.at(-1) : undefined;
  return { items: items.map(how.entry), next: last === undefined ? null : how.cursor(last) };
}
