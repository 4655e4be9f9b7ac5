/** Reads that look back: which trading days there are, what is usual, and how the last days of a flow went. */
import { formatTime } from '../../checkpoints/index.ts';
import type { Definitions, Flow } from '../../definitions/index.ts';
import {
  type AlarmRecord,
  decodeInstance,
  type Instance,
  type InstanceRecord,
  nameOf,
  type Reader,
  type Usual,
  usualOf,
  viewGraph,
} from '../../engine/index.ts';
import { viewTime } from './flow-view.ts';
import { viewInstanceRecord } from './record-views.ts';

export interface LookingBack {
  readonly reader: Reader;
  readonly definitions: () => Definitions;
  readonly definitionsOf: (revision: string) => Promise<Definitions | null>;
  readonly now: () => number;
}

/** How many trading days what is usual is made of. */
const USUAL_DAYS = 20;
const MOST_ALARMS = 500;
/** What is usual is reckoned anew after so long, ms: days that are over hardly change. */
const KEEP = 10 * 60_000;

/** The reads over a reader; what is usual is kept for ten minutes. */
export function lookBack(options: LookingBack) {
  const { reader, definitions, definitionsOf, now } = options;
  const kept = new Map<string, { readonly until: number; readonly usual: Promise<Usual> }>();

  return {
    /** The trading day that most flows are in, or the given one, with the ones before and after it. */
    async days(asked: string | undefined): Promise<object> {
      const main = mainCalendar(definitions());
      const today = tradingDayNow(definitions(), now());
      const day = asked ?? today;
      return {
        today,
        day,
        isTradingDay: main?.isTradingDay(day) ?? true,
        previous: main?.previous(day) ?? null,
        next: main?.next(day) ?? null,
        zone: main?.zone ?? 'UTC',
        asOf: formatTime(now()),
      };
    },

    /** What is usual for the flows of a day, made of the days before it. */
    async usual(day: string): Promise<object> {
      const items: object[] = [];
      for (const flow of definitions().flows.values()) {
        const { of, startsAt, took, steps } = await usualBefore(flow, day);
        if (of > 0) items.push({ flow: flow.name, of, start: viewTime(startsAt), took, steps });
      }
      return { day, items };
    },

    /** The instances of a flow on its last trading days, with every step and the alarms that were raised. */
    async history(flow: Flow, until: string | undefined, days: number): Promise<object> {
      const last = until ?? flow.calendar.dayOf(now());
      const records = await lastDays(flow.name, last, days);
      const { items } = await reader.alarms({ flow: flow.name }, MOST_ALARMS, null);
      const alarms = Map.groupBy(items, ({ key }) => key);
      const rows: object[] = [];
      for (const record of records) {
        const instance = await decoded(record);
        if (instance !== null) rows.push(viewRow(record, instance, alarms.get(record.key) ?? []));
      }
      const usual = usualOf(flow, await instancesOf(records), last);
      return {
        flow: flow.name,
        until: last,
        items: rows,
        usual: { of: usual.of, took: usual.took, steps: usual.steps },
      };
    },
  };

  async function usualBefore(flow: Flow, day: string): Promise<Usual> {
    const name = `${nameOf(flow.name, day)} ${definitions().revision}`;
    const known = kept.get(name);
    if (known !== undefined && known.until > now()) return known.usual;
    const reckoned = reckon(flow, day);
    kept.set(name, { until: now() + KEEP, usual: reckoned });
    if (kept.size > 20_000) kept.clear();
    reckoned.catch(() => kept.delete(name));
    return reckoned;
  }

  async function reckon(flow: Flow, day: string): Promise<Usual> {
    const records = await reader.recent(flow.name, flow.calendar.previous(day), USUAL_DAYS);
    return usualOf(flow, await instancesOf(records), day);
  }

  /** Those that began under definitions in which the steps stand as they do now. */
  async function instancesOf(records: readonly InstanceRecord[]): Promise<readonly Instance[]> {
    const found: Instance[] = [];
    for (const record of records) {
      const set = await definitionsOf(record.revision);
      const [then, today] = [set?.flows.get(record.flow), definitions().flows.get(record.flow)];
      if (then === undefined || today === undefined || !sameSteps(then, today)) continue;
      found.push(decodeInstance(then, record.snapshot));
    }
    return found;
  }

  async function decoded(record: InstanceRecord) {
    const flow = (await definitionsOf(record.revision))?.flows.get(record.flow);
    return flow === undefined ? null : { flow, state: decodeInstance(flow, record.snapshot) };
  }

  /** The instances of the last so many trading days that have any, at most a thousand. */
  async function lastDays(flow: string, until: string, days: number): Promise<readonly InstanceRecord[]> {
    const records = await reader.recent(flow, until, 1000);
    const wanted = new Set([...new Set(records.map(({ tradingDay }) => tradingDay))].slice(0, days));
    return records.filter(({ tradingDay }) => wanted.has(tradingDay));
  }
}

function viewRow(
  record: InstanceRecord,
  { flow, state }: { readonly flow: Flow; readonly state: Instance },
  alarms: readonly AlarmRecord[],
): object {
  return {
    ...viewInstanceRecord(record),
    steps: Object.fromEntries(
      viewGraph(flow, state).nodes.map(({ id, status, visits, activatedAt, endedAt }) => [
        id,
        { status: status ?? 'idle', visits, activatedAt, endedAt },
      ]),
    ),
    alarms: alarms.map(({ id, step, name, severity, raisedAt, clearedAt }) => ({
      id,
      step,
      name,
      severity,
      raisedAt: formatTime(raisedAt),
      clearedAt: viewTime(clearedAt),
    })),
  };
}

function sameSteps(a: Flow, b: Flow): boolean {
  return (
    a.steps.length === b.steps.length && a.steps.every(({ name }, index) => name === b.steps[index]?.name)
  );
}

/** The trading day that most flows are in at a time, ms. */
export function tradingDayNow(definitions: Definitions, now: number): string {
  return mainCalendar(definitions)?.dayOf(now) ?? formatTime(now).slice(0, 10);
}

/** The calendar of most flows; of several, the first by name. */
function mainCalendar({ flows }: Definitions) {
  const byName = [...Map.groupBy(flows.values(), (flow) => flow.calendar.name)];
  byName.sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
  return byName[0]?.[1][0]?.calendar ?? null;
}
