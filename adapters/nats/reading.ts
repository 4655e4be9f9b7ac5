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
  /** where messages are acknowledged, by sequence, ascending, of the present consumer only */
  readonly replies: Map<number, string>;
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
    replies: new Map(),
    pull: null,
    trouble: null,
    fault: null,
    renewing: false,
    over: false,
  };
}

/** Once what the stream had for us when the consumer was made has arrived, there is nothing else up to its end of then. */
export function keepPromise(reading: Reading): void {
  if (reading.promised === null || reading.deliveries < reading.promised.count) return;
  reading.clear = Math.max(reading.clear, reading.promised.upTo);
  reading.promised = null;
}
