/**
 * Reads the stream of checkpoint events for one partition, in order and from a position on. The position is the
 * caller's, kept with what the events did; the durable consumer on the server is only a means, made anew at the position
 * whenever there is a doubt, so that nothing that NATS remembers or forgets can skip an event.
 *
 * 1. A message is given once per start, in the order of the stream: consumer deliveries are counted, and a gap in the
 *    count means that the consumer is made anew after the last message that arrived. What arrives again is dropped.
 * 2. None is an answer only after the server was asked, in that moment, and had nothing left for us.
 * 3. One message is acknowledged for all before it, after the caller has confirmed it.
 * 4. Only one reader has the consumer: its description names the owner, and one that finds another's gives up.
 * 5. A stream of another creation time, or one that has fewer messages than were read, is another incarnation.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, type NatsConnection, nuid } from 'nats';
import { type Intake, IntakeError, type Message } from '../../engine/index.ts';
import type { Delivery } from './delivery.ts';
import { incarnationFor } from './incarnation.ts';
import { type Link, type LinkState, linkOf } from './link.ts';
import { isTaken, type PartitionConsumer, takeConsumer } from './partition-consumer.ts';
import { startPull } from './pull.ts';
import { newReading, type Reading } from './reading.ts';
import {
  CHECKPOINT_SUBJECTS,
  type CheckedStream,
  ensureStream,
  holdsMore,
  STREAM_NAME,
  StreamRefused,
  type StreamSettings,
  streamEnd,
} from './stream.ts';

/** What operators should hear of; none of it needs an answer from the worker. */
export type IntakeNotice =
  | { readonly kind: 'lost'; readonly text: string }
  | { readonly kind: 'back'; readonly text: string }
  | { readonly kind: 'stream'; readonly text: string }
  /** messages that were never given are no longer in the stream: removed by hand or by age */
  | { readonly kind: 'gap'; readonly text: string; readonly from: number; readonly to: number };

export interface NatsIntakeOptions {
  readonly nc: NatsConnection;
  /** letters, digits, `-` and `_` */
  readonly partition: string;
  readonly stream?: StreamSettings;
  /** the partition's share of the subjects; default: all checkpoint events */
  readonly subjects?: string;
  /** how often an idle server must be heard from, milliseconds; default 1000 */
  readonly heartbeat?: number;
  /** how much is read ahead; default 2000 messages, 16 MiB */
  readonly ahead?: { readonly messages: number; readonly bytes: number };
  readonly onNotice?: (notice: IntakeNotice) => void;
}

/** The intake of one partition on a connection, which stays the caller's to close. */
export function natsIntake(options: NatsIntakeOptions): Intake {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(options.partition)) {
    throw new Error(`A partition is named with letters, digits, - and _ only, not "${options.partition}".`);
  }
  return new NatsIntake(options);
}

const API_TIMEOUT = 3_000;
const LOST = 'the connection to NATS is lost';

class NatsIntake implements Intake {
  readonly #options: NatsIntakeOptions;
  readonly #stream: string;
  readonly #ahead: { readonly messages: number; readonly bytes: number };
  readonly #heartbeat: number;
  readonly #link: Link;
  #reading: Reading | null = null;
  #unwatch: () => void = () => undefined;
  /** wakes whoever waits in `next` */
  #wake = Promise.withResolvers<void>();
  /** cuts short the pause before the next attempt */
  #hurry = new AbortController();

  constructor(options: NatsIntakeOptions) {
    this.#options = options;
    this.#stream = options.stream?.name ?? STREAM_NAME;
    this.#ahead = options.ahead ?? { messages: 2_000, bytes: 16 * 1024 ** 2 };
    this.#heartbeat = options.heartbeat ?? 1_000;
    this.#link = linkOf(options.nc);
  }

  async start(after: {
    readonly incarnation: string;
    readonly sequence: number;
  }): Promise<{ readonly incarnation: string }> {
    await this.stop();
    try {
      if (!(await this.#link.untilUp(API_TIMEOUT))) throw this.#lost(LOST);
      const jsm = await this.#options.nc.jetstreamManager({ timeout: API_TIMEOUT, checkAPI: false });
      const stream = await this.#checkStream(jsm);
      const incarnation = incarnationFor(after, stream);
      const from = incarnation === after.incarnation ? after.sequence : 0;
      const reading = newReading(jsm, this.#newConsumer(), { incarnation, sequence: from });
      await this.#takeConsumer(reading);
      this.#reading = reading;
      this.#read(reading);
      this.#unwatch = this.#link.onChange((state) => this.#linkChanged(reading, state));
      this.#linkChanged(reading, this.#link.state());
      return { incarnation };
    } catch (error) {
      if (error instanceof StreamRefused || error instanceof IntakeError) throw error;
      throw this.#lost(`the stream ${this.#stream} cannot be read: ${reasonOf(error)}`, error);
    }
  }

  async next(max: number, wait: number): Promise<readonly Message[]> {
    let until = performance.now() + wait;
    let overdue = false;
    for (;;) {
      const reading = this.#reading;
      if (reading === null) return [];
      if (reading.buffer.length > 0) return this.#give(reading, max);
      if (reading.fault !== null) throw reading.fault;
      const left = until - performance.now();
      if (left > 0) {
        await this.#arrival(left);
      } else if (reading.trouble !== null || overdue) {
        throw this.#lost(reading.trouble ?? 'messages of the stream do not arrive');
      } else if (await this.#hasMore(reading)) {
        // They are on their way to us: to answer "none" now would be wrong.
        overdue = true;
        until = performance.now() + this.#heartbeat * 5;
      } else if (reading.buffer.length === 0 && reading.fault === null) {
        return [];
      }
    }
  }

  async confirm(sequence: number): Promise<void> {
    const reading = this.#reading;
    if (reading === null) return;
    let last: string | null = null;
    for (const [given, reply] of reading.replies) {
      if (given > sequence) break;
      last = reply;
      reading.replies.delete(given);
    }
    // Lost acknowledgements do no harm: the position is the caller's, and the next one covers this.
    if (last !== null && !this.#options.nc.isClosed()) this.#options.nc.publish(last);
  }

  async last(): Promise<number> {
    const reading = this.#reading;
    if (reading === null)
      throw new Error('An intake must be started before it is asked for its last message.');
    if (!(await this.#hasMore(reading))) return reading.received;
    return (await reading.jsm.streams.info(this.#stream)).state.last_seq;
  }

  async stop(): Promise<void> {
    const reading = this.#reading;
    this.#reading = null;
    if (reading === null) return;
    reading.over = true;
    reading.pull?.stop();
    this.#unwatch();
    this.#hurry.abort();
    this.#rouse();
    // Acknowledgements that were just given should leave before the connection is closed.
    if (reading.trouble === null) {
      await Promise.race([
        this.#options.nc.flush().catch(() => undefined),
        delay(1_000, undefined, { ref: false }),
      ]);
    }
  }

  /** Whether anything may still come: messages, or the news that the stream is another one. IntakeError when it is not known. */
  async #hasMore(reading: Reading): Promise<boolean> {
    try {
      if (!(await this.#link.untilUp(API_TIMEOUT))) throw this.#lost(LOST);
      // Before the question: what arrives while it is under way may be newer than the answer.
      const read = { incarnation: reading.incarnation, sequence: reading.received };
      const end = await streamEnd(reading.jsm, this.#stream);
      if (incarnationFor(read, end) !== reading.incarnation) {
        void this.#renew(reading, 'the stream is another one than before', 0);
        return true;
      }
      const query = { from: reading.received + 1, subjects: reading.consumer.subjects };
      return end.lastSequence >= query.from && (await holdsMore(reading.jsm, this.#stream, query));
    } catch (error) {
      if (error instanceof IntakeError) throw error;
      throw this.#lost(`the end of the stream ${this.#stream} cannot be seen: ${reasonOf(error)}`, error);
    }
  }

  #give(reading: Reading, max: number): readonly Message[] {
    const taken = reading.buffer.splice(0, Math.max(1, max));
    for (const delivery of taken) {
      reading.bufferedBytes -= delivery.size;
    }
    reading.pull?.more();
    return taken.map(({ sequence, storedAt, subject, headers, payload }) => ({
      sequence,
      storedAt,
      subject,
      headers,
      payload,
    }));
  }

  async #checkStream(jsm: JetStreamManager): Promise<CheckedStream> {
    const stream = await ensureStream(jsm, this.#options.stream);
    if (stream.made) this.#tell({ kind: 'stream', text: `the stream ${stream.name} was made` });
    return stream;
  }

  #newConsumer(): PartitionConsumer {
    const { partition, subjects } = this.#options;
    return {
      stream: this.#stream,
      name: `milepost-${partition}`,
      subjects: subjects ?? CHECKPOINT_SUBJECTS,
      owner: `Milepost reads partition ${partition} (${nuid.next()})`,
    };
  }

  async #takeConsumer(reading: Reading): Promise<void> {
    await takeConsumer(reading.jsm, reading.consumer, reading.received);
    reading.replies.clear();
    reading.deliveries = 0;
  }

  #read(reading: Reading): void {
    reading.trouble = null;
    reading.pull = startPull({
      nc: this.#options.nc,
      stream: this.#stream,
      consumer: reading.consumer.name,
      heartbeat: this.#heartbeat,
      room: () => this.#room(reading),
      onDelivery: (delivery) => this.#arrived(reading, delivery),
      onEnd: (reason, detail) =>
        void this.#renew(reading, `${reason}: ${detail}`, reason === 'gone' ? 250 : 0),
    });
  }

  /** Asks for much at a time: not before half of what may be read ahead is free. */
  #room(reading: Reading): { readonly messages: number; readonly bytes: number } {
    const messages = this.#ahead.messages - reading.buffer.length;
    const bytes = this.#ahead.bytes - reading.bufferedBytes;
    const enough = messages * 2 >= this.#ahead.messages && bytes * 2 >= this.#ahead.bytes;
    return enough ? { messages, bytes } : { messages: 0, bytes: 0 };
  }

  #arrived(reading: Reading, delivery: Delivery): void {
    if (reading.over || reading.fault !== null) return;
    if (delivery.count !== reading.deliveries + 1) {
      void this.#renew(reading, `delivery ${delivery.count} came after ${reading.deliveries}`, 0);
      return;
    }
    reading.deliveries = delivery.count;
    if (delivery.sequence > reading.received) {
      this.#tellGap(reading, delivery.sequence);
      reading.received = delivery.sequence;
      reading.buffer.push(delivery);
      reading.bufferedBytes += delivery.size;
      reading.replies.set(delivery.sequence, delivery.reply);
    }
    this.#rouse();
  }

  #tellGap(reading: Reading, sequence: number): void {
    const from = reading.received + 1;
    const whole = this.#options.subjects === undefined;
    if (!whole || reading.received === 0 || sequence === from) return;
    const to = sequence - 1;
    const text = `messages ${from} to ${to} of ${this.#stream} were removed before they were read`;
    this.#tell({ kind: 'gap', text, from, to });
  }

  /** Takes up reading again after a doubt, attempt by attempt, until it reads, gives up or is stopped. */
  async #renew(reading: Reading, why: string, pause: number): Promise<void> {
    if (reading.renewing || reading.over || reading.fault !== null) return;
    reading.renewing = true;
    reading.pull?.stop();
    reading.pull = null;
    reading.trouble = why;
    this.#tell({ kind: 'lost', text: `reading ${this.#stream} was interrupted: ${why}` });
    for (let wait = pause; !reading.over; wait = Math.min(Math.max(wait * 2, 100), 2_000)) {
      await this.#pause(wait);
      while (this.#link.state() === 'down' && !reading.over) await this.#pause(60_000);
      if (reading.over || reading.fault !== null) break;
      try {
        await this.#resume(reading);
        break;
      } catch (error) {
        reading.fault = this.#finalFault(error);
        if (reading.fault !== null) break;
        reading.trouble = reasonOf(error);
      }
    }
    reading.renewing = false;
    this.#rouse();
  }

  async #resume(reading: Reading): Promise<void> {
    if (this.#options.nc.isClosed()) throw this.#lost('the connection to NATS is closed');
    const { jsm } = reading;
    const stream = await this.#checkStream(jsm);
    const now = incarnationFor({ incarnation: reading.incarnation, sequence: reading.received }, stream);
    if (now !== reading.incarnation) {
      throw new IntakeError(`the stream ${this.#stream} was re-made: it is now ${now}`, 'changed');
    }
    if (await isTaken(jsm, reading.consumer)) {
      throw new IntakeError(`another reader has taken partition ${this.#options.partition}`, 'taken');
    }
    await this.#takeConsumer(reading);
    if (reading.over) return;
    this.#read(reading);
    this.#tell({ kind: 'back', text: `reading ${this.#stream} again after ${reading.received}` });
  }

  #finalFault(error: unknown): IntakeError | null {
    if (error instanceof StreamRefused) return new IntakeError(error.message, 'lost', true, error);
    if (!(error instanceof IntakeError)) return null;
    return error.reason !== 'lost' || error.permanent ? error : null;
  }

  #linkChanged(reading: Reading, state: LinkState): void {
    if (state === 'down') void this.#renew(reading, LOST, 0);
    if (state === 'closed') {
      reading.fault ??= this.#lost('the connection to NATS is closed');
      reading.pull?.stop();
      this.#rouse();
    }
    this.#hurry.abort();
  }

  async #pause(wait: number): Promise<void> {
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
    if (wait === 0) return;
    await delay(wait * (0.75 + Math.random() / 2), undefined, { signal: this.#hurry.signal }).catch(
      () => undefined,
    );
  }

  async #arrival(wait: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, wait);
    });
    await Promise.race([this.#wake.promise, over]);
    clearTimeout(timer);
  }

  #rouse(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }

  #lost(text: string, cause?: unknown): IntakeError {
    return new IntakeError(text, 'lost', this.#options.nc.isClosed(), cause);
  }

  #tell(notice: IntakeNotice): void {
    this.#options.onNotice?.(notice);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
