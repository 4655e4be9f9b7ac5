/**
 * `milepost up`: everything in one process, assembled in a straight line. Each thing that was started leaves its closer on
 * a stack that is undone in reverse; stopping twice is fine.
 *
 * 1. One process owns the folder. Servers that are given are used, others are started privately, and it says which.
 * 2. What is not there yet is waited for, and said once: a database that is down, a NATS server that comes late.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { subjectOf } from '../checkpoints/index.ts';
import { compileDefinitions, type Definitions, formatFinding } from '../definitions/index.ts';
import {
  type ChangeLog,
  createWorker,
  type Intake,
  type Outlet,
  type RejectedRecord,
  tell,
} from '../engine/index.ts';
import { claim } from './claim.ts';
import { reasonOf, undo } from './closers.ts';
import { CONSOLE_FOLDER } from './console-folder.ts';
import { readDefinitionFiles } from './definition-files.ts';
import { type LoadedExtensions, loadExtensions, recompile, recompileOrExplain } from './extension-file.ts';
import {
  createHttp,
  createMetrics,
  createQueries,
  engineViews,
  type HealthReport,
  type Http,
  measureWorker,
  Refusal,
  readStaticFiles,
} from './http/index.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';
import {
  connectNats,
  ensureStream,
  findNatsServer,
  linkOf,
  type NatsConnection,
  type NatsOptions,
  type NatsServiceOptions,
  natsIntake,
  natsOutlet,
  natsPublisher,
  PrivateNatsError,
  startNatsService,
  startPrivateNats,
  takeFolder,
} from './nats/index.ts';
import { patiently } from './patiently.ts';
import { openLocalStream, openStorage, startPrivatePostgres } from './storage/index.ts';
import { startSweeping } from './sweeping.ts';

export interface ServeOptions {
  /** private servers, their data and the lock live here: `.milepost` */
  readonly folder: string;
  /** files and folders of definitions */
  readonly definitions: readonly string[];
  /** the ES module with the extension functions; null where there is none */
  readonly extensions: string | null;
  readonly host: string;
  readonly port: number;
  /** null: a private PostgreSQL */
  readonly databaseUrl: string | null;
  /** null: a private nats-server where one can be had, else HTTP intake only; `none`: HTTP intake only */
  readonly nats: NatsOptions | 'none' | null;
  readonly version: string;
  readonly log: Log;
  /** ends the waiting for servers that do not come */
  readonly signal: AbortSignal;
  /** told once events can be sent over NATS and before any is looked at, so that what was missed meanwhile comes first */
  readonly beforeWatching?: (natsUrl: string) => Promise<void>;
}

export interface Serving {
  /** `http://127.0.0.1:4600` */
  readonly address: string;
  /** where producers publish: with user and password; null where there is only HTTP */
  readonly natsUrl: string | null;
  readonly revision: string;
  /** Stops everything in the reverse order of its start; twice is fine. */
  stop(): Promise<void>;
  /** Resolves when the worker has ended by itself, with the reason. */
  readonly ended: Promise<string>;
}

/** It cannot start, and trying again cannot help before someone acts; `findings` are the definitions' errors, if that is why. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
  readonly findings: readonly string[];
  constructor(message: string, findings: readonly string[] = [], cause?: unknown) {
    super(message, { cause });
    this.findings = findings;
  }
}

const PARTITION = '0';

/** Starts everything; rejects with ServeError, PortInUse or another error with a remedy, after undoing what was started. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const closers: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= undo(closers, options.log);
    return stopping;
  };
  try {
    const serving = await assemble(options, closers);
    return { ...serving, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: ServeOptions,
  closers: (() => Promise<void>)[],
): Promise<Omit<Serving, 'stop'>> {
  const { log, folder } = options;
  await ownFolder(folder, closers);
  const active = await loadDefinitions(options);
  const databaseUrl = options.databaseUrl ?? (await ownPostgres(options, closers));
  const storage = await patiently({
    what: 'the database',
    log,
    signal: options.signal,
    attempt: () =>
      openStorage({
        url: databaseUrl,
        role: 'worker',
        onLost: (error) => log.warn(`database: ${error.message}`),
      }),
  });
  closers.push(() => storage.close());
  const reading = await openStorage({ url: databaseUrl, role: 'api' });
  closers.push(() => reading.close());
  const stream = await openStream(options, databaseUrl, closers);
  if (stream.url !== null) await options.beforeWatching?.(stream.url);
  const metrics = createMetrics();
  const owner = await claim(PARTITION, storage.leases, closers);
  const worker = createWorker({
    partition: PARTITION,
    owner,
    store: storage.store,
    intake: stream.intake,
    definitions: active.definitions,
    sources: active.sources,
    compile: (sources, revision) => recompileOrExplain(active.extensions, sources, revision),
    now: Date.now,
  });
  let http: Http | null = null;
  const telling = startTelling({ stream, changes: storage.changes, log });
  if (telling !== null) closers.push(() => telling.stop());
  const ended = Promise.withResolvers<string>();
  const measured = measureWorker(metrics, worker);
  const working = startLoop({
    name: 'the worker',
    rest: 0,
    log,
    async turn() {
      const turn = await measured();
      if (turn.remade)
        log.warn(
          'the stream of events is another one than before: reading it from its beginning; events that only the old one held are gone',
        );
      if (turn.kind === 'worked') {
        http?.notify();
        telling?.wake();
      }
      if (turn.kind !== 'fenced') return turn.kind;
      ended.resolve('another worker has taken the partition: this one writes nothing more');
      return 'stop';
    },
  });
  closers.push(async () => {
    const stopped = working.stop();
    await stream.intake.stop();
    await stopped;
    await worker.settle();
  });
  const sweeping = startSweeping(reading, log);
  closers.push(() => sweeping.stop());
  const queries = engineViews({
    reader: reading.reader,
    active: active.definitions,
    compile: (sources, revision) => recompile(active.extensions, sources, revision),
    now: Date.now,
  });
  const onError = (error: unknown, where: string) => log.error(`${where}: ${reasonOf(error)}`);
  http = createHttp({
    ...queries,
    changes: reading.changes,
    outlet: stream.outlet,
    keepRejected: (records) => stream.outlet.send(records.map(toStream)),
    health: () => health({ working, telling, stream }),
    metrics,
    onError,
    pages: await readStaticFiles(CONSOLE_FOLDER, log.warn),
  });
  const { listen, close } = http;
  const address = await listen({ host: options.host, port: options.port });
  closers.push(close);
  if (stream.nc !== null) {
    const answers = createQueries(queries);
    const handle: NatsServiceOptions['handle'] = (name, request) => answers[name](request);
    const describe = (error: unknown) =>
      error instanceof Refusal ? { code: error.status, text: error.message } : null;
    closers.push(
      await startNatsService({
        nc: stream.nc,
        version: options.version,
        handle,
        describe,
        onError: (name, error) => onError(error, `the read ${name} over NATS`),
      }),
    );
  }
  return { address, natsUrl: stream.url, revision: active.definitions.revision, ended: ended.promise };
}

/** What was refused at the door goes through the stream: the worker refuses it again, and keeps it in its transaction. */
function toStream(record: RejectedRecord) {
  const kept = Object.entries(record.headers).filter(([name]) => /^(ce-|content-type$)/i.test(name));
  return { subject: subjectOf('refused', null), payload: record.payload, headers: Object.fromEntries(kept) };
}

/** The worker counts as stuck when no turn has succeeded for so long, ms. */
const STUCK_AFTER = 15_000;

const LINK_DETAIL = {
  none: 'none: events come over HTTP',
  up: 'open',
  down: 'lost; looking for it',
  closed: 'closed',
};

function health({
  working,
  telling,
  stream,
}: {
  working: Loop;
  telling: Loop | null;
  stream: Stream;
}): HealthReport {
  const last = working.lastSuccess();
  const worker =
    working.trouble() ??
    (last === null ? 'has not begun' : Date.now() - last < STUCK_AFTER ? null : 'is stuck');
  const tellingTrouble = telling?.trouble() ?? null;
  const link = stream.nc === null ? 'none' : linkOf(stream.nc).state();
  const checks = [
    { name: 'worker', ok: worker === null, detail: worker ?? 'works' },
    {
      name: 'telling',
      ok: tellingTrouble === null,
      detail: telling === null ? 'no NATS to tell' : (tellingTrouble ?? 'works'),
    },
    { name: 'nats', ok: link === 'none' || link === 'up', detail: LINK_DETAIL[link] },
  ];
  return { live: link !== 'closed', ready: checks.every(({ ok }) => ok), checks };
}

async function ownFolder(folder: string, closers: (() => Promise<void>)[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const taken = await takeFolder(folder);
  if ('heldBy' in taken)
    throw new ServeError(
      `${folder} is in use by process ${taken.heldBy}, a Milepost that is running: stop it first, or give this one a folder of its own with --folder`,
    );
  closers.push(taken.release);
}

interface Active {
  readonly definitions: Definitions;
  readonly sources: Parameters<typeof compileDefinitions>[0];
  readonly extensions: LoadedExtensions;
}

async function loadDefinitions(options: ServeOptions): Promise<Active> {
  const extensions = await loadExtensions(options.extensions);
  const { sources, revision } = await readDefinitionFiles(options.definitions, extensions.text);
  const { definitions, findings } = compileDefinitions(sources, revision, extensions.extensions);
  const said = findings.map(formatFinding);
  if (definitions === null)
    throw new ServeError(`the definitions in ${options.definitions.join(', ')} have errors`, said);
  if (definitions.flows.size === 0)
    throw new ServeError(
      `there is no flow in ${options.definitions.join(', ')}: write one, or see \`milepost demo\``,
    );
  for (const finding of said) options.log.warn(finding);
  options.log.info(`${definitions.flows.size} flows, revision ${definitions.revision}`);
  return { definitions, sources, extensions };
}

async function ownPostgres(options: ServeOptions, closers: (() => Promise<void>)[]): Promise<string> {
  const postgres = await startPrivatePostgres({
    folder: join(options.folder, 'postgres'),
    durable: true,
    onRestart: options.log.warn,
  });
  closers.push(() => postgres.stop());
  options.log.info(`PostgreSQL: a private one in ${join(options.folder, 'postgres')} (${postgres.origin})`);
  return postgres.url;
}

/** The stream of events, and what reaches it. */
export interface Stream {
  readonly intake: Intake;
  readonly outlet: Outlet;
  readonly nc: NatsConnection | null;
  readonly url: string | null;
}

async function openStream(
  options: ServeOptions,
  databaseUrl: string,
  closers: (() => Promise<void>)[],
): Promise<Stream> {
  const { log } = options;
  const nats = options.nats === 'none' ? null : (options.nats ?? (await ownNats(options, closers)));
  if (nats === null) {
    const local = openLocalStream({
      url: databaseUrl,
      onLost: (error) => log.warn(`database: ${error.message}`),
    });
    closers.push(() => local.close());
    log.info('NATS: none, events come over HTTP only');
    return { intake: local.intake(), outlet: local.outlet, nc: null, url: null };
  }
  const nc = await connectNats({
    ...nats,
    name: 'milepost',
    signal: options.signal,
    onNotice: ({ state, text }) =>
      state === 'lost' || state === 'waiting' || state === 'trouble' ? log.warn(text) : log.info(text),
  });
  closers.push(() => nc.close());
  const checked = await patiently({
    what: 'the stream of events',
    log,
    signal: options.signal,
    attempt: async () => ensureStream(await nc.jetstreamManager()),
  });
  if (checked.made) log.info(`the stream ${checked.name} was made`);
  for (const warning of checked.warnings) log.warn(warning);
  const intake = natsIntake({ nc, partition: PARTITION, onNotice: ({ text }) => log.warn(text) });
  return { intake, outlet: natsOutlet({ nc }), nc, url: nats.url };
}

async function ownNats(options: ServeOptions, closers: (() => Promise<void>)[]): Promise<NatsOptions | null> {
  const folder = join(options.folder, 'nats');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const binary = await findNatsServer({ folder });
  if ('missing' in binary) {
    options.log.warn(`NATS: no server to start (${binary.missing})`);
    return null;
  }
  try {
    const server = await startPrivateNats({ folder, binary: binary.path, log: options.log.info });
    closers.push(() => server.stop());
    options.log.info(
      `NATS: a private nats-server ${binary.version} on port ${server.port}, its address with password in ${join(folder, 'url')}`,
    );
    return { url: server.url };
  } catch (error) {
    if (error instanceof PrivateNatsError) throw new ServeError(error.message, [], error);
    throw error;
  }
}

function startTelling(options: { stream: Stream; changes: ChangeLog; log: Log }): Loop | null {
  const { nc } = options.stream;
  if (nc === null) return null;
  const publisher = natsPublisher({
    nc,
    onPassed: (id, reason) => options.log.warn(`change ${id} was not published: ${reason}`),
  });
  return startLoop({
    name: 'telling',
    rest: 1000,
    log: options.log,
    turn: async () => ((await tell({ changes: options.changes, publisher })) > 0 ? 'worked' : 'idle'),
  });
}

export { type Producers, prepareDemo, startProducers } from './demo/index.ts';
export { natsOptionsFrom } from './nats/index.ts';
