/**
 * Sending what is owed to one channel: claim, send, write down what came of it.
 *
 * 1. A claim is written before the send. A process that ends in between leaves a claim without an outcome: that notice is
 *    sent again with the same id, and says that it may have arrived before.
 * 2. What certainly did not arrive is tried again, later and later, not before the other side wishes it, until its deadline.
 * 3. What may have arrived is sent again a few times only: nobody is called twice an hour by a receiver that answers late.
 *    A side that remembers what it has taken is asked again until it says what came of it, or the deadline has passed.
 * 4. After several failures in a row the channel is left alone for a while, and then tried with one notice.
 * 5. From then on, and from a notice that was given up, the channel counts as down, until something is sent.
 */
import type { ChannelDefinition } from '../../definitions/index.ts';
import type { Channel, Sending, SendOutcome } from './channel.ts';
import type { ClaimedNotice, NoticeStore, Settled } from './ports.ts';
import { renderNotice } from './render-notice.ts';

export interface DispatchOptions {
  readonly definition: ChannelDefinition;
  readonly channel: Channel;
  readonly store: Pick<NoticeStore, 'claim' | 'settle' | 'standing'>;
  /** where people open Milepost, without a slash at its end; null: nowhere */
  readonly address: string | null;
  readonly now: () => number;
  /** 0 up to 1: what pauses are spread with */
  readonly random: () => number;
  /** a signal that aborts after so many milliseconds */
  readonly timeout: (ms: number) => AbortSignal;
  /** how many notices of different threads may be on their way at once; default 1 */
  readonly atOnce?: number;
}

/**
 * Whether a channel delivers. `down`: from several failures in a row, or a notice that was given up, until one is sent;
 * `unknown`: nothing has been tried yet. Times are milliseconds.
 */
export type ChannelState =
  | { readonly kind: 'unknown' }
  /** `at`: when something was sent last */
  | { readonly kind: 'works'; readonly at: number }
  | { readonly kind: 'down'; readonly since: number; readonly reason: string };

export interface Dispatcher {
  /** One turn: sends what is due, as many at once as the channel may be given; says whether there was work. */
  turn(): Promise<'worked' | 'idle'>;
  /** what the channel failed with of late; null while it works */
  trouble(): string | null;
  state(): ChannelState;
}

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 300_000;
const MOST_UNKNOWN = 4;
const FAILURES_IN_A_ROW = 5;
const MISSED_IN_A_ROW = 3;
const FIRST_BREAK = 30_000;
const LONGEST_BREAK = 600_000;
const MOST_STANDING = 1000;

/** Makes the dispatcher of one channel. */
export function createDispatcher(options: DispatchOptions): Dispatcher {
  const { definition, channel, store, now } = options;
  let failures = 0;
  let failing = false;
  let closedUntil = 0;
  let trouble: string | null = null;
  let tokens = definition.quota?.count ?? 0;
  let filledAt = now();
  let refreshAt = 0;
  let missed = 0;
  let state: ChannelState = { kind: 'unknown' };

  async function turn(): Promise<'worked' | 'idle'> {
    await refresh();
    const time = now();
    if (time < closedUntil) return 'idle';
    const max = Math.min(atOnce(), allowed(time));
    if (max < 1) return 'idle';
    // No more than are sent at once, so that a claim lasts no longer than one attempt may take.
    const claimed = await store.claim({
      channel: definition.name,
      now: time,
      until: time + 2 * definition.timeout + FIRST_PAUSE,
      max,
    });
    if (claimed.length === 0) return 'idle';
    failing = false;
    const done = await Promise.allSettled(claimed.map(async (one) => store.settle(await attempt(one))));
    const broken = done.find(({ status }) => status === 'rejected');
    if (broken?.status === 'rejected') throw broken.reason;
    return 'worked';
  }

  /** While it fails it is tried with one notice. */
  function atOnce(): number {
    return failures === 0 ? (options.atOnce ?? 1) : 1;
  }

  async function attempt(claimed: ClaimedNotice): Promise<Settled> {
    const { notice, attempt: count, unknowns } = claimed;
    const base = { id: notice.id, attempt: count, nextAt: null, uncertain: false };
    const late = now() - notice.at > definition.deadline;
    const asked = claimed.uncertain && channel.remembers === true;
    const tooLate = (): Settled => {
      const reason = `not delivered within its deadline${trouble === null ? '' : `: ${trouble}`}`;
      goDown(reason);
      return { ...base, state: claimed.uncertain ? 'unknown' : 'failed', reason, at: now() };
    };
    if (late && !asked) return tooLate();
    if (definition.dryRun) return { ...base, state: 'sent', reason: 'dry run: nothing was sent', at: now() };
    if (claimed.uncertain && unknowns >= MOST_UNKNOWN && !asked) {
      const reason = `whether it arrived is not known, after ${unknowns} attempts`;
      goDown(reason);
      return { ...base, state: 'unknown', reason, at: now() };
    }
    if (definition.quota !== null && !asked) tokens -= 1;
    const outcome = await send(claimed);
    const whole = settled(outcome, base, count);
    return late && whole.state === 'owed' ? tooLate() : whole;
  }

  async function send(claimed: ClaimedNotice): Promise<SendOutcome> {
    try {
      const sending = renderNotice(claimed, definition, options.address);
      return await channel.send(sending, options.timeout(definition.timeout));
    } catch (error) {
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  function settled(
    outcome: SendOutcome,
    base: Pick<Settled, 'id' | 'attempt' | 'nextAt' | 'uncertain'>,
    count: number,
  ): Settled {
    const at = now();
    switch (outcome.kind) {
      case 'sent':
        works();
        delivers();
        return { ...base, state: 'sent', reason: outcome.detail, at };
      case 'failed':
        // The other side has answered: it is this notice that is wrong, not the channel.
        works();
        goDown(outcome.reason);
        return { ...base, state: 'failed', reason: outcome.reason, at };
      case 'retry': {
        fails(outcome.reason, at);
        const nextAt = at + Math.max(outcome.after ?? 0, pause(count));
        if (outcome.after !== null) closedUntil = Math.max(closedUntil, at + outcome.after);
        return { ...base, state: 'owed', nextAt, reason: outcome.reason, at };
      }
      case 'kept':
        works();
        trouble = outcome.down;
        if (outcome.down !== null) goDown(outcome.down);
        return {
          ...base,
          state: 'owed',
          nextAt: at + outcome.after,
          uncertain: true,
          reason: outcome.reason,
          at,
        };
      case 'unknown':
        if (outcome.final === true) {
          works();
          goDown(outcome.reason);
          return { ...base, state: 'unknown', reason: outcome.reason, at };
        }
        fails(outcome.reason, at);
        return {
          ...base,
          state: 'owed',
          nextAt: at + pause(count),
          uncertain: true,
          reason: outcome.reason,
          at,
        };
      default:
        return outcome satisfies never;
    }
  }

  function works(): void {
    failures = 0;
    trouble = null;
  }

  function delivers(): void {
    missed = 0;
    state = { kind: 'works', at: now() };
  }

  function goDown(reason: string): void {
    const since = state.kind === 'down' ? state.since : now();
    state = { kind: 'down', since, reason };
  }

  function fails(reason: string, at: number): void {
    trouble = reason;
    // Those that were on their way together count once.
    if (failing) return;
    failing = true;
    failures += 1;
    if (failures < FAILURES_IN_A_ROW) return;
    goDown(reason);
    const grown = Math.min(FIRST_BREAK * 2 ** (failures - FAILURES_IN_A_ROW), LONGEST_BREAK);
    closedUntil = Math.max(closedUntil, at + spread(grown));
  }

  /** How long to wait before the next attempt: longer each time, spread so that many do not come at once. */
  function pause(count: number): number {
    return spread(Math.min(FIRST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE));
  }

  function spread(ms: number): number {
    return Math.round(ms * (0.5 + options.random()));
  }

  /** How many notices the quota lets through now. */
  function allowed(time: number): number {
    const { quota } = definition;
    if (quota === null) return Number.POSITIVE_INFINITY;
    tokens = Math.min(quota.count, tokens + ((time - filledAt) * quota.count) / quota.per);
    filledAt = time;
    return Math.floor(tokens);
  }

  /** Tells a forgetful receiver again what stands. A failure is no more than that: it is told again soon. */
  async function refresh(): Promise<void> {
    const time = now();
    if (channel.refresh === undefined || definition.dryRun || time < refreshAt) return;
    refreshAt = time + channel.refresh.every;
    const standing = await store.standing(definition.name, MOST_STANDING);
    const sendings = standing.map((notice) =>
      renderNotice({ notice, attempt: 1, uncertain: false, unknowns: 0 }, definition, options.address),
    );
    const outcome = await post(channel.refresh, sendings);
    if (outcome.kind !== 'sent') {
      trouble = outcome.reason;
      missed += 1;
      if (missed >= MISSED_IN_A_ROW) goDown(outcome.reason);
    } else if (sendings.length > 0 && missed > 0) {
      delivers();
    }
  }

  async function post(
    refresh: NonNullable<Channel['refresh']>,
    sendings: readonly Sending[],
  ): Promise<SendOutcome> {
    try {
      return await refresh.post(sendings, options.timeout(definition.timeout));
    } catch (error) {
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  return { turn, trouble: () => trouble, state: () => state };
}
