/**
 * The stream of notices that a relay sends: what Milepost owes to channels in another zone, until the relay has done with it.
 *
 * 1. A notice is in the stream once the server has acknowledged it. Its id is the stream's too: what is handed over again
 *    within a day is dropped there.
 * 2. It leaves the stream when the relay confirms it, or after seven days. A full stream refuses new ones.
 */
import {
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';
import { linkOf } from './link.ts';
import { natsOutlet, OutletError } from './outlet.ts';
import { apiCode, findStream, STREAM_NAME_IN_USE, StreamRefused } from './stream.ts';

export const NOTICE_STREAM = 'MILEPOST_NOTICES';
const SUBJECTS = 'milepost.notice.*.*';
const DAY = nanos(86_400_000);
const WAIT = 5_000;

/** The subject of what a relay is to send over a channel. */
export function noticeSubject(relay: string, channel: string): string {
  return `milepost.notice.${relay}.${channel}`;
}

/** Makes the stream if it is missing; rejects with StreamRefused where it is there and would lose notices. */
export async function ensureNoticeStream(jsm: JetStreamManager): Promise<void> {
  const found = await findStream(jsm, NOTICE_STREAM);
  if (found === null) {
    try {
      await jsm.streams.add({
        name: NOTICE_STREAM,
        description: 'notices that wait for a Milepost relay',
        subjects: [SUBJECTS],
        storage: StorageType.File,
        retention: RetentionPolicy.Workqueue,
        discard: DiscardPolicy.New,
        max_bytes: 256 * 1024 ** 2,
        max_age: 7 * DAY,
        max_msg_size: 1_048_576,
        duplicate_window: DAY,
      });
    } catch (error) {
      // Two that start at once: the other was faster.
      if (apiCode(error) !== STREAM_NAME_IN_USE) throw error;
    }
    return;
  }
  const fault = noticeStreamFault(found.config);
  if (fault !== null) throw new StreamRefused(fault);
}

/** Why the stream cannot be used with these settings; null where it can. */
export function noticeStreamFault({ retention, discard, subjects }: StreamConfig): string | null {
  const sound =
    retention === RetentionPolicy.Workqueue && discard === DiscardPolicy.New && subjects.includes(SUBJECTS);
  return sound
    ? null
    : `the stream ${NOTICE_STREAM} has other settings than Milepost needs: it must take ${SUBJECTS} with retention workqueue and discard new; remove it, or change it`;
}

/** A notice for a relay. */
export interface HandedNotice {
  readonly relay: string;
  readonly channel: string;
  readonly id: string;
  readonly body: string;
}

/** Hands notices to relays: resolves when the stream has one, rejects with OutletError or StreamRefused. */
export function noticeOutlet(nc: NatsConnection): (notice: HandedNotice) => Promise<void> {
  const outlet = natsOutlet({ nc, stream: NOTICE_STREAM, timeout: WAIT });
  let ensured = false;
  return async ({ relay, channel, id, body }) => {
    if (!ensured) {
      if (!(await linkOf(nc).untilUp(WAIT)))
        throw new OutletError('the connection to NATS is lost; it is looked for, the notice waits', false);
      await ensureNoticeStream(await nc.jetstreamManager());
      ensured = true;
    }
    try {
      await outlet.send([{ subject: noticeSubject(relay, channel), payload: Buffer.from(body), id }]);
    } catch (error) {
      ensured = false;
      throw error;
    }
  };
}

/** How many notices wait for a relay, by channel. */
export async function waitingNotices(
  jsm: JetStreamManager,
  relay: string,
): Promise<ReadonlyMap<string, number>> {
  const filter = noticeSubject(relay, '*');
  const { state } = await jsm.streams.info(NOTICE_STREAM, { subjects_filter: filter });
  return new Map(
    Object.entries(state.subjects ?? {}).map(([subject, count]) => [subject.slice(filter.length - 1), count]),
  );
}
