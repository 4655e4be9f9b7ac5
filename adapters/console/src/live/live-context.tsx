import { type Query, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Live, LiveState } from './live.ts';
import { createRefresher } from './refresher.ts';
import { shareLive } from './shared-live.ts';

const Context = createContext<Live | null>(null);

const hasFailed = ({ state }: Query) => state.error !== null || state.fetchFailureCount > 0;

/** Opens the live stream for everything inside; what changes is loaded anew. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const refresher = createRefresher(client);
    const started = shareLive({
      path: '/api/v1/stream',
      onChange: refresher.changed,
      onReset: refresher.everything,
    });
    setLive(started);
    let wasLost = false;
    const leave = started.subscribe(() => {
      const state = started.state();
      // what failed while the server was away is asked for again, though nothing of it may have changed
      if (state === 'live' && wasLost) void client.refetchQueries({ predicate: hasFailed });
      wasLost = state === 'lost' || (wasLost && state !== 'live');
    });
    return () => {
      leave();
      started.stop();
      refresher.stop();
    };
  }, [client]);
  return <Context value={live}>{children}</Context>;
}

const nothing = () => () => {};

/** Whether what is shown is live. */
export function useLiveState(): LiveState {
  const live = useContext(Context);
  return useSyncExternalStore(live?.subscribe ?? nothing, () => live?.state() ?? 'connecting');
}

/** When the server was last heard, ms in the browser's time; null before the first time. */
export function useHeardAt(): number | null {
  const live = useContext(Context);
  return useSyncExternalStore(live?.subscribe ?? nothing, () => live?.heardAt() ?? null);
}
