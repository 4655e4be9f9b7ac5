/**
 * `milepost relay`, assembled: in the zone with a way out it takes notices, from NATS or over HTTP, and sends them by its own
 * channels. It has no database and no flows; the secrets of its channels stand in its own environment and files.
 *
 * 1. What it has taken and cannot send stays where it is kept, also what is for a channel that it has no document of.
 * 2. One relay takes from a place: on NATS one a name, over HTTP one a folder; a second one does not start.
 * 3. The definitions are read at the start and on SIGHUP; broken ones leave those in use.
 */
import { loadActiveSet } from '../active-set.ts';
import { CHANNEL_KINDS, channelWorld, type Relaying, startRelaying } from '../channels/index.ts';
import { type Closers, undo } from '../closers.ts';
import { createMetrics, createProbes, type HealthReport, isLoopback } from '../http/index.ts';
import type { Log } from '../log.ts';
import type { NatsOptions } from '../nats/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { Active } from './load-definitions.ts';
import { type HttpWayOptions, relayOverHttp } from './relay-over-http.ts';
import { relayOverNats } from './relay-over-nats.ts';
import type { RelayWay } from './relay-way.ts';
import { ServeError } from './serve-error.ts';
import type { Serving } from './serving.ts';

export interface RelayOptions {
  /** files and folders with its channels */
  readonly definitions: readonly string[];
  /** where notices come from; over HTTP they come to the port of the probes */
  readonly from:
    | { readonly kind: 'nats'; readonly name: string; readonly nats: NatsOptions }
    | ({ readonly kind: 'http' } & HttpWayOptions);
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Starts a relay; rejects with ServeError or another error with a remedy, after undoing what was started. */
export async function serveRelay(options: RelayOptions): Promise<Serving> {
  const closers: Closers = [];
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= undo(closers, options.log);
    return stopping;
  };
  try {
    return { ...(await assemble(options, closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(options: RelayOptions, closers: Closers): Promise<Omit<Serving, 'stop'>> {
  const { from, log, signal } = options;
  let active = await loadChannels(options);
  const { revision } = active.definitions;
  const metrics = createMetrics();
  const way =
    from.kind === 'nats'
      ? await relayOverNats({ ...from, log, signal }, closers)
      : await relayOverHttp({ ...from, log, metrics }, closers);
  const start = () =>
    startRelaying({
      definitions: active.definitions,
      kinds: CHANNEL_KINDS,
      world: channelWorld({ publish: way.publish, hand: null }, log),
      ...{ open: way.open, onOutcome: way.onOutcome, log },
    });
  let relaying = start();
  closers.push(() => relaying.stop());
  const more = way.begin(() => relaying);
  const probes = createProbes({ ...more, health: () => health(way, relaying), metrics });
  const address = await probes.listen(options);
  if (from.kind === 'http' && from.tls === null && !isLoopback(options.host))
    log.warn(
      `notices come to ${address} in the clear, for everybody on the way to read: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy with TLS`,
    );
  closers.push(() => probes.close());

  const outcome = (kind: 'same' | 'activated' | 'broken', errors: readonly string[] = []) => ({
    ...{ kind, revision: active.definitions.revision, errors, at: Date.now() },
  });
  const exchange = async (why: string) => {
    try {
      await way.reload();
      const next = await loadChannels(options);
      if (next.definitions.revision === active.definitions.revision) return outcome('same');
      active = next;
      await relaying.stop();
      relaying = start();
      log.info(`channels of revision ${active.definitions.revision} are in use (${why})`);
      return outcome('activated');
    } catch (error) {
      const errors = [...(error instanceof ServeError ? error.findings : []), reasonOf(error)];
      for (const text of errors) log.error(text);
      log.error(`the channels of revision ${active.definitions.revision} stay in use (${why})`);
      return outcome('broken', errors);
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  const reload = (why: string) => {
    const next = last.then(() => exchange(why));
    last = next;
    return next;
  };
  closers.push(async () => void (await last));
  return { address, natsUrl: way.natsUrl, revision, operator: null, reload, ended: way.ended };
}

async function loadChannels({ definitions: paths, log }: RelayOptions): Promise<Active> {
  const { set, findings } = await loadActiveSet(paths, null);
  if (set === null) throw new ServeError(`the definitions in ${paths.join(', ')} have errors`, findings);
  const { channels } = set.definitions.notifying;
  if (channels.size === 0)
    throw new ServeError(`there is no channel in ${paths.join(', ')}: write \`channel\` documents`);
  for (const finding of findings) log.warn(finding);
  log.info(`channels ${[...channels.keys()].join(', ')}, revision ${set.definitions.revision}`);
  return set;
}

function health(way: RelayWay, relaying: Relaying): HealthReport {
  const troubles = [...relaying.troubles()].map(([name, trouble]) => `${name}: ${trouble}`);
  // A receiver that is away is no fault of this process: its notices wait.
  const detail = troubles.length === 0 ? 'work' : troubles.join('; ');
  const { live, checks: own } = way.health();
  const checks = [...own, { name: 'channels', ok: true, detail }];
  return { live, ready: checks.every(({ ok }) => ok), checks };
}
