/**
 * The stream of NATS as the pipeline meets it: sequences and incarnations, repeats known by their id for a while only,
 * messages sorted into partitions or not, readers that take each other's place, and acknowledgements that come late.
 *
 * 1. None is an answer only where the stream had nothing for the reader after it was asked: also nothing unsorted.
 * 2. A reader whose place was taken may still give what it had read ahead, and say that there is no more; so may one of a
 *    stream that was lost.
 */
import { incarnationFor } from '../../../adapters/nats/incarnation.ts';
import { storedSubject } from '../../../adapters/nats/partition-subjects.ts';
import { type Intake, IntakeError, type Message, type Outlet } from '../../../engine/index.ts';
import type { Random } from '../random.ts';
import type { SimulatedProcess } from './process.ts';
import type { Reached } from './reached.ts';
import type { Planned, Scheduler } from './scheduler.ts';

export interface Kept {
  readonly message: Message;
  /** null: unsorted */
  readonly partition: string | null;
}

export type Outgoing = Parameters<Outlet['send']>[0][number];

/** How long the stream knows the id of a message, ms. */
const DUPLICATE_WINDOW = 120_000;
/** When a message that was not acknowledged is delivered again, ms. */
const REDELIVERED = 600_000;
/** How long a reader waits for what is unsorted to be passed on, ms. */
const SORTING_TIME = 20_000;

export interface StreamOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly reached: Reached;
  readonly partitions: number;
  /** whether the server sorts what producers send */
  readonly sorts: boolean;
  readonly name?: string;
  /** how long it knows the id of a message, ms; default two minutes */
  readonly window?: number;
}

interface Reader {
  readonly partition: string;
  /** what it has read ahead when its place was taken: it may still give that; null while it has its place */
  ahead: number | null;
  /** what it has read ahead of a stream that was lost */
  left: readonly Message[];
  given: number;
}

export class StreamModel {
  up = true;
  readonly partitions: number;
  kept: Kept[] = [];
  last = 0;
  readonly #options: StreamOptions;
  #made = 0;
  #ids = new Map<string, number>();
  #waiting = new Set<() => void>();
  /** by partition: who reads, and up to where was acknowledged */
  readonly #readers = new Map<string, Reader>();
  readonly acknowledged = new Map<string, number>();
  /** up to where the first partition has passed on what was unsorted */
  #sorted = 0;
  #purged = 0;
  /** of its own, so that what a reader has read ahead moves nothing else */
  readonly #chance: Random;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.partitions = options.partitions;
    this.#chance = options.random.fork(1);
  }

  get incarnation(): string {
    return `${this.#options.name ?? 'MILEPOST'}@${this.#made}`;
  }

  /** Everything is lost and a new stream takes its place. */
  remake(): void {
    for (const reader of this.#readers.values()) {
      const there = [...this.after(reader.partition, reader.given)];
      reader.left = there.slice(0, Math.round(there.length * this.#chance.next()));
    }
    this.#made++;
    this.kept = [];
    this.#purged = 0;
    this.last = 0;
    this.#ids.clear();
    this.acknowledged.clear();
    this.#sorted = 0;
    this.#wake();
  }

  /** Removes what was stored up to a sequence. */
  purge(upTo: number): void {
    this.#purged = Math.max(this.#purged, Math.min(upTo, this.last));
  }

  /** Stores messages; `sorted`: the sender puts what has a key into its partition. */
  store(messages: readonly Outgoing[], sorted: boolean): void {
    const { scheduler, reached, sorts, window = DUPLICATE_WINDOW } = this.#options;
    for (const { subject, payload, headers, id, storedAt } of messages) {
      const before = id === undefined ? undefined : this.#ids.get(id);
      if (before !== undefined && scheduler.now - before < window) {
        reached.add('dedupe by NATS');
        continue;
      }
      if (id !== undefined) this.#ids.set(id, scheduler.now);
      const put = sorted || sorts ? storedSubject(subject, this.partitions) : subject;
      const partition = put === subject ? null : (put.split('.')[2] ?? null);
      const first = partition === null || storedAt === undefined ? scheduler.now : storedAt;
      const message: Message = {
        sequence: ++this.last,
        storedAt: Math.min(first, scheduler.now),
        subject,
        headers: headers ?? {},
        payload,
      };
      this.kept.push({ message, partition: this.partitions === 1 ? '0' : partition });
    }
    this.#wake();
  }

  outlet(process: SimulatedProcess): Outlet {
    return {
      send: (messages) =>
        process.call({
          name: 'passOn',
          failure: (reason) => new Error(`stream: ${reason}`),
          effect: async () => {
            if (!this.up) throw new Error('stream: it is down');
            this.#options.reached.add('passed on', messages.length);
            this.store(messages, true);
          },
        }),
    };
  }

  /** The messages for a partition that were stored after a sequence. */
  *after(partition: string, sequence: number): Generator<Message> {
    for (let at = this.#indexAfter(Math.max(sequence, this.#purged)); at < this.kept.length; at++) {
      const one = this.kept[at];
      if (one !== undefined && isFor(one, partition)) yield one.message;
    }
  }

  intake(process: SimulatedProcess, partition: string): Intake {
    const { scheduler, random, reached } = this.#options;
    let incarnation = '';
    let given = 0;
    let reader: Reader | null = null;
    let stopped = true;
    let interrupt: () => void = () => undefined;

    const failure = (reason: string) => new IntakeError(`stream: ${reason}`, 'lost');
    const mustBeUp = () => {
      if (!this.up) throw failure('it is down');
    };
    const ask = <T>(name: string, effect: () => Promise<T>) => process.call({ name, effect, failure });

    /** What there is for this reader; null where it must wait. */
    const look = (max: number): readonly Message[] | null => {
      if (stopped || reader === null) return null;
      if (incarnation.split('~')[0] !== this.incarnation) {
        const some = reader.left.slice(0, max);
        reader.left = reader.left.slice(some.length);
        if (some.length > 0) reached.add('read what is lost');
        if (some.length > 0) return some;
        reached.add('incarnation change while reading');
        throw new IntakeError('stream: it was made anew', 'changed');
      }
      const some: Message[] = [];
      const most = random.chance(0.3) ? random.between(1, max) : max;
      for (const message of this.after(partition, given)) {
        if (some.length >= most || (reader.ahead !== null && message.sequence > reader.ahead)) break;
        some.push(message);
      }
      if (some.length > 0) return some;
      // until it has noticed, it is right in saying that there is nothing
      const unaware = this.#chance.chance(0.3) && this.after(partition, given).next().done === true;
      if (reader.ahead !== null && !unaware)
        throw new IntakeError('stream: another reader has this place', 'taken');
      mustBeUp();
      return null;
    };
    const unsortedUpTo = (upTo: number): boolean => {
      if (partition === '0') return false;
      for (let at = this.#indexAfter(Math.max(this.#sorted, this.#purged)); at < this.kept.length; at++) {
        const one = this.kept[at];
        if (one === undefined || one.message.sequence > upTo) return false;
        if (one.partition === null) return true;
      }
      return false;
    };

    return {
      start: (after) => {
        stopped = true;
        return ask('start', async () => {
          mustBeUp();
          const old = this.#readers.get(partition);
          if (old !== undefined) old.ahead ??= this.last;
          const taken: Reader = { partition, ahead: null, left: [], given: 0 };
          this.#readers.set(partition, taken);
          const end = { incarnation: this.incarnation, lastSequence: this.last };
          const found = incarnationFor(after, end);
          if (after.incarnation !== '' && found !== after.incarnation) reached.add('incarnation change');
          const from = found === after.incarnation ? after.sequence : 0;
          taken.given = from;
          if (partition === '0') this.#sorted = from;
          return { taken, found, from };
        }).then(({ taken, found, from }) => {
          reader = taken;
          incarnation = found;
          given = from;
          stopped = false;
          return { incarnation };
        });
      },

      next: async (max, wait) => {
        const over = () => new IntakeError('stream: reading was stopped', 'stopped');
        if (stopped) throw over();
        const own = reader;
        const until = scheduler.now + wait;
        let upTo: number | null = null;
        let sorting: number | null = null;
        for (;;) {
          const found: readonly Message[] | null = await ask('next', async () => {
            const some = look(max);
            if (stopped || some !== null || scheduler.now < until) return some;
            upTo ??= this.last;
            if (!unsortedUpTo(upTo)) return [];
            reached.add('waited for what is unsorted');
            sorting ??= scheduler.now;
            if (scheduler.now - sorting > SORTING_TIME) throw failure('nobody passes on what is unsorted');
            return null;
          });
          if (own !== reader || stopped) throw over();
          if (found !== null) {
            given = found.at(-1)?.sequence ?? given;
            if (own !== null) own.given = given;
            return found;
          }
          await this.#arrival(process, {
            from: given,
            partition,
            ms: sorting === null ? until - scheduler.now : 200,
            interrupted: (stop) => {
              interrupt = stop;
            },
          });
        }
      },

      ready: async (max) => {
        if (stopped) throw new IntakeError('stream: reading was stopped', 'stopped');
        const own = reader;
        const found = await ask('ready', async () => (random.chance(0.3) ? [] : (look(max) ?? [])));
        if (own !== reader || stopped) throw new IntakeError('stream: reading was stopped', 'stopped');
        given = found.at(-1)?.sequence ?? given;
        if (own !== null) own.given = given;
        return found;
      },

      confirm: async (sequence) => {
        if (!process.alive) return;
        // one that is lost is made good when its message is delivered again
        const lost = random.chance(0.1) ? REDELIVERED : 0;
        const late = random.chance(0.05) ? random.between(1_000, REDELIVERED) : lost + random.between(1, 20);
        const of = incarnation;
        const acknowledge = () => {
          if (of.split('~')[0] !== this.incarnation || !this.up) return;
          if (late >= 1_000) reached.add('stale ack');
          this.acknowledged.set(partition, Math.max(this.acknowledged.get(partition) ?? 0, sequence));
          if (partition === '0') this.#sorted = Math.max(this.#sorted, sequence);
        };
        scheduler.after(late, `ack ${partition}`, acknowledge, false);
      },

      last: () => ask('last', async () => this.last),

      stop: async () => {
        stopped = true;
        interrupt();
      },
    };
  }

  /** Resolves when something may have come for this reader, or later. */
  #arrival(
    process: SimulatedProcess,
    wait: {
      readonly from: number;
      readonly partition: string;
      readonly ms: number;
      readonly interrupted: (stop: () => void) => void;
    },
  ): Promise<void> {
    const { scheduler } = this.#options;
    return new Promise((resolve) => {
      let timer: Planned | null = null;
      const over = () => {
        this.#waiting.delete(wake);
        if (timer !== null) scheduler.cancel(timer);
        process.hear(0, 'woken', resolve);
      };
      const wake = () => {
        if (this.after(wait.partition, wait.from).next().done !== true) over();
      };
      timer = scheduler.after(wait.ms, 'waited', over, false);
      this.#waiting.add(wake);
      wait.interrupted(over);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** The index of the first message after a sequence: there are no gaps. */
  #indexAfter(sequence: number): number {
    return Math.max(0, Math.min(this.kept.length, sequence));
  }
}

function isFor({ partition }: Kept, wanted: string): boolean {
  return partition === wanted || (partition === null && wanted === '0');
}
