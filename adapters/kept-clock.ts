/**
 * A clock that people set wrong is followed only so far: the wall clock of this machine, held to what a reference said last
 * and a clock that never jumps has counted since.
 *
 * 1. It is never further from the reference than the tolerance and what the look leaves open, whatever the wall clock does,
 *    also between two looks. A wall clock that is right is followed to the millisecond.
 * 2. Without a look it is the wall clock. A look that took long says little, and gives way to any that took less.
 */

export interface KeptClock {
  /** ms since the epoch */
  now(): number;
  /** The reference said `time` somewhere between `before` and `after`, by the steady clock; ms. */
  note(look: { readonly time: number; readonly before: number; readonly after: number }): void;
  /** how far the wall clock is ahead of the reference, ms; negative: behind; null: not known */
  offset(): number | null;
}

const TOLERANCE = 1_000;
/** A look that took longer is only better than none, ms. */
const QUICK = 1_000;

/** A clock that nothing was said to yet. */
export function createKeptClock(options: {
  readonly wall: () => number;
  /** ms, of a clock that never jumps */
  readonly steady: () => number;
  /** ms; default 1 s */
  readonly tolerance?: number;
}): KeptClock {
  const { wall, steady, tolerance = TOLERANCE } = options;
  let known: { readonly time: number; readonly at: number; readonly took: number } | null = null;

  const reference = (): number | null => (known === null ? null : known.time + (steady() - known.at));

  return {
    now() {
      const [here, there] = [wall(), reference()];
      if (known === null || there === null) return here;
      const open = tolerance + known.took / 2;
      return Math.floor(Math.min(Math.max(here, there - open), there + open));
    },
    note({ time, before, after }) {
      const took = after - before;
      if (known !== null && took > QUICK && took > known.took) return;
      known = { time, at: (before + after) / 2, took };
    },
    offset() {
      const there = reference();
      return there === null ? null : Math.round(wall() - there);
    },
  };
}
