/**
 * What operators mean: which types they take and give, and the closure that computes them.
 *
 * 1. Nothing is converted: a string is never a number, and only true and false are conditions.
 * 2. What is known of types at load is refused at load; an operand of unknown type is checked on every run.
 * 3. Every number that comes out is finite, and never the negative zero.
 */
import type { Value, ValueType } from '../checkpoints/index.ts';
import type { ExpressionError } from './expression.ts';
import type { Scope } from './scope.ts';

export type Run<T extends Value = Value> = (scope: Scope) => T;

/** A compiled part of an expression. */
export interface Part {
  readonly at: number;
  /** null where only running it tells */
  readonly type: ValueType | null;
  readonly run: Run;
  /** what messages call it: `'PIN'`, or `this` for a computed part */
  readonly said: string;
  /** its value, where it is written out */
  readonly literal: Value | null;
}

/** Makes the error of this expression out of what went wrong. */
export type Fail = (what: string, cause?: unknown) => ExpressionError;

/** What stands on the left and on the right of an operator. */
export type Sides = readonly [left: Part, right: Part];

interface TypeOf {
  string: string;
  number: number;
  boolean: boolean;
}

/** Either what an operation gives, or what is wrong with it and the remedy. */
export type Operation = { readonly type: ValueType | null; readonly run: Run } | string;

export const TYPE_WORDS: Readonly<Record<ValueType, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
};

/** The part as a closure of the type: checked at load where its type is known, else on every run. */
export function typed<T extends ValueType>(part: Part, type: T, fail: Fail): Run<TypeOf[T]> {
  const run = part.run;
  // A part of known type gives only values of that type: operators by this module, names by the check of their reads.
  if (part.type === type) return run as Run<TypeOf[T]>;
  return (scope) => {
    const value = run(scope);
    if (typeof value === type) return value as TypeOf[T]; // typeof has just told so
    throw fail(`${part.said} is ${say(value)}, where ${TYPE_WORDS[type]} is due`);
  };
}

/** Says why the part cannot be of the type, null where it can. */
export function misfit(part: Part, type: ValueType): string | null {
  return part.type === null || part.type === type ? null : `${part.said} is ${TYPE_WORDS[part.type]}`;
}

/** `-x`, `+x`, `not x` */
export function unary(operator: string, part: Part, fail: Fail): Operation {
  if (operator === 'not') {
    const wrong = misfit(part, 'boolean');
    if (wrong !== null) return `'not' needs true or false, but ${wrong}: for a comparison write not (a == b)`;
    const run = typed(part, 'boolean', fail);
    return { type: 'boolean', run: (scope) => !run(scope) };
  }
  const wrong = misfit(part, 'number');
  if (wrong !== null) return `'${operator}' needs a number, but ${wrong}`;
  const run = typed(part, 'number', fail);
  return { type: 'number', run: operator === '-' ? (scope) => 0 - run(scope) : run };
}

/** Every operator with two sides but `in`. */
export function binary(operator: string, sides: Sides, fail: Fail): Operation {
  switch (operator) {
    case 'and':
    case 'or':
      return logical(operator, sides, fail);
    case '==':
    case '!=':
      return equality(operator, sides, fail);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(operator, sides, fail);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return arithmetic(operator, sides, fail);
    default:
      return `'${operator}' is not an operator here`;
  }
}

function logical(operator: 'and' | 'or', [left, right]: Sides, fail: Fail): Operation {
  const wrong = misfit(left, 'boolean') ?? misfit(right, 'boolean');
  if (wrong !== null)
    return `'${operator}' needs true or false on both sides, but ${wrong}: write a comparison`;
  const a = typed(left, 'boolean', fail);
  const b = typed(right, 'boolean', fail);
  const run: Run = operator === 'and' ? (scope) => a(scope) && b(scope) : (scope) => a(scope) || b(scope);
  return { type: 'boolean', run };
}

function equality(operator: '==' | '!=', [left, right]: Sides, fail: Fail): Operation {
  const wrong = differ(left, right);
  if (wrong !== null) return wrong;
  const a = left.run;
  const b = right.run;
  if (left.type !== null && left.type === right.type) {
    const equal: Run = (scope) => a(scope) === b(scope);
    const unequal: Run = (scope) => a(scope) !== b(scope);
    return { type: 'boolean', run: operator === '==' ? equal : unequal };
  }
  const wanted = operator === '==';
  const run: Run = (scope) => {
    const x = a(scope);
    const y = b(scope);
    if (typeof x === typeof y) return (x === y) === wanted;
    throw fail(`${left.said} is ${say(x)} and ${right.said} ${say(y)}: they cannot be compared`);
  };
  return { type: 'boolean', run };
}

type OrderOperator = '<' | '<=' | '>' | '>=';

/** Strings are ordered by code unit, which is the order of dates and times of one format. */
function order(operator: OrderOperator, [left, right]: Sides, fail: Fail): Operation {
  const flag = left.type === 'boolean' ? left : right;
  if (flag.type === 'boolean')
    return `'${operator}' needs numbers or strings, but ${flag.said} is true or false`;
  const wrong = differ(left, right);
  if (wrong !== null) return wrong;
  const known = left.type ?? right.type;
  if (known === 'number') {
    return {
      type: 'boolean',
      run: ordered(operator, typed(left, 'number', fail), typed(right, 'number', fail)),
    };
  }
  if (known === 'string') {
    return {
      type: 'boolean',
      run: ordered(operator, typed(left, 'string', fail), typed(right, 'string', fail)),
    };
  }
  const run: Run = (scope) => {
    const x = left.run(scope);
    const y = right.run(scope);
    if (typeof x === 'number' && typeof y === 'number') return compare(operator, x, y);
    if (typeof x === 'string' && typeof y === 'string') return compare(operator, x, y);
    throw fail(`${left.said} is ${say(x)} and ${right.said} ${say(y)}: '${operator}' cannot order them`);
  };
  return { type: 'boolean', run };
}

function ordered<T extends number | string>(operator: OrderOperator, a: Run<T>, b: Run<T>): Run<boolean> {
  switch (operator) {
    case '<':
      return (scope) => a(scope) < b(scope);
    case '<=':
      return (scope) => a(scope) <= b(scope);
    case '>':
      return (scope) => a(scope) > b(scope);
    case '>=':
      return (scope) => a(scope) >= b(scope);
  }
}

function compare<T extends number | string>(operator: OrderOperator, x: T, y: T): boolean {
  switch (operator) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
  }
}

type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';

function arithmetic(operator: ArithmeticOperator, [left, right]: Sides, fail: Fail): Operation {
  const wrong = misfit(left, 'number') ?? misfit(right, 'number');
  if (wrong !== null) {
    const joined = operator === '+' ? '; strings are joined in texts: "{a} {b}"' : '';
    return `'${operator}' needs numbers, but ${wrong}${joined}`;
  }
  const divides = operator === '/' || operator === '%';
  if (divides && right.literal === 0) return `division by zero: the right side of '${operator}' is 0`;
  const a = typed(left, 'number', fail);
  const b = typed(right, 'number', fail);
  return { type: 'number', run: finite(computed(operator, [a, b], fail), operator, fail) };
}

function computed(
  operator: ArithmeticOperator,
  [a, b]: readonly [Run<number>, Run<number>],
  fail: Fail,
): Run<number> {
  const divisor: Run<number> = (scope) => {
    const value = b(scope);
    if (value === 0) throw fail('division by zero');
    return value;
  };
  switch (operator) {
    case '+':
      return (scope) => a(scope) + b(scope);
    case '-':
      return (scope) => a(scope) - b(scope);
    case '*':
      return (scope) => a(scope) * b(scope);
    case '/':
      return (scope) => a(scope) / divisor(scope);
    case '%':
      return (scope) => a(scope) % divisor(scope);
    case '^':
      return (scope) => a(scope) ** b(scope);
  }
}

/** Refuses results that are no finite number; adding 0 turns the negative zero into zero. */
export function finite(run: Run<number>, name: string, fail: Fail): Run<number> {
  return (scope) => {
    const value = run(scope);
    if (Number.isFinite(value)) return value + 0;
    throw fail(`the result of '${name}' is not a finite number`);
  };
}

/** `left in ['a', 'b']`; the items are written out and of one type. */
export function membership(left: Part, items: readonly Part[], fail: Fail): Operation {
  const type = items[0]?.type ?? null;
  const values = new Set<Value>();
  for (const item of items) {
    if (item.literal === null || type === null) return 'a list holds values that are written out';
    if (item.type !== type)
      return `a list holds values of one type, but ${item.said} is another than the first`;
    values.add(item.literal);
  }
  if (type === null) return 'this list is empty: write its values';
  const wrong = misfit(left, type);
  if (wrong !== null) return `${wrong}, but the list holds ${TYPE_WORDS[type]}`;
  const run = typed(left, type, fail);
  return { type: 'boolean', run: (scope) => values.has(run(scope)) };
}

/** `condition ? yes : no`, also written `if(condition, yes, no)`; the branch not taken is not run. */
export function choice([condition, yes, no]: readonly [Part, Part, Part], fail: Fail): Operation {
  const wrong = misfit(condition, 'boolean');
  if (wrong !== null) return `the condition must be true or false, but ${wrong}`;
  if (yes.type !== null && no.type !== null && yes.type !== no.type) {
    return `both results must be of one type, but ${yes.said} is ${TYPE_WORDS[yes.type]} and ${no.said} ${TYPE_WORDS[no.type]}`;
  }
  const test = typed(condition, 'boolean', fail);
  const type = yes.type === no.type ? yes.type : null;
  return { type, run: (scope) => (test(scope) ? yes.run(scope) : no.run(scope)) };
}

function differ(left: Part, right: Part): string | null {
  if (left.type === null || right.type === null || left.type === right.type) return null;
  const number = left.type === 'number' ? left : right;
  const quoted =
    number.type === 'number' && number.literal !== null && left.type !== 'boolean' && right.type !== 'boolean'
      ? `; to compare strings, write '${number.literal}'`
      : '';
  return `${left.said} is ${TYPE_WORDS[left.type]} and ${right.said} ${TYPE_WORDS[right.type]}: they cannot be compared${quoted}`;
}

/** A value as a run-time message shows it. */
function say(value: Value): string {
  if (typeof value !== 'string') return `${typeof value === 'number' ? 'the number ' : ''}${value}`;
  return `the string '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
}
