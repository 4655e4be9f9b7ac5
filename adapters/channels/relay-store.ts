/**
 * What a dispatcher at a relay claims from and settles with: the queue of one channel in place of a database.
 *
 * 1. A message is confirmed once its notice was sent or given up, never before.
 * 2. Of each thread only the first is given out. What an earlier relay left unconfirmed comes before what is new.
 * 3. What was delivered before may have been sent by who had it: it is uncertain.
 */
import type { ClaimedNotice, Notice, NoticeStore, Settled } from '../../engine/index.ts';
import { readRelayed } from './relayed-notice.ts';

/** The messages of one channel; the stream behind it keeps them until they are finished. */
export interface RelayQueue {
  /** what an earlier relay had and did not finish; `within` is how long its messages may take to come, milliseconds */
  readonly returning: { readonly count: number; readonly until: number; readonly within: number };
  next(): Promise<{
    readonly sequence: number;
    readonly payload: Uint8Array;
    readonly again: boolean;
  } | null>;
  finish(sequence: number): Promise<void>;
  close(): Promise<void>;
}

/** What became of a notice in the end. */
export interface RelayOutcome {
  readonly id: string;
  readonly channel: string;
  readonly state: 'sent' | 'failed' | 'unknown';
  readonly reason: string | null;
  readonly at: number;
}

/** Where a dispatcher at a relay claims from, for one channel. */
export interface RelayedStore {
  readonly store: Pick<NoticeStore, 'claim' | 'settle' | 'standing'>;
  close(): Promise<void>;
}

interface Held {
  readonly sequence: number;
  readonly notice: Notice;
  attempts: number;
  unknowns: number;
  uncertain: boolean;
  nextAt: number;
  /** an attempt is under way */
  claimed: boolean;
  /** its outcome is known; only the confirmation is missing */
  done: boolean;
}

const MOST_STANDING = 5_000;

/** Makes the store of one channel. */
export function relayStore(options: {
  readonly queue: RelayQueue;
  readonly channel: string;
  readonly now: () => number;
  readonly onOutcome: (outcome: RelayOutcome) => void;
}): RelayedStore['store'] {
  const { queue, channel, now, onOutcome } = options;
  const held = new Map<number, Held>();
  const standing = new Map<string, Notice>();
  const { returning } = queue;
  const waitUntil = now() + returning.within;
  const returned = new Set<number>();

  async function finish(one: Held): Promise<void> {
    await queue.finish(one.sequence);
    held.delete(one.sequence);
  }

  /** The first that may be sent now. */
  function due(time: number): Held | undefined {
    const threads = new Set<string>();
    const open = [...held.values()].filter(({ done }) => !done).sort((a, b) => a.sequence - b.sequence);
    return open.find((one) => {
      const { thread } = one.notice;
      if (threads.has(thread)) return false;
      threads.add(thread);
      const early = one.sequence > returning.until && returned.size < returning.count && time < waitUntil;
      return !early && !one.claimed && one.nextAt <= time;
    });
  }

  async function take(): Promise<void> {
    const message = await queue.next();
    if (message === null) return;
    const { sequence, payload, again } = message;
    if (sequence <= returning.until) returned.add(sequence);
    const known = held.get(sequence);
    if (known !== undefined) return;
    const read = readRelayed(payload);
    if (!read.ok) {
      const reason = `message ${sequence} ${read.reason}`;
      onOutcome({ id: String(sequence), channel, state: 'failed', reason, at: now() });
      await queue.finish(sequence);
      return;
    }
    const { notice, uncertain } = read.relayed;
    held.set(sequence, {
      ...{ sequence, notice, attempts: 0, nextAt: 0, claimed: false, done: false },
      uncertain: uncertain || again,
      unknowns: again ? 1 : 0,
    });
  }

  return {
    async claim(asked): Promise<readonly ClaimedNotice[]> {
      for (const one of [...held.values()].filter(({ done }) => done))
        await finish(one).catch(() => undefined);
      if (due(asked.now) === undefined) await take();
      const one = due(asked.now);
      if (one === undefined) return [];
      one.claimed = true;
      one.attempts += 1;
      const { notice, attempts: attempt, uncertain, unknowns } = one;
      return [{ notice, attempt, uncertain, unknowns }];
    },

    async settle(settled: Settled): Promise<void> {
      const one = [...held.values()].find(({ notice, claimed }) => claimed && notice.id === settled.id);
      if (one === undefined) return;
      one.claimed = false;
      const { state, reason, at } = settled;
      if (state === 'owed') {
        one.nextAt = settled.nextAt ?? at;
        one.uncertain ||= settled.uncertain;
        one.unknowns += settled.uncertain ? 1 : 0;
        return;
      }
      one.done = true;
      if (state === 'sent') keepStanding(one.notice);
      onOutcome({ id: one.notice.id, channel, state, reason, at });
      await finish(one);
    },

    standing: async (_channel, max) => [...standing.values()].slice(0, max),
  };

  /** For receivers that forget: the last of each thread that has not recovered. */
  function keepStanding(notice: Notice): void {
    standing.delete(notice.thread);
    if (!notice.recovered) standing.set(notice.thread, notice);
    const [oldest] = standing.keys();
    if (oldest !== undefined && standing.size > MOST_STANDING) standing.delete(oldest);
  }
}
