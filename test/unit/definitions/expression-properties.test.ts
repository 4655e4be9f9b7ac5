import { Parser } from 'expr-eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../checkpoints/index.ts';
import { compileExpression, ExpressionError } from '../../../definitions/index.ts';
import { at, compiled, names, scopeOf } from './expression-sample.ts';

const functions = new Map([['isLate', { run: () => true }]]);

/** Sources that are well-typed whatever binds tighter, since each operator meets one type only. */
function sources(arithmetic: readonly string[]) {
  const { number, condition } = fc.letrec<{ number: string; condition: string }>((tie) => ({
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.integer({ min: 0, max: 12 }).map(String),
      fc.constantFrom('PIN', 'POUT', 'LOSS'),
      fc.tuple(tie('number'), fc.constantFrom(...arithmetic), tie('number')).map((parts) => parts.join(' ')),
      tie('number').map((inner) => `(${inner})`),
      tie('number').map((inner) => `-${inner}`),
      fc.tuple(tie('condition'), tie('number'), tie('number')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      fc.tuple(tie('number'), tie('number')).map(([a, b]) => `max(${a}, ${b})`),
      tie('number').map((inner) => `abs(${inner})`),
    ),
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('ok', 'late', 'true', 'not late', "state == 'broken'"),
      fc
        .tuple(tie('number'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('number'))
        .map((parts) => parts.join(' ')),
      fc
        .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
        .map((parts) => parts.join(' ')),
      tie('condition').map((inner) => `(${inner})`),
      tie('condition').map((inner) => `not (${inner})`),
      fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) == (${b})`),
    ),
  }));
  return fc.oneof(number, condition);
}

const values = fc.record({
  PIN: fc.integer({ min: -9, max: 9 }),
  POUT: fc.integer({ min: -9, max: 9 }),
  LOSS: fc.integer({ min: 0, max: 3 }),
  ok: fc.boolean(),
  late: fc.boolean(),
  state: fc.constantFrom('broken', 'received'),
});

/** What this language gives, `refused` where it is too large or divides by a written 0, or the ExpressionError. */
function ours(source: string, given: Given): Value | 'refused' | ExpressionError {
  const result = compileExpression({ value: source, at }, { names, expect: null });
  if (!result.ok) {
    for (const { code, message } of result.findings) {
      expect(`${code}: ${message}`).toMatch(/^(expression-too-large|type-mismatch: division by zero)/);
    }
    return 'refused';
  }
  try {
    return result.expression.run(scopeOf(given));
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

type Given = Readonly<Record<string, Value>>;

/** The typings of expr-eval know no booleans, its evaluator does. */
function theirs(source: string, given: Given): unknown {
  return Parser.evaluate(source, given as Readonly<Record<string, number>>);
}

describe('an expression gives what expr-eval gives', () => {
  it('for whole numbers, comparisons and logic', () => {
    fc.assert(
      fc.property(sources(['+', '-', '*']), values, (source, given) => {
        const value = ours(source, given);
        fc.pre(value !== 'refused');
        expect(value).toBe(theirs(source, given));
      }),
      { numRuns: 1000 },
    );
  });

  it('for every arithmetic operator, where all of it is finite', () => {
    fc.assert(
      fc.property(sources(['+', '-', '*', '/', '%', '^']), values, (source, given) => {
        const value = ours(source, given);
        fc.pre(value !== 'refused');
        if (value instanceof ExpressionError) {
          expect(value.message).toMatch(/^(division by zero|the result of '.+' is not a finite number), in /);
        } else {
          expect(value).toBe(theirs(source, given));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('whatever is written', () => {
  const words = fc.constantFrom(
    ...[
      'PIN',
      'state',
      'ok',
      'any',
      'flow',
      'key',
      'flow.key',
      'nope',
      '_',
      '__proto__',
      'abs',
      'if',
      'min',
      'isLate',
    ],
    ...[
      'and',
      'or',
      'not',
      'in',
      'true',
      'false',
      '1',
      '.5',
      '2.',
      '1e3',
      '1e',
      '0x1F',
      '0b1',
      '0b2',
      "'a'",
      '"b"',
    ],
    ...[
      '+',
      '-',
      '*',
      '/',
      '%',
      '^',
      '==',
      '!=',
      '<',
      '<=',
      '>',
      '>=',
      '?',
      ':',
      '.',
      ',',
      '(',
      ')',
      '[',
      ']',
      '=',
      '!',
    ],
    ...['&&', '||', '|', ';', '/*', '*/', '\\', "'", '"', ' ', '\n', '中', '∙', '$', '\ud800'],
  );
  const garbage = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
  );
  const run = (source: string): void => {
    const result = compileExpression({ value: source, at }, { names, functions, expect: 'boolean' });
    if (result.ok) {
      try {
        expect(typeof result.expression.run(scopeOf({ PIN: 1, state: 'a', any: 2, ok: true }))).toBe(
          'boolean',
        );
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
      }
      return;
    }
    expect(result.findings.length).toBeGreaterThan(0);
    for (const { at: place, message } of result.findings) {
      expect(place.column).toBeGreaterThanOrEqual(at.column);
      expect(place.column).toBeLessThanOrEqual(at.column + source.length);
      // These two would mean that the scanner lets something through that expr-eval reads otherwise or not at all.
      expect(message).not.toMatch(/it cannot be read|read in two ways/);
    }
  };

  it('compiling it gives findings or an expression, and never throws', () => {
    fc.assert(fc.property(garbage, run), { numRuns: 5000 });
  });

  it('also where one word of a right expression is changed', () => {
    const right =
      "not (PIN + 1 < 2 ^ 3) and ( state in [ 'a' , 'b' ] or if ( ok , flow . key , 'x' ) == 'y' )".split(
        ' ',
      );
    const changed = fc.tuple(fc.nat(right.length - 1), words, fc.boolean()).map(([index, word, extra]) => {
      return [...right.slice(0, index), word, ...right.slice(extra ? index : index + 1)].join(' ');
    });
    fc.assert(fc.property(changed, run), { numRuns: 2000 });
  });

  it('a string in quotes is what expr-eval reads', () => {
    const piece = fc.constantFrom(
      'a',
      '中',
      '\\\\',
      '\\n',
      '\\"',
      "\\'",
      '\\u4e2d',
      '\\/',
      ' ',
      '/*',
      ';',
      '||',
      '\ud83d\ude00',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const source = `'${pieces.join('')}x'`;
        expect(compiled(source).run(scopeOf({}))).toBe(Parser.evaluate(source));
      }),
      { numRuns: 500 },
    );
  });
});
