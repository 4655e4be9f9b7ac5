/** The way of notices to a relay by NATS: their stream, one relay a name, and word of what came of each. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Relaying, relayStore } from '../channels/index.ts';
import type { Closers } from '../closers.ts';
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
import type { RelayWay } from './relay-way.ts';
import { ServeError } from './serve-error.ts';

const LOOK_EVERY = 5_000;

/** Connects; rejects with ServeError where another relay of the name runs. */
export async function relayOverNats(
  options: {
    /** how the channels of the other zone call it */
    readonly name: string;
    readonly nats: NatsOptions;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
  closers: Closers,
): Promise<RelayWay> {
  const { name, log, signal } = options;
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
  return {
    natsUrl: options.nats.url,
    publish: async (subject, body) => {
      nc.publish(subject, Buffer.from(body));
      await nc.flush();
    },
    async open(channel, onOutcome) {
      const queue = await openNoticeQueue({ nc, relay: name, channel });
      return {
        store: relayStore({ queue, channel, now: Date.now, onOutcome }),
        close: () => queue.close(),
      };
    },
    onOutcome: relayReport(nc, name),
    begin(relaying) {
      const strangers = watchStrangers({ nc, name, self, log, relaying });
      closers.push(() => strangers.stop());
      return {};
    },
    health() {
      const link = linkOf(nc).state();
      const detail = link === 'up' ? 'open' : link;
      return { live: link !== 'closed', checks: [{ name: 'nats', ok: link === 'up', detail }] };
    },
    reload: async () => undefined,
    ended: ended(nc),
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

async function ended(nc: NatsConnection): Promise<string> {
  const error = await nc.closed();
  return `the connection to NATS has ended${error instanceof Error ? `: ${error.message}` : ''}`;
}
