/**
 * The heartbeat: what this process sees of the system, published on NATS every ten seconds, whatever it sees; and, while
 * every partition is fresh, a call to an address that complains when it is not called any more.
 */
import type { Closers } from '../closers.ts';
import type { SystemStatus } from '../freshness.ts';
import type { HealthReport } from '../http/index.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { beatOnNats } from '../nats/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { Stream } from './open-stream.ts';

export interface HeartbeatOptions {
  readonly name: string;
  readonly version: string;
  readonly stream: Stream;
  readonly status: () => SystemStatus;
  readonly health: () => HealthReport;
  /** called while the process is ready; null: nothing is */
  readonly url: string | null;
  readonly log: Log;
  /** ms; default 10 s */
  readonly every?: number;
}

const EVERY = 10_000;
const PATIENCE = 5_000;

/** Begins to beat, at once; the last beat ends with the closers. */
export function startHeartbeat(options: HeartbeatOptions, closers: Closers): void {
  const { stream, url, log, name } = options;
  const every = options.every ?? EVERY;
  const beat = startLoop({
    name: 'the heartbeat',
    rest: every,
    log,
    async turn() {
      if (stream.nc !== null) beatOnNats(stream.nc, name, heartbeat(options));
      return 'idle';
    },
  });
  closers.push(() => beat.stop());
  if (url === null) return;
  const ending = new AbortController();
  // A loop of its own: an address that does not answer must not hold up what NATS is told.
  const call = startLoop({
    name: 'the heartbeat over HTTP',
    rest: every,
    log,
    async turn() {
      if (options.health().ready) await ping(url, ending.signal);
      return 'idle';
    },
  });
  closers.push(async () => {
    ending.abort();
    await call.stop();
  });
}

/** The heartbeat as it is published; times are RFC 3339, lags seconds. */
function heartbeat({ name, version, status, health }: HeartbeatOptions): object {
  const { partitions, asOf } = status();
  const { ready, checks } = health();
  return {
    ...{ name, version, time: new Date().toISOString(), ok: ready, asOf: timeOf(asOf) },
    trouble: checks.filter(({ ok }) => !ok).map(({ name: what, detail }) => `${what}: ${detail}`),
    partitions: partitions.map(({ partition, owner, clock, behind, lag, fresh, why }) => ({
      ...{ partition, owner, clock: timeOf(clock), behind, lag, fresh, why },
    })),
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** One call; rejects without repeating the address, which is often a secret. */
async function ping(url: string, ending: AbortSignal): Promise<void> {
  const { origin } = new URL(url);
  const signal = AbortSignal.any([ending, AbortSignal.timeout(PATIENCE)]);
  const answer = await fetch(url, { signal, redirect: 'error' }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${origin} is not reached: ${reasonOf(cause).replaceAll(url, origin)}`);
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${origin} answers ${answer.status}: look at --heartbeat-url`);
}
