/** What is not there, shared by all who lack it, so that it costs no memory. */

/** An empty list. */
export const NONE: readonly never[] = Object.freeze([]);

/** An empty map; nobody writes to it, since maps of instances are replaced, never changed. */
export const NO_ENTRIES: ReadonlyMap<never, never> = new Map<never, never>();

/** The list itself, or the shared one where it is empty. */
export function orNone<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list;
}
