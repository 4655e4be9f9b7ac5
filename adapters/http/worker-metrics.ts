/** What the worker does, counted for Prometheus. */
import type { Turn, Worker } from '../../engine/index.ts';
import type { Metrics } from './metrics.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The worker's turn with its events, rejections, alarms and time measured; time only for turns that wrote something. */
export function measureWorker(metrics: Metrics, worker: Worker): () => Promise<Turn> {
  const events = metrics.counter('milepost_events_total', 'Events accepted');
  const repeats = metrics.counter('milepost_repeats_total', 'Events that had been seen before');
  const rejected = metrics.counter('milepost_rejected_total', 'Events that could not be understood');
  const alarms = metrics.counter('milepost_alarm_changes_total', 'Alarms raised, raised again or cleared');
  const failures = metrics.counter(
    'milepost_worker_failures_total',
    'Turns that failed and were taken again',
  );
  const batch = metrics.histogram(
    'milepost_batch_seconds',
    'Time from the first message of a batch to its commit',
    SECONDS,
  );
  const live = metrics.gauge('milepost_instances_live', 'Instances in memory');
  const clock = metrics.gauge(
    'milepost_clock_seconds',
    'The clock of the partition, seconds since the epoch',
  );
  metrics.beforeRender(() => {
    live.set(worker.live());
    clock.set((worker.position()?.clock ?? 0) / 1000);
  });
  return async () => {
    try {
      const turn = await worker.turn();
      events.add(turn.events);
      repeats.add(turn.repeats);
      rejected.add(turn.rejected);
      alarms.add(turn.alarms);
      if (turn.kind === 'worked') batch.observe(turn.seconds);
      return turn;
    } catch (error) {
      failures.add();
      throw error;
    }
  };
}
