import { typeOfValue, type Value, type ValueType } from '../checkpoints/index.ts';
import { closest } from './closest.ts';
import {
  ExpressionError,
  type ExpressionFunction,
  type ExpressionOptions,
  type Name,
  type Names,
  type Read,
} from './expression.ts';
import { arityProblem, builtIn, callCondition, FUNCTION_NAMES } from './expression-functions.ts';
import {
  binary,
  choice,
  type Fail,
  membership,
  type Operation,
  type Part,
  type Run,
  TYPE_WORDS,
  unary,
} from './expression-operators.ts';
import type { Complaint } from './expression-scan.ts';
import type { Node } from './expression-tree.ts';

/** A compiled tree, or everything that is wrong with it. */
export interface Built {
  readonly part: Part | null;
  readonly reads: readonly Read[];
  readonly complaints: readonly Complaint[];
}

interface Builder {
  readonly names: Names;
  readonly functions: ReadonlyMap<string, ExpressionFunction>;
  readonly fail: Fail;
  /** by the dotted name; null where it was already refused */
  readonly found: Map<string, Name | null>;
  readonly complaints: Complaint[];
}

/** These lead to prototypes in JavaScript; whatever the names may be kept in, they are not even looked up. */
const NEVER = new Set(['__proto__', 'prototype', 'constructor']);

/** Words of other languages that are easily taken for part of this one. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['null', 'there is no null here: a parameter without a value makes the expression fail; give it a default'],
  [
    'undefined',
    'there is no undefined here: a parameter without a value makes the expression fail; give it a default',
  ],
  ['True', 'write true'],
  ['TRUE', 'write true'],
  ['False', 'write false'],
  ['FALSE', 'write false'],
]);

/** Resolves the names of a tree, checks its types as far as they are known, and compiles it into closures. */
export function buildTree(tree: Node, source: string, options: ExpressionOptions): Built {
  const builder: Builder = {
    names: options.names,
    functions: options.functions ?? new Map(),
    fail: failureOf(source),
    found: new Map(),
    complaints: [],
  };
  const part = build(tree, builder);
  const reads: Read[] = [];
  for (const [name, known] of builder.found) if (known !== null) reads.push({ name, get: known.get });
  return { part, reads, complaints: builder.complaints };
}

/** Makes the errors of one expression; they end with its source, since they are shown alone. */
export function failureOf(source: string): Fail {
  return (what, cause) =>
    new ExpressionError(`${what}, in ${source}`, cause === undefined ? undefined : { cause });
}

/** Gives null where something was wrong and has been complained about. */
function build(node: Node, builder: Builder): Part | null {
  switch (node.kind) {
    case 'literal':
      return written(node.at, node.value, node.text);
    case 'name':
      return nameRead(node.at, node.path, builder);
    case 'call':
      return call(node, builder);
    case 'list':
      return refuse(builder, {
        offset: node.at,
        code: 'expression-syntax',
        message: "a list stands only after 'in'",
      });
    case 'unary': {
      const argument = build(node.argument, builder);
      if (argument === null) return null;
      const { literal } = argument;
      if (node.operator === '-' && typeof literal === 'number')
        return written(node.at, 0 - literal, String(-literal));
      return operation(node.at, unary(node.operator, argument, builder.fail), builder);
    }
    case 'binary': {
      if (node.operator === 'in') return inList(node, builder);
      const left = build(node.left, builder);
      const right = build(node.right, builder);
      if (left === null || right === null) return null;
      return operation(node.at, binary(node.operator, [left, right], builder.fail), builder);
    }
    case 'choice': {
      const [condition, yes, no] = node.args.map((arg) => build(arg, builder));
      if (!condition || !yes || !no) return null;
      return operation(node.at, choice([condition, yes, no], builder.fail), builder);
    }
    default: {
      const never: never = node;
      throw new Error(`a tree has no other kinds of node than those above: ${JSON.stringify(never)}`);
    }
  }
}

function written(at: number, value: Value, text: string): Part {
  return { at, type: typeOfValue(value), run: () => value, said: text, literal: value };
}

function nameRead(at: number, path: readonly string[], builder: Builder): Part | null {
  const dotted = path.join('.');
  const name = lookUp(at, path, builder);
  return name === null
    ? null
    : { at, type: name.type, run: read(name, dotted, builder.fail), said: `'${dotted}'`, literal: null };
}

function lookUp(at: number, path: readonly string[], builder: Builder): Name | null {
  const dotted = path.join('.');
  const before = builder.found.get(dotted);
  if (before !== undefined) return before;
  const found = resolve(path, builder.names);
  if (typeof found !== 'string') {
    builder.found.set(dotted, found);
    return found;
  }
  builder.found.set(dotted, null);
  const isFunction = builtIn(dotted) !== undefined || builder.functions.has(dotted);
  const message = isFunction
    ? `'${dotted}' is a function: write ${dotted}(…)`
    : (FOREIGN.get(dotted) ?? found);
  return refuse(builder, { offset: at, code: 'unknown-name', message });
}

/** Looks a name up, but never one that could lead to a prototype. */
export function resolve(path: readonly string[], names: Names): Name | string {
  if (!path.some((part) => NEVER.has(part))) return names(path);
  return `there is no name '${path.join('.')}': rename what is called so`;
}

/** The value is checked against its declared type here, so that operators can rely on the types known at load. */
function read(name: Name, dotted: string, fail: Fail): Run {
  const { get, type } = name;
  return (scope) => {
    const value = get(scope);
    if (value === null) throw fail(`'${dotted}' has no value yet`);
    if (type !== null && typeof value !== type) {
      throw fail(`'${dotted}' is declared ${TYPE_WORDS[type]}, but holds a ${typeof value}`);
    }
    if (typeof value === 'number' && !Number.isFinite(value))
      throw fail(`'${dotted}' holds no finite number`);
    return value;
  };
}

function call(node: Node & { kind: 'call' }, builder: Builder): Part | null {
  const own = builtIn(node.name);
  const condition = own === undefined ? builder.functions.get(node.name) : undefined;
  if (own === undefined && condition === undefined) {
    return refuse(builder, {
      offset: node.at,
      code: 'unknown-function',
      message: unknownFunction(node.name, builder),
    });
  }
  const arity = own?.arity ?? condition?.arity;
  const wrong = arity === undefined ? null : arityProblem(node.name, arity, node.args.length);
  if (wrong !== null) refuse(builder, { offset: node.at, code: 'wrong-arity', message: wrong });
  const args: Part[] = [];
  for (const arg of node.args) {
    const part = build(arg, builder);
    if (part !== null) args.push(part);
  }
  if (wrong !== null || args.length < node.args.length) return null;
  if (own !== undefined) return operation(node.at, own.call(node.name, args, builder.fail), builder);
  if (condition === undefined) throw new Error('a call is of a function of the language or of an extension');
  return operation(node.at, callCondition({ name: node.name, condition }, args, builder.fail), builder);
}

function unknownFunction(name: string, builder: Builder): string {
  const known = [...FUNCTION_NAMES, ...builder.functions.keys()];
  const near = closest(name, known);
  const remedy = near === null ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
  const isName = typeof resolve([name], builder.names) !== 'string';
  return isName
    ? `'${name}' is no function, it has a value: remove the brackets`
    : `there is no function '${name}'; ${remedy}`;
}

function inList(node: Node & { kind: 'binary' }, builder: Builder): Part | null {
  const left = build(node.left, builder);
  if (node.right.kind !== 'list') {
    return refuse(builder, {
      offset: node.at,
      code: 'expression-syntax',
      message: "after 'in' comes a list: write in ['a', 'b']",
    });
  }
  const items: Part[] = [];
  for (const item of node.right.items) {
    const part = build(item, builder);
    if (part !== null) items.push(part);
  }
  if (left === null || items.length < node.right.items.length) return null;
  return operation(node.at, membership(left, items, builder.fail), builder);
}

function operation(at: number, outcome: Operation, builder: Builder): Part | null {
  if (typeof outcome === 'string')
    return refuse(builder, { offset: at, code: 'type-mismatch', message: outcome });
  return { at, type: outcome.type, run: outcome.run, said: 'a computed value', literal: null };
}

function refuse(builder: Builder, complaint: Complaint): null {
  builder.complaints.push(complaint);
  return null;
}

/** The part as the whole expression of a type that is due; a string says why it can never give one. */
export function expected(part: Part, type: ValueType | null, fail: Fail): Run | string {
  const { run } = part;
  if (type === null || part.type === type) return run;
  const due = TYPE_WORDS[type];
  const remedy = type === 'boolean' ? ': write a comparison' : '';
  if (part.type !== null) return `this gives ${TYPE_WORDS[part.type]}, where ${due} is due${remedy}`;
  return (scope) => {
    const value = run(scope);
    if (typeof value === type) return value;
    throw fail(`this gave a ${typeof value}, where ${due} is due`);
  };
}
