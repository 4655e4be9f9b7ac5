/**
 * Loads anew what the live stream says has changed: at once where it was calm, and then at most once in a while, however
 * many changes come.
 */
import type { QueryClient } from '@tanstack/react-query';
import { readDays } from '../api/reads.ts';
import { reloadFlows } from '../api/reload-flows.ts';
import type { LiveChange } from './live.ts';

export interface Refresher {
  readonly changed: (change: LiveChange) => void;
  readonly everything: () => void;
  stop(): void;
}

/** How long each kind of answer is left alone after it was loaded anew, ms: what is dear to make or to draw, longer. */
const REST = { near: 700, lists: 2500, views: 2500, past: 4000 } as const;
type Rest = keyof typeof REST;
type Key = readonly string[];

/** A page that was just gone to is drawn before it is loaded anew, ms. */
const BUILT = 2000;

/** Which queries a change concerns, by the beginning of their keys. */
function concerned({ kind, flow, key, tradingDay }: LiveChange): readonly (readonly [Rest, Key])[] {
  return [
    ['near', ['day', tradingDay]],
    ['near', ['instance', flow, key]],
    ['near', ['graph', flow, key]],
    ['near', kind === 'alarm' ? ['alarms'] : ['instance', flow, key]],
    ['near', ['view']],
    ['lists', ['flows', flow]],
    ['views', ['views']],
    ['past', ['replay', flow, key]],
    ['past', ['history', flow]],
  ];
}

/** Makes a refresher; nothing runs until something changes. */
export function createRefresher(client: QueryClient): Refresher {
  const lanes = {
    near: lane(REST.near, reload),
    lists: lane(
      REST.lists,
      (keys) =>
        void reloadFlows(
          client,
          keys.flatMap(([, flow]) => flow ?? []),
        ),
    ),
    views: lane(REST.views, reload),
    past: lane(REST.past, reload),
  };

  function reload(keys: readonly Key[]): void {
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  }

  let later: ReturnType<typeof setTimeout> | null = null;

  /** One kind of answers: what waits to be loaded, and when that may be. */
  function lane(rest: number, load: (keys: readonly Key[]) => void) {
    const waiting = new Map<string, Key>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let last = Number.NEGATIVE_INFINITY;
    const turn = () => {
      timer = null;
      last = performance.now();
      const keys = [...waiting.values()];
      waiting.clear();
      load(keys);
    };
    return {
      add(key: Key) {
        waiting.set(key.join('\n'), key);
        timer ??= setTimeout(turn, Math.max(0, last + rest - performance.now()));
      },
      stop() {
        if (timer !== null) clearTimeout(timer);
      },
    };
  }

  /** What begins on a later day than today may mean that today is over; what is usual is made of earlier days. */
  function ofOtherDays({ tradingDay }: LiveChange): void {
    const today = client.getQueryData(readDays(null).queryKey)?.today;
    if (today === undefined) return;
    if (tradingDay > today) lanes.near.add(['days']);
    if (tradingDay < today) lanes.past.add(['usual']);
  }

  return {
    changed(change) {
      for (const [rest, key] of concerned(change)) lanes[rest].add(key);
      ofOtherDays(change);
    },
    everything() {
      if (performance.now() > BUILT) void client.invalidateQueries();
      else later ??= setTimeout(() => void client.invalidateQueries(), BUILT);
    },
    stop() {
      for (const each of Object.values(lanes)) each.stop();
      if (later !== null) clearTimeout(later);
    },
  };
}
