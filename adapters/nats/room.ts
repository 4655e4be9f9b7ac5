/**
 * Room in the stream of events. A full stream refuses events, so what every partition has applied goes once it is half full:
 * the older half of the messages at a time, so that a database restored from a backup finds as much as can be.
 */
import type { NatsConnection } from 'nats';
import { type Applied, firstAfter, subjectsOf } from './backlog.ts';
import { nextSequence, removeApplied, STREAM_NAME, streamEnd, streamUsage } from './stream.ts';

/** Makes room where there is need. Gives how full the stream is then, a share; null where it has no limit. */
export async function makeRoom(
  {
    nc,
    partitions,
    stream = STREAM_NAME,
  }: { readonly nc: NatsConnection; readonly partitions: number; readonly stream?: string },
  applied: readonly Applied[],
): Promise<number | null> {
  const jsm = await nc.jetstreamManager({ timeout: 3_000, checkAPI: false });
  const share = async () => {
    const { bytes, maxBytes } = await streamUsage(jsm, stream);
    return maxBytes === null ? null : bytes / maxBytes;
  };
  const before = await share();
  if (before === null || before <= HALF) return before;
  const end = await streamEnd(jsm, stream);
  // What a partition has not applied begins with the next message that is its own.
  const needed = await Promise.all(
    applied.flatMap((one) =>
      subjectsOf(one.partition, partitions).map(async (subjects) => {
        const next = await nextSequence(jsm, stream, { from: firstAfter(one, end), subjects });
        return next ?? end.lastSequence + 1;
      }),
    ),
  );
  const last = Math.max(...applied.map((one) => firstAfter(one, end) - 1));
  const middle = Math.ceil((end.firstSequence + end.lastSequence) / 2);
  const sequence = Math.min(last, middle, ...needed.map((one) => one - 1));
  await removeApplied(jsm, { sequence, above: HALF, name: stream });
  return share();
}

const HALF = 0.5;
