import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type {
  AlarmRecord,
  HeldRecord,
  InstanceRecord,
  JournalRecord,
  Position,
  RejectedEntry,
  Source,
} from '../../engine/index.ts';
import type { AlarmsTable, InstancesTable, JournalTable, PositionsTable, RejectedTable } from './tables.ts';

/** What an id is found by that may be longer than an index entry can be. */
export function digestOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}

/** Text that the database takes: it can hold neither NUL nor half of a surrogate pair, which become U+FFFD. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

export function positionOf(row: Selectable<PositionsTable>): Position {
  const { partition, epoch, incarnation, sequence, clock, journal, mark, revision, tag } = row;
  return {
    partition,
    epoch,
    incarnation,
    sequence,
    clock,
    journal,
    mark,
    markClock: row.mark_clock,
    revision,
    tag,
  };
}

export function instanceOf(row: Selectable<InstancesTable>): InstanceRecord {
  return {
    flow: row.flow,
    key: row.key,
    revision: row.revision,
    status: row.status,
    health: row.health,
    deviated: row.deviated,
    group: row.group,
    tradingDay: row.trading_day,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    updatedAt: row.updated_at,
    openAlarms: row.open_alarms,
    hasTimers: row.has_timers,
    applied: row.applied,
    snapshot: row.snapshot,
  };
}

export function journalOf(row: Selectable<JournalTable>): JournalRecord {
  return {
    place: row.place,
    clock: row.clock,
    backlog: row.backlog,
    flow: row.flow,
    key: row.key,
    id: row.id,
    digest: row.digest,
    step: row.step,
    kind: row.kind,
    time: row.time,
    receivedAt: row.received_at,
    event: row.event,
  };
}

export function alarmOf(row: Selectable<AlarmsTable>): AlarmRecord {
  return {
    id: row.id,
    flow: row.flow,
    key: row.key,
    step: row.step,
    name: row.name,
    source: row.source,
    severity: row.severity,
    group: row.group,
    tradingDay: row.trading_day,
    text: row.text,
    count: row.count,
    raisedAt: row.raised_at,
    lastAt: row.last_at,
    clearedAt: row.cleared_at,
    clearedBy: row.cleared_by,
    late: row.late,
    why: row.why,
  };
}

export function rejectedOf(row: Selectable<RejectedTable>): RejectedEntry {
  return {
    id: row.id,
    subject: row.subject,
    payload: Uint8Array.from(row.payload),
    headers: readHeaders(row.headers),
    reason: row.reason,
    receivedAt: row.received_at,
    resentAt: row.resent_at,
  };
}

/** JSON text of headers as pairs, so that a header named `__proto__` is one like any other. */
export function writeHeaders(headers: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(headers).map(([name, value]) => [storable(name), storable(value)]));
}

export function readHeaders(text: string): Readonly<Record<string, string>> {
  const pairs: [string, string][] = JSON.parse(text); // written by writeHeaders only
  return Object.fromEntries(pairs);
}

/** JSON text of events held back: the character NUL and halves of surrogate pairs are escaped in it. */
export function writeHeld(events: readonly HeldRecord[]): string {
  return JSON.stringify(events.map(({ event, receivedAt }) => ({ event, receivedAt })));
}

export function readHeld(text: string): readonly HeldRecord[] {
  const events: HeldRecord[] = JSON.parse(text); // written by writeHeld only
  return events;
}

export function writeSources(sources: readonly Source[]): string {
  return JSON.stringify(sources.map(({ file, text }) => ({ file, text })));
}

export function readSources(text: string): readonly Source[] {
  const sources: Source[] = JSON.parse(text); // written by writeSources only
  return sources;
}
