/** The query API over a database, a stream and the engine's views, for HTTP and for NATS alike. */
import { formatTime, subjectOf } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import {
  type ChangeLog,
  decodeInstance,
  type InstanceRecord,
  type LedgerEntry,
  ledger,
  type RejectedRecord,
  type Source,
  viewDeviations,
  viewGraph,
  viewInstance,
} from '../engine/index.ts';
import {
  createHttp,
  createQueries,
  type HealthReport,
  type Http,
  type Metrics,
  type QueryName,
  type QueryOptions,
  Refusal,
} from './http/index.ts';
import type { Log } from './log.ts';
import type { Loop } from './loop.ts';
import type { Stream } from './serve.ts';
import type { Storage } from './storage/index.ts';

export interface ApiOptions {
  readonly reading: Storage;
  readonly changes: ChangeLog;
  readonly stream: Pick<Stream, 'outlet' | 'nc'>;
  readonly active: Definitions;
  readonly compile: (sources: readonly Source[], revision: string) => Definitions | null;
  readonly working: Loop;
  readonly telling: Loop | null;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => number;
}

export interface Api {
  readonly http: Http;
  /** the same reads by name, for NATS */
  readonly answer: (name: QueryName, request: unknown) => Promise<unknown>;
  /** the code and words of a refused read; null for one that callers should not see */
  readonly describe: (error: unknown) => { readonly code: number; readonly text: string } | null;
}

/** The worker counts as stuck when no turn has succeeded for so long, ms. */
const STUCK_AFTER = 15_000;

/** Assembles the API; nothing listens yet. */
export function createApi(options: ApiOptions): Api {
  const { reading, active, log } = options;
  const revisions = new Map<string, Definitions>([[active.revision, active]]);

  async function definitionsOf(revision: string): Promise<Definitions | null> {
    const known = revisions.get(revision);
    if (known !== undefined) return known;
    const sources = await reading.reader.revision(revision);
    const compiled = sources === null ? null : options.compile(sources, revision);
    if (compiled !== null) revisions.set(revision, compiled);
    return compiled;
  }

  const since = new Map<string, number>();
  const queries: QueryOptions = {
    reader: {
      ...reading.reader,
      async day(day) {
        const records = await reading.reader.day(day);
        for (const revision of new Set(records.map((record) => record.revision)))
          await definitionsOf(revision);
        for (const { flow, since: at } of await reading.reader.watched()) since.set(flow, at);
        return records;
      },
    },
    definitions: () => active,
    definitionsOf,
    now: options.now,
    instanceView: (record, definitions) => instanceView(record, definitions),
    graphView: (definitions, name, record) => {
      const flow = flowOf(definitions, name);
      return viewGraph(flow, record === null ? null : decodeInstance(flow, record.snapshot));
    },
    ledgerRows: (definitions, records, day, now) =>
      ledger({
        definitions,
        day,
        now,
        since,
        entries: records.flatMap((record) => ledgerEntry(revisions, record)),
      }),
  };
  const answers = createQueries(queries);
  const http = createHttp({
    ...queries,
    changes: options.changes,
    outlet: options.stream.outlet,
    keepRejected: (records) => options.stream.outlet.send(records.map(toStream)),
    health: () => health(options),
    metrics: options.metrics,
    onError: (error, where) =>
      log.error(`${where}: ${error instanceof Error ? error.message : String(error)}`),
  });
  return {
    http,
    answer: (name, request) => answers[name](isObject(request) ? request : {}),
    describe: (error) => (error instanceof Refusal ? { code: error.status, text: error.message } : null),
  };
}

function instanceView(record: InstanceRecord, definitions: Definitions): object {
  const flow = flowOf(definitions, record.flow);
  const instance = decodeInstance(flow, record.snapshot);
  const { parent, state } = instance;
  return {
    ...viewInstance(flow, instance),
    state,
    parent: parent === null ? null : { flow: parent.flow, key: parent.key },
    deviations: viewDeviations(instance),
    timers: instance.timers.map(({ step, name, due }) => ({
      step: flow.steps[step]?.name ?? null,
      name,
      due: formatTime(due),
    })),
  };
}

function flowOf(definitions: Definitions, name: string): Flow {
  const flow = definitions.flows.get(name);
  if (flow === undefined)
    throw new Error(`broken rule: revision ${definitions.revision} has no flow ${name}`);
  return flow;
}

/** Nothing for an instance whose revision can no longer be compiled: the other rows are still true. */
function ledgerEntry(
  revisions: ReadonlyMap<string, Definitions>,
  record: InstanceRecord,
): readonly LedgerEntry[] {
  const flow = revisions.get(record.revision)?.flows.get(record.flow);
  if (flow === undefined) return [];
  return [{ flow, instance: decodeInstance(flow, record.snapshot), health: record.health }];
}

/** What was refused at the door goes through the stream: the worker refuses it again, and keeps it in its transaction. */
function toStream(record: RejectedRecord) {
  const kept = Object.entries(record.headers).filter(([name]) => /^(ce-|content-type$)/i.test(name));
  return { subject: subjectOf('refused', null), payload: record.payload, headers: Object.fromEntries(kept) };
}

function health(options: ApiOptions): HealthReport {
  const { working, telling, stream } = options;
  const last = working.lastSuccess();
  const fresh = last !== null && options.now() - last < STUCK_AFTER;
  const checks = [
    {
      name: 'worker',
      ok: fresh && working.trouble() === null,
      detail: working.trouble() ?? (last === null ? 'has not begun' : 'works'),
    },
    {
      name: 'telling',
      ok: telling?.trouble() == null,
      detail: telling === null ? 'no NATS to tell' : (telling.trouble() ?? 'works'),
    },
    {
      name: 'nats',
      ok: stream.nc === null || !stream.nc.isClosed(),
      detail: stream.nc === null ? 'none: events come over HTTP' : 'connected',
    },
  ];
  return { live: stream.nc === null || !stream.nc.isClosed(), ready: checks.every(({ ok }) => ok), checks };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
