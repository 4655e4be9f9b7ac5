import { describe, expect, test } from 'vitest';
import { type AlarmChange, createWatch, type Watch } from '../../engine/index.ts';
import { compileCompany } from './company.ts';
import { simulateYear } from './simulate.ts';
import type { MakeWatch } from './station.ts';

const COMPANY = compileCompany();
const DAYS = 10;
/** within which a broken engine must be found */
const SOON = 40;
const SEEDS = [1, 2, 3];

/** Watches of which one method does otherwise. */
function broken(method: keyof Watch, otherwise: (watch: Watch) => (...args: never[]) => unknown): MakeWatch {
  return (options) => {
    const watch = createWatch(options);
    const replaced = otherwise(watch);
    return new Proxy(watch, {
      get(target, name) {
        if (name === method) return replaced;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
}

describe.each(SEEDS)('ten days of the company with seed %d', (seed) => {
  test('hold what the oracle and the control say, and are the same again', () => {
    const first = simulateYear({ definitions: COMPANY, seed, days: DAYS });
    const second = simulateYear({ definitions: COMPANY, seed, days: DAYS });
    expect(first.violation).toBeNull();
    expect(first.counts.reports).toBeGreaterThan(800);
    expect(second.hash).toBe(first.hash);
    expect(second.planted).toEqual(first.planted);
  });

  test.each<[string, RegExp, MakeWatch]>([
    ['forgets which events it has seen', /differs from the control/, broken('recall', () => () => undefined)],
    [
      'fires timers five minutes early',
      /not planted: .* raised/,
      broken('advance', (watch) => (clock: number) => watch.advance(clock + 300_000)),
    ],
    [
      'says every change of an alarm as if it were raised',
      /raised \d times/,
      broken('harvest', (watch) => () => {
        const harvest = watch.harvest();
        return { ...harvest, alarms: harvest.alarms.map((change) => ({ ...change, raised: true })) };
      }),
    ],
    [
      'never clears an alarm',
      /missing: .* cleared .*/,
      broken('harvest', (watch) => () => {
        const harvest = watch.harvest();
        const open = (change: AlarmChange) => ({ ...change, alarm: { ...change.alarm, clearedAt: null } });
        return { ...harvest, alarms: harvest.alarms.map(open) };
      }),
    ],
    [
      'takes no word of operators',
      /not planted|missing|ledger/,
      broken('act', () => () => ({ kind: 'refused', reason: 'no' })),
    ],
  ])('find an engine that %s', (_, problem, make) => {
    const { violation } = simulateYear({ definitions: COMPANY, seed, days: SOON, make });
    expect(violation?.problems.join('\n')).toMatch(problem);
  });
});

test('another seed is another year', () => {
  const [one, other] = SEEDS.map((seed) => simulateYear({ definitions: COMPANY, seed, days: 2 }).hash);
  expect(one).not.toBe(other);
});
