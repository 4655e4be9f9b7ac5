/** What a step knows of its entries: the same as a plain list would, and shared with what was before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChildState,
  type ChildStates,
  childOf,
  countsOf,
  endedOf,
  kindsOf,
  NO_CHILDREN,
  stepFromText,
  textOfStep,
  withChild,
  withoutStep,
} from '../../../engine/child-states.ts';

const STATES: readonly ChildState[] = [
  { status: 'expected', health: 'normal' },
  { status: 'running', health: 'unknown' },
  { status: 'committed', health: 'warning' },
  { status: 'failed', health: 'critical' },
  { status: 'abandoned', health: 'normal' },
];

const COMMITTED: ChildState = { status: 'committed', health: 'normal' };

const changes = fc.array(
  fc.record({
    step: fc.nat({ max: 2 }),
    entry: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 200 }), fc.nat({ max: 300_000 })),
    state: fc.constantFrom(...STATES),
  }),
  { maxLength: 30 },
);

/** The parts of the tree: texts are not counted, since equal ones cannot be told apart. */
function branchesOf(children: ChildStates): ReadonlySet<object> {
  const found = new Set<object>();
  const walk = (branch: (typeof children)[number]['tree']) => {
    if (typeof branch === 'string') return;
    found.add(branch);
    for (const each of branch) walk(each);
  };
  for (const { tree } of children) walk(tree);
  return found;
}

describe('what is known of the children', () => {
  it('is what a list would know, whatever comes in whatever order, and leaves what was before as it was', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const plain = new Map<string, ChildState>();
        let children = NO_CHILDREN;
        for (const { step, entry, state } of all) {
          const before = JSON.stringify(children);
          const next = withChild(children, { step, entry, ...state });
          expect(JSON.stringify(children)).toBe(before);
          children = next;
          plain.set(`${step}/${entry}`, state);
        }
        for (const [place, state] of plain) {
          const [step = 0, entry = 0] = place.split('/').map(Number);
          expect(childOf(children, step, entry)).toEqual(state);
          if (!plain.has(`${step}/${entry + 1}`)) expect(childOf(children, step, entry + 1)).toBeNull();
        }
        for (const step of [0, 1, 2]) {
          const known = [...plain]
            .filter(([place]) => place.startsWith(`${step}/`))
            .map(([, state]) => state);
          const counted = countsOf(children, step);
          for (const state of STATES) {
            const count = known.filter((one) => one === state).length;
            expect(counted.filter(({ count: n, ...one }) => n > 0 && one.status === state.status)).toEqual(
              count === 0 ? [] : [{ ...state, count }],
            );
          }
        }
        expect(new Set(kindsOf(children).map(({ status }) => status))).toEqual(
          new Set([...plain.values()].map(({ status }) => status)),
        );
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('has one form, in whatever order it came, also from its text', () => {
    fc.assert(
      fc.property(changes, fc.integer(), (all, seed) => {
        const latest = [...new Map(all.map((one) => [`${one.step}/${one.entry}`, one])).values()];
        const shuffled = latest.toSorted((a, b) => ((a.entry * 31 + seed) % 7) - ((b.entry * 31 + seed) % 7));
        const made = all.reduce((sum, { state, ...of }) => withChild(sum, { ...of, ...state }), NO_CHILDREN);
        const other = shuffled.reduce(
          (sum, { state, ...of }) => withChild(sum, { ...of, ...state }),
          NO_CHILDREN,
        );
        expect(other).toEqual(made);
        expect(made.map((one) => stepFromText(one.step, textOfStep(one)))).toEqual(made);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('of 100,000 entries a change copies two branches and a leaf, and shares all others', () => {
    const full = [stepFromText(4, 'a'.repeat(100_000))];
    const before = branchesOf(full);
    expect(before.size).toBeGreaterThan(25);
    for (const entry of [0, 63, 64, 5000, 99_999]) {
      const after = withChild(full, { step: 4, entry, ...COMMITTED });
      expect([...branchesOf(after)].filter((part) => !before.has(part))).toHaveLength(2);
      expect(endedOf(after, 4, 100_000)).toEqual({ count: 1, committed: true });
    }
  });

  it.each([
    [0, { count: 0, committed: true }],
    [1, { count: 1, committed: true }],
    [70, { count: 1, committed: true }],
    [71, { count: 2, committed: false }],
    [4999, { count: 2, committed: false }],
    [5000, { count: 3, committed: false }],
  ])(
    'tells of the first %i entries how many have ended, whatever is known of later ones',
    (entries, ended) => {
      const known = [
        { entry: 0, ...COMMITTED },
        { entry: 1, status: 'running', health: 'running' },
        { entry: 70, status: 'failed', health: 'critical' },
        { entry: 4999, ...COMMITTED },
      ] as const;
      const children = known.reduce((sum, one) => withChild(sum, { step: 0, ...one }), NO_CHILDREN);
      expect(endedOf(children, 0, entries)).toEqual(ended);
      expect(endedOf(children, 1, entries)).toEqual({ count: 0, committed: true });
    },
  );

  it('does not change where nothing is new, or nothing was known', () => {
    const one = withChild(NO_CHILDREN, { step: 1, entry: 7, ...COMMITTED });
    expect(withChild(one, { step: 1, entry: 7, ...COMMITTED })).toBe(one);
    expect(withoutStep(one, 0)).toBe(one);
    expect(withoutStep(one, 1)).toEqual(NO_CHILDREN);
    expect([childOf(one, 1, 6), childOf(one, 1, 8), childOf(one, 0, 7)]).toEqual([null, null, null]);
  });
});
