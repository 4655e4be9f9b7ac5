/**
 * What waits in the stream for each partition beyond its position in the database. Asked of the stream itself: what a
 * consumer on the server has delivered or acknowledged says nothing of what was committed.
 */
import type { NatsConnection } from 'nats';
import { incarnationFor } from './incarnation.ts';
import { CHECKPOINT_SUBJECTS, EVENT_SUBJECTS, partitionSubjects } from './partition-subjects.ts';
import { type CheckedStream, nextStored, STREAM_NAME, streamEnd } from './stream.ts';

const UNSORTED = 'milepost-unsorted';

export interface WaitingOptions {
  readonly nc: NatsConnection;
  readonly partitions: number;
  /** default MILEPOST */
  readonly stream?: string;
  /** how long the server may take for an answer, ms; default 3000 */
  readonly timeout?: number;
}

/** How far a partition is: the message after `sequence` is the first that it has not applied. */
export interface Applied {
  readonly partition: string;
  readonly incarnation: string;
  readonly sequence: number;
}

/**
 * How many messages wait for each partition, and since when the oldest does, ms. Of several partitions the number is
 * that of the readers on the server, and only its being 0 is exact. Rejects with the server's error.
 */
export async function waitingMessages(
  { nc, partitions, stream = STREAM_NAME, timeout = 3_000 }: WaitingOptions,
  applied: readonly Applied[],
): Promise<ReadonlyMap<string, { readonly messages: number; readonly since: number | null }>> {
  const jsm = await nc.jetstreamManager({ timeout, checkAPI: false });
  const end = await streamEnd(jsm, stream);
  const first = async (one: Applied) => {
    const from = firstAfter(one, end);
    if (end.lastSequence < from) return null;
    const found = await Promise.all(
      subjectsOf(one.partition, partitions).map((subjects) => nextStored(jsm, stream, { from, subjects })),
    );
    return found.reduce((a, b) => (a === null || (b !== null && b.sequence < a.sequence) ? b : a), null);
  };
  // Other partitions have messages in between: there the consumers count better, where they are.
  const count = async (partition: string, atMost: number) => {
    if (partitions === 1) return atMost;
    const names = partition === '0' ? [`milepost-${partition}`, UNSORTED] : [`milepost-${partition}`];
    const infos = await Promise.all(names.map((name) => jsm.consumers.info(stream, name).catch(() => null)));
    const counted = infos.reduce(
      (sum, info) => sum + (info?.num_pending ?? 0) + (info?.num_ack_pending ?? 0),
      0,
    );
    return Math.min(atMost, Math.max(1, counted));
  };
  const entries = applied.map(async (one) => {
    const next = await first(one);
    const waiting =
      next === null
        ? { messages: 0, since: null }
        : {
            messages: await count(one.partition, end.lastSequence - next.sequence + 1),
            since: next.storedAt,
          };
    return [one.partition, waiting] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Messages that are no longer in the stream. */
export interface Removed {
  readonly incarnation: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The messages at the beginning of the stream that were removed before any partition was so far; null where there are
 * none. What was removed between the positions of two partitions may have been applied, and is not said. Rejects with the
 * server's error.
 */
export async function removedMessages(
  { nc, stream = STREAM_NAME, timeout = 3_000 }: WaitingOptions,
  applied: readonly Applied[],
): Promise<Removed | null> {
  const read = applied.filter(({ incarnation }) => incarnation !== '');
  const [{ incarnation } = { incarnation: '' }] = read;
  if (read.length === 0 || read.some((one) => one.incarnation !== incarnation)) return null;
  const jsm = await nc.jetstreamManager({ timeout, checkAPI: false });
  const end = await streamEnd(jsm, stream);
  const last = Math.max(...read.map(({ sequence }) => sequence));
  if (incarnationFor({ incarnation, sequence: last }, end) !== incarnation || last === 0) return null;
  return end.firstSequence <= last + 1 ? null : { incarnation, from: last + 1, to: end.firstSequence - 1 };
}

/** The sequence from which a partition would go on: the beginning, where the stream is another one. */
export function firstAfter(
  { incarnation, sequence }: Applied,
  end: Pick<CheckedStream, 'incarnation' | 'lastSequence'>,
): number {
  return incarnationFor({ incarnation, sequence }, end) === incarnation ? sequence + 1 : 1;
}

/** The subjects that a partition reads. */
export function subjectsOf(partition: string, partitions: number): readonly string[] {
  if (partitions === 1) return [EVENT_SUBJECTS];
  const own = partitionSubjects(partition);
  return partition === '0' ? [own, CHECKPOINT_SUBJECTS] : [own];
}
