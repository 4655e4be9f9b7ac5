/**
 * The ids that a worker remembers, by instance. The truth is the journal; what is not here is asked for there.
 *
 * 1. An instance is known once all of its ids are here; ids that are noted before do not make it so.
 * 2. Beyond `max` ids the least recently touched instances are forgotten, whole, and never one that was touched in a
 *    batch that is not committed: its new ids are nowhere else yet.
 * 3. An id is kept as 53 bits of its hash, which tell the ids of one instance apart (one pair among 10,000 is mistaken with
 *    a probability of 10^-8), and 32 bits of its digest's: 16 bytes, and nothing for the garbage collector to walk through.
 */
import { murmur3 } from './murmur.ts';
import type { Known, SeenIds } from './seen-ids.ts';

export interface SeenCache extends SeenIds {
  /** ids in memory */
  readonly size: number;
  /** Whether all ids of an instance are here. Counts as touching it in this batch. */
  knows(of: string): boolean;
  /** From now on the instance is known: all that the journal has were noted. */
  learn(of: string): void;
  /** Forgets what is too much, of instances last touched up to this batch. */
  trim(committed: number): void;
  /** What is touched from now on belongs to this batch. */
  batch(number: number): void;
}

/** An instance with more ids than this finds them by a table. */
const FEW = 64;

interface Entry {
  /** hashes of ids, each with that of its digest behind it */
  few: number[];
  /** hash of the id -> hash of the digest; null while there are few */
  many: Map<number, number> | null;
  known: boolean;
  touched: number;
}

/** An empty cache for at most `max` ids. */
export function createSeenCache(max: number): SeenCache {
  const entries = new Map<string, Entry>(); // the least recently touched first
  let size = 0;
  let current = 0;

  function touch(of: string): Entry {
    const entry = entries.get(of);
    if (entry === undefined) {
      const born: Entry = { few: [], many: null, known: false, touched: current };
      entries.set(of, born);
      return born;
    }
    if (entry.touched === current) return entry;
    entry.touched = current;
    entries.delete(of);
    entries.set(of, entry);
    return entry;
  }

  return {
    get size() {
      return size;
    },
    knows: (of) => touch(of).known,
    learn(of) {
      touch(of).known = true;
    },
    look(of, id, digest): Known {
      const entry = entries.get(of);
      const noted = entry === undefined ? undefined : digestIn(entry, hashOf(id));
      return noted === undefined ? 'nothing' : noted === murmur3(digest, 3) ? 'same' : 'other';
    },
    note(of, id, digest) {
      const entry = touch(of);
      const hash = hashOf(id);
      if (digestIn(entry, hash) !== undefined) return;
      put(entry, hash, murmur3(digest, 3));
      size++;
    },
    trim(committed) {
      for (const [of, entry] of entries) {
        if (size <= max || entry.touched > committed) return;
        entries.delete(of);
        size -= sizeOf(entry);
      }
    },
    batch(number) {
      current = number;
    },
    clear() {
      entries.clear();
      size = 0;
    },
  };
}

/** 53 bits, exact in a number. */
function hashOf(id: string): number {
  return murmur3(id, 1) * 0x200000 + (murmur3(id, 2) >>> 11);
}

function digestIn({ few, many }: Entry, hash: number): number | undefined {
  if (many !== null) return many.get(hash);
  for (let at = 0; at < few.length; at += 2) if (few[at] === hash) return few[at + 1];
  return undefined;
}

function put(entry: Entry, hash: number, digest: number): void {
  const { few, many } = entry;
  if (many !== null) many.set(hash, digest);
  else if (few.length < FEW * 2) few.push(hash, digest);
  else {
    const table = new Map([[hash, digest]]);
    for (let at = 0; at < few.length; at += 2) table.set(few[at] ?? 0, few[at + 1] ?? 0);
    entry.many = table;
    entry.few = [];
  }
}

function sizeOf({ few, many }: Entry): number {
  return many === null ? few.length / 2 : many.size;
}
