import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionTree, verdictsOf } from '../../../definitions/condition-cases.ts';
import { compileExpression } from '../../../definitions/index.ts';

/** Conditions over a number, a text and a truth value, some of which contradict themselves. */
const { condition } = fc.letrec<{ condition: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc
      .tuple(
        fc.constantFrom('N', 'M'),
        fc.constantFrom('<', '<=', '==', '!=', '>=', '>'),
        fc.integer({ min: -3, max: 3 }),
      )
      .map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom("'x'", "'y'"), fc.constantFrom('==', '!='))
      .map(([text, sign]) => `T ${sign} ${text}`),
    fc.constantFrom('B', 'not B', "T in ['x', 'z']", 'N > M', 'N in [1, 2]', 'B == false'),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, sign, b]) => `(${a}) ${sign} (${b})`),
    tie('condition').map((inner) => `not (${inner})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `((${a}) ? (${b}) : (${c}))`),
  ),
}));

const values = fc.record({
  N: fc.integer({ min: -8, max: 8 }).map((n) => n / 2),
  M: fc.integer({ min: -8, max: 8 }).map((n) => n / 2),
  T: fc.constantFrom('x', 'y', 'z', 'w'),
  B: fc.boolean(),
});

test('what is said to be never or always true is so for all values', () => {
  let certain = 0;
  fc.assert(
    fc.property(condition, fc.array(values, { minLength: 20, maxLength: 20 }), (source, samples) => {
      const tree = conditionTree(source);
      if (tree === null) return;
      const domainOf = ([name]: readonly string[]) => (name === 'B' ? [true, false] : null);
      const verdicts = verdictsOf({ nodes: [tree], domainOf, leastOf: () => null })?.flat() ?? [null];
      const [claim] = [false, true].filter((one) => verdicts.every((verdict) => verdict === one));
      if (claim === undefined) return;
      certain++;
      for (const sample of samples) {
        const names = ([name = '']: readonly string[]) => {
          const value = new Map(Object.entries(sample)).get(name);
          return { type: null, get: () => value ?? null };
        };
        const compiled = compileExpression(
          { value: source, at: { file: '', line: 1, column: 1 } },
          { names, expect: 'boolean' },
        );
        if (!compiled.ok) return;
        // Nothing of the scope is read: the names above hold the values themselves.
        expect(compiled.expression.run({} as never)).toBe(claim);
      }
    }),
    { numRuns: 1200, seed: 7 },
  );
  expect(certain).toBeGreaterThan(20);
});

test('a contradiction is always seen where every name is only compared with literals', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 5 }), (low, gap) => {
      const tree = conditionTree(`N > ${low + gap} and N < ${low}`);
      if (tree === null) throw new Error('a comparison can be read');
      const verdicts = verdictsOf({ nodes: [tree], domainOf: () => null, leastOf: () => null });
      expect(verdicts?.flat().every((verdict) => verdict === false)).toBe(true);
    }),
    { numRuns: 50, seed: 7 },
  );
});
