/**
 * The keys of a part of a document that are not to be relied on: what stood there was wrong and is left out, which is
 * among the findings already. `name` is the name by which the part is known; a document's own name is under its kind.
 * VARIANT stands for which of several things the part is.
 */
export type Lost = ReadonlySet<string>;

/** A part of a document that says what it lacks; one without errors lacks nothing and has no such key. */
export interface MayLack {
  readonly lost?: Lost;
}

/** Lost where keys of one thing stand in another, such as those of a gate in a nested flow. */
export const VARIANT = 'variant';

/** Whether a part lacks any of these keys. */
export function lacks(part: MayLack, ...keys: readonly string[]): boolean {
  const { lost } = part;
  return lost !== undefined && keys.some((key) => lost.has(key));
}

/** The same part, lacking these keys too. */
export function lacking<T extends MayLack>(part: T, keys: Iterable<string>): T {
  const lost = new Set([...(part.lost ?? []), ...keys]);
  return lost.size === 0 ? part : { ...part, lost };
}
