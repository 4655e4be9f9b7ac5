import type { Value, ValueType } from '../checkpoints/index.ts';
import type { Place } from './place.ts';
import type { Scope } from './scope.ts';

/** A compiled expression. `run` throws ExpressionError when it fails or reads a parameter that has no value yet. */
export interface Expression {
  readonly source: string;
  readonly at: Place;
  /** what it is known to give; null where only running it tells */
  readonly type: ValueType | null;
  readonly run: (scope: Scope) => Value;
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
}

/** Looks up a dotted name, given as its parts. A string is what is wrong with it, and the remedy. */
export type Names = (path: readonly string[]) => Name | string;
