/**
 * Rows of a log as what happened in a case: which columns say what, which kind of event a lifecycle transition is.
 * Transitions of the XES lifecycle: start is `activated`, complete `committed`, the aborts are `exception`, suspend and
 * resume are `state`; what is only planned (schedule, assign, …) or was skipped happens to nobody, and is counted.
 */
import { type Attribute, type LogItem, type LogProblem, problem } from './log-row.ts';
import { createTimes } from './row-time.ts';

export interface RowMapping {
  /** the column that names the case; null: the first of the usual names that the log has */
  readonly case: string | null;
  readonly activity: string | null;
  readonly time: string | null;
  readonly lifecycle: string | null;
  /** parameter name -> column */
  readonly params: ReadonlyMap<string, string>;
  /** of times without an offset */
  readonly zone: string;
  /** the time of rows without one: the first at this, each further one a second later, ms; null: they are problems */
  readonly from: number | null;
  /** only rows with these values: column -> value */
  readonly where: ReadonlyMap<string, string>;
}

export type EntryKind = 'activated' | 'committed' | 'exception' | 'state';

/** Something that happened in a case. */
export interface LogEntry {
  readonly kind: 'entry';
  readonly line: number;
  readonly case: string;
  readonly activity: string;
  readonly event: EntryKind;
  readonly state: string | null;
  /** ms since the epoch */
  readonly time: number;
  readonly params: ReadonlyMap<string, Attribute>;
}

const USUAL = {
  case: ['case:concept:name', 'case', 'case_id', 'case id', 'caseid', 'case-id', 'trace', 'trace_id'],
  activity: ['concept:name', 'activity', 'activity_name', 'event', 'event_name', 'task', 'step'],
  time: ['time:timestamp', 'time', 'timestamp', 'complete timestamp', 'completion time', 'end', 'date'],
  lifecycle: ['lifecycle:transition', 'lifecycle', 'transition'],
} as const;

const KINDS: Readonly<Record<string, EntryKind | 'nothing'>> = {
  start: 'activated',
  complete: 'committed',
  ate_abort: 'exception',
  pi_abort: 'exception',
  abort_activity: 'exception',
  abort_case: 'exception',
  suspend: 'state',
  resume: 'state',
  schedule: 'nothing',
  assign: 'nothing',
  reassign: 'nothing',
  withdraw: 'nothing',
  autoskip: 'nothing',
  manualskip: 'nothing',
  unknown: 'nothing',
};

/** Turns the items of a log into entries; `passed` counts rows that say nothing, by their transition. */
export function createEntries(mapping: RowMapping): {
  readonly take: (item: LogItem) => LogEntry | LogProblem | null;
  readonly passed: ReadonlyMap<string, number>;
} {
  const timeOf = createTimes(mapping.zone);
  const passed = new Map<string, number>();
  let untimed = 0;

  function take(item: LogItem): LogEntry | LogProblem | null {
    if (item.kind === 'problem') return item;
    const { line, values } = item;
    for (const [column, value] of mapping.where) if (String(values.get(column) ?? '') !== value) return null;
    const name = read(values, 'case', mapping.case);
    if (name === null) return problem(line, missing('case', mapping.case, values));
    const activity = read(values, 'activity', mapping.activity);
    if (activity === null) return problem(line, missing('activity', mapping.activity, values));
    const time = readTime(values, line);
    if (typeof time === 'object') return time;
    const transition = (read(values, 'lifecycle', mapping.lifecycle) ?? 'complete').toLowerCase();
    const event = Object.hasOwn(KINDS, transition) ? KINDS[transition] : undefined;
    if (event === undefined)
      return problem(
        line,
        `lifecycle "${transition.slice(0, 60)}" is none of XES: name another column with --lifecycle`,
      );
    if (event === 'nothing') {
      passed.set(transition, (passed.get(transition) ?? 0) + 1);
      return null;
    }
    const params = new Map<string, Attribute>();
    for (const [param, column] of mapping.params) {
      const value = values.get(column);
      if (value !== undefined) params.set(param, value);
    }
    const state = event === 'state' ? transition : null;
    return { kind: 'entry', line, case: name, activity, event, state, time, params };
  }

  function readTime(values: ReadonlyMap<string, Attribute>, line: number): number | LogProblem {
    const text = read(values, 'time', mapping.time);
    if (text === null) {
      if (mapping.from !== null) return mapping.from + 1000 * untimed++;
      return problem(
        line,
        `${missing('time', mapping.time, values)}, or give all rows times with --from TIME`,
      );
    }
    const time = timeOf(text);
    if (time !== null) return time;
    return problem(
      line,
      `"${text.slice(0, 60)}" is no time: write 2026-11-23 15:30:00, with an offset or --zone`,
    );
  }

  return { take, passed };
}

function read(
  values: ReadonlyMap<string, Attribute>,
  what: keyof typeof USUAL,
  column: string | null,
): string | null {
  if (column !== null) return text(values.get(column));
  for (const name of USUAL[what]) {
    const value = text(values.get(name)) ?? text(values.get(capitalized(name)));
    if (value !== null) return value;
  }
  return null;
}

function text(value: Attribute | undefined): string | null {
  return value === undefined || value === '' ? null : String(value).trim() || null;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function missing(what: string, column: string | null, values: ReadonlyMap<string, Attribute>): string {
  if (column !== null) return `there is no value in the column "${column}" of the ${what}`;
  const known = [...values.keys()].slice(0, 12).join(', ');
  return `no column says the ${what}: name one with --${what} (it has ${known || 'none'})`;
}
