/**
 * Parses by expr-eval and makes a tree of its instructions. This is the only use of expr-eval: its evaluator, its
 * functions and its code generator are never reached.
 *
 * 1. The parser's tables are emptied of everything but the operators of the language, and have no prototype.
 * 2. The leaves of the instructions stand in the order of the source, so the n-th takes its offset from the n-th token
 *    that is a name or literal; where they differ the expression is refused.
 */
import { Parser } from 'expr-eval';
import type { Value } from '../checkpoints/index.ts';
import type { Token } from './expression-scan.ts';

/** A part of an expression; `at` is the offset of its first name or literal. */
export type Node =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value; readonly text: string }
  | { readonly kind: 'name'; readonly at: number; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly at: number; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Node[] }
  | { readonly kind: 'unary'; readonly at: number; readonly operator: string; readonly argument: Node }
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: string;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: 'choice'; readonly at: number; readonly args: readonly [Node, Node, Node] };

/** What the parser's `tokens` hold; its own typings leave them out. */
interface Instruction {
  readonly type: string;
  readonly value: unknown;
}

const parser = lockedParser();

function lockedParser(): Parser {
  const operators = { assignment: false, fndef: false, concatenate: false, factorial: false };
  const made = new Parser({ operators: bare(operators), allowMemberAccess: true });
  const noop = (): number => 0;
  // Only the keys of these tables matter to parsing; the values would be called by the evaluator, which is not used.
  return Object.assign(made, {
    unaryOps: bare({ '-': noop, '+': noop, not: noop }),
    binaryOps: bare({ and: noop, or: noop, in: noop }),
    ternaryOps: bare({}),
    functions: bare({}),
    consts: bare({ true: true, false: false }),
  });
}

function bare<T extends object>(table: T): T {
  return Object.assign(Object.create(null), table);
}

/** Gives the tree of a source whose characters and order of words were found right; a string says why there is none. */
export function parse(source: string, tokens: readonly Token[]): Node | string {
  let instructions: readonly Instruction[];
  try {
    // Parser.parse gives an Expression whose typings leave out its list of instructions.
    instructions = (parser.parse(source) as unknown as { tokens: readonly Instruction[] }).tokens;
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const leaves = tokens.filter((token) => token.kind !== 'mark');
  let next = 0;
  const leaf = (matches: (token: Token) => boolean): Token => {
    const token = leaves[next++];
    if (token === undefined || !matches(token)) throw new Disagreement();
    return token;
  };
  try {
    const tree = build(instructions, leaf);
    if (next !== leaves.length) throw new Disagreement();
    return tree;
  } catch (error) {
    if (error instanceof Disagreement) return 'it can be read in two ways: write it more simply';
    throw error;
  }
}

/** The scanner and expr-eval cut the source differently, or expr-eval made an instruction that it should not. */
class Disagreement extends Error {}

type TakeLeaf = (matches: (token: Token) => boolean) => Token;

function build(instructions: readonly Instruction[], leaf: TakeLeaf): Node {
  const stack: Node[] = [];
  const pop = (): Node => {
    const node = stack.pop();
    if (node === undefined) throw new Disagreement();
    return node;
  };
  const popMany = (count: unknown): Node[] => {
    if (typeof count !== 'number' || count > stack.length) throw new Disagreement();
    return stack.splice(stack.length - count, count);
  };
  for (const { type, value } of instructions) {
    switch (type) {
      case 'INUMBER':
        stack.push(literal(value, leaf));
        break;
      case 'IVAR': {
        const token = leaf((token) => token.kind === 'name' && token.text === value);
        stack.push({ kind: 'name', at: token.offset, path: [token.text] });
        break;
      }
      case 'IMEMBER': {
        const owner = pop();
        const token = leaf((token) => token.kind === 'name' && token.text === value);
        if (owner.kind !== 'name') throw new Disagreement();
        stack.push({ ...owner, path: [...owner.path, token.text] });
        break;
      }
      case 'IFUNCALL': {
        const args = popMany(value);
        const callee = pop();
        const [name, ...rest] = callee.kind === 'name' ? callee.path : [];
        if (name === undefined || rest.length > 0) throw new Disagreement();
        stack.push({ kind: 'call', at: callee.at, name, args });
        break;
      }
      case 'IARRAY': {
        const items = popMany(value);
        stack.push({ kind: 'list', at: items[0]?.at ?? 0, items });
        break;
      }
      case 'IEXPR':
        if (!Array.isArray(value)) throw new Disagreement();
        stack.push(build(value, leaf));
        break;
      case 'IOP1': {
        const argument = pop();
        stack.push({ kind: 'unary', at: argument.at, operator: String(value), argument });
        break;
      }
      case 'IOP2': {
        const right = pop();
        const left = pop();
        stack.push({ kind: 'binary', at: left.at, operator: String(value), left, right });
        break;
      }
      case 'IOP3': {
        const no = pop();
        const yes = pop();
        const condition = pop();
        stack.push({ kind: 'choice', at: condition.at, args: [condition, yes, no] });
        break;
      }
      default:
        throw new Disagreement();
    }
  }
  const tree = pop();
  if (stack.length > 0) throw new Disagreement();
  return tree;
}

function literal(value: unknown, leaf: TakeLeaf): Node {
  if (typeof value === 'string') {
    const token = leaf((token) => token.kind === 'string');
    return { kind: 'literal', at: token.offset, value, text: token.text };
  }
  if (typeof value === 'boolean') {
    const token = leaf((token) => token.text === String(value));
    return { kind: 'literal', at: token.offset, value, text: token.text };
  }
  // An Instruction replaces null and undefined by 0, and `false` passes; numbers are compared with what was scanned.
  if (typeof value !== 'number') throw new Disagreement();
  const token = leaf((token) => token.kind === 'number' && Number(token.text) === value);
  return { kind: 'literal', at: token.offset, value, text: token.text };
}
