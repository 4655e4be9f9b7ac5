/** The system as a whole, for Prometheus: what every process sees of all partitions, and whether it reaches its servers. */
import type { Metrics } from './metrics.ts';

export interface SystemNumbers {
  readonly partitions: readonly {
    readonly partition: string;
    readonly owner: string | null;
    readonly behind: number;
    readonly lag: number;
    readonly fresh: boolean;
  }[];
  /** ms; null where nothing is known */
  readonly asOf: number | null;
  readonly fresh: boolean;
  /** how many partitions this process works on */
  readonly held: number;
  /** how full the stream is, a share; null where nobody looks or there is no limit */
  readonly filled: number | null;
  readonly databaseUp: boolean;
  /** null where there is no NATS */
  readonly natsUp: boolean | null;
}

/** Registers the measurements; `read` is asked at each rendering. */
export function measureSystem(metrics: Metrics, version: string, read: () => SystemNumbers): void {
  metrics.gauge('milepost_build_info', 'The version that runs; always 1').set(1, { version });
  const database = metrics.gauge('milepost_database_up', 'Whether the database answers: 1 or 0');
  const nats = metrics.gauge('milepost_nats_up', 'Whether the link to NATS is up: 1 or 0');
  const filled = metrics.gauge('milepost_stream_filled_ratio', 'How full the stream of events is, 0 to 1');
  const ready = metrics.gauge('milepost_ready', 'Whether every partition of the system is fresh: 1 or 0');
  const held = metrics.gauge('milepost_partitions_held', 'Partitions that this process works on');
  const asOf = metrics.gauge(
    'milepost_as_of_seconds',
    'The time up to which everything stored is known to be applied, seconds since the epoch',
  );
  const owned = metrics.gauge('milepost_partition_owned', 'Whether somebody works on the partition: 1 or 0');
  const fresh = metrics.gauge(
    'milepost_partition_fresh',
    'Whether the partition is held and keeps up: 1 or 0',
  );
  const behind = metrics.gauge('milepost_behind_messages', 'Messages of the stream that are not applied');
  const lag = metrics.gauge(
    'milepost_behind_seconds',
    'How long the oldest message that is not applied waits',
  );
  metrics.beforeRender(() => {
    const now = read();
    database.set(Number(now.databaseUp));
    if (now.natsUp !== null) nats.set(Number(now.natsUp));
    ready.set(Number(now.fresh));
    held.set(now.held);
    if (now.filled !== null) filled.set(now.filled);
    if (now.asOf !== null) asOf.set(now.asOf / 1000);
    for (const one of now.partitions) {
      const { partition } = one;
      owned.set(Number(one.owner !== null), { partition });
      fresh.set(Number(one.fresh), { partition });
      behind.set(one.behind, { partition });
      lag.set(one.lag, { partition });
    }
  });
}
