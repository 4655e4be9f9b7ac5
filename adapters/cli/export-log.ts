/** `export xes` and `export ocel`: what happened, as a log for other tools; out of a replay, or from a running Milepost. */
import { type CheckpointEvent, parseTime } from '../../checkpoints/index.ts';
import { parentOf } from '../../engine/index.ts';
import { isFinished, type RecordedEvent, type RecordedInstance, writeOcel, writeXes } from '../convert.ts';
import type { Io } from './io.ts';
import { runLog } from './log-run.ts';
import type { Options } from './options.ts';
import { EXIT, WrongUse } from './outcome.ts';
import { openText } from './result-file.ts';
import { type Server, serverOf, Unreachable } from './server.ts';

export const LOG_KINDS = ['xes', 'ocel'] as const;

export type LogKind = (typeof LOG_KINDS)[number];

export function isLogKind(kind: string): kind is LogKind {
  return LOG_KINDS.some((each) => each === kind);
}

/** More instances than these are asked for flow by flow. */
const MOST_INSTANCES = 100_000;
const MOST_EVENTS = 100_000;

/** Writes the finished instances as a log; gives the exit code. */
export async function exportLog(
  kind: LogKind,
  { options, io }: { readonly options: Options; readonly io: Io },
): Promise<number> {
  const replaying = options.all('definitions').length > 0 || options.text('events') !== undefined;
  if (replaying && options.text('url') !== undefined)
    throw new WrongUse(
      '--url is for a running Milepost, --definitions and --events are for a replay: leave one out',
    );
  const all = replaying ? await replayed(options, io) : await running(options, io);
  if (all === null) return EXIT.findings;
  const flows = new Set(options.all('flow'));
  const finished = all.filter(
    ({ flow, status }) => isFinished(status) && (flows.size === 0 || flows.has(flow)),
  );
  const out = await openText(options.text('output'), io);
  try {
    for (const piece of kind === 'xes' ? writeXes(finished) : writeOcel(finished)) await out.write(piece);
  } finally {
    await out.close();
  }
  io.say(`${finished.length} finished instances, ${all.length - finished.length} others left out`);
  return EXIT.done;
}

/** The instances of a replay; null where the definitions have errors, which are said. */
async function replayed(options: Options, io: Io): Promise<readonly RecordedInstance[] | null> {
  if (options.all('definitions').length === 0 || options.text('events') === undefined)
    throw new WrongUse('a replay takes both --definitions PATH and --events FILE: add the other');
  const events = new Map<string, RecordedEvent[]>();
  const run = await runLog(options, io, ({ flow, key }, entry) => {
    if (entry.kind !== 'fact' || entry.fact.kind !== 'event') return;
    const name = `${flow}/${key}`;
    const list = events.get(name) ?? [];
    events.set(name, list);
    list.push(recorded(entry.fact.event));
  });
  if (run === null) return null;
  const { definitions, report } = run;
  if (report.rejected.length > 0)
    io.say(`${report.rejected.length} rejected events are left out: see milepost replay`);
  return report.instances.map(({ flow, key, status, deviated }) => {
    const definition = definitions.flows.get(flow);
    const parent = definition === undefined ? null : parentOf(definitions, definition, key);
    return { flow, key, status, deviated, parent, events: events.get(`${flow}/${key}`) ?? [] };
  });
}

function recorded({ id, step, kind, time, state, params }: CheckpointEvent): RecordedEvent {
  return { id, step, event: kind, time, state, params };
}

/** The finished instances of a running Milepost, each with its journal. */
async function running(options: Options, io: Io): Promise<readonly RecordedInstance[]> {
  const server = serverOf(options, io.env);
  const names = options.all('flow');
  const lists = await Promise.all(
    (names.length === 0 ? [undefined] : names).map((flow) =>
      server.list('/api/v1/instances', { flow }, MOST_INSTANCES),
    ),
  );
  if (lists.some(({ more }) => more))
    io.say(`only the first ${MOST_INSTANCES} instances are asked for: name a flow with --flow`);
  const instances: RecordedInstance[] = [];
  for (const item of lists.flatMap(({ items }) => items)) {
    const { flow, key, status, deviated } = textsOf(item, server);
    const parent = null; // the API names no parent, and keys alone do not tell it
    const events = isFinished(status) ? await journalOf(server, flow, key) : [];
    instances.push({ flow, key, status, deviated, parent, events });
  }
  return instances;
}

async function journalOf(server: Server, flow: string, key: string): Promise<readonly RecordedEvent[]> {
  const path = `/api/v1/instances/${encodeURIComponent(flow)}/${encodeURIComponent(key)}/events`;
  const { items } = await server.list(path, {}, MOST_EVENTS);
  return items.map((item) => {
    const { id, step, event, time, content } = record(item);
    const at = typeof time === 'string' ? parseTime(time) : Number.NaN;
    const kind = KINDS.find((each) => each === event);
    if (typeof id !== 'string' || typeof at === 'string' || kind === undefined) throw foreign(server);
    const { state, params } = record(content);
    return {
      id,
      step: typeof step === 'string' ? step : null,
      event: kind,
      time: at,
      state: typeof state === 'string' ? state : null,
      params: Object.entries(record(params)).filter(isValue),
    };
  });
}

const KINDS = ['activated', 'state', 'params', 'exception', 'committed'] as const;

function isValue(entry: [string, unknown]): entry is [string, string | number | boolean | null] {
  return entry[1] === null || ['string', 'number', 'boolean'].includes(typeof entry[1]);
}

function textsOf(item: unknown, server: Server) {
  const { flow, key, status, deviated } = record(item);
  if (typeof flow !== 'string' || typeof key !== 'string' || typeof status !== 'string')
    throw foreign(server);
  return { flow, key, status, deviated: deviated === true };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function foreign({ address }: Server): Unreachable {
  return new Unreachable(`${address} does not answer as Milepost does: name another with --url`);
}
