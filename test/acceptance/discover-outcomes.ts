/**
 * What `discover` learns from the normal cases of the purchase-to-pay log, and what comes of all cases under that.
 * `node test/acceptance/discover-outcomes.ts [LOG.csv.gz]` prints the table; without a log, of the sample.
 */
import { createCaseLog, discover } from '../../adapters/discover/index.ts';
import { compileDefinitions, type Definitions } from '../../definitions/index.ts';
import { BASE, eventsOf, FLOW, type LoggedCase, readLog, stepOf } from './purchase-to-pay-events.ts';
import { outcomesOf, purchaseToPay, replayed, SAMPLE, tabulate } from './purchase-to-pay-outcomes.ts';

/** The definitions that are learnt from some cases. */
export function learntFrom(cases: readonly LoggedCase[]): {
  readonly definitions: Definitions;
  readonly fitting: number;
} {
  const log = createCaseLog();
  let time = BASE;
  for (const { id, rows } of cases) {
    for (const { activity } of rows) {
      const step = stepOf(activity);
      time += 1000;
      if (step !== null) log.add({ case: id, activity: step, event: 'committed', time });
    }
  }
  const found = discover(log.finish(), {
    flow: FLOW,
    cover: 1,
    noise: 0,
    percentile: null,
    zone: 'UTC',
    source: 'the log',
    stepOf: (activity) => activity,
  });
  if (!found.ok) throw new Error(found.problem);
  const { definitions } = compileDefinitions([{ file: 'learnt.yaml', text: found.value.yaml }], 'learnt');
  if (definitions === null) throw new Error(`it does not compile:\n${found.value.yaml}`);
  return { definitions, fitting: found.value.report.fitting };
}

/** The table by kind of anomaly, of all cases under some definitions. */
export function tableOf(definitions: Definitions, cases: readonly LoggedCase[]) {
  const events = eventsOf(cases, BASE);
  return tabulate(outcomesOf(cases, events, replayed(definitions, events)));
}

export const isNormal = ({ anomaly }: LoggedCase) => anomaly === '-';

if (import.meta.main) {
  const cases = readLog(process.argv[2] ?? SAMPLE);
  const { definitions, fitting } = learntFrom(cases.filter(isNormal));
  console.log(`${fitting} of ${cases.filter(isNormal).length} normal cases fit what is learnt from them`);
  console.table(tableOf(definitions, cases));
  console.log('under the example written by hand');
  console.table(tableOf(purchaseToPay().definitions, cases));
}
