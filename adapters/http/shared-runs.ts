/** So many who share a run are a crowd. */
const CROWD = 4;

/**
 * One run for all who ask at the same time. Who asks while it runs shares the next run with the others: nobody gets what was
 * read before he asked. Where a crowd asks, a run begins at least `pace` ms after the one before, so that they do not keep it
 * going; few are answered at once.
 */
export function sharedRuns<T>(run: () => Promise<T>, pace = 0): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  let begun = Number.NEGATIVE_INFINITY;
  /** how many share the run that began last, and the next one so far */
  let shared = 0;
  let asking = 0;

  function begin(): Promise<T> {
    next = null;
    shared = asking;
    asking = 0;
    begun = performance.now();
    const made = run();
    running = made;
    const clear = () => {
      if (running === made) running = null;
    };
    made.then(clear, clear);
    return made;
  }

  /** ms until the next run may begin */
  function early(): number {
    return Math.max(shared, asking) < CROWD ? 0 : begun + pace - performance.now();
  }

  function beginInTime(): Promise<T> {
    const left = early();
    if (left <= 0) return begin();
    return new Promise<void>((resolve) => setTimeout(resolve, left)).then(begin);
  }

  return () => {
    asking += 1;
    if (running === null && next === null && early() <= 0) return begin();
    next ??= running === null ? beginInTime() : running.then(beginInTime, beginInTime);
    return next;
  };
}
