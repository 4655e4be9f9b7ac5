/**
 * What the engine needs from the world, in its own words. Adapters implement these; each has a twin in memory that is
 * as good as the real one, and one contract suite runs on both. All times are milliseconds since the epoch.
 */

import type { AlarmNews } from './alarm-news.ts';
import type { Crowd } from './crowd.ts';
import type { Health, InstanceStatus } from './instance.ts';
import type { LeaseTable } from './leases.ts';
import type { AlarmFilter, InstanceFilter } from './list-filter.ts';

/** How far a partition has come. `epoch` grows with every `open`; a commit with an old one is refused. */
export interface Position {
  /** '0' to 'N-1' */
  readonly partition: string;
  readonly epoch: number;
  /** which stream the sequence belongs to: its name and creation time; '' before the first message */
  readonly incarnation: string;
  /** sequence of the last message applied; 0 before the first */
  readonly sequence: number;
  /** the partition's clock: nothing due before it is still to be decided; null before the first batch */
  readonly clock: number | null;
  /** place of the last entry of the partition's journal; 0 before the first */
  readonly journal: number;
  /** what the stored instances hold at least: every entry of the journal up to this place */
  readonly mark: number;
  /** where the partition's clock stood at `mark`: a recovery begins there; null before the first batch */
  readonly markClock: number | null;
  /** of the definitions under which the journal after `mark` was decided; '' before the first batch */
  readonly revision: string;
  /**
   * Of the commit that wrote it, unlike that of any other; '' before the first. What goes on from it goes on from that
   * commit: a database that fell back to an earlier one may have a position that is else the same.
   */
  readonly tag: string;
}

/** One accepted event as it is kept. Unique by (flow, key, id), and by (partition, place). */
export interface JournalRecord {
  /** 1, 2, 3 … within its partition */
  readonly place: number;
  /** where the watch's clock was put before the event was decided, ms: what a recovery must repeat */
  readonly clock: number;
  /** decided as part of a backlog, see `Watch.take` */
  readonly backlog: boolean;
  readonly flow: string;
  readonly key: string;
  readonly id: string;
  /** of the content, to tell a repeat from another event with the same id */
  readonly digest: string;
  readonly step: string | null;
  readonly kind: string;
  readonly time: number;
  readonly receivedAt: number;
  /** the event in its native JSON form, as text */
  readonly event: string;
}

/** An instance as it is stored and searched. `snapshot` is JSON text made by `encodeInstance`. */
export interface InstanceRecord {
  readonly flow: string;
  readonly key: string;
  readonly revision: string;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly deviated: boolean;
  readonly group: string | null;
  readonly tradingDay: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly updatedAt: number;
  /** how many of its alarms are open */
  readonly openAlarms: number;
  /** whether something is still due; that can be so after it has ended */
  readonly hasTimers: boolean;
  /** place of the journal up to which this snapshot holds what happened to its root */
  readonly applied: number;
  readonly snapshot: string;
}

export interface AlarmRecord extends AlarmNews {
  /** decided long after it was due, because nothing was running then */
  readonly late: boolean;
  /** JSON text of Why */
  readonly why: string;
}

/** A message that could not be understood or was refused, kept as it came. */
export interface RejectedRecord {
  /** `<incarnation>/<sequence>/<line>`: the same message is rejected once */
  readonly id: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly receivedAt: number;
}

/** Something the outside is told: published on `subject` and streamed to consoles. Ids are given by the store, ascending. */
export interface ChangeRecord {
  readonly kind: 'instance' | 'alarm' | 'publish' | 'handling';
  readonly subject: string;
  /** JSON text */
  readonly body: string;
}

/** A message owed about an alarm or asked for by a `notify` rule; channels come later, the debt is kept from the start. */
export interface NoticeRecord {
  readonly id: string;
  readonly alarm: string | null;
  readonly kind: 'raised' | 'cleared' | 'notify';
  readonly channel: string | null;
  readonly text: string;
}

/** Everything one commit of the worker writes; in one transaction or not at all. */
export interface Batch {
  /** the position that this batch goes on from: a commit that does not find it as it is here is fenced */
  readonly previous: Position;
  readonly position: Position;
  readonly journal: readonly JournalRecord[];
  /** latest form of the instances written now; at most one per (flow, key). What changed and is not here is written later. */
  readonly instances: readonly InstanceRecord[];
  readonly removed: readonly { readonly flow: string; readonly key: string }[];
  /** upserts by id; at most one per id */
  readonly alarms: readonly AlarmRecord[];
  readonly rejected: readonly RejectedRecord[];
  readonly changes: readonly ChangeRecord[];
  readonly notices: readonly NoticeRecord[];
  /** flows watched by this partition from now on, with the time since which their days are judged */
  readonly watched: readonly { readonly flow: string; readonly since: number }[];
  /** of every root written now that has or had events held back by `disorder`: the whole list replaces the stored one */
  readonly held: readonly HeldRoot[];
}

/** The events of one root that are held back, in the order in which they came. */
export interface HeldRoot {
  readonly root: string;
  /** place of the journal up to which this list holds what happened to its root */
  readonly applied: number;
  /** empty: there are none any more */
  readonly events: readonly HeldRecord[];
}

export interface HeldRecord {
  readonly event: string;
  readonly receivedAt: number;
}

export interface InstanceKey {
  readonly flow: string;
  readonly key: string;
}

/** The id of an accepted event, and the digest of its content. */
export interface SeenId extends InstanceKey {
  readonly id: string;
  readonly digest: string;
}

/** Storage for the worker. Every method rejects with StoreError when the world failed. */
export interface Store {
  /**
   * Reads the partition for its owner: epoch + 1, so that a commit of unknown outcome cannot land any more, and gives the
   * position to go on from; null when `owner` does not hold the partition, or not any more. A partition that nobody ever
   * had is made.
   */
  open(partition: string, owner: string): Promise<Position | null>;
  /** Instances by key, whatever their status; unknown ones are absent. */
  load(keys: readonly InstanceKey[]): Promise<readonly InstanceRecord[]>;
  /** The instances of the partition that are expected or running, or have open alarms or timers. */
  loadLive(partition: string): Promise<readonly InstanceRecord[]>;
  /**
   * Every id in the journal of these instances, in any order; instances without one are absent. `since`: ids of events
   * received before that time need not be given (default: all are), which keeps the question as cheap as the journal is long.
   */
  seen(keys: readonly InstanceKey[], since?: number): Promise<readonly SeenId[]>;
  /** Entries of the partition's journal after a place, ascending, at most `max`. */
  tail(partition: string, after: number, max: number): Promise<readonly JournalRecord[]>;
  /** The roots of the partition with events held back, in any order; none has an empty list. */
  held(partition: string): Promise<readonly HeldRoot[]>;
  watched(partition: string): Promise<readonly { readonly flow: string; readonly since: number }[]>;
  /**
   * One transaction that begins by moving the position where its epoch, sequence, place in the journal and tag are those
   * of `previous`. `fenced`: they are not, nothing was written. After a StoreError it is not known whether the batch was
   * written: `open` again and go on from the position that it gives.
   */
  commit(batch: Batch): Promise<'committed' | 'fenced'>;
  /** Sources of a definition revision: file name and text. Saving the same revision again does nothing. */
  saveRevision(revision: string, sources: readonly Source[]): Promise<void>;
  revision(revision: string): Promise<readonly Source[] | null>;
}

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** The world failed; `permanent` says that trying again cannot help. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly permanent: boolean;
  constructor(message: string, permanent: boolean, cause: unknown) {
    super(message, { cause });
    this.permanent = permanent;
  }
}

/** One message of the stream, with one event or an NDJSON batch of them. */
export interface Message {
  readonly sequence: number;
  /** when the stream stored it, milliseconds */
  readonly storedAt: number;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

export type IntakeFault = 'lost' | 'changed' | 'taken' | 'stopped';

/**
 * The stream cannot be read. `lost`: not now; reading goes on by itself, ask again. `changed`: the stream was re-made
 * while it was read, and every message of the old one that had arrived was given. `taken`: another reader has taken
 * this partition's place. After these two, open the partition and `start` again. `stopped`: the reader was stopped, which
 * says nothing about the stream.
 */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';
  readonly reason: IntakeFault;
  /** trying again cannot help until someone acts, for instance because the connection was closed for good */
  readonly permanent: boolean;
  constructor(message: string, reason: IntakeFault, permanent = false, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.permanent = permanent;
  }
}

/** The stream of checkpoint events, read from a position on and confirmed after the commit. */
export interface Intake {
  /** Starts reading after `sequence`. Gives the incarnation of the stream; a different one than asked for means that it was re-made. */
  start(after: {
    readonly incarnation: string;
    readonly sequence: number;
  }): Promise<{ readonly incarnation: string }>;
  /**
   * The next messages in order: at once what is there (at most `max`), else the first to come within `wait` ms, else none.
   * None means that the stream was seen to be empty; a stream that cannot be seen rejects with IntakeError instead, and
   * so does a reader that is stopped meanwhile or was before.
   */
  next(max: number, wait: number): Promise<readonly Message[]>;
  /** The next messages as far as they are at hand; none says nothing of the stream. Left out where `next` is as quick. */
  ready?(max: number): Promise<readonly Message[]>;
  /** Resolves when `ready` may have something, at the latest after `wait` ms or at the signal. Left out with `ready`. */
  arrival?(wait: number, signal: AbortSignal): Promise<void>;
  /** Everything up to this sequence is committed. */
  confirm(sequence: number): Promise<void>;
  /** Sequence of the last message in the stream, to know whether the backlog is applied. */
  last(): Promise<number>;
  stop(): Promise<void>;
}

/** Puts events into the stream; resolves once they are safe there. */
export interface Outlet {
  send(
    messages: readonly {
      readonly subject: string;
      readonly payload: Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
      readonly id?: string;
      /** when the stream first stored what is now passed on, ms */
      readonly storedAt?: number;
    }[],
  ): Promise<void>;
}

/** Tells the outside of changes. At least once, in order. */
export interface Publisher {
  publish(
    changes: readonly { readonly id: number; readonly subject: string; readonly body: string }[],
  ): Promise<void>;
}

/** Where changes are read from by the loop that publishes them and by streams to consoles. */
export interface ChangeLog {
  /** changes with an id greater than `after`, ascending */
  changes(
    after: number,
    max: number,
  ): Promise<
    readonly { readonly id: number; readonly kind: string; readonly subject: string; readonly body: string }[]
  >;
  /** id of the newest change; 0 when there is none */
  newest(): Promise<number>;
  /** id of the oldest change still kept, to know whether a stream can be resumed; 0 when there is none */
  oldest(): Promise<number>;
  published(): Promise<number>;
  markPublished(id: number): Promise<void>;
}

/** An alarm that stands for itself in a selection, with how many of the selection are its consequences. */
export interface FoldedAlarm {
  readonly alarm: AlarmRecord;
  readonly consequences: number;
}

/** A page of a list and the cursor of the next; null at the end. Cursors are opaque strings; a bad one gives CursorError. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export class CursorError extends Error {
  override readonly name = 'CursorError';
}

export interface RejectedEntry extends RejectedRecord {
  readonly resentAt: number | null;
}

/** What the query API reads. Sorting: instances by flow, key; alarms newest first; events in order of acceptance; rejected newest first. */
export interface Reader {
  instances(filter: InstanceFilter, limit: number, cursor: string | null): Promise<Page<InstanceRecord>>;
  instance(flow: string, key: string): Promise<InstanceRecord | null>;
  events(flow: string, key: string, limit: number, cursor: string | null): Promise<Page<JournalRecord>>;
  alarms(filter: AlarmFilter, limit: number, cursor: string | null): Promise<Page<AlarmRecord>>;
  /**
   * Those that are no consequence of another one of the same selection. One whose own root stands under another, or is not in
   * the selection, is among them: every alarm is met here or by `root`.
   */
  foldedAlarms(filter: AlarmFilter, limit: number, cursor: string | null): Promise<Page<FoldedAlarm>>;
  alarm(id: string): Promise<AlarmRecord | null>;
  rejected(limit: number, cursor: string | null): Promise<Page<RejectedEntry>>;
  rejectedOne(id: string): Promise<RejectedEntry | null>;
  markResent(id: string, at: number): Promise<boolean>;
  /** instances of a trading day, all of them */
  day(day: string): Promise<readonly InstanceRecord[]>;
  /**
   * The instances of a trading day as its ledger wants them: all of them, but of a flow that has more than `most` its counts
   * and only the `most` worst of those that are not well, whatever their order.
   */
  board(day: string, most: number): Promise<Board>;
  /** per flow: how many instances of that day in which status, and the worst health */
  counts(day: string): Promise<
    readonly {
      readonly flow: string;
      readonly status: InstanceStatus;
      readonly health: Health;
      readonly count: number;
    }[]
  >;
  position(partition: string): Promise<Position | null>;
  /** who works on what */
  workers(): Promise<LeaseTable>;
  /** flows watched by any partition, with the earliest time since which */
  watched(): Promise<readonly { readonly flow: string; readonly since: number }[]>;
  revision(revision: string): Promise<readonly Source[] | null>;
  ping(): Promise<void>;
  /** instances of a flow on trading days up to `until`, that one too, the latest day first, then by key */
  recent(flow: string, until: string, limit: number): Promise<readonly InstanceRecord[]>;
  /**
   * What a text is found in, whatever the case of its ASCII letters: instances by their key, latest changed first, and
   * alarms by their name or text, newest first; at most `limit` of each.
   */
  find(text: string, limit: number): Promise<Found>;
  /**
   * What several instances have accepted last, by when it was received, the latest first, then by flow, key and the latest
   * place. A step takes its events only, null all; no two may take the same event.
   */
  latest(of: readonly EventsOf[], limit: number): Promise<readonly JournalRecord[]>;
}

/** Events of an instance, or of one step of it. */
export interface EventsOf {
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
}

/** The instances of a day; of flows with many of them counts, and the worst. */
export interface Board {
  readonly instances: readonly InstanceRecord[];
  readonly crowds: readonly Crowd[];
}

/** What a search has found. */
export interface Found {
  readonly instances: readonly InstanceRecord[];
  readonly alarms: readonly AlarmRecord[];
}
