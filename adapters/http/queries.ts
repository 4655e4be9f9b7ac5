/**
 * The reads behind the API, as plain functions from parameters to JSON values, so that HTTP and NATS give the same answers.
 *
 * 1. Parameters are checked here, whoever calls: wrong ones, unknown things and bad cursors throw a Refusal.
 * 2. Nothing here changes anything.
 */
import { formatTime, shown } from '../../checkpoints/index.ts';
import { closest, type Definitions, type Flow } from '../../definitions/index.ts';
import {
  type AlarmRecord,
  type AuditLog,
  type Board,
  CursorError,
  type InstanceRecord,
  type NoticeReader,
  nameOf,
  type Page,
  type Reader,
} from '../../engine/index.ts';
import { viewAudit } from './audit-view.ts';
import { explainInstance, playInstance } from './explain-view.ts';
import { dayCounts, viewFlow, viewFlowInFull } from './flow-view.ts';
import { lookBack } from './looking-back.ts';
import { type Parameter, readParameters, type Values } from './parameters.ts';
import { QUERY_PARAMETERS, type QueryName } from './query-parameters.ts';
import {
  viewAlarmRecord,
  viewInstanceRecord,
  viewJournalRecord,
  viewRejected,
  viewRejectedInFull,
} from './record-views.ts';
import { Refusal } from './refusal.ts';
import { search } from './search.ts';
import { tellingQueries } from './telling-queries.ts';
import { type ViewQueryOptions, viewQueries, viewsShowing } from './view-queries.ts';

/** A flow with more instances on a day than this has one row for all of them, and the worst have theirs. */
export const CROWD = 50;

export interface QueryOptions {
  readonly reader: Reader;
  /** the active set */
  readonly definitions: () => Definitions;
  /** the set that an instance started with; null where it is not stored */
  readonly definitionsOf: (revision: string) => Promise<Definitions | null>;
  /** milliseconds since the epoch */
  readonly now: () => number;
  /** an instance with every step */
  readonly instanceView: (record: InstanceRecord, definitions: Definitions) => object;
  /** nodes and edges of a flow, with status where there is an instance */
  readonly graphView: (definitions: Definitions, flow: string, record: InstanceRecord | null) => object;
  /** what operators have excused of an instance */
  readonly waiversOf: (record: InstanceRecord, definitions: Definitions) => readonly object[];
  /** what is told to whom; left out: nobody is told anything here */
  readonly telling?: {
    readonly reader: NoticeReader;
    /** what a channel failed with of late; null while it works */
    readonly channelTrouble: (channel: string) => string | null;
  };
  /** who did what */
  readonly audit: AuditLog;
  /** one row per flow expected that day, and one for each instance of the board */
  readonly ledgerRows: (
    definitions: Definitions,
    board: Board,
    day: string,
    now: number,
  ) => readonly object[] | Promise<readonly object[]>;
  /** how business views stand on a day */
  readonly viewStatuses: ViewQueryOptions['viewStatuses'];
}

/**
 * Reads by name. Each takes an object of parameters, as text or JSON values (nothing counts as an empty one), and gives
 * a JSON value, or rejects with a Refusal or a StoreError.
 */
export type Queries = Readonly<Record<QueryName, (params?: unknown) => Promise<unknown>>>;

/** Makes the reads over a reader and the definitions. */
export function createQueries(options: QueryOptions): Queries {
  const { reader, definitions, now } = options;
  const back = lookBack(options);
  const views = viewQueries(options);
  const source = options.telling;
  const telling =
    source === undefined
      ? null
      : tellingQueries({ telling: source.reader, channelTrouble: source.channelTrouble, definitions, now });
  const told = () => {
    if (telling !== null) return telling;
    throw new Refusal(
      'unavailable',
      'nobody is told of alarms by this server; ask one that runs `milepost up`',
    );
  };

  return {
    flows: checked('flows', async (values) => {
      const group = values.text('group');
      const name = values.text('flow');
      const { revision, flows } = definitions();
      const chosen = [...flows.values()].filter(
        (flow) => (group === undefined || flow.group === group) && (name === undefined || flow.name === name),
      );
      const today = await todayOf(chosen);
      chosen.sort((a, b) => (a.name < b.name ? -1 : 1));
      return { revision, items: chosen.map((flow) => viewFlow(flow, today(flow))) };
    }),

    flow: checked('flow', async (values) => {
      const set = definitions();
      const flow = findFlow(set, given(values, 'flow'));
      const today = await todayOf([flow]);
      return {
        ...viewFlowInFull(flow, today(flow)),
        revision: set.revision,
        graph: options.graphView(set, flow.name, null),
        views: viewsShowing(set, flow.name),
      };
    }),

    instances: checked('instances', async (values) =>
      page(await reader.instances(texts(values, INSTANCE_FILTERS), ...paging(values)), viewInstanceRecord),
    ),

    instance: checked('instance', async (values) => {
      const record = await findInstance(values);
      const view = options.instanceView(record, await definitionsFor(record));
      return { ...viewInstanceRecord(record), ...view };
    }),

    graph: checked('graph', async (values) => {
      const record = await findInstance(values);
      return options.graphView(await definitionsFor(record), record.flow, record);
    }),

    explain: checked('explain', async (values) => {
      const record = await findInstance(values);
      const set = await definitionsFor(record);
      return explainInstance({
        reader,
        definitions: set,
        record,
        step: values.text('step') ?? null,
        now: now(),
      });
    }),

    replay: checked('replay', async (values) => {
      const record = await findInstance(values);
      return playInstance({ reader, definitions: await definitionsFor(record), record, now: now() });
    }),

    events: checked('events', async (values) => {
      const { flow, key } = await findInstance(values);
      return page(await reader.events(flow, key, ...paging(values)), viewJournalRecord);
    }),

    day: checked('day', async (values) => {
      const day = given(values, 'day');
      const asOf = now();
      const rows = await options.ledgerRows(definitions(), await reader.board(day, CROWD), day, asOf);
      return { day, asOf: formatTime(asOf), rows };
    }),

    waivers: checked('waivers', async (values) => {
      const flow = values.text('flow');
      if (flow !== undefined) findFlow(definitions(), flow);
      const records = await dayRecords(values.text('day'));
      const items: object[] = [];
      for (const record of records) {
        if (flow !== undefined && record.flow !== flow) continue;
        const { key, tradingDay } = record;
        const waivers = options.waiversOf(record, await definitionsFor(record));
        items.push(...waivers.map((waiver) => ({ flow: record.flow, key, tradingDay, ...waiver })));
      }
      return { items };
    }),

    alarms: checked('alarms', async (values) => {
      const open = values.flag('open');
      const filter = { ...texts(values, ALARM_FILTERS), ...(open === undefined ? {} : { open }) };
      const root = values.text('root');
      if (values.flag('fold') ?? false) {
        if (root !== undefined) throw rootOfFold();
        const { items, next } = await reader.foldedAlarms(filter, ...paging(values));
        const views = await viewAlarms(items.map(({ alarm }) => alarm));
        return {
          items: views.map((view, index) => ({ ...view, consequences: items[index]?.consequences })),
          next,
        };
      }
      const { items, next } = await reader.alarms(
        root === undefined ? filter : { ...filter, root },
        ...paging(values),
      );
      return { items: await viewAlarms(items), next };
    }),

    alarm: checked('alarm', async (values) => {
      const id = given(values, 'id');
      const record = await reader.alarm(id);
      if (record === null) throw noSuch(`alarm "${shown(id)}"`, 'list them with GET /api/v1/alarms');
      const handlings = await telling?.handlings([id]);
      const history = (await telling?.history(id)) ?? [];
      return { ...viewAlarmRecord(record), handling: handlings?.get(id) ?? null, history };
    }),

    silences: checked('silences', (values) => told().silences(values, paging(values))),
    notices: checked('notices', (values) => told().notices(values, paging(values))),
    numbers: checked('numbers', (values) => told().numbers(values)),
    acts: checked('acts', (values) => told().acts(values, paging(values))),
    act: checked('act', (values) => told().act(given(values, 'id'))),
    audit: checked('audit', async (values) =>
      page(await options.audit.list(texts(values, ['by', 'kind', 'target']), ...paging(values)), viewAudit),
    ),
    channels: checked('channels', () => told().channels()),
    route: checked('route', async (values) => told().route(values)),

    rejected: checked('rejected', async (values) =>
      page(await reader.rejected(...paging(values)), viewRejected),
    ),

    days: checked('days', (values) => back.days(values.text('day'))),
    usual: checked('usual', (values) => back.usual(given(values, 'day'))),
    history: checked('history', (values) =>
      back.history(
        findFlow(definitions(), given(values, 'flow')),
        values.text('until'),
        values.number('days') ?? 20,
      ),
    ),
    search: checked('search', (values) => search(reader, definitions(), values.text('q') ?? '')),

    views: checked('views', (values) => views.list(values)),
    view: checked('view', (values) => views.one(given(values, 'view'), values)),
    viewEvents: checked('viewEvents', (values) => views.events(given(values, 'view'), values)),

    rejectedOne: checked('rejectedOne', async (values) => {
      const id = given(values, 'id');
      const entry = await reader.rejectedOne(id);
      if (entry === null)
        throw noSuch(`rejected message "${shown(id)}"`, 'list them with GET /api/v1/rejected');
      return viewRejectedInFull(entry);
    }),
  };

  /** the counts of each flow on the trading day that its own calendar is in; one read per different day */
  async function todayOf(flows: readonly Flow[]) {
    const days = new Map(flows.map((flow) => [flow.name, flow.calendar.dayOf(now())]));
    const different = [...new Set(days.values())];
    const counts = new Map(
      await Promise.all(different.map(async (day) => [day, await reader.counts(day)] as const)),
    );
    return (flow: Flow) => {
      const day = days.get(flow.name) ?? '';
      return dayCounts(flow.name, day, counts.get(day) ?? []);
    };
  }

  /** the instances of a day; of none, those of the trading day that the calendar of each flow is in */
  async function dayRecords(day: string | undefined): Promise<readonly InstanceRecord[]> {
    if (day !== undefined) return reader.day(day);
    const flows = [...definitions().flows.values()];
    const today = new Map(flows.map((flow) => [flow.name, flow.calendar.dayOf(now())]));
    const records = await Promise.all([...new Set(today.values())].map((each) => reader.day(each)));
    return records
      .flat()
      .filter((record) => today.get(record.flow) === record.tradingDay)
      .sort((a, b) => (nameOf(a.flow, a.key) < nameOf(b.flow, b.key) ? -1 : 1));
  }

  async function findInstance(values: Values): Promise<InstanceRecord> {
    const flow = given(values, 'flow');
    const key = given(values, 'key');
    const record = await reader.instance(flow, key);
    if (record !== null) return record;
    const others = await reader.instances({ flow }, 200, null);
    if (others.items.length === 0) findFlow(definitions(), flow);
    const keys = others.items.map((other) => other.key);
    const near = closest(key, keys);
    throw noSuch(
      `instance of flow "${shown(flow)}" with the key "${shown(key)}"`,
      near !== null
        ? `did you mean "${shown(near)}"?`
        : `list them with GET /api/v1/instances?flow=${encodeURIComponent(flow)}`,
    );
  }

  /** Alarms, each with what is done about it. */
  async function viewAlarms(records: readonly AlarmRecord[]): Promise<readonly object[]> {
    const handlings = await telling?.handlings(records.map(({ id }) => id));
    return records.map((each) => ({ ...viewAlarmRecord(each), handling: handlings?.get(each.id) ?? null }));
  }

  async function definitionsFor(record: InstanceRecord): Promise<Definitions> {
    const active = definitions();
    if (record.revision === active.revision) return active;
    const pinned = await options.definitionsOf(record.revision);
    if (pinned !== null) return pinned;
    throw new Refusal(
      'unavailable',
      `the instance started with revision ${record.revision} of the definitions, which is not stored or can no longer be read; load it again, then repeat the request`,
    );
  }
}

function rootOfFold(): Refusal {
  const message = 'is not for a list that is folded: ask for the consequences of an alarm without `fold`';
  return new Refusal('bad-parameter', `root: ${message}`, { errors: [{ path: 'root', message }] });
}

const INSTANCE_FILTERS = ['flow', 'status', 'health', 'group', 'day'] as const;
const ALARM_FILTERS = ['severity', 'group', 'flow', 'key', 'day'] as const;

/** A read that checks its parameters first and turns a bad cursor into a refusal. */
function checked(name: QueryName, read: (values: Values) => Promise<unknown>): Queries[QueryName] {
  const parameters: readonly Parameter[] = QUERY_PARAMETERS[name];
  return async (params) => {
    const values = readParameters(parameters, asObject(params));
    try {
      return await read(values);
    } catch (error) {
      if (!(error instanceof CursorError)) throw error;
      const message =
        'is not a cursor of this list; take it from `next` of the page before, unchanged, or leave it out';
      throw new Refusal('bad-parameter', `cursor: ${message}`, {
        errors: [{ path: 'cursor', message }],
        cause: error,
      });
    }
  };
}

function asObject(params: unknown): Readonly<Record<string, unknown>> {
  if (params === undefined || params === null) return {};
  if (typeof params === 'object' && !Array.isArray(params)) return Object.fromEntries(Object.entries(params));
  throw new Refusal('bad-parameter', 'the parameters must be a JSON object, such as {"flow": "settlement"}');
}

function page<T>({ items, next }: Page<T>, view: (item: T) => object): object {
  return { items: items.map(view), next };
}

function paging(values: Values): [limit: number, cursor: string | null] {
  return [values.number('limit') ?? 100, values.text('cursor') ?? null];
}

function given(values: Values, name: string): string {
  const value = values.text(name);
  if (value === undefined) throw new Error(`a path parameter is always given: ${name}`);
  return value;
}

/** Those of the named filters that were given. */
function texts<N extends string>(values: Values, names: readonly N[]): { [name in N]?: string } {
  const filter: { [name in N]?: string } = {};
  for (const name of names) {
    const value = values.text(name);
    if (value !== undefined) filter[name] = value;
  }
  return filter;
}

function findFlow(definitions: Definitions, name: string): Flow {
  const flow = definitions.flows.get(name);
  if (flow !== undefined) return flow;
  throw noSuch(`flow "${shown(name)}"`, flowRemedy(definitions, name));
}

/** What to do about a flow name that is not defined: the similar ones, else where the list is. */
export function flowRemedy(definitions: Definitions, name: string): string {
  const near = closest(name, definitions.flows.keys());
  return near !== null ? `did you mean ${near}?` : 'list the flows with GET /api/v1/flows';
}

function noSuch(what: string, remedy: string): Refusal {
  return new Refusal('not-found', `there is no ${what}; ${remedy}`);
}
