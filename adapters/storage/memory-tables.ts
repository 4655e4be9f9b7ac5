import type {
  AlarmRecord,
  ChangeRecord,
  HeldRecord,
  InstanceRecord,
  JournalRecord,
  NoticeRecord,
  Position,
  RejectedEntry,
  Source,
} from '../../engine/index.ts';

/** Everything that is stored, by key. */
export interface MemoryTables {
  readonly positions: Map<string, Position>;
  /** per (flow, key), the events in order of acceptance */
  readonly journal: Map<string, { readonly events: JournalRecord[]; readonly digests: Map<string, string> }>;
  readonly instances: Map<string, InstanceRecord>;
  /** by id; `position` grows with every new alarm */
  readonly alarms: Map<string, { readonly alarm: AlarmRecord; readonly position: number }>;
  readonly rejected: Map<string, { readonly entry: RejectedEntry; readonly position: number }>;
  readonly notices: Map<string, NoticeRecord>;
  readonly watched: Map<string, number>;
  readonly held: Map<string, readonly HeldRecord[]>;
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

/** The flows watched and since when, by name. */
export function watchedInMemory(tables: MemoryTables): readonly { flow: string; since: number }[] {
  return [...tables.watched]
    .map(([flow, since]) => ({ flow, since }))
    .sort((a, b) => compareTexts(a.flow, b.flow));
}
