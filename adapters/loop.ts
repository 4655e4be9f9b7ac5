/** The shared loop: one turn after another until it is stopped, with growing pauses while turns fail. */

import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.ts';
import { reasonOf } from './reason-of.ts';

export interface LoopOptions {
  readonly name: string;
  /** one turn: whether there was work, or `stop` to end the loop */
  readonly turn: () => Promise<'worked' | 'idle' | 'stop'>;
  /**
   * pause after a turn without work, ms, or what gives it then; 0 where the turn waits by itself, other work still gets
   * its chance
   */
  readonly rest: number | (() => number);
  /** least time from the beginning of a turn that worked to the next one, ms: what comes meanwhile is taken together */
  readonly pace?: number;
  readonly log: Log;
  /** default: this machine's */
  readonly time?: LoopTime;
}

/** Where a loop has its time from, so that a simulator can give another. */
export interface LoopTime {
  /** ms */
  now(): number;
  /** Resolves after `ms`, or when the signal is given. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves once other work has had its chance. */
  breathe(): Promise<void>;
}

export interface Loop {
  /** Asks the loop to end and waits for the turn under way; twice is fine. */
  stop(): Promise<void>;
  /** Ends the pause after a turn without work; called during a turn, there will be none after it. */
  wake(): void;
  /** when the last turn succeeded, ms; null before the first */
  lastSuccess(): number | null;
  /** what the last turn failed with; null while turns succeed */
  trouble(): string | null;
}

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;

const REAL_TIME: LoopTime = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  breathe,
};

/** Starts a loop. A failure is said once, and once more when it is over. */
export function startLoop(options: LoopOptions): Loop {
  const time = options.time ?? REAL_TIME;
  let stopped = false;
  let pause = new AbortController();
  const ending = new AbortController();
  let woken = false;
  let last: number | null = null;
  let trouble: string | null = null;

  async function sleep(ms: number): Promise<void> {
    pause = new AbortController();
    if (stopped) return;
    await time.sleep(ms, pause.signal);
  }

  async function keepPace(begun: number): Promise<void> {
    if (options.pace === undefined || stopped) return;
    const left = begun + options.pace - time.now();
    // no longer than the pace, wherever the clock jumps
    if (left > 0) await time.sleep(Math.min(left, options.pace), ending.signal);
  }

  function succeeded(): void {
    if (trouble !== null) options.log.info(`${options.name} goes on`);
    trouble = null;
    last = time.now();
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        woken = false;
        const begun = time.now();
        const outcome = await options.turn();
        succeeded();
        failures = 0;
        if (outcome === 'stop') return;
        if (outcome === 'worked') await keepPace(begun);
        if (outcome !== 'idle' || woken) continue;
        const rest = typeof options.rest === 'number' ? options.rest : options.rest();
        await (rest > 0 ? sleep(rest) : time.breathe());
      } catch (error) {
        const reason = reasonOf(error);
        if (stopped) return;
        if (reason !== trouble) options.log.warn(`${options.name} waits: ${reason}`);
        trouble = reason;
        await sleep(Math.min(FIRST_PAUSE * 2 ** failures++, LONGEST_PAUSE));
      }
    }
  }

  const done = run();
  return {
    async stop() {
      stopped = true;
      pause.abort();
      ending.abort();
      await done;
    },
    wake() {
      woken = true;
      pause.abort();
    },
    lastSuccess: () => last,
    trouble: () => trouble,
  };
}
