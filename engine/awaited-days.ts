/** The next day that each flow with `start.by` is to be expected on, while a watch goes through them. */
import type { Definitions, Flow } from '../definitions/index.ts';
import { type ExpectedDay, firstExpected, nextExpected } from './expected-days.ts';
import type { InstanceKey } from './ports.ts';

export interface AwaitedDaysOptions {
  readonly definitions: Definitions;
  /** flows that were watched before, and since when */
  readonly since: ReadonlyMap<string, number>;
  /** told of a flow that is watched for the first time */
  readonly watched: (flow: string, since: number) => void;
  /** told of the day that a flow awaits now */
  readonly awaited: (flow: Flow, expected: ExpectedDay) => void;
}

export class AwaitedDays {
  readonly #options: AwaitedDaysOptions;
  readonly #days = new Map<string, ExpectedDay>();
  #begun = false;

  constructor(options: AwaitedDaysOptions) {
    this.#options = options;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /** Begins to await days; `clock` is where the watch stands, null where nothing was ever watched. */
  begin(at: number, clock: number | null): void {
    const { definitions, since, watched } = this.#options;
    for (const flow of definitions.flows.values()) {
      if (!since.has(flow.name)) watched(flow.name, at);
      const first = this.#first(flow, at, clock);
      if (first !== null) this.#await(flow, first);
    }
    this.#begun = true;
  }

  /** The day has begun: the next one is awaited. */
  passed(flow: Flow, expected: ExpectedDay): void {
    this.#await(flow, nextExpected(flow, expected.day));
  }

  /** The instances of the days that begin up to `until`. */
  upTo(until: number, clock: number | null): readonly InstanceKey[] {
    const keys: InstanceKey[] = [];
    for (const flow of this.#options.definitions.flows.values()) {
      if (flow.start?.kind !== 'by') continue;
      let day = this.#begun ? (this.#days.get(flow.name) ?? null) : this.#first(flow, until, clock);
      for (; day !== null && day.from <= until; day = nextExpected(flow, day.day))
        keys.push({ flow: flow.name, key: day.key });
    }
    return keys;
  }

  #await(flow: Flow, expected: ExpectedDay): void {
    this.#days.set(flow.name, expected);
    this.#options.awaited(flow, expected);
  }

  /** A flow that is first watched is judged from `at` on; another goes on where the clock stood, or where nothing was decided yet. */
  #first(flow: Flow, at: number, clock: number | null): ExpectedDay | null {
    const since = this.#options.since.get(flow.name);
    if (since === undefined) return firstExpected(flow, at, true);
    return clock === null || clock < since
      ? firstExpected(flow, since, true)
      : firstExpected(flow, clock, false);
  }
}
