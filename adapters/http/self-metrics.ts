/** What a process knows of itself, for Prometheus: whether the canary comes back, and how wrong its clock is. */
import type { Metrics } from './metrics.ts';

/** Registers the measurements of the canary; `read` is asked at each rendering. */
export function measureCanary(
  metrics: Metrics,
  read: () => readonly {
    readonly partition: string;
    /** what the last one took that came back; null before the first */
    readonly seconds: number | null;
    readonly lost: boolean;
  }[],
): void {
  const seconds = metrics.gauge(
    'milepost_canary_seconds',
    'How long the last canary took from NATS through the worker and its commit back to this process',
  );
  const lost = metrics.gauge('milepost_canary_lost', 'Whether a canary has not come back in time: 1 or 0');
  metrics.beforeRender(() => {
    for (const one of read()) {
      const { partition } = one;
      if (one.seconds !== null) seconds.set(one.seconds, { partition });
      lost.set(Number(one.lost), { partition });
    }
  });
}

/** Registers how far the clock of this machine is ahead of the database's; `read` gives s, null where that is not known. */
export function measureClock(metrics: Metrics, read: () => number | null): void {
  const offset = metrics.gauge(
    'milepost_clock_offset_seconds',
    "How far this machine's clock is ahead of the database's; negative where it is behind",
  );
  metrics.beforeRender(() => {
    const seconds = read();
    if (seconds !== null) offset.set(seconds);
  });
}
