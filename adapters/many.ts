/** A count with its noun, `1 file` or `2 files`; for nouns that take an s. */
export function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
