/** The reads over the engine: definitions by revision, instances, graphs and the ledger as the engine shows them. */
import { formatTime } from '../../checkpoints/index.ts';
import type { Definitions, Flow } from '../../definitions/index.ts';
import {
  createViewStatuses,
  decodeInstance,
  flowsBehind,
  type InstanceRecord,
  type LedgerEntry,
  type LedgerQuestion,
  ledger,
  type Reader,
  type Source,
  viewDeviations,
  viewGraph,
  viewInstance,
  viewVisits,
  viewWaivers,
} from '../../engine/index.ts';
import { CROWD, type QueryOptions } from './queries.ts';

export interface EngineViewOptions {
  readonly reader: Reader;
  /** the active set; a function where it may be exchanged */
  readonly active: Definitions | (() => Definitions);
  /** compiles a stored revision; null where it can no longer be read */
  readonly compile: (sources: readonly Source[], revision: string) => Definitions | null;
  readonly now: () => number;
}

/** What `createQueries` needs, made of a reader and the active definitions; revisions are compiled once. */
export function engineViews(options: EngineViewOptions): Omit<QueryOptions, 'audit' | 'telling'> {
  const { reader, now } = options;
  const given = options.active;
  const active = typeof given === 'function' ? given : () => given;
  const revisions = new Map<string, Definitions | null>();

  async function definitionsOf(revision: string): Promise<Definitions | null> {
    if (active().revision === revision) return active();
    const known = revisions.get(revision);
    if (known !== undefined) return known;
    const sources = await reader.revision(revision);
    const compiled = sources === null ? null : options.compile(sources, revision);
    revisions.set(revision, compiled);
    return compiled;
  }

  /** Nothing for an instance whose revision can no longer be compiled: the other rows are still true. */
  async function entryOf(record: InstanceRecord): Promise<readonly LedgerEntry[]> {
    const flow = (await definitionsOf(record.revision))?.flows.get(record.flow);
    if (flow === undefined) return [];
    return [{ flow, instance: decodeInstance(flow, record.snapshot), health: record.health }];
  }

  return {
    reader,
    definitions: active,
    definitionsOf,
    now,
    instanceView,
    graphView(definitions, name, record) {
      const flow = flowOf(definitions, name);
      return viewGraph(flow, record === null ? null : decodeInstance(flow, record.snapshot));
    },
    waiversOf(record, definitions) {
      const flow = flowOf(definitions, record.flow);
      return viewWaivers(flow, decodeInstance(flow, record.snapshot));
    },
    async ledgerRows(definitions, { instances, crowds }, day, at) {
      return ledger({ ...(await questionOf(definitions, instances, day, at)), crowds });
    },
    async viewStatuses(definitions, views, day, at) {
      const behind = flowsBehind(definitions, views);
      const { instances, crowds } = await reader.board(day, CROWD);
      const concerned = instances.filter(({ flow }) => behind.has(flow));
      return createViewStatuses({ ...(await questionOf(definitions, concerned, day, at)), crowds });
    },
  };

  async function questionOf(
    definitions: Definitions,
    records: readonly InstanceRecord[],
    day: string,
    at: number,
  ): Promise<LedgerQuestion> {
    const entries: LedgerEntry[] = [];
    for (const record of records) entries.push(...(await entryOf(record)));
    const since = new Map((await reader.watched()).map((one) => [one.flow, one.since]));
    return { definitions, day, now: at, since, entries };
  }
}

function instanceView(record: InstanceRecord, definitions: Definitions): object {
  const flow = flowOf(definitions, record.flow);
  const instance = decodeInstance(flow, record.snapshot);
  const { parent, state } = instance;
  return {
    ...viewInstance(flow, instance),
    state,
    parent: parent === null ? null : { flow: parent.flow, key: parent.key },
    corrected: instance.corrected,
    deviations: viewDeviations(instance),
    waivers: viewWaivers(flow, instance),
    visits: viewVisits(flow, instance),
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
