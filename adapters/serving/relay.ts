/**
 * `milepost relay`, assembled: in the zone with a way out it takes notices from NATS and sends them by its own channels. It
 * has no database and no flows; the secrets of its channels stand in its own environment and files.
 *
 * 1. What it cannot send stays in the stream, also what is for a channel that it has no document of; that is said.
 * 2. One relay a name: it does not start where another one answers, and says so where one begins later all the same.
 * 3. The definitions are read at the start and on SIGHUP; broken ones leave those in use.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { loadActiveSet } from '../active-set.ts';
import { CHANNEL_KINDS, channelWorld, type Relaying, startRelaying } from '../channels/index.ts';
import { type Closers, undo } from '../closers.ts';
import { createMetrics, createProbes, type HealthReport } from '../http/index.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import {
  answerAsRelay,
  connectNats,
  ensureNoticeStream,
  linkOf,
  type NatsConnection,
  type NatsOptions,
  openNoticeQueue,
  otherRelay,
  type RelaySelf,
  relayReport,
  waitingNotices,
} from '../nats/index.ts';
import { patiently } from '../patiently.ts';
import { reasonOf } from '../reason-of.ts';
import type { Active } from './load-definitions.ts';
import { ServeError } from './serve-error.ts';
import type { Serving } from './serving.ts';

export interface RelayOptions {
  /** files and folders with its channels */
  readonly definitions: readonly string[];
  /** how the channels of the other zone call it */
  readonly name: string;
  readonly nats: NatsOptions;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const LOOK_EVERY = 5_000;

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
  const { log, name, signal } = options;
  let active = await loadChannels(options);
  const { revision } = active.definitions;
  const nc = await connectNats({
    ...options.nats,
    name: `milepost-relay-${name}`,
    signal,
    onNotice: ({ state, text }) =>
      state === 'lost' || state === 'waiting' || state === 'trouble' ? log.warn(text) : log.info(text),
  });
  closers.push(() => nc.close());
  const self = { id: randomUUID(), where: `${hostname()}, process ${process.pid}` };
  const other = await otherRelay(nc, name, self);
  if (other !== null)
    throw new ServeError(
      `a relay called ${name} runs already (${other}), and two would mix up the order of notices: end it, or give this one another --name`,
    );
  closers.push(answerAsRelay(nc, name, self));
  await patiently({
    ...{ what: 'the stream of notices', log, signal },
    attempt: async () => ensureNoticeStream(await nc.jetstreamManager()),
  });
  const start = () =>
    startRelaying({
      definitions: active.definitions,
      kinds: CHANNEL_KINDS,
      world: channelWorld({ publish: publishOver(nc), hand: null }, log),
      open: (channel) => openNoticeQueue({ nc, relay: name, channel }),
      onOutcome: relayReport(nc, name),
      log,
    });
  let relaying = start();
  closers.push(() => relaying.stop());
  const strangers = watchStrangers({ nc, name, self, log, relaying: () => relaying });
  closers.push(() => strangers.stop());
  const probes = createProbes({ health: () => health(nc, relaying), metrics: createMetrics() });
  const address = await probes.listen(options);
  closers.push(() => probes.close());

  const outcome = (kind: 'same' | 'activated' | 'broken', errors: readonly string[] = []) => ({
    ...{ kind, revision: active.definitions.revision, errors, at: Date.now() },
  });
  const exchange = async (why: string) => {
    try {
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
  return { address, natsUrl: options.nats.url, revision, operator: null, reload, ended: ended(nc) };
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

function publishOver(nc: NatsConnection) {
  return async (subject: string, body: string) => {
    nc.publish(subject, Buffer.from(body));
    await nc.flush();
  };
}

/** Says what waits for channels that the relay has no document of, once for each number of them, and that it has a twin. */
function watchStrangers(options: {
  readonly nc: NatsConnection;
  readonly name: string;
  readonly self: RelaySelf;
  readonly log: Log;
  readonly relaying: () => Relaying;
}) {
  const { nc, name, self, log, relaying } = options;
  let twin: string | null = null;
  const said = new Map<string, number>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return startLoop({
    name: 'the stream of notices',
    rest: 500,
    log,
    async turn() {
      if (performance.now() - lookedAt < LOOK_EVERY || linkOf(nc).state() !== 'up') return 'idle';
      const waiting = await waitingNotices(await nc.jetstreamManager(), name);
      lookedAt = performance.now();
      const found = await otherRelay(nc, name, self);
      if (found !== null && found !== twin)
        log.error(
          `another relay called ${name} runs (${found}): the order of notices is mixed up; end one of them`,
        );
      twin = found;
      for (const [channel, count] of waiting) {
        if (relaying().channels.has(channel) || said.get(channel) === count) continue;
        said.set(channel, count);
        log.warn(
          `${count} notices wait for channel ${channel}, which this relay cannot send over: write a sound document of it and send SIGHUP; NATS keeps them for seven days`,
        );
      }
      return 'idle';
    },
  });
}

function health(nc: NatsConnection, relaying: Relaying): HealthReport {
  const link = linkOf(nc).state();
  const troubles = [...relaying.troubles()].map(([name, trouble]) => `${name}: ${trouble}`);
  const checks = [
    { name: 'nats', ok: link === 'up', detail: link === 'up' ? 'open' : link },
    // A receiver that is away is no fault of this process: its notices wait.
    { name: 'channels', ok: true, detail: troubles.length === 0 ? 'work' : troubles.join('; ') },
  ];
  return { live: link !== 'closed', ready: checks.every(({ ok }) => ok), checks };
}

async function ended(nc: NatsConnection): Promise<string> {
  const error = await nc.closed();
  return `the connection to NATS has ended${error instanceof Error ? `: ${error.message}` : ''}`;
}
