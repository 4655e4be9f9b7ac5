import type { JetStreamManager } from 'nats';
import type { IntakeError, Message } from '../../engine/index.ts';
import type { PartitionConsumer } from './partition-consumer.ts';
import type { Pull } from './pull.ts';

/** One start of the intake: everything that a new start forgets. */
export interface Reading {
  readonly jsm: JetStreamManager;
  readonly consumer: PartitionConsumer;
  readonly incarnation: string;
  readonly buffer: { readonly message: Message; readonly size: number }[];
  bufferedBytes: number;
  /** last sequence that arrived in order */
  received: number;
  /** everything up to here is committed */
  confirmed: number;
  /** up to here the stream has nothing for us but what has arrived, as far as is known */
  clear: number;
  /** once so many deliveries of the present consumer have arrived, it is clear up to `upTo` */
  promised: { readonly count: number; readonly upTo: number } | null;
  /** every message that came unsorted up to here was passed on; 0 before that was asked */
  sorted: number;
  /** the first message after that which came unsorted, when it was looked for last; null where there was none */
  unsorted: number | null;
  /** deliveries of the present consumer that arrived */
  deliveries: number;
  /** where messages are acknowledged that are not confirmed, of the present consumer only, in the order of their sequences */
  readonly replies: { readonly sequence: number; reply: string }[];
  pull: Pull | null;
  /** why nothing can be read now; null while the server is heard from */
  trouble: string | null;
  fault: IntakeError | null;
  renewing: boolean;
  over: boolean;
}

/** A reading that begins after a sequence, with nothing asked for yet. */
export function newReading(
  jsm: JetStreamManager,
  consumer: PartitionConsumer,
  after: { readonly incarnation: string; readonly sequence: number },
): Reading {
  return {
    jsm,
    consumer,
    incarnation: after.incarnation,
    buffer: [],
    bufferedBytes: 0,
    received: after.sequence,
    confirmed: after.sequence,
    clear: after.sequence,
    promised: null,
    sorted: 0,
    unsorted: null,
    deliveries: 0,
    replies: [],
    pull: null,
    trouble: null,
    fault: null,
    renewing: false,
    over: false,
  };
}

/** Most bytes that are given at once, if they are more than one message. */
const AT_ONCE = 256 * 1024;

/** Takes out what stands first, at most `max` and not many bytes: who takes them is busy with them all at once. */
export function takeFirst(reading: Reading, max: number): readonly Message[] {
  let [count, bytes] = [0, 0];
  for (const { size } of reading.buffer) {
    if (count > 0 && (count >= max || bytes + size > AT_ONCE)) break;
    count += 1;
    bytes += size;
  }
  reading.bufferedBytes -= bytes;
  return reading.buffer.splice(0, count).map(({ message }) => message);
}

/** Notes where a message is acknowledged; of one that came again the last reply counts. */
export function noteReply({ replies }: Reading, sequence: number, reply: string): void {
  if (sequence > (replies.at(-1)?.sequence ?? 0)) replies.push({ sequence, reply });
  else {
    const known = replies.find((one) => one.sequence === sequence);
    if (known !== undefined) known.reply = reply;
  }
}

/** Takes out the replies up to a sequence; gives the last of them, which stands for all. */
export function takeReply({ replies }: Reading, sequence: number): string | null {
  const end = replies.findIndex((one) => one.sequence > sequence);
  return replies.splice(0, end === -1 ? replies.length : end).at(-1)?.reply ?? null;
}

/** Once what the stream had for us when the consumer was made has arrived, there is nothing else up to its end of then. */
export function keepPromise(reading: Reading): void {
  if (reading.promised === null || reading.deliveries < reading.promised.count) return;
  reading.clear = Math.max(reading.clear, reading.promised.upTo);
  reading.promised = null;
}
