/**
 * What Milepost makes of the purchase-to-pay log, case by case and kind by kind.
 * `node test/acceptance/purchase-to-pay-outcomes.ts [LOG.csv.gz]` prints the table; without a log, of the sample.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileDefinitions, type Definitions } from '../../definitions/index.ts';
import { createReplay, type ReplayReport } from '../../engine/index.ts';
import { BASE, eventsOf, type LoggedCase, readLog } from './purchase-to-pay-events.ts';

export const EXAMPLE = new URL('../../definitions/examples/purchase-to-pay.yaml', import.meta.url);
export const SAMPLE = new URL('../data/purchase-to-pay/sample.csv.gz', import.meta.url);

/** The shipped example, compiled; throws where it has any finding. */
export function purchaseToPay(): { readonly definitions: Definitions } {
  const file = 'purchase-to-pay.yaml';
  const text = readFileSync(EXAMPLE, 'utf8');
  const revision = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const { definitions, findings } = compileDefinitions([{ file, text }], revision);
  if (definitions === null || findings.length > 0)
    throw new Error(findings.map(({ at, message }) => `${at.file}:${at.line}: ${message}`).join('\n'));
  return { definitions };
}

/** Replays events from beginning to end. */
export function replayed(
  definitions: Definitions,
  events: readonly { readonly text: string }[],
): ReplayReport {
  const replay = createReplay(definitions, { from: null, until: null });
  for (const { text } of events) replay.line(text);
  return replay.finish();
}

/** What became of one case. */
export interface CaseOutcome {
  readonly id: string;
  readonly anomaly: string;
  readonly status: string;
  readonly deviated: boolean;
  /** the steps whose events were out of order, in the order it was noticed first */
  readonly outOfOrder: readonly string[];
  /** how many alarms of any kind it has */
  readonly alarms: number;
  /** the steps that are still expected */
  readonly open: readonly string[];
  /** how many of its events were refused */
  readonly rejected: number;
}

/** The outcome of each case of a replay of `events`, in the order of the log. */
export function outcomesOf(
  cases: readonly LoggedCase[],
  events: readonly { readonly key: string }[],
  report: ReplayReport,
): readonly CaseOutcome[] {
  const instances = new Map(report.instances.map((instance) => [instance.key, instance]));
  const alarms = Map.groupBy(report.alarms, ({ key }) => key);
  const rejected = Map.groupBy(report.rejected, ({ line }) => events[line - 1]?.key ?? '');
  return cases.map(({ id, anomaly }) => {
    const key = `case-${id}`;
    const instance = instances.get(key);
    if (instance === undefined) throw new Error(`no instance came of ${key}`);
    const raised = alarms.get(key) ?? [];
    return {
      id,
      anomaly,
      status: instance.status,
      deviated: instance.deviated,
      outOfOrder: raised.filter(({ source }) => source === 'out-of-order').map(({ step }) => step ?? ''),
      alarms: raised.length,
      open: Object.entries(instance.steps).flatMap(([name, { status }]) =>
        status === 'active' || status === 'running' ? [name] : [],
      ),
      rejected: rejected.get(key)?.length ?? 0,
    };
  });
}

/** How many cases of each kind were noticed, and by what. Every case is counted in one of the last three columns. */
export interface KindRow {
  readonly cases: number;
  /** out of order at least once: the verdict on the order of its known steps */
  readonly deviated: number;
  /** in good order, but with events that no step of the flow takes */
  readonly rejectedOnly: number;
  /** nothing noticed at all */
  readonly unseen: number;
  /** of all: not ended where the log ends, because a step that was left out is still expected */
  readonly notEnded: number;
  /** of all: alarms raised */
  readonly alarms: number;
}

/** The table by kind of anomaly; `-` are the normal cases. */
export function tabulate(outcomes: readonly CaseOutcome[]): Readonly<Record<string, KindRow>> {
  const kinds = [...Map.groupBy(outcomes, ({ anomaly }) => anomaly)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    kinds.map(([kind, all]) => {
      const count = (holds: (outcome: CaseOutcome) => boolean) => all.filter(holds).length;
      const row: KindRow = {
        cases: all.length,
        deviated: count(({ deviated }) => deviated),
        rejectedOnly: count(({ deviated, rejected }) => !deviated && rejected > 0),
        unseen: count(({ deviated, rejected }) => !deviated && rejected === 0),
        notEnded: count(({ status }) => status !== 'committed'),
        alarms: all.reduce((sum, { alarms }) => sum + alarms, 0),
      };
      return [kind, row];
    }),
  );
}

if (import.meta.main) {
  const cases = readLog(process.argv[2] ?? SAMPLE);
  const events = eventsOf(cases, BASE);
  console.table(tabulate(outcomesOf(cases, events, replayed(purchaseToPay().definitions, events))));
}
