/** What the lists of the database have in common. */
import type { Page } from '../../engine/index.ts';

/** A page without entries, and none after it. */
export const NOTHING: Page<never> = { items: [], next: null };

/** No stored text holds the character NUL, and the database refuses to compare with it. */
export function hasNul(...texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text?.includes('\0'));
}

/** A page of rows, of which one more than `limit` was read where there are more. */
export function pageOf<R, T>(
  rows: readonly R[],
  how: { readonly limit: number; readonly entry: (row: R) => T; readonly cursor: (row: R) => string },
): Page<T> {
  const items = rows.slice(0, how.limit);
  const last = rows.length > how.limit ? items.at(-1) : undefined;
  return { items: items.map(how.entry), next: last === undefined ? null : how.cursor(last) };
}
