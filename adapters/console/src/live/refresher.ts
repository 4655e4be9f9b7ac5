/**
 * Loads anew what the live stream says has changed: at once where it was calm, and then at most once in a while, however
 * many changes come.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { LiveChange } from './live.ts';

export interface Refresher {
  readonly changed: (change: LiveChange) => void;
  readonly everything: () => void;
  stop(): void;
}

const REST = 700;

/** Which queries a change concerns, by the beginning of their keys. */
function concerned({ kind, flow, key, tradingDay }: LiveChange): readonly (readonly string[])[] {
  const about = [
    ['day', tradingDay],
    ['instance', flow, key],
    ['graph', flow, key],
    ['replay', flow, key],
  ];
  const lists = kind === 'alarm' ? [['alarms']] : [['flows'], ['days']];
  return [...about, ...lists, ['history', flow]];
}

/** Makes a refresher; nothing runs until something changes. */
export function createRefresher(client: QueryClient): Refresher {
  const waiting = new Map<string, readonly string[]>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last = 0;

  function turn(): void {
    timer = null;
    last = performance.now();
    const keys = [...waiting.values()];
    waiting.clear();
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  }

  return {
    changed(change) {
      for (const key of concerned(change)) waiting.set(key.join('\n'), key);
      timer ??= setTimeout(turn, Math.max(0, last + REST - performance.now()));
    },
    everything: () => void client.invalidateQueries(),
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
