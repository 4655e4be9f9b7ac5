/** What the oracle's parts hand each other. */
import type { CompanyDay } from './company-days.ts';
import type { Report } from './plain-day.ts';
import type { Course } from './visits.ts';

/** An alarm of an instance, and between which arrivals it is open. */
export interface Episode {
  readonly step: string | null;
  readonly name: string;
  readonly raisedAt: number;
  /** the place of the arrival after which it is raised */
  readonly from: number;
  /** what clears it happened then; an alarm is cleared no earlier than it was raised */
  readonly clear: { readonly at: number; readonly place: number } | null;
}

/** One instance with all of its day. */
export interface Seen {
  readonly course: Course;
  readonly courses: ReadonlyMap<string, Course>;
  readonly day: CompanyDay;
  readonly clock: Clock;
}

/** Which arrivals the clock has let pass. */
export class Clock {
  readonly #arrivals: readonly number[];

  constructor(reports: readonly Report[]) {
    this.#arrivals = reports.map(({ arrival }) => arrival);
  }

  /** The place of the last arrival up to a time; what is due then is decided after it. -1: before all of them. */
  placeAt(time: number): number {
    return this.#arrivals.findLastIndex((arrival) => arrival <= time);
  }
}
