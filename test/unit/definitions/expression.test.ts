import { describe, expect, it } from 'vitest';
import type { Value, ValueType } from '../../../checkpoints/index.ts';
import { ExpressionError, type ExpressionFunction, expressionReads } from '../../../definitions/index.ts';
import { at, compiled, evaluated, names, scopeOf, type Values } from './expression-sample.ts';

describe('an expression gives', () => {
  const values: Values = {
    PIN: 5,
    POUT: 7,
    state: 'broken',
    cutOff: '16:10',
    ok: true,
    late: false,
    any: 'x',
    'steps.receive_file.PIN': 3,
    'flow.key': 'clearing-1',
    'event.params.size': 4,
    'event.length': 9,
  };
  it.each<[string, Value]>([
    ['1', 1],
    ['0x1F + 0b11 + .5 + 5. + 1e3', 1039.5],
    ['true', true],
    ["'it\\'s'", "it's"],
    ['"\\u4e2d\\n\\t\\\\ \\/"', '中\n\t\\ /'],
    ["''", ''],
    ['PIN', 5],
    ['PIN < POUT', true],
    ['PIN <= 5', true],
    ['PIN > POUT', false],
    ['PIN >= 6', false],
    ['PIN == 5', true],
    ['PIN != 5', false],
    ["state == 'broken'", true],
    ['state != "broken"', false],
    ['ok == true', true],
    ['PIN\n  < POUT', true],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 3 - 2', 5],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['- - 2', 2],
    ['+PIN', 5],
    ['7 % 4', 3],
    ['-7 % 4', -3],
    ['POUT / 2', 3.5],
    ['-0', 0],
    ['0 * -1', 0],
    ['ceil(-0.5)', 0],
    ['not ok', false],
    ['not (PIN < POUT)', false],
    ['ok and late', false],
    ['late or ok', true],
    ['late and late or ok', true],
    ['ok or ok and late', true],
    ['ok ? 1 : 2', 1],
    ['late ? 1 : ok ? 2 : 3', 2],
    ['ok ? late ? 1 : 2 : 3', 2],
    ['if(PIN > 6, "many", "few")', 'few'],
    ["state in ['a', 'broken']", true],
    ["state in ['a']", false],
    ['PIN in [1, -5, 5]', true],
    ['0 - PIN in [1, -5]', true],
    ['ok in [false]', false],
    ['abs(-3) + ceil(1.2) + floor(1.8) + round(2.5) + trunc(-1.7) + sign(-4)', 7],
    ['sqrt(PIN + 4)', 3],
    ['min(PIN, POUT, 3)', 3],
    ['max(PIN)', 5],
    ['length(state)', 6],
    ['abs(PIN - POUT) ^ 2', 4],
    ['steps.receive_file.PIN + 1', 4],
    ["flow . key == 'clearing-1'", true],
    ['event.length', 9],
    ['event.params.size > 3', true],
    ['any == "x"', true],
    // code units order the times and dates of one format
    ["cutOff >= '16:00'", true],
    ["any < 'y'", true],
    ['any < any', false],
    ['any <= any', true],
    ['any > any', false],
    ['any >= any', true],
    ['if(PIN < 6, PIN < 5, PIN > 5)', false],
    ['ok ? PIN < 6 : PIN > 6', true],
  ])('%s → %j', (source, value) => {
    expect(evaluated(source, values)).toBe(value);
  });

  it('true for what a list holds, whichever list comes first', () => {
    const source = Array.from({ length: 20 }, (_, index) => `PIN == ${index}`).join(' or ');
    expect(evaluated(source, { PIN: 19 })).toBe(true);
  });
});

describe('the type known at load', () => {
  it.each<[string, ValueType | null]>([
    ['PIN < any', 'boolean'],
    ['any + 1', 'number'],
    ['any', null],
    ['ok ? any : 1', null],
    ['ok ? PIN : 1', 'number'],
    ['if(ok, state, "x")', 'string'],
    ['not any', 'boolean'],
    ['length(any)', 'number'],
  ])('of %s is %s', (source, type) => {
    expect(compiled(source).type).toBe(type);
  });

  it('is the one that is due, where only running tells it', () => {
    expect(compiled('any', { expect: 'number' }).type).toBe('number');
  });
});

describe('running fails and says why', () => {
  it.each<[string, Values, string]>([
    ['PIN < POUT', { POUT: 1 }, "'PIN' has no value yet"],
    ['ok and PIN > 1', { ok: true }, "'PIN' has no value yet"],
    ['PIN / POUT', { PIN: 1, POUT: 0 }, 'division by zero'],
    ['PIN % (POUT - 1)', { PIN: 1, POUT: 1 }, 'division by zero'],
    ['sqrt(PIN)', { PIN: -1 }, "the result of 'sqrt' is not a finite number"],
    ['10 ^ PIN', { PIN: 400 }, "the result of '^' is not a finite number"],
    ['PIN * PIN', { PIN: 1e200 }, "the result of '*' is not a finite number"],
    ['PIN > 1', { PIN: '10' }, "'PIN' is declared a number, but holds a string"],
    ['PIN > 1', { PIN: Number.NaN }, "'PIN' holds no finite number"],
    ['any > 1', { any: '10' }, "'any' is the string '10', where a number is due"],
    ['any == 1', { any: '1' }, "'any' is the string '1' and 1 the number 1: they cannot be compared"],
    ['any < other', { any: '1', other: 2 }, "'<' cannot order them"],
    ['any < other', { any: true, other: true }, "'<' cannot order them"],
    ['any != other', { any: 1, other: true }, 'they cannot be compared'],
    ['not any', { any: 1 }, "'any' is the number 1, where true or false is due"],
    ['any and ok', { any: 'true', ok: true }, 'where true or false is due'],
    ["any in ['a']", { any: 1 }, 'where a string is due'],
    ['length(any)', { any: 12 }, 'where a string is due'],
  ])('%s with %j', (source, values, message) => {
    const { run } = compiled(source);
    expect(() => run(scopeOf(values))).toThrow(ExpressionError);
    expect(() => run(scopeOf(values))).toThrow(message);
    expect(() => run(scopeOf(values))).toThrow(`, in ${source}`);
  });

  it('where no boolean comes out of a condition', () => {
    const { run } = compiled('any', { expect: 'boolean' });
    expect(run(scopeOf({ any: true }))).toBe(true);
    expect(() => run(scopeOf({ any: 1 }))).toThrow('this gave a number, where true or false is due, in any');
  });
});

describe('what is not needed is not read', () => {
  it.each<[string, Values, Value]>([
    ['late and PIN > 1', { late: false }, false],
    ['ok or PIN > 1', { ok: true }, true],
    ['ok ? 1 : PIN', { ok: true }, 1],
    ['late ? PIN : 2', { late: false }, 2],
    ['if(ok, 1, PIN / 0.0000001)', { ok: true }, 1],
    ['if(late, PIN, 2)', { late: false }, 2],
  ])('in %s with %j', (source, values, value) => {
    expect(evaluated(source, values)).toBe(value);
  });
});

describe('a compiled expression', () => {
  it('keeps its source and place', () => {
    expect(compiled('PIN < POUT')).toMatchObject({ source: 'PIN < POUT', at });
  });

  it('tells each name it reads once, in the order written', () => {
    const { reads } = compiled('steps.receive_file.PIN > PIN and if(ok, PIN, POUT) > 1');
    expect(reads.map((read) => read.name)).toEqual(['steps.receive_file.PIN', 'PIN', 'ok', 'POUT']);
  });

  it('explains an alarm with the values that went in', () => {
    const expression = compiled('PIN < POUT or late');
    expect(expressionReads(expression, scopeOf({ PIN: 1, POUT: 2 }))).toEqual([
      { name: 'PIN', value: 1 },
      { name: 'POUT', value: 2 },
      { name: 'late', value: null },
    ]);
  });

  it('explains with null what fails to compute, and lets a broken rule through', () => {
    const failing = (error: Error) => ({
      ...compiled('1'),
      reads: [
        {
          name: 'LOSS',
          get: () => {
            throw error;
          },
        },
      ],
    });
    const scope = scopeOf({});
    expect(expressionReads(failing(new ExpressionError('division by zero')), scope)).toEqual([
      { name: 'LOSS', value: null },
    ]);
    expect(() => expressionReads(failing(new RangeError('no such step')), scope)).toThrow(RangeError);
  });

  it('looks its names up once, at load', () => {
    const asked: string[] = [];
    const counting = (path: readonly string[]) => {
      asked.push(path.join('.'));
      return names(path);
    };
    const { run } = compiled('PIN + PIN + POUT', { names: counting });
    run(scopeOf({ PIN: 1, POUT: 2 }));
    run(scopeOf({ PIN: 1, POUT: 2 }));
    expect(asked).toEqual(['PIN', 'POUT']);
  });
});

describe('a condition function', () => {
  const functions = new Map<string, ExpressionFunction>([
    ['isLate', { arity: [0, 1] as const, run: () => true }],
    ['above', { run: (_, args) => Number(args[0]) > Number(args[1]) }],
    ['owned', { run: (scope) => scope.own === 0 }],
    ['broken', { run: () => JSON.parse('{') }],
    ['wordy', { run: () => 'yes' }],
    ['empty', { run: () => null }],
    ['slow', { run: () => Promise.reject(new Error('nobody waits')) }],
    ['abs', { run: () => true }],
  ]);

  it.each<[string, Value]>([
    ['isLate()', true],
    ['not isLate(1)', false],
    ['above(PIN, 2) and owned()', true],
    ['above(1, PIN * 2)', false],
    ['abs(-1)', 1],
  ])('is called in %s', (source, value) => {
    expect(evaluated(source, { PIN: 3 }, { functions })).toBe(value);
  });

  it.each([
    ['broken()', 'broken(…) failed: '],
    ['wordy()', 'wordy(…) gave a value of type string: a condition function must return true or false'],
    ['empty()', 'empty(…) gave null'],
    ['slow()', 'slow(…) gave a promise'],
    ['above(PIN, 2)', "'PIN' has no value yet"],
  ])('that misbehaves in %s is an ExpressionError', (source, message) => {
    const { run } = compiled(source, { functions });
    expect(() => run(scopeOf({}))).toThrow(ExpressionError);
    expect(() => run(scopeOf({}))).toThrow(message);
  });

  it('is the cause of the error when it throws', () => {
    const { run } = compiled('broken()', { functions });
    let caught: unknown;
    try {
      run(scopeOf({}));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ cause: expect.any(SyntaxError) });
  });
});
