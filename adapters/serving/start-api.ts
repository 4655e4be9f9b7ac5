/** The answering part: the API over HTTP and its reads over NATS. */
import { subjectOf } from '../../checkpoints/index.ts';
import type { RejectedRecord } from '../../engine/index.ts';
import type { Closers } from '../closers.ts';
import { CONSOLE_FOLDER } from '../console-folder.ts';
import { recompile } from '../extension-file.ts';
import {
  createHttp,
  createQueries,
  type DefinitionRouteOptions,
  definitionRoutes,
  engineViews,
  type HealthReport,
  type Metrics,
  Refusal,
  readStaticFiles,
} from '../http/index.ts';
import type { Log } from '../log.ts';
import { type NatsServiceOptions, startNatsService } from '../nats/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { OpenNotices, Storage } from '../storage/index.ts';
import type { Active } from './load-definitions.ts';
import type { Stream } from './open-stream.ts';

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly storage: Storage;
  readonly stream: Stream;
  readonly active: () => Active;
  /** where definitions are exchanged */
  readonly exchange: Omit<DefinitionRouteOptions, 'reader' | 'revision'>;
  readonly metrics: Metrics;
  readonly health: () => HealthReport;
  readonly asOf: () => number | null;
  readonly notices: OpenNotices;
  /** null: nobody acts over this server */
  readonly operatorToken: string | null;
  /** there is an act to take */
  readonly onAct: () => void;
  /** what a channel failed with of late; null while it works, or where others send */
  readonly channelTrouble: (channel: string) => string | null;
  readonly log: Log;
  /** ms since the epoch */
  readonly now: () => number;
}

export interface Api {
  readonly address: string;
  /** There may be new changes to stream. */
  notify(): void;
}

/** Listens, and answers; rejects with PortInUse or ListenError. */
export async function startApi(options: ApiOptions, closers: Closers): Promise<Api> {
  const { storage, stream, active, log, notices, channelTrouble } = options;
  const telling = { reader: notices.reader, channelTrouble };
  const views = engineViews({
    reader: storage.reader,
    active: () => active().definitions,
    compile: (sources, revision) => recompile(active().extensions, sources, revision),
    now: options.now,
  });
  const queries = { ...views, telling, audit: notices.audit };
  const onError = (error: unknown, where: string) => log.error(`${where}: ${reasonOf(error)}`);
  const { listen, close, notify } = createHttp({
    ...queries,
    handling: { acts: notices.store, wake: options.onAct },
    operators: { token: options.operatorToken, onWrong: log.warn },
    changes: storage.changes,
    outlet: stream.outlet,
    keepRejected: (records) => stream.outlet.send(records.map(toStream)),
    health: options.health,
    asOf: options.asOf,
    metrics: options.metrics,
    onError,
    pages: await readStaticFiles(CONSOLE_FOLDER, log.info),
    routes: definitionRoutes({
      ...options.exchange,
      reader: storage.reader,
      revision: () => active().definitions.revision,
    }),
  });
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
  return { address, notify };
}

/** What was refused at the door goes through the stream: the worker refuses it again, and keeps it in its transaction. */
function toStream(record: RejectedRecord) {
  const kept = Object.entries(record.headers).filter(([name]) => /^(ce-|content-type$)/i.test(name));
  return { subject: subjectOf('refused', null), payload: record.payload, headers: Object.fromEntries(kept) };
}
