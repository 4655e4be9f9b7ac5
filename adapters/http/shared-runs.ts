/**
 * One run for all who ask at the same time. Who asks while it runs shares the next run with the others: nobody gets what was
 * read before he asked. A run begins at least `pace` ms after the one before, so that the many who ask do not keep it going.
 */
export function sharedRuns<T>(run: () => Promise<T>, pace = 0): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  let begun = Number.NEGATIVE_INFINITY;

  function begin(): Promise<T> {
    next = null;
    begun = performance.now();
    const made = run();
    running = made;
    const clear = () => {
      if (running === made) running = null;
    };
    made.then(clear, clear);
    return made;
  }

  function beginInTime(): Promise<T> {
    const early = begun + pace - performance.now();
    if (early <= 0) return begin();
    return new Promise<void>((resolve) => setTimeout(resolve, early)).then(begin);
  }

  return () => {
    if (running === null && next === null && begun + pace <= performance.now()) return begin();
    next ??= running === null ? beginInTime() : running.then(beginInTime, beginInTime);
    return next;
  };
}
