import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../definitions/index.ts';
import { at, names, refused } from './expression-sample.ts';

/** Source, offset of the finding in it, code, and a part of the message. */
type Case = readonly [source: string, offset: number, code: string, message: string];

describe('refused at load, with its column and remedy:', () => {
  it.each<Case>([
    ['PIN && ok', 4, 'expression-syntax', 'write and'],
    ['PIN & ok', 4, 'expression-syntax', 'write and'],
    ['ok || late', 3, 'expression-syntax', 'write or'],
    ['ok | late', 3, 'expression-syntax', 'write or'],
    ['!ok', 0, 'expression-syntax', 'write not x'],
    ['ok and !late', 7, 'expression-syntax', 'write not x'],
    ['PIN!', 3, 'expression-syntax', 'there are no factorials'],
    ['PIN = 5', 4, 'expression-syntax', 'write =='],
    ['PIN === 5', 4, 'expression-syntax', 'write =='],
    ['PIN !== 5', 4, 'expression-syntax', 'write !='],
    ['PIN <> 5', 4, 'expression-syntax', 'write !='],
    ['PIN => 5', 4, 'expression-syntax', 'write >='],
    ['PIN =< 5', 4, 'expression-syntax', 'write <='],
    ['PIN ** 2', 4, 'expression-syntax', 'write ^'],
    ['PIN; POUT', 3, 'expression-syntax', 'remove it'],
    ['PIN > 5 // small', 8, 'expression-syntax', 'write comments in the YAML'],
    ['PIN /* in */ > 5', 4, 'expression-syntax', 'write comments in the YAML'],
    ['PIN < POUT < 3', 11, 'expression-syntax', 'write a < b and b < c'],
    ['ok == ok == ok', 9, 'expression-syntax', 'cannot be chained'],
    ["state in ['a'] == ok", 15, 'expression-syntax', 'cannot be chained'],
    ['中文 > 1', 0, 'expression-syntax', 'names are ASCII'],
    ['PIN > 中文', 6, 'expression-syntax', 'names are ASCII'],
    ['ＰＩＮ > 1', 0, 'expression-syntax', 'write PIN'],
    ['PIN ＞ 1', 4, 'expression-syntax', 'write >'],
    ['PIN ≥ 1', 4, 'expression-syntax', 'write >='],
    ['（PIN) > 1', 0, 'expression-syntax', 'write ('],
    ['state == ‘x’', 9, 'expression-syntax', "write '"],
    ['PIN\u00a0> 1', 3, 'expression-syntax', 'not an ordinary space'],
    ['PIN > 1 😀', 8, 'expression-syntax', 'U+1F600'],
    ['$PIN > 1', 0, 'expression-syntax', "'$' is not used"],
    ['PIN > `1`', 6, 'expression-syntax', "'`' is not used"],
    ["state == 'x", 9, 'expression-syntax', "close it with '"],
    ["state == 'x\\'", 9, 'expression-syntax', "close it with '"],
    ["state == '\\x41'", 9, 'expression-syntax', 'unknown escape'],
    ["state == '\\u12'", 9, 'expression-syntax', 'unknown escape'],
    ['PIN > 1e999', 6, 'expression-syntax', 'too large'],
    ['', 0, 'expression-syntax', 'is empty'],
    ['   ', 0, 'expression-syntax', 'is empty'],
    ['PIN >', 5, 'expression-syntax', "no value after '>'"],
    ['> PIN', 0, 'expression-syntax', 'begins with a value'],
    ['PIN > * 2', 6, 'expression-syntax', "no value between '>' and '*'"],
    ['PIN POUT', 4, 'expression-syntax', 'an operator is missing'],
    ['abs 3', 4, 'expression-syntax', 'write abs(…)'],
    ['10m', 2, 'expression-syntax', 'an operator is missing'],
    ['1.2.3', 3, 'expression-syntax', 'an operator is missing'],
    ['ok AND late', 3, 'expression-syntax', 'small letters: and'],
    ['NOT ok', 4, 'expression-syntax', 'small letters: not'],
    ['ok not late', 3, 'expression-syntax', "an operator is missing before 'not'"],
    ['(PIN > 1', 0, 'expression-syntax', 'is not closed'],
    ['PIN > 1)', 7, 'expression-syntax', 'closes nothing'],
    ['(PIN > 1]', 8, 'expression-syntax', "'(' is closed by ']'"],
    ['()', 1, 'expression-syntax', 'no value between'],
    ['min(1,)', 6, 'expression-syntax', 'no value between'],
    ['min(1 2)', 6, 'expression-syntax', 'an operator is missing'],
    ['(PIN, 1)', 4, 'expression-syntax', "',' stands only between"],
    ['PIN, 1', 3, 'expression-syntax', "',' stands only between"],
    ['ok ? 1', 3, 'expression-syntax', "lacks its ':'"],
    ['(ok ? 1) + 2', 7, 'expression-syntax', "lacks its ':'"],
    ['min(ok ? 1, 2)', 10, 'expression-syntax', "lacks its ':'"],
    ['1 : 2', 2, 'expression-syntax', "no '?' before it"],
    ['[1]', 0, 'expression-syntax', "only after 'in'"],
    ['PIN[0]', 3, 'expression-syntax', 'an operator is missing'],
    ['PIN in 5', 7, 'expression-syntax', "in ['a', 'b']"],
    ["state in ('a', 'b')", 9, 'expression-syntax', "in ['a', 'b']"],
    ['flow.', 5, 'expression-syntax', "no value after '.'"],
    ['flow.in', 5, 'expression-syntax', "after '.' comes a name"],
    ['(flow).key', 6, 'expression-syntax', 'between the parts of a name'],
    ['5 .key', 2, 'expression-syntax', 'between the parts of a name'],
    ['flow.key()', 8, 'expression-syntax', 'not after a dot'],
    ['min(1)(2)', 6, 'expression-syntax', "an operator is missing before '('"],
    ['true(1)', 4, 'expression-syntax', "an operator is missing before '('"],
    ['PINN > 1', 0, 'unknown-name', "there is no parameter 'PINN' here"],
    ['flow.kee > 1', 0, 'unknown-name', "there is no parameter 'flow.kee' here"],
    ['abs > 1', 0, 'unknown-name', 'write abs(…)'],
    ['PIN == null', 7, 'unknown-name', 'give it a default'],
    ['ok == True', 6, 'unknown-name', 'write true'],
    ['E > 1', 0, 'unknown-name', "there is no parameter 'E' here"],
    ['roud(1)', 0, 'unknown-function', 'did you mean round?'],
    ['random()', 0, 'unknown-function', 'there are abs, ceil'],
    ['PIN(1)', 0, 'unknown-function', 'remove the brackets'],
    ['abs()', 0, 'wrong-arity', 'takes 1 argument, not 0'],
    ['abs(1, 2)', 0, 'wrong-arity', 'takes 1 argument, not 2'],
    ['if(ok, 1)', 0, 'wrong-arity', 'takes 3 arguments, not 2'],
    ['min()', 0, 'wrong-arity', 'takes 1 or more arguments, not 0'],
    ["PIN > 'a'", 0, 'type-mismatch', 'they cannot be compared'],
    ['state == 3', 0, 'type-mismatch', "write '3'"],
    ['PIN == ok', 0, 'type-mismatch', 'they cannot be compared'],
    ['1 < 2 and ok < late', 10, 'type-mismatch', 'needs numbers or strings'],
    ["not state == 'x'", 4, 'type-mismatch', 'write not (a == b)'],
    ['PIN and ok', 0, 'type-mismatch', 'write a comparison'],
    ['ok or PIN', 0, 'type-mismatch', "'PIN' is a number"],
    ["state + '!'", 0, 'type-mismatch', 'strings are joined in texts'],
    ["PIN + '1'", 0, 'type-mismatch', 'needs numbers'],
    ['-state', 1, 'type-mismatch', "'-' needs a number"],
    ['PIN / 0', 0, 'type-mismatch', 'division by zero'],
    ['PIN % 0', 0, 'type-mismatch', 'division by zero'],
    ['PIN ? 1 : 2', 0, 'type-mismatch', 'the condition must be true or false'],
    ["ok ? 1 : 'a'", 0, 'type-mismatch', 'both results must be of one type'],
    ['abs(state)', 0, 'type-mismatch', "abs(…) needs a number, but 'state' is a string"],
    ['max(1, ok)', 0, 'type-mismatch', 'max(…) needs a number'],
    ['length(PIN)', 0, 'type-mismatch', 'length(…) needs a string'],
    ["PIN in ['a']", 0, 'type-mismatch', 'the list holds a string'],
    ["PIN in [1, 'a']", 0, 'type-mismatch', 'values of one type'],
    ['PIN in [POUT]', 0, 'type-mismatch', 'values that are written out'],
    ['PIN in []', 8, 'expression-syntax', 'no value between'],
  ])('%s', (source, offset, code, message) => {
    const [finding] = refused(source);
    expect(finding).toMatchObject({ at: { ...at, column: at.column + offset }, severity: 'error', code });
    expect(finding?.message).toContain(message);
  });

  it('every wrong sign, name and type at once', () => {
    expect(refused('PIN = 1 || ok').map((finding) => finding.at.column - at.column)).toEqual([4, 8]);
    expect(
      refused("nope > 1 and not PIN and state < 1 and noSuch('x')").map((finding) => finding.code),
    ).toEqual(['unknown-name', 'type-mismatch', 'type-mismatch', 'unknown-function']);
  });

  it('an unknown name once, where it first stands', () => {
    expect(refused('nope > 1 or nope < 0')).toHaveLength(1);
  });

  it('a wrong number of arguments together with what is wrong in them', () => {
    expect(refused('abs(nope, 1)').map((finding) => finding.code)).toEqual(['wrong-arity', 'unknown-name']);
  });

  it('a source over several lines, at its beginning', () => {
    expect(refused('PIN\n && ok')[0]?.at).toEqual(at);
  });
});

describe('what is due', () => {
  it.each([
    ['PIN', 'boolean', 'this gives a number, where true or false is due: write a comparison'],
    ["ok ? 'a' : 'b'", 'number', 'this gives a string, where a number is due'],
    ['PIN > 1', 'string', 'this gives true or false, where a string is due'],
  ] as const)('is not %s for a %s', (source, due, message) => {
    expect(refused(source, { expect: due })).toEqual([
      { at, severity: 'error', code: 'type-mismatch', message },
    ]);
  });
});

describe('a condition function', () => {
  const functions = new Map([['isLate', { arity: [1, 2] as const, run: () => true }]]);

  it.each([
    ['isLate()', 'wrong-arity', 'isLate(…) takes 1 to 2 arguments, not 0'],
    ['isLate', 'unknown-name', "'isLate' is a function: write isLate(…)"],
    ['islate(1)', 'unknown-function', "there is no function 'islate'; did you mean isLate?"],
    ['isLate(1) + 1', 'type-mismatch', "'+' needs numbers, but a computed value is true or false"],
  ])('is refused in %s', (source, code, message) => {
    expect(refused(source, { functions })).toMatchObject([
      { code, message: expect.stringContaining(message) },
    ]);
  });
});

describe('the size of an expression is limited', () => {
  const sizes: readonly (readonly [string, string, boolean])[] = [
    ['500 characters', `'${'x'.repeat(498)}'`, true],
    ['501 characters', `'${'x'.repeat(499)}'`, false],
    ['99 words and marks', Array(50).fill('1').join('+'), true],
    ['101 words and marks', Array(51).fill('1').join('+'), false],
    ['brackets 20 deep', `${'('.repeat(20)}1${')'.repeat(20)}`, true],
    ['brackets 21 deep', `${'('.repeat(21)}1${')'.repeat(21)}`, false],
    ['99 signs in a row', `${'-'.repeat(99)}1`, true],
    ['100 000 brackets', '('.repeat(100_000), false],
    ['10 000 000 characters', 'x'.repeat(10_000_000), false],
  ];
  it.each(sizes)('%s', (_, source, fits) => {
    const result = compileExpression({ value: source, at }, { names, expect: null });
    expect(result.ok ? 'fits' : result.findings.map((finding) => finding.code)).toEqual(
      fits ? 'fits' : ['expression-too-large'],
    );
  });
});
