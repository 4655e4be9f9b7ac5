/** Whether channels deliver, for Prometheus. */
import type { Metrics } from './metrics.ts';

/** Registers the measurements; `read` gives each channel that counts, and whether it delivers, at each rendering. */
export function measureChannels(
  metrics: Metrics,
  read: () => readonly (readonly [channel: string, delivers: boolean])[],
): void {
  const up = metrics.gauge('milepost_channel_up', 'Whether a channel delivers, as far as was tried: 1 or 0');
  const reachable = metrics.gauge('milepost_people_reachable', 'Whether any channel delivers: 1 or 0');
  let shown: readonly string[] = [];
  metrics.beforeRender(() => {
    const now = read();
    for (const channel of shown) up.remove({ channel });
    for (const [channel, delivers] of now) up.set(Number(delivers), { channel });
    shown = now.map(([channel]) => channel);
    reachable.set(Number(now.length === 0 || now.some(([, delivers]) => delivers)));
  });
}
