/** Who belongs to whom by the keys alone, and what a harvest holds of it. */
import { describe, expect, it } from 'vitest';
import { lagOf } from '../../../engine/family.ts';
import { createHarvest } from '../../../engine/harvest.ts';
import { childKey, newInstance, parentOf, relatives } from '../../../engine/index.ts';
import { compile } from '../../scenarios/timeline.ts';

const DEFINITIONS = compile(`
flow: day
disorder: 2m
steps: { a: {}, m: { flow: margin }, r: { flow: report, each: [x, y] } }
---
flow: margin
steps: { s: {}, c: { flow: check, key: "{key}/c" } }
---
flow: check
disorder: 1m
steps: { s: {} }
---
flow: report
steps: { s: {} }
---
flow: next
start: { after: day, in: 30m }
steps: { s: {} }
---
flow: alone
disorder: 9m
steps: { s: {} }
`);

function flow(name: string) {
  const found = DEFINITIONS.flows.get(name);
  if (found === undefined) throw new Error(`no flow ${name}`);
  return found;
}

describe('the family of an instance', () => {
  it.each([
    ['margin', 'k', { flow: 'day', key: 'k', step: 1, entry: 0 }],
    ['report', 'k/x', { flow: 'day', key: 'k', step: 2, entry: 0 }],
    ['report', 'k/l/y', { flow: 'day', key: 'k/l', step: 2, entry: 1 }],
    ['check', 'k/c', { flow: 'margin', key: 'k', step: 1, entry: 0 }],
    ['report', 'k/z', null],
    ['report', '/x', null],
    ['check', 'k', null],
    ['day', 'k', null],
  ])('has the parent of %s %s', (name, key, parent) => {
    expect(parentOf(DEFINITIONS, flow(name), key)).toEqual(parent);
  });

  it('has the children that its steps name, and no other', () => {
    expect(childKey(flow('day'), 'k', 2, 1)).toEqual({ flow: 'report', key: 'k/y' });
    expect(() => childKey(flow('day'), 'k', 0, 0)).toThrow(/step 0 of day nests no entry 0/);
    expect(() => childKey(flow('day'), 'k', 2, 2)).toThrow(/step 2 of day nests no entry 2/);
    expect(() => childKey(flow('day'), 'k', 9, 0)).toThrow(/step 9 of day nests no entry 0/);
  });

  it.each([
    ['day', 'k'],
    ['check', 'k/c'],
    ['report', 'k/y'],
  ])('is found from %s %s: up, down and along', (name, key) => {
    const names = relatives(DEFINITIONS, { flow: name, key }).map((one) => `${one.flow} ${one.key}`);
    expect(names.sort()).toEqual(['check k/c', 'day k', 'margin k', 'next k', 'report k/x', 'report k/y']);
  });

  it('is itself alone where nothing is nested, or the flow is not known', () => {
    expect(relatives(DEFINITIONS, { flow: 'alone', key: 'k' })).toEqual([{ flow: 'alone', key: 'k' }]);
    expect(relatives(DEFINITIONS, { flow: 'gone', key: 'k' })).toEqual([{ flow: 'gone', key: 'k' }]);
  });

  it('is held as far behind the clock as the slowest of it, and what only follows is not', () => {
    const minutes = ['day', 'margin', 'check', 'report', 'next', 'alone', 'gone'].map(
      (name) => lagOf(DEFINITIONS, name) / 60_000,
    );
    expect(minutes).toEqual([2, 2, 2, 2, 0, 9, 0]);
  });
});

describe('a harvest', () => {
  const birth = { revision: 'r', tradingDay: '2026-11-23', parent: null, time: 0 };
  const owner = (key: string) => ({
    flow: flow('alone'),
    instance: newInstance(flow('alone'), { key, ...birth }),
  });
  const alarm = {
    id: 'a1',
    step: null,
    name: 'x',
    source: 'expression',
    severity: 'info',
    text: '',
    count: 1,
    raisedAt: 0,
    lastAt: 0,
    clearedAt: null,
    clearedBy: null,
    causes: [],
    why: {
      rule: null,
      cause: '',
      expression: null,
      values: [],
      due: null,
      event: {
        id: null,
        event: '',
        step: null,
        time: 0,
        state: null,
        params: [],
        message: null,
        source: null,
      },
    },
  } as const;

  it('holds what changed once, is empty after it was taken, and knows what is gone', () => {
    const harvest = createHarvest();
    const [a, b, c] = [owner('a'), owner('b'), owner('c')];
    for (const one of [a, b, a, c]) harvest.touch(one);
    harvest.remove({ flow: 'alone', key: 'b' });
    harvest.remove({ flow: 'alone', key: 'c' });
    harvest.touch(c);
    harvest.watch('alone', 5);
    harvest.hold('k');
    expect(harvest.isRemoved('alone/b')).toBe(true);
    expect(harvest.isRemoved('alone/c')).toBe(false);
    expect(harvest.isEmpty()).toBe(false);
    expect(harvest.take()).toEqual({
      changed: [a, c],
      removed: [{ flow: 'alone', key: 'b' }],
      alarms: [],
      wishes: [],
      watched: [{ flow: 'alone', since: 5 }],
      held: ['k'],
    });
    expect(harvest.isEmpty()).toBe(true);
    expect(harvest.take()).toEqual({
      changed: [],
      removed: [],
      alarms: [],
      wishes: [],
      watched: [],
      held: [],
    });
  });

  it('holds the latest form of an alarm, and whether it was raised since', () => {
    const harvest = createHarvest();
    const a = owner('a');
    harvest.add(a, { kind: 'alarm', alarm, change: 'raised' });
    const cleared = { ...alarm, clearedAt: 7, clearedBy: 'by-hand' };
    harvest.add(a, { kind: 'alarm', alarm: cleared, change: 'cleared' });
    harvest.add(a, { kind: 'alarm', alarm: { ...cleared, id: 'a2' }, change: 'cleared' });
    const { alarms } = harvest.take();
    expect(
      alarms.map(({ key, tradingDay, alarm: { id, clearedAt }, raised }) => [
        key,
        tradingDay,
        id,
        clearedAt,
        raised,
      ]),
    ).toEqual([
      ['a', '2026-11-23', 'a1', 7, true],
      ['a', '2026-11-23', 'a2', 7, false],
    ]);
    harvest.add(a, { kind: 'alarm', alarm: cleared, change: 'repeated' });
    expect(harvest.take().alarms.map(({ raised }) => raised)).toEqual([false]);
  });

  it('holds what rules asked of the outside, in order', () => {
    const harvest = createHarvest();
    const first = { kind: 'run', operation: 'one', step: null, time: 0 } as const;
    const second = { kind: 'notify', channel: 'desk', text: 't', time: 0 } as const;
    harvest.add(owner('a'), first);
    harvest.add(owner('b'), second);
    expect(harvest.take().wishes.map(({ key, effect }) => [key, effect])).toEqual([
      ['a', first],
      ['b', second],
    ]);
    expect(harvest.take().wishes).toEqual([]);
  });
});
