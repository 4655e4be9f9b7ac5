/**
 * The programs, each assembled in a straight line: `milepost up`, everything in one process with private servers where
 * none are given; `worker` and `api`, its two parts alone. Each thing that was started leaves its closer on a stack that is
 * undone in reverse; stopping twice is fine.
 *
 * 1. One `up` owns the folder. Servers that are given are used, others are started privately, and it says which.
 * 2. What is not there yet is waited for, and said once: a database that is down, a NATS server that comes late.
 * 3. Any number of processes share the partitions of one database; how many partitions there are is fixed by the first.
 */

import type { Batch } from '../engine/index.ts';
import { type Closers, undo } from './closers.ts';
import { type Exchange, type ExchangeOptions, startExchange } from './exchange.ts';
import { createMetrics, createProbes } from './http/index.ts';
import type { Log } from './log.ts';
import { patiently } from './patiently.ts';
import { healthReport } from './serving/health.ts';
import { type HeartbeatOptions, startHeartbeat } from './serving/heartbeat.ts';
import { keepClock } from './serving/keep-clock.ts';
import { type Active, loadDefinitions } from './serving/load-definitions.ts';
import { openStream, type Stream } from './serving/open-stream.ts';
import { findOperatorToken } from './serving/operator-token.ts';
import { ownActs } from './serving/own-acts.ts';
import { ownFolder, ownNats, ownPostgres } from './serving/own-servers.ts';
import { createOwnVoice } from './serving/own-voice.ts';
import { createReplays } from './serving/replays.ts';
import { ServeError } from './serving/serve-error.ts';
import type { ApiOptions, PartOptions, ServeOptions, ServeSettings } from './serving/serve-options.ts';
import type { Serving } from './serving/serving.ts';
import { startApi } from './serving/start-api.ts';
import { startWork, type Work } from './serving/start-work.ts';
import { startSweeping } from './serving/sweeping.ts';
import { openTelling, type TellingPeople, tellPeople } from './serving/tell-people.ts';
import { watchChannels } from './serving/watch-channels.ts';
import { watchSystem } from './serving/watch-system.ts';
import { makeIdentity } from './serving/worker-identity.ts';
import { type DatabaseStorage, openStorage } from './storage/index.ts';

/** Starts everything; rejects with ServeError, PortInUse or another error with a remedy, after undoing what was started. */
export function serve(options: ServeOptions): Promise<Serving> {
  return assembled(options.log, async (closers) => {
    const { log } = options;
    await ownFolder(options, closers);
    const operator = await findOperatorToken(
      { given: null, file: null, ...options.operator, folder: options.folder },
      log,
    );
    const active = await loadDefinitions(options);
    const { candidate: paths } = options;
    const candidate =
      paths === undefined ? null : (await loadDefinitions({ ...options, definitions: paths })).definitions;
    const databaseUrl = options.databaseUrl ?? (await ownPostgres(options, closers));
    const storage = await openDatabase({ ...options, databaseUrl, role: 'worker' }, closers);
    const { changes } = storage; // whose worker commits, so that they are at hand
    const reading = { ...(await openDatabase({ ...options, databaseUrl, role: 'api' }, closers)), changes };
    const partitions = await partitionsOf(storage, options.partitions ?? null);
    const given = options.nats === 'none' ? null : options.nats;
    const nats = given ?? (options.nats === 'none' ? null : await ownNats(options, partitions, closers));
    const replays = createReplays(storage, log, Date.now);
    await replays.look();
    const identity = makeIdentity(null, null);
    const voice = createOwnVoice({ own: storage.own, worker: identity.id, log });
    const stream = await openStream(
      { ...options, nats, databaseUrl, partitions, onAgain: replays.note, onLoss: voice.report },
      closers,
    );
    voice.speak(stream.outlet, closers);
    if (stream.url !== null) await options.beforeWatching?.(stream.url);
    const metrics = createMetrics();
    const now = await keepClock({ storage, name: identity.name, metrics, voice, log }, closers);
    let notify: () => void = () => undefined;
    const notices = openTelling({ databaseUrl, log }, closers);
    const own = ownActs({ audit: notices.audit, log, now });
    let people: TellingPeople | null = null;
    const onCommit = (batch: Batch) => {
      notify();
      people?.committed(batch);
    };
    const work = startWork({ identity, storage, stream, active, metrics, log, now, onCommit });
    closers.push(() => work.stop());
    const exchange = await exchangeDefinitions(
      {
        ...options,
        candidate,
        first: active,
        storage,
        stream,
        activate: work.replace,
        onTrouble: (trouble) => voice.trouble('definitions', trouble),
        onFollowed: own.followed,
      },
      closers,
    );
    if (candidate !== null) await own.candidate(paths ?? [], candidate.revision);
    const sweeping = startSweeping(storage, log);
    closers.push(() => sweeping.stop());
    const held = () => work.held();
    const system = watchSystem(
      { ...options, storage: reading, stream, metrics, replays, held, voice, now },
      closers,
    );
    const definitions = () => exchange.active().definitions;
    const states = () => people?.channelStates() ?? null;
    const channels = watchChannels(
      { reader: reading.reader, states, outlet: stream.outlet, definitions, metrics, now, log },
      closers,
    );
    const health = () => {
      const parts = [...system.checks(), ...work.checks(), ...(people?.checks() ?? []), channels.check()];
      return healthReport(stream, parts);
    };
    const api = await startApi(
      {
        ...{ ...options, storage: reading, stream, metrics, health, notices, now, ...answering(exchange) },
        asOf: () => system.status().asOf,
        operatorToken: operator.token,
        onAct: () => people?.wake(),
        channelTrouble: (channel) => people?.channelTrouble(channel) ?? channels.down(channel),
      },
      closers,
    );
    notify = api.notify;
    people = tellPeople(
      {
        ...{ notices, storage: reading, stream, definitions, replays, metrics, log, now },
        address: options.publicAddress ?? api.address,
      },
      closers,
    );
    beat(options, { name: identity.name, stream, status: system.status, health }, closers);
    return {
      address: api.address,
      natsUrl: stream.url,
      revision: active.definitions.revision,
      operator,
      reload: (why) => own.reloaded(why, () => exchange.reload(why)),
      ended: ended(stream),
    };
  });
}

/** Starts a worker that shares the partitions with others; over HTTP it tells of its health and measurements only. */
export function serveWorker(options: PartOptions): Promise<Serving> {
  return assembled(options.log, async (closers) => {
    const { log } = options;
    const active = await loadDefinitions(options);
    const storage = await openDatabase({ ...options, role: 'worker' }, closers);
    const partitions = await partitionsOf(storage, options.partitions ?? null);
    const replays = createReplays(storage, options.log, Date.now);
    await replays.look();
    const identity = makeIdentity(options.name, null);
    const voice = createOwnVoice({ own: storage.own, worker: identity.id, log });
    const stream = await openStream(
      { ...options, partitions, onAgain: replays.note, onLoss: voice.report },
      closers,
    );
    voice.speak(stream.outlet, closers);
    const metrics = createMetrics();
    const now = await keepClock({ storage, name: identity.name, metrics, voice, log }, closers);
    let work: Work | null = null;
    let people: TellingPeople | null = null;
    const held = () => work?.held() ?? 0;
    const system = watchSystem({ ...options, storage, stream, metrics, replays, held, voice, now }, closers);
    let exchanging: Exchange | null = null;
    const definitions = () => (exchanging?.active() ?? active).definitions;
    const states = () => people?.channelStates() ?? null;
    const channels = watchChannels(
      { reader: storage.reader, states, outlet: stream.outlet, definitions, metrics, now, log },
      closers,
    );
    const health = () => {
      const parts = [...(work?.checks() ?? []), ...(people?.checks() ?? []), channels.check()];
      return healthReport(stream, [...system.checks(), ...parts]);
    };
    const probes = createProbes({ health, metrics });
    const address = await probes.listen(options);
    closers.push(() => probes.close());
    const notices = openTelling(options, closers);
    const own = ownActs({ audit: notices.audit, log, now });
    const onCommit = (batch: Batch) => people?.committed(batch);
    work = startWork({ identity, storage, stream, active, metrics, log, now, onCommit });
    closers.push(() => work.stop());
    const exchange = await exchangeDefinitions(
      {
        ...options,
        candidate: null,
        first: active,
        storage,
        stream,
        activate: work.replace,
        onTrouble: (trouble) => voice.trouble('definitions', trouble),
        onFollowed: own.followed,
      },
      closers,
    );
    exchanging = exchange;
    people = tellPeople(
      {
        ...{ notices, storage, stream, replays, metrics, log, now },
        definitions,
        address: options.publicAddress ?? null,
      },
      closers,
    );
    beat(options, { name: identity.name, stream, status: system.status, health }, closers);
    const sweeping = startSweeping(storage, log);
    closers.push(() => sweeping.stop());
    const { revision } = active.definitions;
    const reload = (why: string) => own.reloaded(why, () => exchange.reload(why));
    return { address, natsUrl: stream.url, revision, operator: null, reload, ended: ended(stream) };
  });
}

/** Starts an API alone: it reads what any worker wrote, and puts events into the stream. */
export function serveApi(options: ApiOptions): Promise<Serving> {
  return assembled(options.log, async (closers) => {
    const { log } = options;
    const operator = await findOperatorToken(options.operator, log);
    const active: Active = await loadDefinitions(options);
    const storage = await openDatabase({ ...options, role: 'api' }, closers);
    const partitions = await partitionsOf(storage, options.partitions ?? null);
    const replays = createReplays(storage, log, Date.now);
    await replays.look();
    const stream = await openStream({ ...options, partitions, onAgain: replays.note }, closers);
    const metrics = createMetrics();
    const { name } = makeIdentity(options.name, null);
    const now = await keepClock({ storage, name, metrics, voice: null, log }, closers);
    const system = watchSystem(
      { ...options, storage, stream, metrics, replays, held: () => 0, voice: null, now },
      closers,
    );
    const notices = openTelling(options, closers);
    const own = ownActs({ audit: notices.audit, log, now });
    // the workers say what is wrong with the definitions; here they are only read
    const exchange = await exchangeDefinitions(
      {
        ...options,
        candidate: null,
        first: active,
        storage,
        stream,
        activate: async () => undefined,
        onTrouble: () => undefined,
        onFollowed: own.followed,
      },
      closers,
    );
    const { reader } = storage;
    const definitions = () => exchange.active().definitions;
    const channels = watchChannels(
      { reader, states: () => null, outlet: stream.outlet, definitions, metrics, now, log },
      closers,
    );
    const health = () => healthReport(stream, [...system.checks(), channels.check()]);
    const api = await startApi(
      {
        ...{ ...options, storage, stream, metrics, health, notices, now, ...answering(exchange) },
        ...{ onAct: () => undefined, channelTrouble: channels.down },
        asOf: () => system.status().asOf,
        operatorToken: operator.token,
      },
      closers,
    );
    beat(options, { name, stream, status: system.status, health }, closers);
    return {
      address: api.address,
      natsUrl: stream.url,
      revision: active.definitions.revision,
      operator,
      reload: (why) => own.reloaded(why, () => exchange.reload(why)),
      ended: ended(stream),
    };
  });
}

async function exchangeDefinitions(
  options: ServeSettings &
    Pick<ExchangeOptions, 'first' | 'activate' | 'onTrouble' | 'candidate' | 'onFollowed'> & {
      readonly storage: DatabaseStorage;
      readonly stream: Stream;
    },
  closers: Closers,
): Promise<Exchange> {
  const { definitions: paths, storage, stream, ...rest } = options;
  const exchange = await startExchange({
    ...rest,
    ...{ paths, follow: options.follow === true, now: Date.now },
    ...{ reader: storage.reader, tail: storage.store.tail },
    partitions: Array.from({ length: stream.partitions }, (_, partition) => String(partition)),
  });
  closers.push(() => exchange.stop());
  return exchange;
}

/** What an API needs of an exchange. */
function answering({ active, candidate, last, reload }: Exchange) {
  return { active, exchange: { candidate, lastReload: last, reload: () => reload('asked for over HTTP') } };
}

/** Begins the heartbeat of a process. */
function beat(
  { version, log, heartbeatUrl = null }: ServeSettings,
  seen: Pick<HeartbeatOptions, 'name' | 'stream' | 'status' | 'health'>,
  closers: Closers,
): void {
  startHeartbeat({ ...seen, version, log, url: heartbeatUrl }, closers);
}

async function assembled(
  log: Log,
  assemble: (closers: Closers) => Promise<Omit<Serving, 'stop'>>,
): Promise<Serving> {
  const closers: Closers = [];
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= undo(closers, log);
    return stopping;
  };
  try {
    return { ...(await assemble(closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openDatabase(
  options: {
    readonly databaseUrl: string;
    readonly role: string;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
  closers: Closers,
): Promise<DatabaseStorage> {
  const { databaseUrl: url, role, log, signal } = options;
  const onLost = (error: Error) => log.warn(`database: ${error.message}`);
  const attempt = () => openStorage({ url, role, onLost });
  const storage = await patiently({ what: 'the database', log, signal, attempt });
  closers.push(() => storage.close());
  return storage;
}

/** How many partitions there are; rejects with ServeError where another number is asked for. */
async function partitionsOf(storage: DatabaseStorage, wanted: number | null): Promise<number> {
  const count = await storage.leases.partitions(wanted);
  if (wanted === null || wanted === count) return count;
  throw new ServeError(
    `this database was begun with --partitions ${count}, and ${wanted} are asked for: leave --partitions out or give ${count}; ` +
      'another number would move keys to other partitions, so it needs a new database and a new stream',
  );
}

/** The connection to NATS is looked for without end; when it has ended all the same, only a new start helps. */
async function ended({ nc }: Stream): Promise<string> {
  if (nc === null) return new Promise(() => undefined);
  const error = await nc.closed();
  return `the connection to NATS has ended${error instanceof Error ? `: ${error.message}` : ''}`;
}

export { type Producers, prepareDemo, startHistory, startProducers } from './demo/index.ts';
export { natsOptionsFrom } from './nats/index.ts';
export { type BackupOptions, type BackupReport, backup, restore, verify } from './serving/backup.ts';
export { channelFindings } from './serving/channel-findings.ts';
export { type ExamineOptions, examine } from './serving/examine.ts';
export type { TokenPlace } from './serving/operator-token.ts';
export { type RelayOptions, serveRelay } from './serving/relay.ts';
export { ServeError } from './serving/serve-error.ts';
export type { ApiOptions, PartOptions, ServeOptions } from './serving/serve-options.ts';
export type { Serving } from './serving/serving.ts';
