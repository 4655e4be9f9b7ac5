import { describe, expect, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';
import { DirtyRoots, type WriteBudget } from '../../../engine/dirty-roots.ts';
import type { Harvest, Owner } from '../../../engine/harvest.ts';
import { newInstance } from '../../../engine/index.ts';

const { definitions } = compileDefinitions([{ file: 'a.yaml', text: 'flow: a\nsteps: { x: {} }' }], 'r');
const flow = definitions?.flows.get('a');

function owner(key: string): Owner {
  if (flow === undefined) throw new Error('flow a compiles');
  return {
    flow,
    instance: newInstance(flow, { key, revision: 'r', tradingDay: '2026-11-23', parent: null, time: 0 }),
  };
}

function harvest(parts: Partial<Harvest>): Harvest {
  return { changed: [], removed: [], alarms: [], wishes: [], watched: [], held: [], ...parts };
}

const NEVER: WriteBudget = { rate: 0, burst: 0, age: 5000, most: 100 };

/** Roots whose owners are known to be stored with their status: nobody waits for them. */
function dirtied(budget: WriteBudget, keys: readonly string[]): DirtyRoots {
  const dirty = new DirtyRoots(budget);
  keys.forEach((key, n) => {
    const one = owner(key);
    dirty.stored(one);
    dirty.touch(harvest({ changed: [one] }), { place: n * 10, clock: n * 100 }, n);
  });
  return dirty;
}

function rootsOf(chosen: ReturnType<DirtyRoots['choose']>): readonly string[] {
  return chosen.map(({ root }) => root);
}

describe('dirty roots are written', () => {
  test('at once while there are tokens, the oldest first, and later as tokens come', () => {
    const dirty = dirtied({ ...NEVER, rate: 1000, burst: 2 }, ['a', 'b', 'c', 'd']);
    expect(rootsOf(dirty.choose(10))).toEqual(['a', 'b']);
    expect(dirty.choose(10)).toEqual([]);
    expect(rootsOf(dirty.choose(11))).toEqual(['c']);
    expect(rootsOf(dirty.choose(1000))).toEqual(['d']);
    expect(dirty.size).toBe(0);
  });

  test('with changed alarms or another status before all others', () => {
    const dirty = dirtied({ ...NEVER, burst: 1 }, ['a', 'b']);
    dirty.touch(harvest({ changed: [owner('new')] }), { place: 50, clock: 500 }, 50);
    expect(rootsOf(dirty.choose(60))).toEqual(['new']);
  });

  test('also where they have more rows than a burst: the others wait until these are made good', () => {
    const dirty = new DirtyRoots({ ...NEVER, rate: 1000, burst: 2 });
    const touch = (keys: readonly string[], now: number) =>
      dirty.touch(harvest({ changed: keys.map(owner) }), { place: now, clock: now }, now);
    touch(['big', 'big/a', 'big/b', 'big/c', 'big/d'], 0);
    touch(['small'], 0);
    expect(rootsOf(dirty.choose(0))).toEqual(['big']);
    expect(dirty.choose(3)).toEqual([]);
    expect(rootsOf(dirty.choose(4))).toEqual(['small']);
    touch(['big', 'big/a', 'big/b'], 5);
    expect(dirty.choose(5)).toEqual([]);
    expect(rootsOf(dirty.choose(6))).toEqual(['big']);
  });

  test('whatever the budget says once they have waited, but never more than so many rows', () => {
    const dirty = dirtied({ ...NEVER, most: 2 }, ['a', 'b', 'c']);
    expect(dirty.choose(4999)).toEqual([]);
    expect(rootsOf(dirty.choose(5002))).toEqual(['a', 'b']);
    expect(rootsOf(dirty.choose(5002))).toEqual(['c']);
  });

  test('whole: all that changed, what was removed, and what is held back', () => {
    const dirty = new DirtyRoots(NEVER);
    const [k, x, y] = [owner('k'), owner('k/x'), owner('k/y')];
    dirty.touch(harvest({ changed: [k, x, y] }), { place: 1, clock: 1 }, 0);
    dirty.touch(
      harvest({ changed: [k], removed: [{ flow: 'a', key: 'k/y' }], held: ['k'] }),
      { place: 2, clock: 2 },
      1,
    );
    expect(dirty.isRemoved({ flow: 'a', key: 'k/y' })).toBe(true);
    const [chosen, ...others] = dirty.chooseAny();
    expect(others).toEqual([]);
    expect(chosen).toMatchObject({ root: 'k', from: { place: 1, clock: 1 }, held: true });
    expect(chosen?.owners).toEqual([k, x]);
    expect([...(chosen?.removed?.keys() ?? [])]).toEqual(['a/k/y']);
  });

  test('without a removal that was taken back, and with the instance that came in its place', () => {
    const dirty = new DirtyRoots(NEVER);
    const [before, after] = [owner('k'), owner('k')];
    dirty.touch(harvest({ changed: [before] }), { place: 1, clock: 1 }, 0);
    dirty.touch(harvest({ removed: [{ flow: 'a', key: 'k' }] }), { place: 2, clock: 2 }, 0);
    dirty.touch(harvest({ changed: [after] }), { place: 3, clock: 3 }, 0);
    const [chosen] = dirty.chooseAny();
    expect(chosen?.owners).toEqual([after]);
    expect(chosen?.removed?.size).toBe(0);
  });
});

test('a recovery begins where the oldest root became dirty, and nowhere once all is written', () => {
  const dirty = dirtied({ ...NEVER, burst: 1 }, ['a', 'b']);
  expect(dirty.mark()).toEqual({ place: 0, clock: 0 });
  dirty.choose(10);
  expect(dirty.mark()).toEqual({ place: 10, clock: 100 });
  dirty.chooseAny();
  expect(dirty.mark()).toBeNull();
});

test.each([
  ['no root', NEVER, [], null],
  ['a root that waits for its age', NEVER, ['a'], 4990],
  ['a root and a token', { ...NEVER, rate: 100, burst: 1 }, ['a'], 0],
  ['more roots than tokens', { ...NEVER, rate: 100, burst: 1 }, ['a', 'b', 'c'], 20],
])('an idle worker with %s rests as long as nothing is to be written', (_, budget, keys, rest) => {
  expect(dirtied(budget, keys).rest(10)).toBe(rest);
});
