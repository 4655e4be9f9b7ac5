/**
 * Which ids of which instances were seen, with the digest of what came under them: a repeat is told from something else
 * under the same id.
 *
 * 1. The exact form keeps every id and digest. A worker keeps its own, by instance: see seen-cache.ts.
 * 2. The compact form keeps 128 bits an id and forgets nothing, for a replay of millions: 96 bits stand for the instance
 *    and the id (among 100 million, two are mistaken for each other with a probability of one in 10^13), 32 for the digest.
 */
import { murmur3 } from './murmur.ts';

/** What is known of an id. */
export type Known = 'nothing' | 'same' | 'other';

export interface SeenIds {
  /** Whether this id of the instance `of` was noted before, with this digest or another one. */
  look(of: string, id: string, digest: string): Known;
  /** Remembers an id of which nothing is known. */
  note(of: string, id: string, digest: string): void;
  clear(): void;
}

/** Ids and digests as they are. */
export function createSeenIds(): SeenIds {
  const seen = new Map<string, Map<string, string>>();
  return {
    look(of, id, digest) {
      const known = seen.get(of)?.get(id);
      return known === undefined ? 'nothing' : known === digest ? 'same' : 'other';
    },
    note(of, id, digest) {
      const ids = seen.get(of) ?? new Map<string, string>();
      seen.set(of, ids.set(id, digest));
    },
    clear() {
      seen.clear();
    },
  };
}

/** Ids and digests as 16 bytes each, in one flat table. */
export function createCompactSeenIds(): SeenIds {
  return new HashedIds();
}

const LANES = 4;
const FIRST_CAPACITY = 1024;
const FULLEST = 0.8;

/** A table with open addressing: a slot is three hashes of instance and id, and one of the digest, which is 0 where it is free. */
class HashedIds implements SeenIds {
  #slots = new Uint32Array(FIRST_CAPACITY * LANES);
  #capacity = FIRST_CAPACITY;
  #size = 0;
  /** what `#identify` found last: the three hashes */
  #a = 0;
  #b = 0;
  #c = 0;

  look(of: string, id: string, digest: string): Known {
    this.#identify(of, id);
    const noted = this.#slots[this.#slotOf(this.#a, this.#b, this.#c) + 3];
    if (noted === 0) return 'nothing';
    return noted === digestHash(digest) ? 'same' : 'other';
  }

  note(of: string, id: string, digest: string): void {
    if (this.#size >= this.#capacity * FULLEST) this.#grow();
    this.#identify(of, id);
    this.#put(this.#a, this.#b, this.#c, digestHash(digest));
    this.#size++;
  }

  clear(): void {
    this.#slots = new Uint32Array(FIRST_CAPACITY * LANES);
    this.#capacity = FIRST_CAPACITY;
    this.#size = 0;
  }

  #identify(of: string, id: string): void {
    this.#a = murmur3(id, murmur3(of, 1));
    this.#b = murmur3(id, murmur3(of, 2));
    this.#c = murmur3(id, murmur3(of, 3));
  }

  /** Where these three stand in the table, or the free slot where they are to stand. */
  #slotOf(a: number, b: number, c: number): number {
    const slots = this.#slots;
    for (let at = (a % this.#capacity) * LANES; ; at = at + LANES === slots.length ? 0 : at + LANES) {
      if (slots[at + 3] === 0) return at;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return at;
    }
  }

  #put(a: number, b: number, c: number, digest: number): void {
    const at = this.#slotOf(a, b, c);
    this.#slots[at] = a;
    this.#slots[at + 1] = b;
    this.#slots[at + 2] = c;
    this.#slots[at + 3] = digest;
  }

  #grow(): void {
    const before = this.#slots;
    this.#capacity = Math.ceil(this.#capacity * 1.5);
    this.#slots = new Uint32Array(this.#capacity * LANES);
    for (let at = 0; at < before.length; at += LANES) {
      const digest = before[at + 3] ?? 0;
      if (digest !== 0) this.#put(before[at] ?? 0, before[at + 1] ?? 0, before[at + 2] ?? 0, digest);
    }
  }
}

/** Never 0, which marks a free slot. */
function digestHash(digest: string): number {
  return murmur3(digest, 4) || 1;
}
