/**
 * A process of the simulated system: what it asks of a server travels there and back, and either way can go wrong. It can
 * be killed and frozen wherever it waits.
 *
 * 1. What has left the process reaches its server, whatever becomes of the process.
 * 2. A killed process hears nothing any more; a frozen one hears it all later, in the same order.
 */
import type { Random } from '../random.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';

/** How likely things go wrong, each of 1. */
export interface Odds {
  /** a call fails and nothing was done */
  readonly refused: number;
  /** a call is said to have failed, and was done */
  readonly unknown: number;
  /** a call is given up and done later */
  readonly delayed: number;
  /** the process is killed at a call */
  readonly killed: number;
  /** the process is frozen at a call */
  readonly frozen: number;
}

export const CALM: Odds = { refused: 0, unknown: 0, delayed: 0, killed: 0, frozen: 0 };

export interface Call<T> {
  readonly name: string;
  /** done at the server, at once */
  readonly effect: () => Promise<T>;
  readonly failure: (reason: string) => Error;
}

/** Moments between which something can be half done. */
const SELDOM = /Recovery|Commit|Confirm|PassOn|Settle|Start/;
const SELDOM_CALLS = /commitNotices|claim|send|settle/;
/** When a call is given up, ms. */
const TIMEOUT = 10_000;

export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly reached: Reached;
  readonly odds: () => Odds;
  /** how long a freeze may last, ms */
  readonly longestFreeze: number;
}

export class SimulatedProcess {
  readonly name: string;
  /** ms by which its wall clock is ahead */
  readonly skew: number;
  alive = true;
  readonly #around: Surroundings;
  readonly #killed: () => void;
  #frozenUntil = 0;

  constructor(
    name: string,
    more: { readonly skew: number; readonly around: Surroundings; readonly killed: () => void },
  ) {
    this.name = name;
    this.skew = more.skew;
    this.#around = more.around;
    this.#killed = more.killed;
  }

  wallClock(): number {
    return this.#around.scheduler.now + this.skew;
  }

  kill(where: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#around.scheduler.note(`${this.name} killed ${where}`);
    this.#around.reached.add('killed');
    this.#around.reached.add(`killed ${where}`);
    this.#killed();
  }

  freeze(where: string): void {
    const { scheduler, random, reached, longestFreeze } = this.#around;
    const lasts = random.between(1_000, longestFreeze);
    this.#frozenUntil = Math.max(this.#frozenUntil, scheduler.now + lasts);
    scheduler.note(`${this.name} frozen ${where}`);
    reached.add('frozen');
  }

  /** Something that the process hears. */
  hear(delay: number, label: string, run: () => void): void {
    this.#around.scheduler.after(delay, `${this.name} ${label}`, () => this.#heard(label, run));
  }

  #heard(label: string, run: () => void): void {
    if (!this.alive) return;
    const { now } = this.#around.scheduler;
    if (this.#frozenUntil > now) this.hear(this.#frozenUntil - now, label, run);
    else run();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      if (signal.aborted) wake();
      else signal.addEventListener('abort', wake);
      this.hear(ms, 'slept', wake);
    });
  }

  breathe(): Promise<void> {
    return new Promise((resolve) => this.hear(0, 'slept', resolve));
  }

  /** Asks a server for something. */
  call<T>({ name, effect, failure }: Call<T>): Promise<T> {
    if (!this.alive) return never();
    const { random, odds, reached } = this.#around;
    const { refused, unknown, delayed, killed, frozen } = odds();
    if (random.chance(SELDOM_CALLS.test(name) ? killed * 8 : killed)) {
      this.kill(`before ${name}`);
      return never();
    }
    const there = latency(random);
    const back = latency(random);
    let fate: 'fine' | 'refused' | 'unknown' | 'delayed' = 'fine';
    if (random.chance(refused)) fate = 'refused';
    else if (random.chance(unknown)) fate = 'unknown';
    else if (random.chance(delayed)) fate = 'delayed';
    const freezes = random.chance(frozen);
    return new Promise((resolve, reject) => {
      const fails = (delay: number, reason: string) =>
        this.hear(delay, `${name} failed`, () => reject(failure(reason)));
      if (freezes) this.#around.scheduler.after(there / 2, `freeze`, () => this.freeze(name), false);
      if (fate === 'refused') {
        fails(there, 'the connection was refused');
        return;
      }
      if (fate !== 'fine') reached.add(`${fate} ${name}`);
      if (fate === 'delayed') fails(TIMEOUT, 'no answer in time');
      const lag = fate === 'delayed' ? random.between(TIMEOUT / 2, TIMEOUT * 6) : there;
      this.#around.scheduler.after(lag, `${this.name} ${name}`, () => {
        effect().then(
          (value) => {
            if (fate === 'fine') this.hear(back, `${name} answered`, () => resolve(value));
            else if (fate === 'unknown') fails(back, 'the connection broke');
          },
          (error: unknown) => {
            if (fate !== 'delayed') this.hear(back, `${name} failed`, () => reject(error));
          },
        );
      });
    });
  }

  /** A moment of production code at which it can be killed or frozen. */
  moment(name: string): void | Promise<void> {
    if (!this.alive) return never();
    const { random, odds } = this.#around;
    const { killed, frozen } = odds();
    // moments that come seldom are worth more
    if (random.chance(SELDOM.test(name) ? killed * 8 : killed)) {
      this.kill(`at ${name}`);
      return never();
    }
    if (!random.chance(frozen)) return;
    this.freeze(`at ${name}`);
    return new Promise((resolve) => this.hear(0, name, resolve));
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** Mostly a few milliseconds, sometimes much more. */
function latency(random: Random): number {
  return random.chance(0.02) ? random.between(100, 4_000) : random.between(1, 20);
}
