/**
 * When the cases of a daily flow begin and end, by weekday: only where each case is named after its date and no date has
 * two, since a flow with a required start expects one instance on each trading day.
 */
import { createZone } from '../../definitions/index.ts';
import type { PlainMap } from '../flow-draft.ts';
import type { LoggedCase } from './case-log.ts';
import { percentile } from './percentile.ts';

const DATE = /\d{4}-\d{2}-\d{2}/;
const DAY = 86_400_000;
const NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** Weekdays are judged with at least so many cases, weekends from logs over at least three weeks. */
const LEAST = 5;

export interface DayTimes {
  readonly keys: PlainMap;
  readonly calendar: PlainMap;
  readonly comments: readonly string[];
}

interface DailyCase {
  readonly date: string;
  readonly weekday: number;
  /** ms after the midnight of its date, on the wall */
  readonly start: number;
  readonly end: number;
}

/** Start and deadline of a daily flow; null where the cases are no daily ones. */
export function dayTimes(
  cases: readonly LoggedCase[],
  { flow, zone, share }: { readonly flow: string; readonly zone: string; readonly share: number },
): DayTimes | null {
  const template = templateOf(cases);
  if (template === null || cases.length < 2 * LEAST) return null;
  const daily = cases.flatMap(({ name, events }): DailyCase[] => {
    const date = DATE.exec(name)?.[0] ?? '';
    const midnight = Date.parse(`${date}T00:00:00Z`);
    const [first, last] = [events[0], events.at(-1)];
    if (Number.isNaN(midnight) || first === undefined || last === undefined) return [];
    const { toWall } = createZone(zone);
    const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
    return [{ date, weekday, start: toWall(first.time) - midnight, end: toWall(last.time) - midnight }];
  });
  if (daily.length < cases.length || new Set(daily.map(({ date }) => date)).size < daily.length) return null;
  if (daily.some(({ start, end }) => start < 0 || start >= DAY || end >= DAY)) return null;
  const groups = NAMES.map((name, index) => ({
    name,
    same: daily.filter(({ weekday }) => weekday === index),
  }));
  const rows = groups.flatMap(({ name, same }) => {
    const start = percentile(
      same.map((each) => each.start),
      share,
    );
    const end = percentile(
      same.map((each) => each.end),
      share,
    );
    return start === null || end === null ? [] : [{ name, cases: same.length, start, end }];
  });
  const times = daily.map(({ date }) => Date.parse(date)).sort((a, b) => a - b);
  const weeks = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (7 * DAY);
  const weekend = weeks < 3 ? [] : groups.filter(({ same }) => same.length === 0).map(({ name }) => name);
  const judged = rows.filter((row) => row.cases >= LEAST);
  if (judged.length === 0) return null;
  const by = Math.max(...judged.map(({ start }) => start));
  const at = Math.max(...judged.map(({ end }) => end));
  const percent = Math.round(share * 1000) / 10;
  return {
    keys: {
      calendar: `${flow.slice(0, 58)}-days`,
      ...(template === '{tradingDay}' ? {} : { key: template }),
      start: { by: clock(by) },
      deadline: { at: clock(at) },
    },
    calendar: { calendar: `${flow.slice(0, 58)}-days`, zone, ...(weekend.length > 0 ? { weekend } : {}) },
    comments: [
      `Start and deadline are the latest of any weekday by which ${percent} % of its cases had begun and ended:`,
      ...rows.map(
        ({ name, cases: count, start, end }) =>
          `  ${name}: begun by ${clock(start)}, ended by ${clock(end)} (${count} cases)`,
      ),
      ...(weekend.length > 0 ? [`No case in ${Math.floor(weeks)} weeks was on ${weekend.join(', ')}.`] : []),
    ],
  };
}

/** The names of the cases around their dates, where all have the same; null otherwise. */
function templateOf(cases: readonly LoggedCase[]): string | null {
  const templates = new Set(
    cases.map(({ name }) => (DATE.test(name) ? name.replace(DATE, '{tradingDay}') : '')),
  );
  const [template = ''] = templates;
  return templates.size === 1 && template !== '' && !/\{(?!tradingDay\})/.test(template) ? template : null;
}

/** Up to the next five minutes, as `15:30`. */
function clock(ms: number): string {
  const minutes = Math.min(Math.ceil(ms / 60_000 / 5) * 5, 24 * 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
