import { describe, expect, it } from 'vitest';
import { compileText, ExpressionError, type Names, printValue } from '../../../definitions/index.ts';
import { at, compiledText, names, scopeOf, type Values } from './expression-sample.ts';

describe('a text', () => {
  const values: Values = {
    PIN: 5,
    POUT: 7.25,
    state: 'broken',
    ok: true,
    any: '<b>{PIN}</b>',
    'flow.key': '中文-1',
  };
  it.each([
    ['', ''],
    ['nothing to fill in', 'nothing to fill in'],
    ['{PIN} of {POUT} bytes', '5 of 7.25 bytes'],
    ['{ state }: {ok}', 'broken: true'],
    ['{flow.key}', '中文-1'],
    ['{LOSS}', '?'],
    ['{{PIN}}', '{PIN}'],
    ['{{{PIN}}}', '{5}'],
    ['a {{ b }} c', 'a { b } c'],
    ['{any}', '<b>{PIN}</b>'],
    ['{PIN}\n{PIN}', '5\n5'],
  ])('%j gives %j', (source, filled) => {
    expect(compiledText(source).run(scopeOf(values))).toBe(filled);
  });

  it('prints a value as its name wants it, and ? without one', () => {
    const timed: Names = () => ({
      type: 'number',
      get: (scope) => (scope.event.time === 0 ? null : scope.event.time),
      format: (value, scope) => `${value} in ${scope.flow.key}`,
    });
    const text = compiledText('at {event.time}', timed);
    const scope = scopeOf({});
    expect(text.run(scope)).toBe('at ?');
    expect(
      text.run({ ...scope, flow: { ...scope.flow, key: 'k' }, event: { ...scope.event, time: 9 } }),
    ).toBe('at 9 in k');
  });

  it('shows ? for a derived value that fails', () => {
    const failing: Names = () => ({
      type: 'number',
      get: () => {
        throw new ExpressionError('division by zero');
      },
    });
    expect(compiledText('{LOSS} lost', failing).run(scopeOf({}))).toBe('? lost');
  });

  it('is cut at 4096 characters, and never within a character', () => {
    const long = compiledText('{state}{state}{state}').run(scopeOf({ state: 'x'.repeat(3000) }));
    expect(long).toBe(`${'x'.repeat(4095)}…`);
    const faces = compiledText('{state}').run(scopeOf({ state: '😀'.repeat(3000) }));
    expect(faces).toBe(`${'😀'.repeat(2047)}…`);
  });
});

describe('a text is refused with the column and a remedy:', () => {
  it.each([
    ['{PINN} lost', 0, 'unknown-name', "there is no parameter 'PINN' here"],
    ['of {flow.kee}', 3, 'unknown-name', "there is no parameter 'flow.kee' here"],
    ['{PIN', 0, 'text-syntax', "this '{' is not closed"],
    ['PIN}', 3, 'text-syntax', 'write }} for a brace'],
    ['a {} b', 2, 'text-syntax', 'write one, or {{}} for braces'],
    ['{POUT - PIN}', 0, 'text-syntax', 'only names stand in braces'],
    ['{PIN:2}', 0, 'text-syntax', 'only names stand in braces'],
    ['{中文}', 0, 'text-syntax', 'only names stand in braces'],
    ['x'.repeat(4097), 0, 'text-syntax', '4096 are allowed'],
  ])('%s', (source, offset, code, message) => {
    expect(compileText({ value: source, at }, names)).toEqual({
      ok: false,
      findings: [
        {
          at: { ...at, column: at.column + offset },
          severity: 'error',
          code,
          message: expect.stringContaining(message),
        },
      ],
    });
  });

  it('all that is wrong at once', () => {
    const result = compileText({ value: '{a} {b} }', at }, names);
    expect(result.ok ? [] : result.findings.map((finding) => finding.at.column - at.column)).toEqual([
      0, 4, 8,
    ]);
  });
});

describe('a number is printed', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [5, '5'],
    [-12, '-12'],
    [1234567890123, '1234567890123'],
    [1e20, '100000000000000000000'],
    [0.1 + 0.2, '0.3'],
    [7.25, '7.25'],
    [2 / 3, '0.666667'],
    [1234567.891, '1234567.891'],
    [-1234567.891, '-1234567.891'],
    [1 / 3 + 1000, '1000.333333'],
    [0.0000123456789, '0.0000123457'],
    [-99.9999999, '-100'],
  ])('%d as %s', (value, printed) => {
    expect(printValue(value)).toBe(printed);
  });

  it('and other values as they are', () => {
    expect([printValue('007'), printValue(false)]).toEqual(['007', 'false']);
  });
});
