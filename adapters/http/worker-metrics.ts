/** What the workers do, counted for Prometheus; a series for each partition. */
import type { Turn, Worker } from '../../engine/index.ts';
import type { Metrics } from './metrics.ts';

/** A due time is decided within a second of it; this much later it is overdue, ms. */
const OVERDUE_AFTER = 5_000;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface WorkerMeasures {
  /** The worker's turn with its events, rejections, alarms and time measured; time only for turns that wrote something. */
  turnOf(worker: Worker, partition: string): () => Promise<Turn>;
  /** The partition is worked on by somebody else now: nothing is said of its present state any more. */
  forget(partition: string): void;
}

/** Registers the measurements of workers; `now` is the clock that they go by, ms. */
export function measureWorkers(metrics: Metrics, now: () => number): WorkerMeasures {
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
  const unwritten = metrics.gauge(
    'milepost_roots_unwritten',
    'Roots whose instances are in the journal and not yet written as they are',
  );
  const clock = metrics.gauge(
    'milepost_clock_seconds',
    'The clock of the partition, seconds since the epoch',
  );
  const pending = metrics.gauge(
    'milepost_timers_pending',
    'Due times of live instances that are still to come',
  );
  const overdue = metrics.gauge(
    'milepost_timers_overdue',
    'Due times that passed more than five seconds ago and are not decided',
  );
  const gauges = [live, unwritten, clock, pending, overdue];
  const workers = new Map<string, Worker>();
  metrics.beforeRender(() => {
    for (const [partition, worker] of workers) {
      live.set(worker.live(), { partition });
      unwritten.set(worker.unwritten(), { partition });
      const timers = worker.timers(now() - OVERDUE_AFTER);
      pending.set(timers.pending, { partition });
      overdue.set(timers.overdue, { partition });
      clock.set((worker.position()?.clock ?? 0) / 1000, { partition });
    }
  });
  return {
    turnOf(worker, partition) {
      workers.set(partition, worker);
      return async () => {
        try {
          const turn = await worker.turn();
          events.add(turn.events, { partition });
          repeats.add(turn.repeats, { partition });
          rejected.add(turn.rejected, { partition });
          alarms.add(turn.alarms, { partition });
          if (turn.kind === 'worked') batch.observe(turn.seconds, { partition });
          return turn;
        } catch (error) {
          failures.add(1, { partition });
          throw error;
        }
      };
    },
    forget(partition) {
      workers.delete(partition);
      for (const gauge of gauges) gauge.remove({ partition });
    },
  };
}
