import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';
import { kinOf } from '../../../engine/explain-rerun.ts';
import { partitionOf, rootOf } from '../../../engine/index.ts';

describe('the root of a key', () => {
  test.each([
    ['k', 'k'],
    ['k/a/b', 'k'],
    ['', ''],
    ['/x', ''],
    ['结算/1', '结算'],
    ['__proto__/x', '__proto__'],
  ])('of %j is %j', (key, root) => {
    expect(rootOf(key)).toBe(root);
  });

  it('is the same for everything that instances can hear of each other by', () => {
    const text = `
flow: day
key: "day-{tradingDay}"
start: { by: "09:00" }
steps:
  own: {}
  same: { flow: margin }
  under: { flow: report, key: "{key}/r/{each}", each: [a, b] }
---
flow: margin
steps: { deep: { flow: check, key: "{key}/c" } }
---
flow: check
steps: { x: {} }
---
flow: report
steps: { x: {} }
---
flow: after
start: { after: day, in: 5m }
steps: { x: {} }
`;
    const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
    if (definitions === null) throw new Error(JSON.stringify(findings));
    for (const flow of definitions.flows.keys()) {
      for (const key of ['k', 'k/c', 'k/r/a', 'k/r/a/c']) {
        const roots = kinOf(definitions, { flow, key }).map((one) => rootOf(one.key));
        expect(new Set(roots)).toEqual(new Set(['k']));
      }
    }
  });
});

describe('the partition of a key', () => {
  /** FNV-1a as Go's hash/fnv has it, in whole numbers. */
  function go(token: string): number {
    let hash = 2166136261n;
    for (const byte of Buffer.from(token)) hash = ((hash ^ BigInt(byte)) * 16777619n) % 2n ** 32n;
    return Number(hash);
  }

  test.each([
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('follows the published values of FNV-1a: %s', (key, hash) => {
    expect(partitionOf(key, 2 ** 31)).toBe(String(hash % 2 ** 31));
    expect(go(key)).toBe(hash);
  });

  it('goes by the first token as it stands in the subject, and by nothing else', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
        fc.string(),
        fc.integer({ min: 1, max: 64 }),
        (root, rest, n) => {
          expect(partitionOf(`${root}/${rest}`, n)).toBe(String(go(root) % n));
          expect(partitionOf(root, n)).toBe(partitionOf(`${root}/${rest}`, n));
        },
      ),
    );
    expect(partitionOf('结.算', 7)).toBe(String(go('%E7%BB%93%2E%E7%AE%97') % 7));
  });

  it('is evenly spread over keys that count up', () => {
    const counts = new Array<number>(8).fill(0);
    for (let n = 0; n < 8000; n++) {
      const at = Number(partitionOf(`order-${n}`, 8));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });
});
