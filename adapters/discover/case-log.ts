/** The cases of a log, gathered: what was done, when. Memory grows with the log, by some 30 bytes an event. */
import { detached } from '../detached.ts';
import { type CaseEvent, type TraceLog, traceOf, variantKey } from './traces.ts';

export interface Entry {
  readonly case: string;
  readonly activity: string;
  readonly event: CaseEvent['event'];
  readonly time: number;
}

export interface LoggedCase {
  readonly name: string;
  /** by time; those of one time in the order of the log */
  readonly events: readonly CaseEvent[];
}

export interface CaseLog {
  add(entry: Entry): void;
  /** Closes the log and gives what was gathered. */
  finish(): GatheredLog;
}

export interface GatheredLog {
  readonly activities: readonly string[];
  readonly cases: readonly LoggedCase[];
  readonly events: number;
}

export function createCaseLog(): CaseLog {
  const numbers = new Map<string, number>();
  const cases = new Map<string, CaseEvent[]>();
  let events = 0;
  return {
    add({ case: name, activity, event, time }) {
      let number = numbers.get(activity);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(detached(activity), number);
      }
      let list = cases.get(name);
      if (list === undefined) {
        list = [];
        cases.set(detached(name), list);
      }
      list.push({ activity: number, event, time });
      events++;
    },
    finish: () => ({
      activities: [...numbers.keys()],
      cases: [...cases].map(([name, list]) => ({ name, events: list.sort((a, b) => a.time - b.time) })),
      events,
    }),
  };
}

export interface Grouped {
  /** in the order of their first cases */
  readonly variants: TraceLog;
  /** the key of each variant */
  readonly keys: readonly string[];
  readonly casesOf: ReadonlyMap<string, readonly LoggedCase[]>;
}

/** The variants of a log with their cases. */
export function groupCases({ cases }: GatheredLog): Grouped {
  const casesOf = Map.groupBy(cases, ({ events }) => variantKey(traceOf(events)));
  const variants = [...casesOf.values()].map((same) => ({
    trace: traceOf(same[0]?.events ?? []),
    count: same.length,
  }));
  return { variants, keys: [...casesOf.keys()], casesOf };
}
