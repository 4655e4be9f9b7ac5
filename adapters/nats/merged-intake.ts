/**
 * Two shares of one stream read as one, in the order of the stream. NATS 2.9 gives a consumer a single filter, and the
 * partition that also reads what came unsorted needs two.
 *
 * 1. A message is given only when nothing earlier can come from the other share: it has a later one waiting, or said
 *    after this one had arrived that it has none.
 * 2. None is an answer only when both shares gave it.
 */
import { type Intake, IntakeError, type Message } from '../../engine/index.ts';

/** An intake that can also be asked for what has arrived, without asking the server. */
export interface Share extends Intake {
  /** What has arrived, in order; none says nothing about the stream. */
  take(max: number): readonly Message[];
  /** Resolves at the next arrival or trouble, when it is stopped or the signal given, at most `wait` ms later. */
  arrival(wait: number, signal?: AbortSignal): Promise<void>;
}

/** The intake of both shares together. */
export function mergeShares(one: Share, other: Share): Intake {
  const shares = [one, other] as const;
  const queues: readonly [Message[], Message[]] = [[], []];
  let runs = 0; // starts and stops

  /** Fills the queues as far as that is needed to know which message is next; whether there is any. */
  async function fill(max: number): Promise<boolean> {
    for (const which of [0, 1] as const) {
      if (queues[which].length === 0) queues[which].push(...shares[which].take(max));
    }
    for (const which of [0, 1] as const) {
      const asked = queues[which].length === 0 && queues[1 - which]?.length !== 0;
      if (asked) queues[which].push(...(await shares[which].next(max, 0)));
    }
    return queues.some((queue) => queue.length > 0);
  }

  /** What is certain to be next, in order; an empty queue was seen to have nothing before the other's messages. */
  function give(max: number): readonly Message[] {
    const ends = queues.flatMap((queue) => queue.at(-1)?.sequence ?? []);
    const certain = Math.min(...ends);
    const given: Message[] = [];
    while (given.length < max) {
      const [first, second] = [queues[0][0], queues[1][0]];
      const from = (first?.sequence ?? Infinity) < (second?.sequence ?? Infinity) ? queues[0] : queues[1];
      const next = from[0];
      if (next === undefined || next.sequence > certain) break;
      from.shift();
      given.push(next);
    }
    return given;
  }

  return {
    async start(after) {
      runs++;
      for (const queue of queues) queue.length = 0;
      const started = await one.start(after);
      const second = await other.start(after);
      if (second.incarnation !== started.incarnation)
        throw new IntakeError('the stream was re-made while reading began', 'lost');
      return started;
    },

    async next(max, wait) {
      const until = performance.now() + wait;
      for (const run = runs; run === runs; ) {
        if (await fill(max)) {
          if (run !== runs) break;
          return give(max);
        }
        if (run !== runs) break;
        const left = until - performance.now();
        if (left > 0) {
          const over = new AbortController();
          await Promise.race(shares.map((share) => share.arrival(left, over.signal)));
          over.abort();
        } else {
          for (const which of [0, 1] as const) queues[which].push(...(await shares[which].next(max, 0)));
          if (run === runs && queues.every((queue) => queue.length === 0)) return [];
        }
      }
      throw new IntakeError('reading was stopped', 'stopped');
    },

    async ready(max) {
      const run = runs;
      return (await fill(max)) && run === runs ? give(max) : [];
    },

    async arrival(wait, signal) {
      await Promise.race(shares.map((share) => share.arrival(wait, signal)));
    },

    async confirm(sequence) {
      await Promise.all(shares.map((share) => share.confirm(sequence)));
    },

    async last() {
      return Math.max(...(await Promise.all(shares.map((share) => share.last()))));
    },

    async stop() {
      runs++;
      for (const queue of queues) queue.length = 0;
      await Promise.all(shares.map((share) => share.stop()));
    },
  };
}
