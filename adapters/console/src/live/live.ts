/**
 * The live stream, and whether what the page shows is still true.
 *
 * 1. The server says something every two seconds. When nothing was heard for four, the state is `lost`.
 * 2. After a loss it goes on from the last position; what was missed is sent. `reset` means that it is not: load anew.
 * 3. Everything is loaded anew after a stream begins without a position, since changes may lie between.
 */
import { createStreamReader, type StreamItem } from './read-stream.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

export interface LiveChange {
  readonly kind: 'instance' | 'alarm';
  readonly flow: string;
  readonly key: string;
  readonly tradingDay: string;
}

export interface Live {
  state(): LiveState;
  /** when something was last heard, ms; null before the first time */
  heardAt(): number | null;
  subscribe(listener: () => void): () => void;
  stop(): void;
}

const SILENCE = 4000;
const LOOK = 250;
const AGAIN = 1000;
/** How often the time of the last sign of life is told, ms. */
const HEARD = 1000;

export interface LiveOptions {
  readonly path: string;
  readonly onChange: (change: LiveChange) => void;
  /** everything has to be loaded anew */
  readonly onReset: () => void;
}

/** What the stream of all tabs tells each of them. */
export type LiveMessage =
  | { readonly kind: 'change'; readonly change: LiveChange }
  | { readonly kind: 'reset' }
  | { readonly kind: 'state'; readonly state: LiveState; readonly heardAt: number | null };

/** Opens the stream and keeps it open. */
export function startLive(options: LiveOptions): Live {
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  let state: LiveState = 'connecting';
  let heard: number | null = null;
  let toldHeard = 0;
  let begun = performance.now();
  let position: string | null = null;
  let turn = new AbortController();

  function become(next: LiveState): void {
    if (state === next) return;
    state = next;
    tell();
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  const clock = setInterval(() => {
    if (performance.now() - begun <= SILENCE) return;
    become('lost');
    begun = performance.now();
    turn.abort();
  }, LOOK);

  async function once(): Promise<void> {
    turn = new AbortController();
    const headers = {
      accept: 'text/event-stream',
      ...(position === null ? {} : { 'last-event-id': position }),
    };
    const response = await fetch(options.path, { headers, signal: turn.signal, cache: 'no-store' });
    if (!response.ok || response.body === null) throw new Error(`the stream answers ${response.status}`);
    if (position === null) options.onReset();
    const reader = createStreamReader();
    for await (const text of pieces(response.body)) {
      begun = performance.now();
      heard = Date.now();
      if (heard - toldHeard >= HEARD) {
        toldHeard = heard;
        tell();
      }
      for (const item of reader.read(text)) take(item);
      position = reader.position() ?? position;
      become('live');
    }
  }

  function take(item: StreamItem): void {
    if (item.kind === 'beat') return;
    if (item.name === 'reset') options.onReset();
    else if (item.name === 'instance' || item.name === 'alarm')
      options.onChange({ ...JSON.parse(item.data), kind: item.name });
  }

  async function keepOpen(): Promise<void> {
    while (!stopping.signal.aborted) {
      await once().catch(() => {});
      if (stopping.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }

  void keepOpen();
  return {
    state: () => state,
    heardAt: () => heard,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      stopping.abort();
      turn.abort();
      clearInterval(clock);
    },
  };
}

async function* pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
