import type { Worker } from '../engine/index.ts';

export interface ReplaceableWorker<S> extends Worker {
  /**
   * Between two turns lets the worker finish what is under way, and goes on with one made for another set; resolves once
   * the first turn of that has succeeded.
   */
  replace(set: S): Promise<void>;
}

/** A worker that can be exchanged while its loop runs: the loop calls `turn` and knows nothing of it. */
export function replaceableWorker<S>(make: (set: S) => Worker, first: S): ReplaceableWorker<S> {
  let worker = make(first);
  let waiting: { readonly set: S; readonly done: PromiseWithResolvers<void> } | null = null;
  let beginning: PromiseWithResolvers<void> | null = null;
  return {
    async turn() {
      if (waiting !== null) {
        const settled = await worker.settle();
        if (settled?.kind === 'fenced') return settled;
        worker = make(waiting.set);
        beginning = waiting.done;
        waiting = null;
      }
      const turn = await worker.turn();
      if (turn.kind === 'fenced') beginning?.reject(new Error('another worker has taken the partition'));
      else beginning?.resolve();
      beginning = null;
      return turn;
    },
    replace(set) {
      waiting?.done.reject(new Error('another set has taken its place before it was used'));
      const done = Promise.withResolvers<void>();
      waiting = { set, done };
      return done.promise;
    },
    settle: () => worker.settle(),
    position: () => worker.position(),
    live: () => worker.live(),
    timers: (now) => worker.timers(now),
    unwritten: () => worker.unwritten(),
    reset: () => worker.reset(),
  };
}
