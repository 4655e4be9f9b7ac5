import { describe, expect, test } from 'vitest';
import { BASE, eventsOf, type LoggedCase, readLog, stepOf } from './purchase-to-pay-events.ts';
import { outcomesOf, purchaseToPay, replayed, SAMPLE, tabulate } from './purchase-to-pay-outcomes.ts';

const { definitions } = purchaseToPay();
const cases = readLog(SAMPLE);
const events = eventsOf(cases, BASE);
const report = replayed(definitions, events);
const outcomes = outcomesOf(cases, events, report);
const steps = definitions.flows.get('purchase-to-pay')?.stepIndex ?? new Map<string, number>();

/** The activities of a case that the flow knows, as one text. */
function known(one: LoggedCase): string[] {
  return one.rows.map(({ activity }) => stepOf(activity) ?? '').filter((step) => steps.has(step));
}

const normalOrders = new Set(cases.filter(({ anomaly }) => anomaly === '-').map((one) => known(one).join()));
const normalContents = new Set([...normalOrders].map((order) => order.split(',').sort().join()));

describe('a purchase-to-pay log replayed through the definition made from its normal cases', () => {
  test('every normal case is committed, without deviation, alarm or refusal', () => {
    const normal = outcomes.filter(({ anomaly }) => anomaly === '-');
    expect(normal).toHaveLength(120);
    expect(normalOrders.size).toBe(6);
    for (const { id, ...outcome } of normal) {
      expect(outcome, `case ${id}`).toEqual({
        anomaly: '-',
        status: 'committed',
        deviated: false,
        outOfOrder: [],
        alarms: 0,
        open: [],
        rejected: 0,
      });
    }
  });

  test('a case deviates exactly where the order of its known activities is not one of the normal orders', () => {
    const told = outcomes.map(({ id, deviated }) => ({ id, deviated }));
    const expected = cases.map((one) => ({
      id: one.id,
      deviated: !normalOrders.has(known(one).join()),
    }));
    expect(told).toEqual(expected);
  });

  test('a case in which nothing is missing and nothing is repeated ends, in whatever order it came', () => {
    const whole = cases.flatMap((one, index) =>
      normalContents.has(known(one).sort().join()) ? [outcomes[index]] : [],
    );
    expect(whole.filter((outcome) => outcome?.deviated)).toHaveLength(60);
    expect(whole.filter((outcome) => outcome?.status !== 'committed')).toEqual([]);
  });

  test('a case that left a step out waits for it, and does not end', () => {
    const skipped = outcomes.filter(({ anomaly }) => anomaly === 'SkipSequence');
    expect(skipped.filter(({ status, open }) => status !== 'running' || open.length === 0)).toEqual([]);
  });

  test('each unknown activity is refused by name, and the others of its case are taken', () => {
    const unknown = events.flatMap(({ text }, index) =>
      text.includes('"random-activity-') ? [{ line: index + 1 }] : [],
    );
    expect(report.rejected.map(({ line }) => ({ line }))).toEqual(unknown);
    for (const { reason } of report.rejected) expect(reason).toMatch(/has no step "random-activity-\d+"/);
  });

  test('order sees what was skipped, repeated or moved, an unknown step as refused, and not who did it', () => {
    expect(tabulate(outcomes)).toEqual({
      '-': { cases: 120, deviated: 0, rejectedOnly: 0, unseen: 120, notEnded: 0, alarms: 0 },
      Attribute: { cases: 30, deviated: 0, rejectedOnly: 0, unseen: 30, notEnded: 0, alarms: 0 },
      Early: { cases: 30, deviated: 30, rejectedOnly: 0, unseen: 0, notEnded: 0, alarms: 30 },
      Insert: { cases: 30, deviated: 0, rejectedOnly: 30, unseen: 0, notEnded: 0, alarms: 0 },
      Late: { cases: 30, deviated: 30, rejectedOnly: 0, unseen: 0, notEnded: 0, alarms: 30 },
      Rework: { cases: 30, deviated: 30, rejectedOnly: 0, unseen: 0, notEnded: 18, alarms: 30 },
      SkipSequence: { cases: 30, deviated: 30, rejectedOnly: 0, unseen: 0, notEnded: 30, alarms: 30 },
    });
  });

  test('each anomalous case comes out as recorded', async () => {
    const lines = outcomes
      .filter(({ anomaly }) => anomaly !== '-')
      .map(({ id, anomaly, status, outOfOrder, open, rejected }) =>
        [id, anomaly, status, outOfOrder.join(' ') || '-', open.join(' ') || '-', rejected].join('\t'),
      );
    const header = ['case', 'anomaly', 'status', 'out of order', 'still expected', 'refused'].join('\t');
    await expect(`${[header, ...lines].join('\n')}\n`).toMatchFileSnapshot(
      '../data/purchase-to-pay/outcomes.tsv',
    );
  });
});
