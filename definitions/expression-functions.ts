import type { ValueType } from '../checkpoints/index.ts';
import type { ExpressionFunction } from './expression.ts';
import {
  choice,
  type Fail,
  finite,
  misfit,
  type Operation,
  type Part,
  type Run,
  TYPE_WORDS,
  typed,
} from './expression-operators.ts';
import { letBe, reasonOf } from './thrown.ts';

/** A function of the language: how many arguments it takes, and what a call of it gives. */
interface BuiltIn {
  readonly arity: readonly [min: number, max: number];
  readonly call: (name: string, args: readonly Part[], fail: Fail) => Operation;
}

const BUILT_INS: ReadonlyMap<string, BuiltIn> = new Map([
  ['abs', ofNumber(Math.abs)],
  ['ceil', ofNumber(Math.ceil)],
  ['floor', ofNumber(Math.floor)],
  ['round', ofNumber(Math.round)],
  ['trunc', ofNumber(Math.trunc)],
  ['sign', ofNumber(Math.sign)],
  ['sqrt', ofNumber(Math.sqrt)],
  ['min', ofNumbers(Math.min)],
  ['max', ofNumbers(Math.max)],
  ['length', { arity: [1, 1], call: lengthOf }],
  ['if', { arity: [3, 3], call: choose }],
]);

/** Names that extension modules cannot give to their condition functions. */
export const FUNCTION_NAMES: readonly string[] = [...BUILT_INS.keys()];

/** The function of the language with this name; undefined where there is none. */
export function builtIn(name: string): BuiltIn | undefined {
  return BUILT_INS.get(name);
}

/** Says what is wrong with the number of arguments; null where it is right. */
export function arityProblem(name: string, arity: readonly [number, number], given: number): string | null {
  const [min, max] = arity;
  if (given >= min && given <= max) return null;
  return `${name}(…) takes ${countOf(min, max)}, not ${given}`;
}

function countOf(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `${min} or more arguments`;
  if (min !== max) return `${min} to ${max} arguments`;
  return min === 0 ? 'no arguments' : `${min} ${min === 1 ? 'argument' : 'arguments'}`;
}

/** A call of a condition function of an extension module: whatever goes wrong in it becomes an ExpressionError. */
export function callCondition(
  { name, condition }: { readonly name: string; readonly condition: ExpressionFunction },
  args: readonly Part[],
  fail: Fail,
): Operation {
  const runs = args.map((arg) => arg.run);
  const run: Run = (scope) => {
    const values = runs.map((arg) => arg(scope));
    let result: unknown;
    try {
      result = condition.run(scope, values);
    } catch (error) {
      throw fail(`${name}(…) failed: ${reasonOf(error)}`, error);
    }
    if (typeof result === 'boolean') return result;
    letBe(result);
    const given =
      result === null ? 'null' : result instanceof Promise ? 'a promise' : `a value of type ${typeof result}`;
    throw fail(`${name}(…) gave ${given}: a condition function must return true or false`);
  };
  return { type: 'boolean', run };
}

function ofNumber(compute: (value: number) => number): BuiltIn {
  const call: BuiltIn['call'] = (name, args, fail) => {
    const run = only(name, args, 'number', fail);
    if (typeof run === 'string') return run;
    return { type: 'number', run: finite((scope) => compute(run(scope)), name, fail) };
  };
  return { arity: [1, 1], call };
}

function ofNumbers(compute: (...values: number[]) => number): BuiltIn {
  const call: BuiltIn['call'] = (name, args, fail) => {
    const wrong = firstMisfit(name, args, 'number');
    if (wrong !== null) return wrong;
    const runs = args.map((arg) => typed(arg, 'number', fail));
    return { type: 'number', run: finite((scope) => compute(...runs.map((run) => run(scope))), name, fail) };
  };
  return { arity: [1, Number.POSITIVE_INFINITY], call };
}

/** Counts UTF-16 code units, as expr-eval does. */
function lengthOf(name: string, args: readonly Part[], fail: Fail): Operation {
  const run = only(name, args, 'string', fail);
  return typeof run === 'string' ? run : { type: 'number', run: (scope) => run(scope).length };
}

function choose(name: string, args: readonly Part[], fail: Fail): Operation {
  const [condition, yes, no] = args;
  if (!condition || !yes || !no)
    throw new Error(`${name} is called only with the number of arguments it takes`);
  return choice([condition, yes, no], fail);
}

function only<T extends ValueType>(name: string, args: readonly Part[], type: T, fail: Fail) {
  const wrong = firstMisfit(name, args, type);
  if (wrong !== null) return wrong;
  const [arg] = args;
  if (arg === undefined) throw new Error(`${name} is called only with the number of arguments it takes`);
  return typed(arg, type, fail);
}

function firstMisfit(name: string, args: readonly Part[], type: ValueType): string | null {
  for (const arg of args) {
    const wrong = misfit(arg, type);
    if (wrong !== null) return `${name}(…) needs ${TYPE_WORDS[type]}, but ${wrong}`;
  }
  return null;
}
