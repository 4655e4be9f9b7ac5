/** How much of what is written got lost in reading it; see `Reading`. */
export type Flaw = 'none' | 'within' | 'here';

/** What a shape makes of a tree. */
export interface Reading<T> {
  /** without what was wrong; undefined where nothing is left */
  readonly value: T | undefined;
  /**
   * `none`: the value is all that is written. `within`: something was wrong in it, and the value says itself which of
   * its keys are lost. `here`: the value lacks something and does not say so, whoever holds it has to.
   */
  readonly flaw: Flaw;
}

/** Nothing could be made of it, and why is among the findings. */
export const NOTHING: Reading<never> = { value: undefined, flaw: 'here' };

/** All that is written. */
export function whole<T>(value: T): Reading<T> {
  return { value, flaw: 'none' };
}

/** The worst of some flaws; none where there are none. */
export function worst(flaws: readonly Flaw[]): Flaw {
  if (flaws.includes('here')) return 'here';
  return flaws.includes('within') ? 'within' : 'none';
}
