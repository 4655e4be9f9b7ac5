/**
 * What the notifier needs from the world, in its own words; storage implements these, with a twin in memory that is as good.
 * All times are milliseconds since the epoch. Every method rejects with StoreError when the world failed.
 */
import type { Severity } from '../../definitions/index.ts';
import type { ChangeRecord, Page } from '../ports.ts';
import type { Notice, NoticeKind } from './channel.ts';
import type { ActOutcome } from './desk.ts';
import type { Handling, HistoryEntry, Outcome, Standing } from './handling.ts';
import type { HandlingAct } from './handling-act.ts';
import type { Silence } from './notifier-state.ts';

/** One entry of the notifier's memory; `body` is JSON text, null where it is gone. */
export interface MemoryRecord {
  readonly kind: 'trouble' | 'item' | 'storm';
  readonly id: string;
  readonly body: string | null;
}

/** What is done about an alarm, as it is stored and counted. `body` is JSON text of the Handling. */
export interface HandlingRecord {
  readonly alarm: string;
  readonly flow: string;
  readonly key: string;
  readonly name: string;
  readonly group: string | null;
  readonly tradingDay: string;
  readonly severity: Severity;
  readonly standing: Standing;
  readonly outcome: Outcome;
  readonly useful: boolean | null;
  /** the alarm that it is a consequence of */
  readonly root: string | null;
  readonly raisedAt: number;
  readonly acknowledgedAt: number | null;
  readonly clearedAt: number | null;
  /** whether the notifier still has it in mind */
  readonly live: boolean;
  readonly body: string;
}

/** A silence; `live` until it has ended. */
export interface SilenceRecord {
  readonly silence: Silence;
  readonly live: boolean;
}

/** What a `notify` rule asked for. */
export interface WishRecord {
  readonly id: string;
  readonly channel: string;
  readonly text: string;
}

/** Everything one turn of the notifier changes; written in one transaction or not at all. */
export interface NoticeBatch {
  /** as `open` gave it: a commit of another epoch is refused */
  readonly epoch: number;
  /** tag of the commit that this one goes on from: where another is stored, as after a failover, this one is refused */
  readonly previous: string;
  /** of this commit, unlike that of any other */
  readonly tag: string;
  /** the last change that was taken */
  readonly change: number;
  /** how long the lease lasts from now on */
  readonly lease: number;
  readonly handlings: readonly HandlingRecord[];
  readonly memory: readonly MemoryRecord[];
  readonly silences: readonly SilenceRecord[];
  readonly history: readonly HistoryEntry[];
  /** new ones; of one thread, channel and language an earlier update that nobody tried to send yet is superseded */
  readonly notices: readonly Notice[];
  readonly acts: readonly (ActOutcome & { readonly at: number })[];
  /** ids of wishes that were taken */
  readonly wishes: readonly string[];
  /** what the outside is told of handlings, as of alarms */
  readonly changes: readonly ChangeRecord[];
  /** ids of notices whose failure was taken */
  readonly failures: readonly string[];
}

/** What is known when the notifier begins. */
export interface OpenedNotifier {
  readonly epoch: number;
  /** of the last commit; '' before the first */
  readonly tag: string;
  /** the last change that was taken; null before the first turn of all */
  readonly change: number | null;
  readonly memory: readonly MemoryRecord[];
  /** JSON texts of the handlings it has in mind */
  readonly handlings: readonly string[];
  readonly silences: readonly Silence[];
}

/** An act as it waits; `seq` is the order. */
export interface StoredAct {
  readonly seq: number;
  readonly act: HandlingAct;
}

/** What no turn of the notifier has taken yet, besides changes. */
export interface Waiting {
  /** in their order */
  readonly acts: readonly StoredAct[];
  /** what rules asked for */
  readonly wishes: readonly WishRecord[];
  /** notices that were given up */
  readonly failures: readonly { readonly notice: Notice; readonly reason: string }[];
}

/** A notice that is to be sent now. */
export interface ClaimedNotice {
  readonly notice: Notice;
  /** 1 for the first attempt */
  readonly attempt: number;
  /** an earlier attempt may have arrived */
  readonly uncertain: boolean;
  /** how many attempts had an outcome that is not known */
  readonly unknowns: number;
}

/**
 * `owed`: to be sent; `sending`: an attempt is under way, or was when its process ended; `superseded`: a later update of its
 * thread says more; `failed`: given up, `unknown`: given up, and it may have arrived.
 */
export type NoticeState = 'owed' | 'sending' | 'sent' | 'failed' | 'unknown' | 'superseded';

/** What came of an attempt, for the store. */
export interface Settled {
  readonly id: string;
  /** the attempt that this is about: another one may have begun meanwhile, and then nothing is written */
  readonly attempt: number;
  readonly state: Exclude<NoticeState, 'sending' | 'superseded'>;
  /** when it is tried again; only of `owed` */
  readonly nextAt: number | null;
  /** the outcome of this attempt is not known */
  readonly uncertain: boolean;
  readonly reason: string | null;
  readonly at: number;
}

/** Where the notifier keeps what it knows, and the dispatcher what it owes. */
export interface NoticeStore {
  /** Takes the lease for `owner`, epoch + 1, or keeps it; null while another owner's lasts. */
  open(owner: string, lease: number): Promise<OpenedNotifier | null>;
  /** Makes the lease last from now on; false where it is not this epoch's any more, or the last commit another one. */
  renew(epoch: number, tag: string, lease: number): Promise<boolean>;
  /** Lets another take it at once. */
  release(epoch: number): Promise<void>;
  /** One transaction. `fenced`: another notifier has begun, or commits were lost; nothing was written. */
  commit(batch: NoticeBatch): Promise<'committed' | 'fenced'>;
  /** What waits for a turn, at most so many of each. */
  waiting(max: number): Promise<Waiting>;
  /** the handling of an alarm, also of one that is over; null where there is none */
  handling(alarm: string): Promise<Handling | null>;
  /** Gives up what is owed to channels other than these. */
  abandon(channels: readonly string[], at: number): Promise<number>;

  /**
   * Notices of a channel whose time has come, oldest first and of each thread only the first, as claimed until `until`. One
   * whose claim has ended without an outcome comes again as uncertain.
   */
  claim(asked: {
    readonly channel: string;
    readonly now: number;
    readonly until: number;
    readonly max: number;
  }): Promise<readonly ClaimedNotice[]>;
  settle(settled: Settled): Promise<void>;
  /** the last notice of each thread that this channel was sent and that has not recovered, oldest first */
  standing(channel: string, max: number): Promise<readonly Notice[]>;

  /** Keeps an act; `same`: it is there already, `other`: another one has this id. */
  keepAct(act: HandlingAct): Promise<'kept' | 'same' | 'other'>;
}

/** A notice as it is shown. */
export interface NoticeEntry {
  readonly notice: Notice;
  readonly state: NoticeState;
  readonly attempts: number;
  readonly nextAt: number | null;
  readonly settledAt: number | null;
  readonly reason: string | null;
}

export interface NoticeFilter {
  readonly channel?: string;
  readonly state?: string;
  readonly kind?: NoticeKind;
  readonly thread?: string;
  readonly alarm?: string;
}

/** An act with what became of it. */
export interface ActEntry {
  readonly act: HandlingAct;
  readonly keptAt: number;
  /** null while it waits */
  readonly appliedAt: number | null;
  readonly done: boolean | null;
  readonly reason: string | null;
}

/** How many alarms of a day, flow and name; times are sums in milliseconds over those that have them. */
export interface AlarmNumbers {
  readonly tradingDay: string;
  readonly group: string | null;
  readonly flow: string;
  readonly name: string;
  readonly raised: number;
  readonly recovered: number;
  readonly acknowledged: number;
  readonly acknowledgeTime: number;
  readonly recoverTime: number;
  readonly told: number;
  readonly folded: number;
  readonly muted: number;
  readonly brief: number;
  readonly unrouted: number;
  readonly notUseful: number;
}

/** What the API shows of telling. Lists are newest first. */
export interface NoticeReader {
  notices(filter: NoticeFilter, limit: number, cursor: string | null): Promise<Page<NoticeEntry>>;
  /** handlings by the ids of their alarms; those that are not known are absent */
  handlings(alarms: readonly string[]): Promise<readonly Handling[]>;
  /** what happened to an alarm, oldest first */
  history(alarm: string): Promise<readonly HistoryEntry[]>;
  silences(all: boolean, limit: number, cursor: string | null): Promise<Page<SilenceRecord>>;
  act(id: string): Promise<ActEntry | null>;
  acts(limit: number, cursor: string | null): Promise<Page<ActEntry>>;
  numbers(from: string, to: string): Promise<readonly AlarmNumbers[]>;
  /** how many notices per channel and state */
  counts(): Promise<
    readonly { readonly channel: string; readonly state: NoticeState; readonly count: number }[]
  >;
}
