import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  layOutQuickly,
  type QuickEdge,
  type QuickNode,
} from '../../../adapters/console/src/flow/quick-layout.ts';

const SIZE = { along: 236, across: 58 };

/** A graph out of pairs of numbers: who leads to whom. */
function graphOf(count: number, pairs: readonly (readonly [number, number])[]) {
  const nodes: QuickNode[] = Array.from({ length: count }, (_, n) => ({ id: `s${n}`, ...SIZE }));
  const edges: QuickEdge[] = pairs
    .map(([a, b]) => [a % count, b % count] as const)
    .filter(([a, b]) => a !== b)
    .map(([a, b], n) => ({ id: `e${n}`, from: `s${a}`, to: `s${b}`, label: n % 3 === 0 ? 40 : 0 }));
  return { nodes, edges };
}

const GRAPHS = fc
  .tuple(fc.integer({ min: 1, max: 25 }), fc.array(fc.tuple(fc.nat(24), fc.nat(24)), { maxLength: 60 }))
  .map(([count, pairs]) => graphOf(count, pairs));

describe('the layout of large graphs', () => {
  test('no step lies on another, and all of them lie inside, however they are connected', () => {
    fc.assert(
      fc.property(GRAPHS, ({ nodes, edges }) => {
        const { spots, along, across } = layOutQuickly(nodes, edges);
        const list = nodes.map(({ id }) => spots.get(id) ?? { along: -1, across: -1 });
        for (const [index, a] of list.entries()) {
          expect(a.along - SIZE.along / 2).toBeGreaterThanOrEqual(0);
          expect(a.across - SIZE.across / 2).toBeGreaterThanOrEqual(0);
          expect(a.along + SIZE.along / 2).toBeLessThanOrEqual(along);
          expect(a.across + SIZE.across / 2).toBeLessThanOrEqual(across);
          for (const b of list.slice(index + 1))
            expect(
              Math.abs(a.along - b.along) >= SIZE.along ||
                Math.abs(a.across - b.across) >= SIZE.across - 1e-6,
            ).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a connector leaves the step that it is from and ends at the step that it leads to', () => {
    fc.assert(
      fc.property(GRAPHS, ({ nodes, edges }) => {
        const { spots, lines } = layOutQuickly(nodes, edges);
        for (const { id, from, to } of edges) {
          const points = lines.get(id)?.points ?? [];
          expect(points.length).toBeGreaterThan(2);
          expect(points[0]?.across).toBe(spots.get(from)?.across);
          expect(points.at(-1)?.across).toBe(spots.get(to)?.across);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a chain goes straight on, and what runs beside each other crosses nowhere', () => {
    const pairs: [number, number][] = [];
    for (let n = 0; n < 8; n += 1) pairs.push([n, n + 2]);
    const { nodes, edges } = graphOf(10, pairs);
    const { spots } = layOutQuickly(nodes, edges);
    const rowOf = (n: number) => Math.round(spots.get(`s${n}`)?.across ?? 0);
    expect(new Set([0, 2, 4, 6, 8].map(rowOf)).size).toBe(1);
    expect(new Set([1, 3, 5, 7, 9].map(rowOf)).size).toBe(1);
    expect(rowOf(0)).not.toBe(rowOf(1));
  });

  test('each of three hundred steps has its place, with long connectors and circles among them', () => {
    const pairs = Array.from({ length: 900 }, (_, n) => [(n * 7) % 300, (n * 13 + 5) % 300] as const);
    const { nodes, edges } = graphOf(300, pairs);
    const { spots } = layOutQuickly(nodes, edges);
    expect(spots.size).toBe(300);
  });
});
