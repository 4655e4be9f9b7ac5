/**
 * The ids that a worker remembers, by instance. The truth is the journal; what is not here is asked for there.
 *
 * 1. An instance is known once all of its ids are here; ids that are noted before do not make it so.
 * 2. Beyond `max` ids the least recently touched instances are forgotten, whole, and never one that was touched in a
 *    batch that is not committed: its new ids are nowhere else yet.
 */
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

interface Entry {
  /** id -> digest */
  readonly ids: Map<string, string>;
  known: boolean;
  touched: number;
}

/** An empty cache for at most `max` ids. */
export function createSeenCache(max: number): SeenCache {
  const entries = new Map<string, Entry>(); // the least recently touched first
  let size = 0;
  let current = 0;

  function touch(of: string): Entry {
    const entry = entries.get(of) ?? { ids: new Map(), known: false, touched: -1 };
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
      const known = entries.get(of)?.ids.get(id);
      return known === undefined ? 'nothing' : known === digest ? 'same' : 'other';
    },
    note(of, id, digest) {
      const { ids } = touch(of);
      const before = ids.size;
      ids.set(id, digest);
      size += ids.size - before;
    },
    trim(committed) {
      for (const [of, entry] of entries) {
        if (size <= max || entry.touched > committed) return;
        entries.delete(of);
        size -= entry.ids.size;
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
