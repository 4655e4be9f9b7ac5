/**
 * The functions of an extension module at work: conditions that expressions call, handlers that actions call.
 *
 * 1. Whatever goes wrong in one is an ExpressionError that names it; the engine never stops for it.
 * 2. What a handler gives is checked as a whole: with one wrong action none is done.
 * 3. Functions that run each other, through derived parameters, are bounded in depth and number: always at the same
 *    place, so that a replay decides the same.
 */
import { ExpressionError, type ExpressionFunction } from './expression.ts';
import type { ExtensionScope, ScopeOf } from './extension-scope.ts';
import type { Action } from './flow.ts';
import { type ActionOwner, type ReturnedAction, readReturned } from './returned-actions.ts';
import type { Scope } from './scope.ts';
import { reasonOf } from './thrown.ts';

/** A pure function of the scope, called in expressions as `name()`. What is no boolean is an expression error. */
export type Condition = (scope: ExtensionScope) => boolean;

/** A pure function of the scope, and of what the action gives it `with`, to actions: one, a list of them, or nothing. */
export type Handler = (
  scope: ExtensionScope,
  given: unknown,
) => ReturnedAction | readonly ReturnedAction[] | null | undefined;

/** What an extension module adds to the language. */
export interface Extensions {
  readonly conditions: ReadonlyMap<string, Condition>;
  /** those that `call` may name */
  readonly handlers: ReadonlyMap<string, Handler>;
}

/** A language without extension functions. */
export const NO_EXTENSIONS: Extensions = { conditions: new Map(), handlers: new Map() };

/** The functions of an extension module, as one flow calls them. */
export interface FlowExtensions {
  readonly functions: ReadonlyMap<string, ExpressionFunction>;
  readonly handlers: ReadonlyMap<string, FlowHandler>;
}

/** A handler as one flow calls it; `run` throws ExpressionError. */
export interface FlowHandler {
  readonly run: (scope: Scope, given: unknown, owner: ActionOwner) => readonly Action[];
}

/** How deep functions may run within functions, and how many within one. */
const DEEPEST = 20;
const MOST = 1000;

/** Makes the functions ready for the scopes of one flow. */
export function bindExtensions({ conditions, handlers }: Extensions, scopeOf: ScopeOf): FlowExtensions {
  const bounded = createBound();
  const functions = [...conditions].map(([name, condition]): [string, ExpressionFunction] => [
    name,
    { arity: [0, 0], run: (scope) => bounded(() => condition(scopeOf(scope))) },
  ]);
  const callable = [...handlers].map(([name, handler]): [string, FlowHandler] => [
    name,
    {
      run: (scope, given, owner) => {
        try {
          return readReturned(
            bounded(() => handler(scopeOf(scope), given)),
            owner,
          );
        } catch (error) {
          throw new ExpressionError(`handler ${name} failed: ${reasonOf(error)}`, { cause: error });
        }
      },
    },
  ]);
  return { functions: new Map(functions), handlers: new Map(callable) };
}

function createBound(): <T>(run: () => T) => T {
  let depth = 0;
  let count = 0;
  return (run) => {
    if (depth === 0) count = 0;
    count += 1;
    if (depth === DEEPEST || count > MOST)
      throw new Error(
        'extension functions run each other without end: do not read derived parameters that call them again',
      );
    depth += 1;
    try {
      return run();
    } finally {
      depth -= 1;
    }
  };
}
