/** Which values the parameters of a new visit begin with: copied from the step that led here, else their defaults. */
import type { Value } from '../checkpoints/index.ts';
import { ExpressionError, type Step } from '../definitions/index.ts';
import { type Draft, stateOf, stepOf, withOwn } from './draft.ts';

/** Values for a visit of `step` that was led to by these steps, latest first (-1 is the start of the flow). */
export function inheritedParams(
  draft: Draft,
  step: Step,
  ledBy: readonly number[],
): readonly (Value | null)[] {
  if (step.params.every((param) => param.from === null)) return defaultsOf(step);
  return step.params.map((param) => {
    if (param.value !== null) return null;
    const copied = param.from === null ? null : copyFrom(draft, param.from, ledBy, draft.steps.length);
    if (copied !== null && typeof copied === param.type) return copied;
    return param.default;
  });
}

const DEFAULTS = new WeakMap<Step, readonly (Value | null)[]>();

/** What a step begins with that copies nothing; one list for all its visits. */
function defaultsOf(step: Step): readonly (Value | null)[] {
  let defaults = DEFAULTS.get(step);
  if (defaults === undefined) {
    defaults = Object.freeze(step.params.map((param) => (param.value === null ? param.default : null)));
    DEFAULTS.set(step, defaults);
  }
  return defaults;
}

/** Gates have no parameters of their own: what led to them is looked at instead. */
function copyFrom(draft: Draft, name: string, ledBy: readonly number[], hops: number): Value | null {
  if (hops === 0) return null;
  for (const source of ledBy) {
    if (source < 0) continue;
    const step = stepOf(draft.flow, source);
    const index = step.paramIndex.get(name);
    const value =
      step.kind === 'gate'
        ? copyFrom(draft, name, stateOf(draft, source).detail.ledBy, hops - 1)
        : index === undefined
          ? null
          : readParam(draft, source, index);
    if (value !== null) return value;
  }
  return null;
}

/** The present value of a parameter, derived ones computed; null where it has none. */
export function readParam(draft: Draft, step: number, index: number): Value | null {
  const derived = stepOf(draft.flow, step).params[index]?.value ?? null;
  if (derived === null) return stateOf(draft, step).params[index] ?? null;
  return withOwn(draft, step, (scope) => {
    try {
      return derived.run(scope);
    } catch (error) {
      if (error instanceof ExpressionError) return null;
      throw error;
    }
  });
}
