import type { JetStreamManager } from 'nats';
import type { IntakeError } from '../../engine/index.ts';
import type { Delivery } from './delivery.ts';
import type { PartitionConsumer } from './partition-consumer.ts';
import type { Pull } from './pull.ts';

/** One start of the intake: everything that a new start forgets. */
export interface Reading {
  readonly jsm: JetStreamManager;
  readonly consumer: PartitionConsumer;
  readonly incarnation: string;
  readonly buffer: Delivery[];
  bufferedBytes: number;
  /** last sequence that arrived in order */
  received: number;
  /** deliveries of the present consumer that arrived */
  deliveries: number;
  /** where messages are acknowledged, by sequence, of the present consumer only */
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
    deliveries: 0,
    replies: new Map(),
    pull: null,
    trouble: null,
    fault: null,
    renewing: false,
    over: false,
  };
}
