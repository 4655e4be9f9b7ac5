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

import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, type NatsConnection, nuid } from 'nats';
import { type Intake, IntakeError, type Message } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { Delivery } from './delivery.ts';
import { incarnationFor } from './incarnation.ts';
import { gapNotice, type IntakeNotice, remadeNotice } from './intake-notice.ts';
import { type Link, type LinkState, linkOf } from './link.ts';
import { mergeShares, type Share } from './merged-intake.ts';
import { isTaken, type PartitionConsumer, takeConsumer } from './partition-consumer.ts';
import { CHECKPOINT_SUBJECTS, EVENT_SUBJECTS, partitionSubjects } from './partition-subjects.ts';
import { startPull } from './pull.ts';
import { keepPromise, newReading, noteReply, type Reading, takeFirst, takeReply } from './reading.ts';
import { whyAgain } from './rewind.ts';
import { type Question, type Silence, silenceOf } from './silence.ts';
import {
  type CheckedStream,
  ensureStream,
  STREAM_NAME,
  StreamRefused,
  type StreamSettings,
} from './stream.ts';

export interface NatsIntakeOptions {
  readonly nc: NatsConnection;
  /** '0' and up; where `stream.partitions` is 1 any name of letters, digits, `-` and `_` */
  readonly partition: string;
  readonly stream?: StreamSettings;
  /** how often an idle server must be heard from, milliseconds; default 1000 */
  readonly heartbeat?: number;
  /** how much is read ahead; default 2000 messages, 16 MiB */
  readonly ahead?: { readonly messages: number; readonly bytes: number };
  readonly onNotice?: (notice: IntakeNotice) => void;
}

/**
 * The intake of one partition on a connection, which stays the caller's to close. One partition alone reads everything.
 * Of several each reads what was sorted into it, and the first also everything that came unsorted: whoever works on it
 * passes on what belongs to others, and confirms only then.
 */
export function natsIntake(options: NatsIntakeOptions): Intake {
  const { partition } = options;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(partition)) {
    throw new Error(`A partition is named with letters, digits, - and _ only, not "${partition}".`);
  }
  const name = `milepost-${partition}`;
  if ((options.stream?.partitions ?? 1) === 1)
    return new NatsIntake(options, { name, subjects: EVENT_SUBJECTS, sorter: null });
  const subjects = partitionSubjects(partition);
  if (partition !== '0') return new NatsIntake(options, { name, subjects, sorter: SORTER });
  return mergeShares(
    new NatsIntake(options, { name, subjects, sorter: null }),
    new NatsIntake(options, { name: SORTER, subjects: CHECKPOINT_SUBJECTS, sorter: null }),
  );
}

/** The consumer of what came unsorted. */
const SORTER = 'milepost-unsorted';

type ShareOf = Pick<PartitionConsumer, 'name' | 'subjects' | 'sorter'>;

const API_TIMEOUT = 3_000;
/** How long what waits to be passed on may wait before reading counts as failed, ms: longer than a partition is without owner. */
const SORTING_TIME = 20_000;
const LOST = 'the connection to NATS is lost';

class NatsIntake implements Share {
  readonly #options: NatsIntakeOptions;
  readonly #share: ShareOf;
  readonly #stream: string;
  readonly #ahead: { readonly messages: number; readonly bytes: number };
  readonly #heartbeat: number;
  readonly #link: Link;
  #reading: Reading | null = null;
  #unwatch: () => void = () => undefined;
  /** wakes whoever waits for an arrival; null while nobody does */
  #wake: PromiseWithResolvers<void> | null = null;
  /** cuts short the pause before the next attempt */
  #hurry = new AbortController();

  constructor(options: NatsIntakeOptions, share: ShareOf) {
    this.#options = options;
    this.#share = share;
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
      const again = await whyAgain(jsm, reading.consumer, { after, incarnation });
      if (again !== null) this.#tell({ kind: 'again', text: again });
      if (!['', incarnation].includes(after.incarnation)) this.#tell(remadeNotice(after, incarnation));
      await this.#takeConsumer(reading, stream.lastSequence);
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
    const question: Question = { upTo: null };
    let doubt: { readonly received: number; readonly since: number } | null = null;
    for (;;) {
      const reading = this.#reading;
      if (reading === null) throw new IntakeError('reading was stopped', 'stopped');
      if (reading.buffer.length > 0) return this.#give(reading, max);
      if (reading.fault !== null) throw reading.fault;
      const now = performance.now();
      if (until > now) {
        await this.arrival(until - now);
        if (doubt !== null) until = 0;
        continue;
      }
      if (reading.trouble !== null) throw this.#lost(reading.trouble);
      const silence = await this.#ask(reading, question);
      if (silence === 'silent') {
        if (reading.buffer.length === 0 && reading.fault === null) return [];
        continue;
      }
      // To answer "none" now would be wrong.
      if (doubt === null || doubt.received < reading.received)
        doubt = { received: reading.received, since: now };
      this.#giveUpAfter(silence, now - doubt.since);
      until = now + (silence === 'sorting' ? Math.min(20 + (now - doubt.since) / 4, 500) : this.#heartbeat);
    }
  }

  async ready(max: number): Promise<readonly Message[]> {
    await breathe();
    return this.take(max);
  }

  take(max: number): readonly Message[] {
    return this.#reading === null || this.#reading.buffer.length === 0 ? [] : this.#give(this.#reading, max);
  }

  async confirm(sequence: number): Promise<void> {
    const reading = this.#reading;
    if (reading === null) return;
    reading.confirmed = Math.max(reading.confirmed, Math.min(sequence, reading.received));
    this.#acknowledge(reading, sequence);
  }

  /** One for all up to a sequence; a lost one costs time only, since the position is the caller's. */
  #acknowledge(reading: Reading, sequence: number): void {
    const reply = takeReply(reading, sequence);
    if (reply !== null && !this.#options.nc.isClosed()) this.#options.nc.publish(reply);
  }

  async last(): Promise<number> {
    const reading = this.#reading;
    if (reading === null)
      throw new Error('An intake must be started before it is asked for its last message.');
    if ((await this.#ask(reading, { upTo: null })) === 'silent') return reading.received;
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

  /** Whether the stream is silent; IntakeError when it cannot be asked. */
  async #ask(reading: Reading, question: Question): Promise<Silence> {
    try {
      if (!(await this.#link.untilUp(API_TIMEOUT))) throw this.#lost(LOST);
      const silence = await silenceOf(reading, question);
      if (silence === 'changed') void this.#renew(reading, 'the stream is another one than before', 0);
      return silence;
    } catch (error) {
      if (error instanceof IntakeError) throw error;
      throw this.#lost(`the end of the stream ${this.#stream} cannot be seen: ${reasonOf(error)}`, error);
    }
  }

  #giveUpAfter(silence: Silence, waited: number): void {
    if (silence === 'sorting' && waited < SORTING_TIME) return;
    if (silence === 'sorting')
      throw this.#lost(
        'messages that came without a partition are not passed on; does a worker have partition 0?',
      );
    if (waited >= this.#heartbeat * 5) throw this.#lost('messages of the stream do not arrive');
  }

  #give(reading: Reading, max: number): readonly Message[] {
    const taken = takeFirst(reading, max);
    reading.pull?.more();
    return taken;
  }

  async #checkStream(jsm: JetStreamManager): Promise<CheckedStream> {
    const stream = await ensureStream(jsm, this.#options.stream);
    if (stream.made) this.#tell({ kind: 'stream', text: `the stream ${stream.name} was made` });
    return stream;
  }

  #newConsumer(): PartitionConsumer {
    const owner = `Milepost reads partition ${this.#options.partition} (${nuid.next()})`;
    return { stream: this.#stream, owner, ...this.#share };
  }

  async #takeConsumer(reading: Reading, upTo: number): Promise<void> {
    // What is not committed comes once more, so that it can be acknowledged.
    const count = await takeConsumer(reading.jsm, reading.consumer, reading.confirmed);
    reading.replies.length = 0;
    reading.deliveries = 0;
    reading.promised = { count, upTo };
    keepPromise(reading);
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
      noteReply(reading, delivery.sequence, delivery.reply);
      const { sequence, storedAt, subject, headers, payload, size } = delivery;
      if (subject !== null) {
        reading.buffer.push({ message: { sequence, storedAt, subject, headers, payload }, size });
        reading.bufferedBytes += size;
      }
    } else if (delivery.sequence <= reading.confirmed) {
      this.#options.nc.publish(delivery.reply); // the first was lost, and other partitions may wait for it
    } else noteReply(reading, delivery.sequence, delivery.reply);
    keepPromise(reading);
    this.#rouse();
  }

  #tellGap(reading: Reading, sequence: number): void {
    if (this.#share.subjects !== EVENT_SUBJECTS || reading.received === 0) return;
    if (sequence > reading.received + 1) this.#tell(gapNotice(this.#stream, reading, sequence));
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
    await this.#takeConsumer(reading, stream.lastSequence);
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

  async arrival(wait: number, signal?: AbortSignal): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, wait);
    signal?.addEventListener('abort', () => over.resolve());
    this.#wake ??= Promise.withResolvers<void>();
    await Promise.race([this.#wake.promise, over.promise]);
    clearTimeout(timer);
  }

  #rouse(): void {
    this.#wake?.resolve();
    this.#wake = null;
  }

  #lost(text: string, cause?: unknown): IntakeError {
    return new IntakeError(text, 'lost', this.#options.nc.isClosed(), cause);
  }

  #tell(notice: IntakeNotice): void {
    this.#options.onNotice?.(notice);
  }
}
