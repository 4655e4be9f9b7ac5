/**
 * One run for all who ask at the same time. Who asks while it runs shares the next run with the others: nobody gets what was
 * read before he asked.
 */
export function sharedRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;

  function begin(): Promise<T> {
    next = null;
    const made = run();
    running = made;
    const clear = () => {
      if (running === made) running = null;
    };
    made.then(clear, clear);
    return made;
  }

  return () => {
    if (running === null) return begin();
    next ??= running.then(begin, begin);
    return next;
  };
}
