/**
 * A year of the company in virtual time. Two watches see it: the station, with repeats, poison, restarts and lost
 * transactions; and a control that sees every report once and is never stopped. After each day both are held against
 * each other and against the oracle.
 */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { CheckpointEvent } from '../../checkpoints/index.ts';
import type { Definitions } from '../../definitions/index.ts';
import { type AlarmChange, createWatch, encodeInstance, type Watch } from '../../engine/index.ts';
import { checkDay, compareInstances } from './check-day.ts';
import { beginOf, type CompanyDay, checkTimeOf, companyDays } from './company-days.ts';
import type { Report } from './plain-day.ts';
import { type Arrival, type DayPlan, planDay } from './plan-day.ts';
import { Random } from './random.ts';
import { type Item, type MakeWatch, Station } from './station.ts';

export interface YearOptions {
  readonly definitions: Definitions;
  readonly seed: number;
  readonly days: number;
  /** how station and control make their watches; the engine's own way where it is left out */
  readonly make?: MakeWatch;
}

/** What does not hold, and on which day it was seen. */
export interface Violation {
  readonly day: string;
  readonly planted: readonly string[];
  readonly problems: readonly string[];
}

export interface YearReport {
  readonly seed: number;
  readonly days: number;
  readonly lastDay: string;
  readonly violation: Violation | null;
  /** SHA-256 over all alarms and instances */
  readonly hash: string;
  /** how often each kind of disturbance was planted */
  readonly planted: Readonly<Record<string, number>>;
  /** alarms by name */
  readonly alarms: Readonly<Record<string, number>>;
  /** days by what the ledger says of their flows */
  readonly ledger: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  /** all of it, with the plan, the control and the oracle */
  readonly seconds: number;
  /** what the station's engine and its store took */
  readonly stationSeconds: number;
}

/** Simulates so many trading days from January 2026 on, and stops at the first day on which something does not hold. */
export function simulateYear({ definitions, seed, days, make = createWatch }: YearOptions): YearReport {
  const year = new Year(definitions, seed, make);
  const calendar = companyDays(days);
  let violation: Violation | null = null;
  const plans = plansOf(year, calendar);
  let today = plans.next().value;
  // A day is looked at in the morning after it, when the next one has long begun.
  for (let index = 0; today !== undefined && violation === null; index++) {
    const tomorrow = plans.next().value;
    violation = year.live(today, index);
    today = tomorrow;
  }
  return { ...year.report(violation), days: calendar.length, lastDay: calendar.at(-1)?.day ?? '' };
}

function* plansOf(year: Year, calendar: readonly CompanyDay[]): Generator<DayPlan, undefined> {
  for (const [index, day] of calendar.entries()) yield year.plan(day, index);
}

class Year {
  readonly #definitions: Definitions;
  readonly #seed: number;
  readonly #random: Random;
  readonly #station: Station;
  readonly #control: Watch;
  readonly #controlAlarms = new Map<string, AlarmChange>();
  readonly #planted = new Map<string, number>();
  readonly #ledger = new Map<string, number>();
  readonly #hash = createHash('sha256');
  readonly #begun = performance.now();
  #stationTime = 0;
  #events = 0;
  #most = 0;
  #pending: Arrival[] = [];
  #last: CompanyDay | null = null;

  constructor(definitions: Definitions, seed: number, make: MakeWatch) {
    this.#definitions = definitions;
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#station = new Station(definitions, make);
    this.#control = make({ definitions, clock: null });
  }

  /** Plans a day and puts its arrivals on the way. The first one begins the watch. */
  plan(day: CompanyDay, index: number): DayPlan {
    if (index === 0) {
      this.#station.advance(beginOf(day));
      this.#control.advance(beginOf(day));
    }
    const plan = planDay(day, this.#random.fork(index));
    for (const name of plan.planted) this.#count(name);
    this.#events += plan.reports.length;
    this.#pending = [...this.#pending, ...plan.arrivals].sort((a, b) => a.arrival - b.arrival);
    return plan;
  }

  /** Lets a day pass, and gives what does not hold after it. */
  live(plan: DayPlan, index: number): Violation | null {
    this.#last = plan.day;
    const end = checkTimeOf(plan.day);
    const now = this.#pending.filter(({ arrival }) => arrival <= end);
    this.#pending = this.#pending.filter(({ arrival }) => arrival > end);
    this.#runStation(now, end, this.#random.fork(index + 100_000));
    this.#runControl(now, end);
    return this.#check(plan, end);
  }

  #runStation(arrivals: readonly Arrival[], end: number, random: Random): void {
    const begun = performance.now();
    for (let from = 0; from < arrivals.length; ) {
      const size = random.between(1, 12);
      const crash = random.chance(0.02);
      if (crash) this.#count('transaction lost');
      this.#station.take(arrivals.slice(from, from + size).map(itemOf), crash);
      this.#most = Math.max(this.#most, this.#station.inMemory);
      from += size;
      if (!crash && random.chance(0.03)) {
        this.#count('restarted');
        this.#station.restart();
      }
    }
    this.#station.advance(end);
    this.#stationTime += performance.now() - begun;
  }

  #runControl(arrivals: readonly Arrival[], end: number): void {
    for (const one of arrivals) {
      this.#control.advance(one.arrival);
      if (one.kind === 'report') this.#control.take(eventOf(one.report), one.arrival);
      if (one.kind === 'act') this.#control.act(one.act, one.arrival);
    }
    this.#control.advance(end);
    for (const change of this.#control.harvest().alarms) this.#controlAlarms.set(change.alarm.id, change);
  }

  #check(plan: DayPlan, now: number): Violation | null {
    const { day } = plan;
    const ofDay = (alarms: ReadonlyMap<string, AlarmChange>) =>
      [...alarms.values()].filter((change) => change.tradingDay === day.day);
    const controlled = [...this.#control.instances.values()].filter(
      ({ instance }) => instance.tradingDay === day.day,
    );
    const checked = checkDay({
      definitions: this.#definitions,
      plan,
      now,
      station: this.#station,
      control: controlled,
      alarms: ofDay(this.#station.alarms),
      controlAlarms: ofDay(this.#controlAlarms),
    });
    for (const status of checked.ledger) this.#ledger.set(status, (this.#ledger.get(status) ?? 0) + 1);
    for (const { instance } of controlled) this.#hash.update(encodeInstance(instance));
    for (const { alarm } of ofDay(this.#station.alarms)) this.#hash.update(JSON.stringify(alarm));
    if (checked.problems.length === 0) return null;
    return { day: day.day, planted: plan.story, problems: checked.problems };
  }

  /** What is left: repeats that come after the last day, which change nothing of any day. */
  report(violation: Violation | null) {
    const last = this.#last;
    const end = Math.max(last === null ? 0 : checkTimeOf(last), ...this.#pending.map((one) => one.arrival));
    let found = violation;
    if (found === null && last !== null) {
      this.#runStation(this.#pending, end, this.#random.fork(-1));
      this.#runControl(this.#pending, end);
      const problems = compareInstances(this.#station, [...this.#control.instances.values()], end);
      if (problems.length > 0) found = { day: `after ${last.day}`, planted: [], problems };
    }
    const alarms = new Map<string, number>();
    for (const { alarm } of this.#station.alarms.values())
      alarms.set(alarm.name, (alarms.get(alarm.name) ?? 0) + 1);
    return {
      seed: this.#seed,
      violation: found,
      hash: this.#hash.digest('hex'),
      planted: sorted(this.#planted),
      alarms: sorted(alarms),
      ledger: sorted(this.#ledger),
      counts: {
        ...this.#station.counts,
        reports: this.#events,
        instances: this.#control.instances.size,
        'alarms raised': this.#station.alarms.size,
        'most instances in memory': this.#most,
      },
      seconds: (performance.now() - this.#begun) / 1000,
      stationSeconds: this.#stationTime / 1000,
    };
  }

  #count(name: string): void {
    this.#planted.set(name, (this.#planted.get(name) ?? 0) + 1);
  }
}

function itemOf(one: Arrival): Item {
  return one.kind === 'act'
    ? { kind: 'act', arrival: one.arrival, act: one.act }
    : { kind: 'event', arrival: one.arrival, event: eventOf(one.report) };
}

function eventOf(report: Report): CheckpointEvent {
  const { id, flow, key, keyless, step, kind, time, state, params, application } = report;
  return {
    id,
    flow,
    key: keyless ? null : key,
    step,
    kind,
    time,
    state,
    params: Object.entries(params),
    message: null,
    source: application,
  };
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
