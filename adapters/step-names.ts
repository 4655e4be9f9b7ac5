/** Names that the language allows, out of whatever people call things. */

const LONGEST = 64;

/** Gives each wish a name of its own; the same wish again gets a number. */
export interface Names {
  take(wish: string, otherwise: string): string;
  /** Takes a name as it is; false where it is taken already. */
  claim(name: string): boolean;
  has(name: string): boolean;
}

/** Names as steps have them (`[A-Za-z][A-Za-z0-9_-]*`, at most 64 characters), lower case, words joined by `-`. */
export function createNames(): Names {
  const taken = new Set<string>();
  return {
    take(wish, otherwise) {
      const base = slug(wish) ?? slug(otherwise) ?? 'step';
      let name = base;
      for (let n = 2; taken.has(name); n++) name = `${base.slice(0, LONGEST - 6).replace(/-+$/, '')}-${n}`;
      taken.add(name);
      return name;
    },
    has: (name) => taken.has(name),
    claim: (name) => !taken.has(name) && taken.add(name).size > 0,
  };
}

/** A name out of a text: `Check invoice (2)` is `check-invoice-2`; null where no letter of it can be used. */
export function slug(text: string): string | null {
  const plain = text
    .slice(0, 1000)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return plain === '' ? null : plain;
}
