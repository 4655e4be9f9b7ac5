import { AckPolicy, DeliverPolicy, type JetStreamManager, nanos } from 'nats';
import { apiCode, CONSUMER_NOT_FOUND, STREAM_NOT_FOUND } from './stream.ts';

/** The durable consumer of one partition and the reader that it belongs to. */
export interface PartitionConsumer {
  readonly stream: string;
  readonly name: string;
  /** the share of the subjects that it delivers */
  readonly subjects: string;
  /** what its description says while it is ours */
  readonly owner: string;
  /** the consumer that reads what came unsorted and passes it on; null where that is nothing to this one */
  readonly sorter: string | null;
}

/**
 * Makes the consumer anew, whoever had it, so that it delivers what comes after a sequence; gives how many messages of the
 * stream, as it is in this moment, that are.
 */
export async function takeConsumer(
  jsm: JetStreamManager,
  consumer: PartitionConsumer,
  after: number,
): Promise<number> {
  await jsm.consumers.delete(consumer.stream, consumer.name).catch((error: unknown) => {
    if (apiCode(error) !== CONSUMER_NOT_FOUND) throw error;
  });
  const { num_pending } = await jsm.consumers.add(consumer.stream, {
    durable_name: consumer.name,
    description: consumer.owner,
    ack_policy: AckPolicy.All,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    filter_subject: consumer.subjects,
    // A batch may wait long for its commit; what is delivered again meanwhile is dropped by the reader, and only costs.
    ack_wait: nanos(600_000),
    max_ack_pending: -1,
    max_deliver: -1,
  });
  return num_pending;
}

/** Whether the consumer is there and belongs to another reader by now. */
export async function isTaken(jsm: JetStreamManager, consumer: PartitionConsumer): Promise<boolean> {
  try {
    const info = await jsm.consumers.info(consumer.stream, consumer.name);
    return info.config.description !== consumer.owner;
  } catch (error) {
    if ([CONSUMER_NOT_FOUND, STREAM_NOT_FOUND].includes(apiCode(error))) return false;
    throw error;
  }
}

/**
 * Up to which sequence the owner of a consumer has done with its messages, as far as the server knows: what it confirmed,
 * or where it began. Null while nobody has the consumer.
 */
export async function doneBy(
  jsm: JetStreamManager,
  stream: string,
  consumer: string,
): Promise<number | null> {
  try {
    const { ack_floor, config } = await jsm.consumers.info(stream, consumer);
    // A consumer that has confirmed nothing yet says 0 on older servers, wherever it began.
    return Math.max(ack_floor.stream_seq, (config.opt_start_seq ?? 1) - 1);
  } catch (error) {
    if ([CONSUMER_NOT_FOUND, STREAM_NOT_FOUND].includes(apiCode(error))) return null;
    throw error;
  }
}
