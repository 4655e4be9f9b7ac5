import type { Intake, Outlet } from '../../engine/index.ts';
import type { Closers } from '../closers.ts';
import type { Backlog } from '../freshness.ts';
import type { Log } from '../log.ts';
import {
  type Applied,
  connectNats,
  ensureStream,
  type IntakeNotice,
  linkOf,
  makeRoom,
  type NatsConnection,
  type NatsOptions,
  natsIntake,
  natsOutlet,
  type Removed,
  removedMessages,
  waitingMessages,
} from '../nats/index.ts';
import { patiently } from '../patiently.ts';
import { openLocalStream } from '../storage/index.ts';
import type { OwnReport } from './own-voice.ts';
import { ServeError } from './serve-error.ts';

/** The stream of events, and what reaches it. */
export interface Stream {
  readonly partitions: number;
  /** a reader of one partition, not started */
  readonly intake: (partition: string) => Intake;
  readonly outlet: Outlet;
  /** where events go that were read in a partition which is not theirs; null where there is only one */
  readonly passOn: Outlet | null;
  readonly nc: NatsConnection | null;
  readonly url: string | null;
  /** `none`: events come over HTTP only */
  readonly link: () => 'none' | 'up' | 'down' | 'closed';
  /** what waits for each partition beyond what it has applied; rejects while it cannot be seen */
  readonly waiting: (applied: readonly Applied[]) => Promise<ReadonlyMap<string, Backlog>>;
  /** what was removed from it before it was applied, as far as that is certain; rejects while it cannot be seen */
  readonly removed: (applied: readonly Applied[]) => Promise<OwnReport | null>;
  /** removes what is applied where room is needed, and gives how full it is then, a share; null: it has no limit */
  readonly makeRoom: (applied: readonly Applied[]) => Promise<number | null>;
}

interface StreamOptions {
  /** null: no NATS, events come over HTTP and are kept in the database */
  readonly nats: NatsOptions | null;
  readonly databaseUrl: string;
  readonly partitions: number;
  /** told why messages that were applied once are applied again */
  readonly onAgain: (why: string) => void;
  /** told once for each time, or by several readers, that messages are gone */
  readonly onLoss?: (loss: OwnReport) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Opens the stream, however late its server comes; rejects with ServeError or StreamRefused where that cannot help. */
export async function openStream(options: StreamOptions, closers: Closers): Promise<Stream> {
  return options.nats === null ? localStream(options, closers) : natsStream(options, options.nats, closers);
}

function localStream({ databaseUrl, partitions, log }: StreamOptions, closers: Closers): Stream {
  if (partitions > 1)
    throw new ServeError(
      `there are ${partitions} partitions, and several need a NATS server: set NATS_URL, or install nats-server`,
    );
  const local = openLocalStream({
    url: databaseUrl,
    onLost: (error) => log.warn(`database: ${error.message}`),
  });
  closers.push(() => local.close());
  log.info('NATS: none, events come over HTTP only');
  const { outlet } = local;
  return {
    partitions,
    intake: () => local.intake(),
    outlet,
    passOn: null,
    nc: null,
    url: null,
    link: () => 'none',
    waiting: async (applied) =>
      new Map(
        await Promise.all(applied.map(async (one) => [one.partition, await local.waiting(one)] as const)),
      ),
    removed: async () => null,
    makeRoom: async () => null,
  };
}

async function natsStream(options: StreamOptions, nats: NatsOptions, closers: Closers): Promise<Stream> {
  const { log, signal, partitions } = options;
  const nc = await connectNats({
    ...nats,
    name: 'milepost',
    signal,
    onNotice: ({ state, text }) =>
      state === 'lost' || state === 'waiting' || state === 'trouble' ? log.warn(text) : log.info(text),
  });
  closers.push(() => nc.close());
  const stream = { partitions };
  const checked = await patiently({
    what: 'the stream of events',
    log,
    signal,
    attempt: async () => ensureStream(await nc.jetstreamManager(), stream),
  });
  if (checked.made) log.info(`the stream ${checked.name} was made`);
  for (const warning of checked.warnings) log.warn(warning);
  const link = linkOf(nc);
  return {
    partitions,
    intake: (partition) =>
      natsIntake({
        ...{ nc, partition, stream },
        onNotice(notice) {
          // that it was made anew is said as `again`
          if (notice.kind === 'remade') options.onLoss?.(remadeReport(notice));
          else log.warn(notice.text);
          if (notice.kind === 'again') options.onAgain(notice.text);
          if (notice.kind === 'gap' && checked.exclusive) options.onLoss?.(gapReport(notice));
        },
      }),
    outlet: natsOutlet({ nc, partitions }),
    passOn: partitions === 1 ? null : natsOutlet({ nc, partitions, keepOrder: true }),
    nc,
    url: nats.url,
    link: () => link.state(),
    waiting: (applied) => waitingMessages({ nc, partitions }, applied),
    async removed(applied) {
      // where others put messages into the stream too, it may have been theirs
      const gap = checked.exclusive ? await removedMessages({ nc, partitions }, applied) : null;
      return gap === null ? null : gapReport(gap);
    },
    makeRoom: (applied) => makeRoom({ nc, partitions }, applied),
  };
}

function remadeReport({ before, now, last }: Extract<IntakeNotice, { kind: 'remade' }>): OwnReport {
  const params = { BEFORE: before, NOW: now, LAST: last };
  return { cause: `stream-remade/${now}`, step: 'stream-remade', params };
}

function gapReport({ incarnation, from, to }: Removed): OwnReport {
  const params = { STREAM: incarnation, FROM: from, TO: to };
  return { cause: `stream-gap/${incarnation}/${from}-${to}`, step: 'stream-gap', params };
}
