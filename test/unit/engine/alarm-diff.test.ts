import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AlarmView, diffAlarms } from '../../../engine/index.ts';

function alarm(raisedAt: string, more: Partial<AlarmView> = {}): AlarmView {
  return {
    ...{ flow: 'f', key: 'k', step: 's', name: 'late', source: 'timer', severity: 'warning', text: 't' },
    ...{ count: 1, raisedAt: `2026-11-23T${raisedAt}:00.000Z`, clearedAt: null },
    ...more,
  };
}

test('the same alarms are no difference, whatever their texts', () => {
  expect(diffAlarms([alarm('09:00')], [alarm('09:00', { text: 'other' })])).toEqual({
    appeared: [],
    vanished: [],
    moved: [],
    same: 1,
  });
});

test('an alarm of another name, step, key or flow is another alarm', () => {
  for (const more of [{ name: 'x' }, { step: null }, { key: 'x' }, { flow: 'x' }]) {
    const { appeared, vanished, moved } = diffAlarms([alarm('09:00')], [alarm('09:00', more)]);
    expect([appeared.length, vanished.length, moved.length]).toEqual([1, 1, 0]);
  }
});

test('one that differs in time, severity or count moves, and says in what', () => {
  const cases = [
    [{ raisedAt: '2026-11-23T09:05:00.000Z' }, ['raisedAt']],
    [{ clearedAt: '2026-11-23T09:05:00.000Z' }, ['clearedAt']],
    [{ severity: 'critical', count: 2 }, ['severity', 'count']],
  ] as const;
  for (const [more, fields] of cases)
    expect(diffAlarms([alarm('09:00')], [alarm('09:00', more)]).moved).toMatchObject([{ fields }]);
});

test('of several, those of the same time belong together, the others in their order', () => {
  const { appeared, moved, same } = diffAlarms(
    [alarm('09:00'), alarm('11:00')],
    [alarm('09:00'), alarm('10:00'), alarm('12:00')],
  );
  expect(same).toBe(1);
  expect(moved.map((one) => [one.old.raisedAt, one.new.raisedAt].map((time) => time.slice(11, 16)))).toEqual([
    ['11:00', '10:00'],
  ]);
  expect(appeared).toEqual([alarm('12:00')]);
});

test('every alarm of both sides is in the difference exactly once, and nothing differs from itself', () => {
  const views = fc.array(
    fc
      .record({
        hour: fc.integer({ min: 10, max: 14 }),
        name: fc.constantFrom('a', 'b'),
        count: fc.integer({ min: 1, max: 2 }),
      })
      .map(({ hour, name, count }) => alarm(`${hour}:00`, { name, count })),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(views, views, (before, after) => {
      const { appeared, vanished, moved, same } = diffAlarms(before, after);
      expect(appeared.length + moved.length + same).toBe(after.length);
      expect(vanished.length + moved.length + same).toBe(before.length);
      expect(diffAlarms(after, after).same).toBe(after.length);
    }),
    { numRuns: 200, seed: 3 },
  );
});
