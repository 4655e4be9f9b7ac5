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
  /** every message that came unsorted up to here was passed on, as far as is known */
  sorted: number;
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
    sorted: 0,
    deliveries: 0,
    replies: new Map(),
    pull: null,
    trouble: null,
    fault: null,
    renewing: false,
    over: false,
  };
}
