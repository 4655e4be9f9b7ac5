import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edge, leadersOf, linkGraph } from '../../../definitions/link-graph.ts';

const [A, B, C, D, E] = [0, 1, 2, 3, 4] as const;

function steps(count: number, join: 'all' | 'any' = 'all') {
  return Array.from({ length: count }, () => ({ join, gate: false }));
}

function edges(...pairs: readonly (readonly [number, number])[]): readonly Edge[] {
  return pairs.map(([from, to]) => ({ from, to }));
}

describe('start steps', () => {
  const cases: readonly [string, number, readonly Edge[], readonly number[]][] = [
    ['are those without incoming connectors', 3, edges([A, C], [B, C]), [A, B]],
    ['include a step whose only incoming connector is its own loop', 2, edges([A, A], [A, B]), [A]],
    ['are the first step where loops leave none', 3, edges([A, B], [B, C], [C, A]), [A]],
    [
      'are the first step where loops leave none, whatever leads to it',
      3,
      edges([B, C], [C, B], [B, A], [A, B]),
      [A],
    ],
    ['are none in a flow without steps', 0, [], []],
    ['are all steps of a flow without connectors', 3, [], [A, B, C]],
  ];
  test.each(cases)('%s', (_, count, connectors, starts) => {
    expect(linkGraph(steps(count), connectors).startSteps).toEqual(starts);
  });
});

test('steps that only a loop of their own leads to are unreachable', () => {
  const graph = linkGraph(steps(4), edges([A, B], [C, D], [D, C]));
  expect(graph.unreachable).toEqual([C, D]);
});

test('connectors are listed at both ends in file order, loops at both', () => {
  const graph = linkGraph(steps(3), edges([B, C], [A, C], [A, A], [A, B]));
  expect(graph.steps.map((step) => step.outgoing)).toEqual([[1, 2, 3], [0], []]);
  expect(graph.steps.map((step) => step.incoming)).toEqual([[2], [3], [0, 1]]);
});

describe('what a join waits for', () => {
  test('is what can still reach its other connectors', () => {
    // A splits to B and C, which join at D
    const join = linkGraph(steps(4), edges([A, B], [A, C], [B, D], [C, D])).steps[D];
    expect(join?.reach).toEqual([
      [true, true, false, false],
      [true, false, true, false],
    ]);
  });

  test('is not sought through the join itself', () => {
    // D leads back to B: from D, B is reached only through D
    const join = linkGraph(steps(4), edges([A, B], [A, C], [B, D], [C, D], [D, B])).steps[D];
    expect(join?.reach[0]).toEqual([true, true, false, false]);
  });

  test('is nothing at its own loop', () => {
    const join = linkGraph(steps(2), edges([A, B], [B, B])).steps[B];
    expect(join?.reach).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  test('is not computed for join any and for a single connector', () => {
    const any = linkGraph(steps(3, 'any'), edges([A, C], [B, C])).steps[C];
    const single = linkGraph(steps(2), edges([A, B])).steps[B];
    expect([any?.reach, single?.reach]).toEqual([[], []]);
  });
});

test('a step reaches itself only through a loop', () => {
  const graph = linkGraph(steps(5), edges([A, B], [B, C], [C, B], [C, D], [E, E]));
  expect(graph.steps.map((step, index) => step.reachable[index])).toEqual([false, true, true, false, true]);
});

test('loops of gates alone are found, loops through another step are not', () => {
  const gate = { join: 'all', gate: true } as const;
  const step = { join: 'all', gate: false } as const;
  const connectors = edges([A, B], [B, C], [C, B], [C, D], [D, E], [E, D], [A, A]);
  expect(linkGraph([step, gate, gate, step, gate], connectors).gateLoops).toEqual([B, C]);
  expect(linkGraph([gate, gate, step, step, step], connectors).gateLoops).toEqual([A]);
});

test('the steps that can have led to a step are found through gates, itself by a loop too', () => {
  const connectors = edges([A, B], [B, C], [C, D], [D, D], [E, C], [E, B]);
  expect(leadersOf(D, connectors, [false, true, true, false, false])).toEqual([A, D, E]);
  expect(leadersOf(A, connectors, [false, true, true, false, false])).toEqual([]);
});

describe('on random graphs', () => {
  const graphs = fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      connectors: fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: count - 1 }),
          to: fc.integer({ min: 0, max: count - 1 }),
        }),
        { maxLength: 12 },
      ),
    }),
  );

  test('reachable is what listing every simple path finds', () => {
    fc.assert(
      fc.property(graphs, ({ count, connectors }) => {
        const graph = linkGraph(steps(count), connectors);
        for (let to = 0; to < count; to++) {
          const found = graph.steps[to]?.reachable;
          for (let from = 0; from < count; from++) {
            const wanted = connectors.some(
              (edge) => edge.from === from && hasPath(connectors, edge.to, to, []),
            );
            expect(found?.[from]).toBe(wanted);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('reach is what listing every simple path around the join finds', () => {
    fc.assert(
      fc.property(graphs, ({ count, connectors }) => {
        linkGraph(steps(count), connectors).steps.forEach((step, join) => {
          const wanted = step.incoming.map((index) =>
            Array.from({ length: count }, (_, from) =>
              hasPath(connectors, from, connectors[index]?.from ?? -1, [join]),
            ),
          );
          expect(step.reach).toEqual(step.incoming.length < 2 ? [] : wanted);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a step is unreachable exactly where no start step has a path to it', () => {
    fc.assert(
      fc.property(graphs, ({ count, connectors }) => {
        const graph = linkGraph(steps(count), connectors);
        const wanted = Array.from({ length: count }, (_, step) => step).filter(
          (step) => !graph.startSteps.some((start) => hasPath(connectors, start, step, [])),
        );
        expect(graph.unreachable).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether some path without repetition leads from `from` to `to` (of no connectors where they are the same). */
function hasPath(connectors: readonly Edge[], from: number, to: number, avoid: readonly number[]): boolean {
  if (avoid.includes(from)) return false;
  if (from === to) return true;
  return connectors.some((edge) => edge.from === from && hasPath(connectors, edge.to, to, [...avoid, from]));
}
