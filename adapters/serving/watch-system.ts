/**
 * Looks at the whole system every two seconds, whoever works on it: leases, positions, what waits in the stream. Of it
 * come readiness, the heartbeat and the numbers for Prometheus. The canary is part of it.
 */
import type { Closers } from '../closers.ts';
import { createFreshness, type SystemStatus } from '../freshness.ts';
import { type HealthReport, type Metrics, measureSystem } from '../http/index.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { reasonOf } from '../reason-of.ts';
import type { Storage } from '../storage/index.ts';
import { startCanary } from './canary.ts';
import type { Stream } from './open-stream.ts';
import type { OwnVoice } from './own-voice.ts';
import type { Replays } from './replays.ts';

export interface WatchingSystem {
  status(): SystemStatus;
  /** what of the system is as it should be */
  checks(): HealthReport['checks'];
}

interface WatchOptions {
  readonly storage: Pick<Storage, 'reader' | 'changes'>;
  readonly stream: Stream;
  readonly metrics: Metrics;
  readonly version: string;
  readonly replays: Replays;
  readonly log: Log;
  /** how many partitions this process works on */
  readonly held: () => number;
  /** ms since the epoch */
  readonly now: () => number;
  /** told of messages that are gone, and of canaries; null: others are */
  readonly voice: OwnVoice | null;
  /** how often a canary is sent, s; default 60, 0: never */
  readonly canary?: number;
}

const REST = 2_000;
/** how often room is made, ms */
const ROOM_REST = 20_000;
/** A server that has not answered for so long counts as down, ms. */
const DOWN = 8_000;

/** Begins to look; the first look is under way when it returns. */
export function watchSystem(options: WatchOptions, closers: Closers): WatchingSystem {
  const { storage, stream, replays, voice, canary: seconds = 60 } = options;
  const freshness = createFreshness({ steady: () => performance.now() });
  let answered = Number.NEGATIVE_INFINITY;
  let missed: string | null = null;
  /** What is missing at two looks is: at one, it may be on its way to the database. */
  const lookForLoss = async (applied: Parameters<Stream['removed']>[0]) => {
    if (voice === null) return;
    const loss = await stream.removed(applied);
    if (loss !== null && loss.cause === missed) voice.report(loss);
    missed = loss?.cause ?? null;
  };
  let filled: number | null = null;
  let roomless = '';
  let lookedForRoom = Number.NEGATIVE_INFINITY;
  const lookForRoom = async (applied: Parameters<Stream['removed']>[0]) => {
    if (voice === null || performance.now() - lookedForRoom < ROOM_REST) return;
    lookedForRoom = performance.now();
    try {
      filled = await stream.makeRoom(applied);
      roomless = '';
    } catch (error) {
      // a right that is missing must not keep everything else from being looked at
      const reason = reasonOf(error);
      if (reason !== roomless) options.log.warn(`no room can be made in the stream of events: ${reason}`);
      roomless = reason;
      return;
    }
    const reason = `the stream of events is filled to ${Math.round((filled ?? 0) * 100)} % with what is not applied`;
    const above = (share: number) => (filled !== null && filled > share ? { REASON: reason } : null);
    voice.trouble('stream-filling', above(0.7));
    voice.trouble('stream-full', above(0.9));
  };
  const loop: Loop = startLoop({
    name: 'looking at the system',
    rest: REST,
    log: options.log,
    async turn() {
      try {
        const at = options.now();
        const table = await storage.reader.workers();
        const names = table.partitions.map(({ partition }) => partition);
        const positions = new Map(
          await Promise.all(names.map(async (name) => [name, await storage.reader.position(name)] as const)),
        );
        await replays.look();
        answered = performance.now();
        const applied = names.map((partition) => {
          const { incarnation = '', sequence = 0 } = positions.get(partition) ?? {};
          return { partition, incarnation, sequence };
        });
        freshness.note({ at, table, positions, backlogs: await stream.waiting(applied) });
        await lookForLoss(applied);
        await lookForRoom(applied);
      } catch (error) {
        freshness.failed(reasonOf(error));
        throw error;
      }
      return 'idle';
    },
  });
  closers.push(() => loop.stop());
  const databaseUp = () => performance.now() - answered < DOWN;
  measureSystem(options.metrics, options.version, () => {
    const link = stream.link();
    return {
      ...freshness.status(),
      ...{
        filled,
        held: options.held(),
        databaseUp: databaseUp(),
        natsUp: link === 'none' ? null : link === 'up',
      },
    };
  });
  const { status } = freshness;
  const canary = startCanary({ ...options, every: seconds * 1000, status }, closers);
  return {
    status,
    checks() {
      const { fresh, why, partitions } = freshness.status();
      const many = partitions.length === 1 ? 'is fresh' : `all ${partitions.length} are fresh`;
      return [
        {
          name: 'database',
          ok: databaseUp(),
          detail: databaseUp() ? 'answers' : (loop.trouble() ?? 'does not answer'),
        },
        { name: 'partitions', ok: fresh, detail: why ?? many },
        ...canary.checks(),
        ...(replays.detail() === null ? [] : [{ name: 'replay', ok: true, detail: replays.detail() ?? '' }]),
      ];
    },
  };
}
