import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileExpression, compileText, type Names } from '../../../definitions/index.ts';
import { at, names } from './expression-sample.ts';

/** Names kept as carelessly as can be: in an object with a prototype, functions and objects among them. */
function carelessNames(onCall: () => void): Names {
  const values = { x: {}, a: {}, f: onCall, o: { f: onCall }, PIN: 1 };
  return (path) => {
    let value: unknown = values;
    for (const part of path) value = (value as Record<string, unknown> | undefined)?.[part];
    const type = typeof value;
    return type === 'number' ? { type: 'number', get: () => 1 } : `there is no value at '${path.join('.')}'`;
  };
}

const PAYLOADS = [
  'Object=constructor;Object.assign(__proto__, a)',
  'Object = constructor; Object.assign(__proto__, x); x.polluted',
  '__proto__',
  '__proto__.polluted',
  'x.__proto__',
  'x.__proto__.polluted = 1',
  'x["__proto__"]',
  'constructor',
  'x.constructor',
  'x.constructor.constructor("globalThis.polluted = 1")()',
  'x.constructor.prototype',
  'prototype',
  'PIN.constructor',
  'PIN.toFixed',
  'PIN.toFixed(2)',
  '"".constructor',
  '("").sub.constructor',
  'toString + 1',
  'toString()',
  'valueOf()',
  'hasOwnProperty("x")',
  'constructor("return globalThis")()',
  'f("x")',
  'o.f("x")',
  'o[0]("x")',
  'o["f"]("x")',
  'map(f, [1])',
  'filter(f, [1])',
  'fold(f, 0, [1])',
  'join(",", [1])',
  'indexOf("a", "abc")',
  'sum([1, 2])',
  'f(n) = n + 1',
  'f(n) = f(n - 1) + f(n - 2); f(40)',
  '(f(n) = f(n)); f(1)',
  'x = 5',
  'PIN = 5',
  'x.y = 5',
  'x = x || x',
  Array(22).fill('x=x||x').join(';'),
  'random()',
  'random(10)',
  'fac(170)',
  'PIN!',
  'gamma(3)',
  'pyt(3, 4)',
  'hypot(3, 4)',
  'roundTo(1.5, 0)',
  'process.exit(1)',
  'globalThis',
  'this',
  'eval("1")',
  'import("fs")',
  'require("fs")',
  'Function("return 1")()',
  'new Function("return 1")',
  '() => 1',
  '`$' + '{1}`',
  '{}',
  '[].length',
  '[1, 2][0]',
  'x ? y : (z = 1)',
  'if(true, PIN = 2, 1)',
  'min.call(1)',
  'abs.constructor',
  'not',
  '-',
  'and',
  'true.x',
  'lambda_0(1)',
  'E',
  'PI',
  '('.repeat(100_000),
  `${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
  'not '.repeat(50_000),
  '-'.repeat(100_000),
  'a.'.repeat(50_000),
  'if('.repeat(50_000),
  '[['.repeat(50_000),
  '1 ? '.repeat(50_000),
  '\u0000',
  '\ud800',
  "'\\u{41}'",
  'PIN\u2028> 1',
] as const;

describe('an attack through an expression is refused at load', () => {
  let calls = 0;
  const loose = carelessNames(() => {
    calls++;
  });

  beforeEach(() => {
    calls = 0;
  });
  afterEach(() => {
    expect(calls).toBe(0);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(PAYLOADS.map((payload) => [payload.slice(0, 60), payload] as const))('%s', (_, payload) => {
    for (const known of [loose, names]) {
      const result = compileExpression({ value: payload, at }, { names: known, expect: null });
      if (result.ok) throw new Error('it was compiled');
      expect(result.findings.length).toBeGreaterThan(0);
      for (const finding of result.findings) expect(finding.message).not.toBe('');
    }
  });

  it('and never looks up what leads to a prototype', () => {
    const trap: Names = (path) => {
      throw new Error(`${path.join('.')} was looked up`);
    };
    for (const source of ['__proto__', 'x.constructor', 'x.prototype.y', 'constructor(1)']) {
      expect(compileExpression({ value: source, at }, { names: trap, expect: null }).ok).toBe(false);
    }
    expect(compileText({ value: '{x.__proto__}', at }, trap).ok).toBe(false);
  });
});
