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
}

/** Makes the consumer anew, whoever had it, so that it delivers what comes after a sequence. */
export async function takeConsumer(
  jsm: JetStreamManager,
  consumer: PartitionConsumer,
  after: number,
): Promise<void> {
  await jsm.consumers.delete(consumer.stream, consumer.name).catch((error: unknown) => {
    if (apiCode(error) !== CONSUMER_NOT_FOUND) throw error;
  });
  await jsm.consumers.add(consumer.stream, {
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
