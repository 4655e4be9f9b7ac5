/**
 * What conditions can come to, whatever the values: they are looked at for every case that makes a difference to them.
 *
 * 1. Nothing is claimed that is not certain: what cannot be reckoned here (a function, one parameter against another)
 *    may be anything, and more cases than can be looked at are given up.
 * 2. A number that is only compared with literals has as many cases as there are literals, gaps between and ends around
 *    them; a state those of its table, a truth value two, a text the literals and one other.
 */
import type { Value } from '../checkpoints/index.ts';
import { scan } from './expression-scan.ts';
import { type Node, parse } from './expression-tree.ts';

/** A condition to look at, with what it belongs to told by `domainOf`. */
export interface Conditions {
  readonly nodes: readonly Node[];
  /** the values that a name can have at all; null: it is not known */
  readonly domainOf: (path: readonly string[]) => readonly Value[] | null;
  /** the least that a number can be; null: anything */
  readonly leastOf: (path: readonly string[]) => number | null;
}

/** What a condition comes to in one case; null where that is not known. */
export type Verdict = boolean | null;

const MOST_CASES = 20_000;
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** The tree of an expression that was compiled before; null where it cannot be read. */
export function conditionTree(source: string): Node | null {
  const { tokens, complaints } = scan(source);
  const tree = complaints.length > 0 ? '' : parse(source, tokens);
  return typeof tree === 'string' ? null : tree;
}

/** For every case the verdicts of the conditions, in their order; null where there are too many cases. */
export function verdictsOf(conditions: Conditions): readonly (readonly Verdict[])[] | null {
  const domains = [...findDomains(conditions)];
  const count = domains.reduce((product, [, values]) => product * values.length, 1);
  if (count > MOST_CASES) return null;
  return Array.from({ length: count }, (_, index) => {
    const values = new Map<string, Value>();
    let rest = index;
    for (const [name, domain] of domains) {
      const value = domain[rest % domain.length];
      if (value !== undefined) values.set(name, value);
      rest = Math.floor(rest / domain.length);
    }
    return conditions.nodes.map((node) => {
      const verdict = evaluate(node, values);
      return typeof verdict === 'boolean' ? verdict : null;
    });
  });
}

/** A name compared with texts, and the place of each: what a state is compared with. */
export function comparedTexts(
  node: Node,
): readonly { readonly path: readonly string[]; readonly text: string; readonly at: number }[] {
  return comparisonsIn(node).flatMap(({ path, literals }) =>
    literals.flatMap((literal) =>
      typeof literal.value === 'string' ? [{ path, text: literal.value, at: literal.at }] : [],
    ),
  );
}

interface Literal {
  readonly value: Value;
  readonly at: number;
}

interface Comparison {
  readonly path: readonly string[];
  readonly literals: readonly Literal[];
}

function findDomains({ nodes, domainOf, leastOf }: Conditions): ReadonlyMap<string, readonly Value[]> {
  const compared = Map.groupBy(nodes.flatMap(comparisonsIn), ({ path }) => path.join('.'));
  const bare = nodes.flatMap(bareNames);
  const found = new Map<string, readonly Value[]>();
  for (const path of nodes.flatMap(namesIn)) {
    const name = path.join('.');
    if (found.has(name)) continue;
    const fixed = domainOf(path);
    if (fixed !== null) {
      found.set(name, fixed);
      continue;
    }
    if (bare.includes(name)) continue;
    const literals = (compared.get(name) ?? []).flatMap((one) => one.literals.map(({ value }) => value));
    const values = domainOfLiterals(literals, leastOf(path));
    if (values !== null) found.set(name, values);
  }
  return found;
}

function domainOfLiterals(literals: readonly Value[], least: number | null): readonly Value[] | null {
  const numbers = literals.filter((value) => typeof value === 'number');
  const texts = literals.filter((value) => typeof value === 'string');
  if (numbers.length === literals.length && numbers.length > 0) {
    const sorted = [...new Set(numbers)].sort((a, b) => a - b);
    const gaps = sorted.flatMap((value, index) => {
      const next = sorted[index + 1];
      return [value, next === undefined ? value + 1 : (value + next) / 2];
    });
    return [(sorted[0] ?? 0) - 1, ...gaps].filter((value) => least === null || value >= least);
  }
  if (texts.length === literals.length && texts.length > 0) return [...new Set(texts), '\u0000other'];
  return null;
}

/** The comparisons of a name with literals. */
function comparisonsIn(node: Node): readonly Comparison[] {
  if (node.kind === 'binary') {
    const sides = [node.left, node.right];
    const name = sides.find((side) => side.kind === 'name');
    if (COMPARISONS.has(node.operator) && name !== undefined) {
      const literal = literalOf(sides.find((side) => side !== name));
      if (literal !== null) return [{ path: name.path, literals: [literal] }];
    }
    if (node.operator === 'in' && node.left.kind === 'name' && node.right.kind === 'list') {
      const literals = node.right.items.map(literalOf);
      if (!literals.includes(null))
        return [{ path: node.left.path, literals: literals.filter((one) => one !== null) }];
    }
  }
  return childrenOf(node).flatMap(comparisonsIn);
}

/** The names that stand where more than their comparison with a literal matters. */
function bareNames(node: Node): readonly string[] {
  if (node.kind === 'name') return [node.path.join('.')];
  const direct = node.kind === 'binary' ? comparisonsIn(node) : [];
  const isComparison =
    direct.length === 1 &&
    node.kind === 'binary' &&
    (COMPARISONS.has(node.operator) || node.operator === 'in');
  if (isComparison && (node.left.kind === 'name' || node.right.kind === 'name')) return [];
  return childrenOf(node).flatMap(bareNames);
}

function namesIn(node: Node): readonly (readonly string[])[] {
  return node.kind === 'name' ? [node.path] : childrenOf(node).flatMap(namesIn);
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'call':
    case 'choice':
      return node.args;
    case 'list':
      return node.items;
    case 'unary':
      return [node.argument];
    case 'binary':
      return [node.left, node.right];
    default:
      return node satisfies never;
  }
}

function literalOf(node: Node | undefined): Literal | null {
  if (node?.kind === 'literal') return { value: node.value, at: node.at };
  if (node?.kind === 'unary' && node.operator === '-' && node.argument.kind === 'literal') {
    const { value } = node.argument;
    if (typeof value === 'number') return { value: -value, at: node.at };
  }
  return null;
}

/** The value of a node in a case; null where it is not known. */
function evaluate(node: Node, values: ReadonlyMap<string, Value>): Value | null {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name':
      return values.get(node.path.join('.')) ?? null;
    case 'call':
    case 'list':
      return null;
    case 'unary': {
      const value = evaluate(node.argument, values);
      if (node.operator === 'not') return typeof value === 'boolean' ? !value : null;
      return typeof value === 'number' ? (node.operator === '-' ? -value : value) : null;
    }
    case 'choice': {
      const [condition, yes, no] = node.args.map((arg) => evaluate(arg, values));
      if (condition === null || condition === undefined) return yes === no ? (yes ?? null) : null;
      return (condition ? yes : no) ?? null;
    }
    case 'binary':
      return binaryValue(node, values);
    default:
      return node satisfies never;
  }
}

function binaryValue(node: Node & { kind: 'binary' }, values: ReadonlyMap<string, Value>): Value | null {
  const left = evaluate(node.left, values);
  if (node.operator === 'in') {
    if (left === null || node.right.kind !== 'list') return null;
    const items = node.right.items.map((item) => evaluate(item, values));
    return items.includes(left) ? true : items.includes(null) ? null : false;
  }
  const right = evaluate(node.right, values);
  if (node.operator === 'and') {
    if (left === false || right === false) return false;
    return left === true && right === true ? true : null;
  }
  if (node.operator === 'or') {
    if (left === true || right === true) return true;
    return left === false && right === false ? false : null;
  }
  if (left === null || right === null) return null;
  return compare(node.operator, left, right);
}

/** What two values come to; null for anything but a comparison. */
function compare(operator: string, left: Value, right: Value): boolean | null {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return null;
  }
}
