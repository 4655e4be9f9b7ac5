import type {
  AlarmRecord,
  ChangeRecord,
  HeldRoot,
  InstanceRecord,
  JournalRecord,
  NoticeRecord,
  Position,
  RejectedEntry,
  Source,
  WorkerIdentity,
} from '../../engine/index.ts';

/** Everything that is stored, by key. */
export interface MemoryTables {
  readonly positions: Map<string, Position>;
  /** how many there are; null before it was said */
  partitions: number | null;
  /** who works on a partition, and until when, ms */
  readonly leases: Map<string, { readonly owner: string | null; readonly until: number }>;
  /** by id; `seenAt` ms */
  readonly workers: Map<string, WorkerIdentity & { readonly seenAt: number }>;
  /** per partition, the entries by place */
  readonly places: Map<string, JournalRecord[]>;
  /** per (flow, key), the events in order of acceptance */
  readonly journal: Map<string, { readonly events: JournalRecord[]; readonly digests: Map<string, string> }>;
  readonly instances: Map<string, InstanceRecord>;
  /** in which partition an instance is */
  readonly homes: Map<string, string>;
  /** by id; `position` grows with every new alarm */
  readonly alarms: Map<string, { readonly alarm: AlarmRecord; readonly position: number }>;
  readonly rejected: Map<string, { readonly entry: RejectedEntry; readonly position: number }>;
  readonly notices: Map<string, NoticeRecord>;
  /** per partition, since when by flow */
  readonly watched: Map<string, Map<string, number>>;
  /** per partition, by root */
  readonly held: Map<string, Map<string, HeldRoot>>;
  readonly revisions: Map<string, readonly Source[]>;
  changes: (ChangeRecord & { readonly id: number })[];
  newest: number;
  published: number;
}

/** What an instance is found by. */
export function instanceName(flow: string, key: string): string {
  return `${flow}\0${key}`;
}

/** Orders texts by their UTF-8 bytes, which is the order of their code points. */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Orders instances by flow, then key. */
export function compareInstances(
  a: { readonly flow: string; readonly key: string },
  b: { readonly flow: string; readonly key: string },
): number {
  return compareTexts(a.flow, b.flow) || compareTexts(a.key, b.key);
}

/** The flows watched by these partitions and since when at the earliest, by name. */
export function watchedInMemory(
  tables: MemoryTables,
  partitions: readonly string[] = [...tables.watched.keys()],
): readonly { flow: string; since: number }[] {
  const earliest = new Map<string, number>();
  for (const partition of partitions)
    for (const [flow, since] of tables.watched.get(partition) ?? [])
      earliest.set(flow, Math.min(since, earliest.get(flow) ?? since));
  return [...earliest].map(([flow, since]) => ({ flow, since })).sort((a, b) => compareTexts(a.flow, b.flow));
}

/** Moves the epoch of a partition on, and gives its position; one that nobody ever had is made. */
export function movedEpoch(tables: MemoryTables, partition: string): Position {
  const first: Position = {
    partition,
    epoch: 0,
    incarnation: '',
    sequence: 0,
    clock: null,
    journal: 0,
    mark: 0,
    markClock: null,
    revision: '',
    tag: '',
  };
  const before = tables.positions.get(partition) ?? first;
  const position = { ...before, epoch: before.epoch + 1 };
  tables.positions.set(partition, position);
  return position;
}
