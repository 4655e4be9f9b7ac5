/**
 * What a partition must hold at rest: its journal, taken once more from its beginning in one watch that never stops, with
 * nothing that stores, loads, leaves or comes back.
 */
import type { MemoryTables } from '../../../adapters/storage/index.ts';
import { readEventText } from '../../../checkpoints/index.ts';
import type { Definitions } from '../../../definitions/index.ts';
import { readActText } from '../../../engine/act.ts';
import {
  type AlarmChange,
  type Batch,
  createWatch,
  encodeInstance,
  partitionOf,
} from '../../../engine/index.ts';

export interface Wanted {
  /** by flow and key */
  readonly instances: ReadonlyMap<string, string>;
  /** by id */
  readonly alarms: ReadonlyMap<string, string>;
  /** what would still be decided up to a time, ms: nothing where all that was due is; asked last */
  leftAt(time: number): readonly string[];
}

export function wantedOf(options: {
  readonly tables: MemoryTables;
  readonly definitions: Definitions;
  readonly partition: string;
  readonly partitions: number;
  /** the first commit of the partition */
  readonly first: Batch;
}): Wanted {
  const { tables, definitions, partition, partitions, first } = options;
  const mine = (key: string) => partitionOf(key, partitions) === partition;
  const since = new Map(tables.watched.get(partition) ?? []);
  const watch = createWatch({ definitions, since, clock: null, mine });
  const alarms = new Map<string, string>();
  const harvest = () => {
    for (const change of watch.harvest().alarms) alarms.set(change.alarm.id, alarmText(change));
  };
  watch.begin(Math.min(...since.values()));
  if (first.journal.length === 0 && first.position.clock !== null) watch.advance(first.position.clock);
  for (const { key, clock, backlog, event: text, flow } of tables.places.get(partition) ?? []) {
    const read = readEventText(text);
    const act = read.ok ? null : readActText(text);
    if (read.ok) watch.redo({ ...read.event, key }, clock, backlog);
    else if (act?.ok === true) watch.redoAct(act.act, clock);
    else throw new Error(`broken rule: the journal of ${flow} ${key} can be read`);
    harvest();
  }
  const clock = tables.positions.get(partition)?.clock ?? null;
  if (clock !== null) watch.advance(clock);
  harvest();
  const instances = new Map(
    [...watch.instances.values()].map(({ instance }) => [
      `${instance.flow} ${instance.key}`,
      encodeInstance(instance),
    ]),
  );
  const leftAt = (time: number) => {
    if (watch.clock !== null && watch.clock < time) watch.advance(time);
    return watch.harvest().changed.map(({ instance }) => `${instance.flow} ${instance.key}`);
  };
  return { instances, alarms, leftAt };
}

function alarmText({ alarm, flow, key }: AlarmChange): string {
  const { id, severity, text, count, raisedAt, lastAt, clearedAt, clearedBy } = alarm;
  return JSON.stringify({
    id,
    flow: flow.name,
    key,
    severity,
    text,
    count,
    raisedAt,
    lastAt,
    clearedAt,
    clearedBy,
  });
}

/** What differs, in words; nothing where all is as it must be. */
export function differences(
  tables: MemoryTables,
  of: { readonly partition: string; readonly partitions: number },
  wanted: Wanted,
): readonly string[] {
  const found: string[] = [];
  const stored = new Map<string, string>();
  const isHere = (key: string) => partitionOf(key, of.partitions) === of.partition;
  for (const record of tables.instances.values())
    if (isHere(record.key)) stored.set(`${record.flow} ${record.key}`, record.snapshot);
  for (const [name, snapshot] of wanted.instances) {
    const is = stored.get(name);
    if (is === undefined) found.push(`instance ${name} is not stored`);
    else if (is !== snapshot) found.push(`instance ${name} is ${is}, not ${snapshot}`);
  }
  for (const name of stored.keys())
    if (!wanted.instances.has(name)) found.push(`instance ${name} is too much`);
  const alarms = new Map<string, string>();
  for (const { alarm } of tables.alarms.values()) {
    const { id, flow, key, severity, text, count, raisedAt, lastAt, clearedAt, clearedBy } = alarm;
    if (!isHere(key)) continue;
    alarms.set(
      id,
      JSON.stringify({ id, flow, key, severity, text, count, raisedAt, lastAt, clearedAt, clearedBy }),
    );
  }
  for (const [id, alarm] of wanted.alarms) {
    const is = alarms.get(id);
    if (is === undefined) found.push(`alarm ${id} is missing`);
    else if (is !== alarm) found.push(`alarm is ${is}, not ${alarm}`);
  }
  for (const id of alarms.keys()) if (!wanted.alarms.has(id)) found.push(`alarm ${id} is too much`);
  return found;
}
