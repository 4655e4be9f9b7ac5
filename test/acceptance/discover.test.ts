import { describe, expect, test } from 'vitest';
import { isNormal, learntFrom, tableOf } from './discover-outcomes.ts';
import { type LoggedCase, readLog } from './purchase-to-pay-events.ts';
import { purchaseToPay, SAMPLE } from './purchase-to-pay-outcomes.ts';

const cases = readLog(SAMPLE);
const normal = cases.filter(isNormal);

/** What deviates of each kind, as a share. */
function deviating(learning: readonly LoggedCase[]) {
  const table = tableOf(learntFrom(learning).definitions, cases);
  return Object.fromEntries(
    Object.entries(table).map(([kind, { deviated, cases: all }]) => [kind, deviated / all]),
  );
}

describe('a flow that is learnt from the normal cases of a purchase-to-pay log', () => {
  test('fits every one of them', () => {
    expect(learntFrom(normal).fitting).toBe(normal.length);
  });

  test('judges each kind of anomaly as the example does that was written by hand', () => {
    expect(tableOf(learntFrom(normal).definitions, cases)).toEqual(
      tableOf(purchaseToPay().definitions, cases),
    );
  });

  test('finds every case that is early, late, repeated or skipped, and no normal one', () => {
    expect(deviating(normal)).toEqual({
      '-': 0,
      Attribute: 0,
      Early: 1,
      Insert: 0,
      Late: 1,
      Rework: 1,
      SkipSequence: 1,
    });
  });

  test.each([0, 1, 2, 3, 4])(
    'from a fifth of them (%i) fits the other four fifths, and finds the same',
    (part) => {
      const some = normal.filter((_, index) => index % 5 === part);
      const { '-': unseen = 1, ...others } = deviating(some);
      expect(unseen).toBeLessThanOrEqual(0.05);
      for (const kind of ['Early', 'Late', 'Rework', 'SkipSequence'])
        expect(others[kind], kind).toBeGreaterThanOrEqual(0.95);
    },
  );
});
