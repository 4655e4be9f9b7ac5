/** What is told to people, for Prometheus: read from the storage now and then, and shown as it was then. */
import type { Definitions } from '../../definitions/index.ts';
import type { NoticeReader } from '../../engine/index.ts';
import type { Metrics } from './metrics.ts';

/** Gives the function that reads the numbers anew, those of alarms for the trading day that most flows are in. */
export function measureNotices(
  metrics: Metrics,
  options: {
    readonly reader: NoticeReader;
    readonly definitions: () => Definitions;
    readonly now: () => number;
  },
): () => Promise<void> {
  const notices = metrics.gauge('milepost_notices', 'Notices by channel and state');
  const alarms = metrics.gauge(
    'milepost_alarms_of_day',
    'Alarms of the trading day by group and what became of them: raised, recovered, acknowledged, told, folded, muted, brief, unrouted, not_useful',
  );
  const seconds = metrics.gauge(
    'milepost_alarms_of_day_mean_seconds',
    'Mean time to acknowledge and to recover, of the alarms of the trading day that were',
  );
  return async () => {
    for (const { channel, state, count } of await options.reader.counts())
      notices.set(count, { channel, state });
    const day = dayOfMost(options.definitions(), options.now());
    const rows = await options.reader.numbers(day, day);
    for (const group of new Set(rows.map((row) => row.group ?? ''))) {
      const own = rows.filter((row) => (row.group ?? '') === group);
      const sum = (of: (row: (typeof own)[number]) => number) => own.reduce((all, row) => all + of(row), 0);
      const shown: Readonly<Record<string, number>> = {
        raised: sum((row) => row.raised),
        recovered: sum((row) => row.recovered),
        acknowledged: sum((row) => row.acknowledged),
        told: sum((row) => row.told),
        folded: sum((row) => row.folded),
        muted: sum((row) => row.muted),
        brief: sum((row) => row.brief),
        unrouted: sum((row) => row.unrouted),
        not_useful: sum((row) => row.notUseful),
      };
      for (const [what, count] of Object.entries(shown)) alarms.set(count, { group, what });
      const mean = (time: number, count: number) => (count === 0 ? 0 : time / count / 1000);
      seconds.set(
        mean(
          sum((row) => row.acknowledgeTime),
          shown.acknowledged ?? 0,
        ),
        { group, to: 'acknowledge' },
      );
      seconds.set(
        mean(
          sum((row) => row.recoverTime),
          shown.recovered ?? 0,
        ),
        { group, to: 'recover' },
      );
    }
  };
}

function dayOfMost({ flows }: Definitions, now: number): string {
  const days = [...flows.values()].map(({ calendar }) => calendar.dayOf(now));
  const count = (day: string) => days.filter((each) => each === day).length;
  return days.toSorted((a, b) => count(b) - count(a))[0] ?? new Date(now).toISOString().slice(0, 10);
}
