import { type Live, type LiveMessage, type LiveOptions, type LiveState, startLive } from './live.ts';

/** The live stream, shared with the other tabs of the browser; one of its own where the browser cannot share. */
export function shareLive(options: LiveOptions): Live {
  if (typeof SharedWorker === 'undefined') return startLive(options);
  const listeners = new Set<() => void>();
  let state: LiveState = 'connecting';
  let heardAt: number | null = null;
  let own: Live | null = null;
  let first = true;

  function take(message: LiveMessage): void {
    if (message.kind === 'change') options.onChange(message.change);
    else if (message.kind === 'reset') options.onReset();
    else {
      // another tab has opened the stream: what was loaded before this one listens may have changed since
      if (first && message.state !== 'connecting') options.onReset();
      first = false;
      state = message.state;
      heardAt = message.heardAt;
      for (const listener of listeners) listener();
    }
  }

  const worker = new SharedWorker(new URL('./live.worker.ts', import.meta.url), { type: 'module' });
  worker.port.addEventListener('message', ({ data }: MessageEvent<LiveMessage>) => take(data));
  worker.addEventListener('error', () => {
    own ??= startLive(options);
    for (const listener of listeners) own.subscribe(listener);
  });
  worker.port.start();
  const leave = () => worker.port.postMessage('leave');
  addEventListener('pagehide', leave);

  return {
    state: () => own?.state() ?? state,
    heardAt: () => (own === null ? heardAt : own.heardAt()),
    subscribe(listener) {
      listeners.add(listener);
      const leaveOwn = own?.subscribe(listener);
      return () => {
        listeners.delete(listener);
        leaveOwn?.();
      };
    },
    stop() {
      removeEventListener('pagehide', leave);
      leave();
      worker.port.close();
      own?.stop();
    },
  };
}
