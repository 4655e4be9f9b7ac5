/** Tells who waits for messages that some have come. */
export interface Bell {
  ring(): void;
  /** how often it has rung: read before looking, so that a ring in between is not missed */
  rings(): number;
  /** Resolves when it has rung more often than `since`, or after `ms` milliseconds. */
  wait(since: number, ms: number): Promise<void>;
}

/** A bell for one process. */
export function makeBell(): Bell {
  let rings = 0;
  let waiting: (() => void)[] = [];
  return {
    ring() {
      rings += 1;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    rings: () => rings,
    wait(since, ms) {
      if (rings > since || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(wake, ms);
        waiting.push(wake);
        function wake() {
          clearTimeout(timer);
          waiting = waiting.filter((one) => one !== wake);
          resolve();
        }
      });
    },
  };
}
