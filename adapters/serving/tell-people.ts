/** Telling people: what is kept for it, and the loops that do it in a process that works. */
import type { Definitions } from '../../definitions/index.ts';
import type { Batch } from '../../engine/index.ts';
import { CHANNEL_KINDS, channelWorld, type Notifying, startNotifying } from '../channels/index.ts';
import type { Closers } from '../closers.ts';
import { type HealthReport, type Metrics, measureNotices } from '../http/index.ts';
import type { Log } from '../log.ts';
import { followRelays, noticeOutlet } from '../nats/index.ts';
import { type OpenNotices, openNotices, type Storage } from '../storage/index.ts';
import type { Stream } from './open-stream.ts';
import type { Replays } from './replays.ts';

/** Opens what is kept of telling. */
export function openTelling(
  { databaseUrl, log }: { readonly databaseUrl: string; readonly log: Log },
  closers: Closers,
): OpenNotices {
  const notices = openNotices({
    url: databaseUrl,
    onLost: (error) => log.warn(`database: ${error.message}`),
  });
  closers.push(() => notices.close());
  return notices;
}

export interface TellingPeople extends Notifying {
  /** A worker of this process has committed something. */
  committed(batch: Pick<Batch, 'alarms' | 'notices'>): void;
  checks(): HealthReport['checks'];
}

/** Starts to tell people: of several processes one does, the others stand by. */
export function tellPeople(
  options: {
    readonly notices: OpenNotices;
    readonly storage: Pick<Storage, 'changes' | 'reader'>;
    readonly stream: Stream;
    readonly definitions: () => Definitions;
    /** where people open Milepost; null: notices have no link */
    readonly address: string | null;
    readonly replays: Replays;
    readonly metrics: Metrics;
    readonly log: Log;
    /** ms since the epoch */
    readonly now: () => number;
  },
  closers: Closers,
): TellingPeople {
  const { notices, storage, stream, definitions, address, metrics, log, now } = options;
  const notifying = startNotifying({
    ...{ store: notices.store, changes: storage.changes, reader: storage.reader, definitions, log },
    kinds: CHANNEL_KINDS,
    world: {
      ...channelWorld(
        { publish: publishOver(stream), hand: stream.nc === null ? null : noticeOutlet(stream.nc) },
        log,
      ),
      now,
    },
    address: () => address,
    replayedUntil: options.replays.until,
    measure: measureNotices(metrics, { reader: notices.reader, definitions, now }),
  });
  closers.push(notifying.stop);
  if (stream.nc !== null) closers.push(followRelays(stream.nc, (text) => log.warn(text)));
  return {
    ...notifying,
    committed({ alarms, notices: wished }) {
      if (alarms.length > 0 || wished.length > 0) notifying.wake();
    },
    checks() {
      const trouble = notifying.trouble();
      return [{ name: 'notifying', ok: trouble === null, detail: trouble ?? 'works' }];
    },
  };
}

function publishOver({ nc }: Stream) {
  if (nc === null) return null;
  return async (subject: string, body: string) => {
    nc.publish(subject, Buffer.from(body));
    await nc.flush();
  };
}
