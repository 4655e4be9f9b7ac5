/** What the API shows of telling: what is done about alarms, silences, notices, numbers, acts, and who would get what when. */
import { formatTime, parseTime, shown } from '../../checkpoints/index.ts';
import type { AlarmTraits, Definitions, Severity } from '../../definitions/index.ts';
import {
  type ActEntry,
  type AlarmNumbers,
  type Handling,
  type HistoryEntry,
  handlingActToJson,
  type NoticeAlarm,
  type NoticeEntry,
  type NoticeReader,
  planRoute,
  type SilenceRecord,
} from '../../engine/index.ts';
import { viewTime } from './flow-view.ts';
import type { Values } from './parameters.ts';
import { Refusal } from './refusal.ts';

export interface TellingQueryOptions {
  readonly telling: NoticeReader;
  readonly definitions: () => Definitions;
  readonly now: () => number;
  /** what a channel failed with of late; null while it works */
  readonly channelTrouble: (channel: string) => string | null;
}

type Paging = readonly [limit: number, cursor: string | null];

/** The reads, by name; each from checked parameters to a JSON value. */
export function tellingQueries(options: TellingQueryOptions) {
  const { telling, definitions, now } = options;
  return {
    async silences(values: Values, paging: Paging) {
      const { items, next } = await telling.silences(values.flag('all') ?? false, ...paging);
      return { items: items.map((each) => viewSilence(each, now())), next };
    },
    async notices(values: Values, paging: Paging) {
      const names = ['channel', 'state', 'kind', 'thread', 'alarm'] as const;
      const given = names.flatMap((name) => {
        const value = values.text(name);
        return value === undefined ? [] : [[name, value] as const];
      });
      const { items, next } = await telling.notices(Object.fromEntries(given), ...paging);
      return { items: items.map(viewNotice), next };
    },
    async numbers(values: Values) {
      const today = formatTime(now()).slice(0, 10);
      const to = values.text('to') ?? values.text('from') ?? today;
      const from = values.text('from') ?? to;
      const rows = await telling.numbers(from, to);
      return {
        from,
        to,
        total: viewNumbers(rows),
        rows: rows.map((row) => ({ ...keysOf(row), ...viewNumbers([row]) })),
      };
    },
    async acts(_: Values, paging: Paging) {
      const { items, next } = await telling.acts(...paging);
      return { items: items.map(viewAct), next };
    },
    async act(id: string) {
      const entry = await telling.act(id);
      if (entry !== null) return viewAct(entry);
      throw new Refusal('not-found', `there is no act "${shown(id)}"; list them with GET /api/v1/acts`);
    },
    async channels() {
      const counts = await telling.counts();
      const items = [...definitions().notifying.channels.values()].map((channel) => ({
        ...{ name: channel.name, title: channel.title, type: channel.type, dryRun: channel.dryRun },
        trouble: options.channelTrouble(channel.name),
        notices: Object.fromEntries(
          counts.filter((each) => each.channel === channel.name).map(({ state, count }) => [state, count]),
        ),
      }));
      return { items };
    },
    route(values: Values) {
      const at = values.text('at');
      const time = at === undefined ? now() : parseTime(at);
      if (typeof time === 'string') {
        const errors = [{ path: 'at', message: time }];
        throw new Refusal('bad-parameter', `at: ${time}`, { errors });
      }
      const alarm = traits(definitions(), values, time);
      const { firstAt, levels, ...plan } = planRoute(definitions().notifying, alarm, time);
      return {
        ...{ at: formatTime(time), alarm },
        ...plan,
        firstAt: viewTime(firstAt),
        levels: levels.map((level) => ({ ...level, at: formatTime(level.at) })),
      };
    },
    /** the handlings of some alarms, by id, as they are shown with these */
    async handlings(ids: readonly string[]): Promise<ReadonlyMap<string, object>> {
      const found = await telling.handlings(ids);
      return new Map(found.map((handling) => [handling.alarm.id, viewHandling(handling)]));
    },
    async history(id: string): Promise<readonly object[]> {
      return (await telling.history(id)).map(viewEntry);
    },
  };
}

/** The alarm that a question is about: what is left out is that of the flow, or usual. */
function traits(definitions: Definitions, values: Values, at: number): AlarmTraits {
  const name = values.text('flow');
  if (name === undefined) {
    const message = 'is missing: name the flow whose alarm it would be';
    throw new Refusal('bad-parameter', `flow: ${message}`, { errors: [{ path: 'flow', message }] });
  }
  const flow = definitions.flows.get(name);
  if (flow === undefined)
    throw new Refusal(
      'not-found',
      `there is no flow "${shown(name)}"; list the flows with GET /api/v1/flows`,
    );
  const tradingDay = flow.calendar.dayOf(at);
  return {
    severity: (values.text('severity') ?? 'critical') as Severity, // checked against its schema
    source: values.text('source') ?? 'expression',
    ...{
      group: flow.group,
      flow: flow.name,
      step: values.text('step') ?? null,
      tradingDay,
      labels: flow.labels,
    },
    key: values.text('key') ?? tradingDay,
    name: values.text('alarm') ?? 'alarm',
  };
}

function viewHandling(handling: Handling): object {
  const { standing, severity, outcome, because, root, trouble, level, useful } = handling;
  return {
    ...{ standing, severity, outcome, because, root, trouble, level, useful },
    toldAt: viewTime(handling.firstToldAt),
    acknowledgedAt: viewTime(handling.acknowledgedAt),
    acknowledgedBy: handling.acknowledgedBy,
    assignedTo: handling.assignedTo,
  };
}

function viewEntry({ at, kind, by, detail }: HistoryEntry): object {
  return { at: formatTime(at), kind, by, detail };
}

function viewSilence({ silence, live }: SilenceRecord, now: number): object {
  const { id, match, from, until, by, reason, createdAt, alarm, endedBy } = silence;
  return {
    ...{ id, match, by, reason, alarm, endedBy },
    ...{ from: formatTime(from), until: formatTime(until), createdAt: formatTime(createdAt) },
    active: live && from <= now && now < until,
  };
}

function viewNotice({ notice, state, attempts, nextAt, settledAt, reason }: NoticeEntry): object {
  const { id, channel, kind, thread, recovered, severity, level, at, words, language = null, to } = notice;
  return {
    ...{ id, channel, kind, thread, recovered, severity, level, at: formatTime(at), words },
    language,
    to: to.map(({ name, title, address }) => ({ name, title, address })),
    ...{ alarms: notice.alarms.map(viewListed), folded: notice.folded.map(viewListed) },
    ...{ state, attempts, nextAt: viewTime(nextAt), settledAt: viewTime(settledAt), reason },
  };
}

function viewListed({ id, flow, key, step, name, severity, text }: NoticeAlarm): object {
  return { id, flow, key, step, name, severity, text };
}

function viewAct({ act, keptAt, appliedAt, done, reason }: ActEntry): object {
  const keptTime = formatTime(keptAt);
  return {
    act: JSON.parse(handlingActToJson(act)),
    keptAt: keptTime,
    appliedAt: viewTime(appliedAt),
    done,
    reason,
  };
}

function keysOf({ tradingDay, group, flow, name }: AlarmNumbers): object {
  return { day: tradingDay, group, flow, name };
}

/** Sums, with the mean times in seconds; null where there is nothing to take a mean of. */
function viewNumbers(rows: readonly AlarmNumbers[]): object {
  const sum = (of: (row: AlarmNumbers) => number) => rows.reduce((total, row) => total + of(row), 0);
  const mean = (time: number, count: number) => (count === 0 ? null : Math.round(time / count) / 1000);
  const acknowledged = sum((row) => row.acknowledged);
  const recovered = sum((row) => row.recovered);
  return {
    ...{ raised: sum((row) => row.raised), recovered, acknowledged },
    meanSecondsToAcknowledge: mean(
      sum((row) => row.acknowledgeTime),
      acknowledged,
    ),
    meanSecondsToRecover: mean(
      sum((row) => row.recoverTime),
      recovered,
    ),
    ...{ told: sum((row) => row.told), folded: sum((row) => row.folded), muted: sum((row) => row.muted) },
    ...{ brief: sum((row) => row.brief), unrouted: sum((row) => row.unrouted) },
    notUseful: sum((row) => row.notUseful),
  };
}
