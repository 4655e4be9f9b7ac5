/**
 * Compiles an expression of a definition into a closure: the source is scanned, checked, parsed by expr-eval, its names
 * are looked up and its types checked; all of it once, at load.
 *
 * 1. It never throws: whatever is wrong with a source comes back as findings, each with its place.
 * 2. A compiled expression reads what `names` gives it and calls what `functions` holds, and reaches nothing else: no
 *    prototype, no assignment, no code made of text.
 * 3. Size is bounded before anything recurses: characters, words and marks, and the depth of brackets.
 */
import type { Value } from '../checkpoints/index.ts';
import {
  type Expression,
  ExpressionError,
  type ExpressionOptions,
  type ExpressionResult,
} from './expression.ts';
import { buildTree, expected, failureOf } from './expression-build.ts';
import { checkOrder } from './expression-grammar.ts';
import { type Complaint, scan } from './expression-scan.ts';
import { parse } from './expression-tree.ts';
import type { Finding, Located, Place } from './place.ts';
import type { Scope } from './scope.ts';

const MAX_LENGTH = 500;
const MAX_TOKENS = 100;

/** Compiles the source of an expression; the findings tell all that is wrong with it. */
export function compileExpression(source: Located<string>, options: ExpressionOptions): ExpressionResult {
  const text = source.value;
  const refused = (complaints: readonly Complaint[]): ExpressionResult => ({
    ok: false,
    findings: complaints.map((complaint) => findingOf(complaint, source)),
  });
  if (text.length > MAX_LENGTH) return refused([tooLarge(`${text.length} characters; ${MAX_LENGTH}`)]);
  const { tokens, complaints } = scan(text);
  if (tokens.length > MAX_TOKENS)
    return refused([tooLarge(`${tokens.length} words and marks; ${MAX_TOKENS}`)]);
  if (complaints.length > 0) return refused(complaints);
  const disorder = checkOrder(tokens, text.length);
  if (disorder !== null) return refused([disorder]);
  const tree = parse(text, tokens);
  if (typeof tree === 'string') return refused([{ offset: 0, code: 'expression-syntax', message: tree }]);
  const built = buildTree(tree, text, options);
  if (built.part === null || built.complaints.length > 0) return refused(built.complaints);
  const { type, at } = built.part;
  const run = expected(built.part, options.expect, failureOf(text));
  if (typeof run === 'string') return refused([{ offset: at, code: 'type-mismatch', message: run }]);
  const known = type ?? options.expect;
  return { ok: true, expression: { source: text, at: source.at, type: known, reads: built.reads, run } };
}

/** The names that an expression reads with their values now, null where there is none: what an alarm says went in. */
export function expressionReads(
  expression: Expression,
  scope: Scope,
): readonly { readonly name: string; readonly value: Value | null }[] {
  return expression.reads.map(({ name, get }) => ({ name, value: valueOrNull(get, scope) }));
}

/** A derived parameter that fails has no value. */
export function valueOrNull(get: (scope: Scope) => Value | null, scope: Scope): Value | null {
  try {
    return get(scope);
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

/** A complaint about a source as a finding: on the column meant, where the source stands on one line. */
export function findingOf(complaint: Complaint, source: Located<string>): Finding {
  return {
    at: placeIn(source, complaint.offset),
    severity: 'error',
    code: complaint.code,
    message: complaint.message,
  };
}

function placeIn({ value, at }: Located<string>, offset: number): Place {
  return value.includes('\n') ? at : { ...at, column: at.column + offset };
}

function tooLarge(size: string): Complaint {
  return {
    offset: 0,
    code: 'expression-too-large',
    message: `this has ${size} are allowed: compute parts of it as parameters with value:`,
  };
}
