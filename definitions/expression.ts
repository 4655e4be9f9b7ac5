import type { Value, ValueType } from '../checkpoints/index.ts';
import type { Finding, Place } from './place.ts';
import type { Scope } from './scope.ts';

/** A compiled expression. `run` throws ExpressionError when it fails or reads a parameter that has no value yet. */
export interface Expression {
  readonly source: string;
  readonly at: Place;
  /** what it is known to give; null where only running it tells */
  readonly type: ValueType | null;
  /** every name it may read, once each, in the order written: what an alarm can be explained with */
  readonly reads: readonly Read[];
  readonly run: (scope: Scope) => Value;
}

/** One name that an expression reads, as written (`steps.receive.PIN`). `get` gives null where it has no value yet. */
export interface Read {
  readonly name: string;
  readonly get: (scope: Scope) => Value | null;
}

/** A compiled text: `{name}` replaced by the value in scope, `?` where there is none. Never throws. */
export interface Text {
  readonly source: string;
  readonly at: Place;
  readonly run: (scope: Scope) => string;
}

/** Thrown by `Expression.run`; the message names the parameter without a value or what went wrong. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** A name that an expression may use, resolved at load. `get` gives null where it has no value yet. */
export interface Name {
  readonly type: ValueType | null;
  readonly get: (scope: Scope) => Value | null;
  /** how a text prints the value; absent: as it is, see `printValue` */
  readonly format?: (value: Value, scope: Scope) => string;
}

/** Looks up a dotted name, given as its parts. A string is what is wrong with it, and the remedy. */
export type Names = (path: readonly string[]) => Name | string;

/**
 * A condition function registered by an extension module, called in expressions as `name(arguments)`. It must be pure
 * and give true or false; whatever it throws or else returns becomes an ExpressionError.
 */
export interface ExpressionFunction {
  /** fewest and most arguments; absent: any number */
  readonly arity?: readonly [min: number, max: number];
  readonly run: (scope: Scope, args: readonly Value[]) => unknown;
}

/** What `compileExpression` is given next to the source. */
export interface ExpressionOptions {
  readonly names: Names;
  readonly functions?: ReadonlyMap<string, ExpressionFunction>;
  /** the type that is due: refused at load where it is known to differ, an ExpressionError where only running it tells */
  readonly expect: ValueType | null;
}

export type ExpressionResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export type TextResult =
  | { readonly ok: true; readonly text: Text }
  | { readonly ok: false; readonly findings: readonly Finding[] };
