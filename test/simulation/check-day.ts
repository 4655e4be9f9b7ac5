/** What must hold after a day, checked on what was stored and said. */
import type { Definitions } from '../../definitions/index.ts';
import {
  type AlarmChange,
  decodeInstance,
  encodeInstance,
  healthOf,
  type Instance,
  ledger,
  nameOf,
  type Watched,
} from '../../engine/index.ts';
import { type ExpectedDay, expectDay } from './oracle.ts';
import type { DayPlan } from './plan-day.ts';
import type { Station } from './station.ts';

export interface Question {
  readonly definitions: Definitions;
  readonly plan: DayPlan;
  readonly now: number;
  readonly station: Station;
  /** the day's instances as the control has them */
  readonly control: readonly Watched[];
  readonly alarms: readonly AlarmChange[];
  readonly controlAlarms: readonly AlarmChange[];
}

/** Everything that does not hold, in words; and the statuses of the day's ledger. */
export function checkDay(question: Question) {
  const expected = expectDay(question.plan);
  const rows = ledgerRows(question);
  const problems = [
    ...sameAlarms(question, expected),
    ...raisedOnce(question),
    ...sameAsControl(question),
    ...compareInstances(question.station, question.control, question.now),
    ...nothingDue(question),
    ...outcomes(question, expected),
    ...sameLedger(rows, expected),
  ];
  return { problems, ledger: [...rows.values()] };
}

/** Each planted fault has its one alarm, at its time and cleared by what mends it; and there is no other alarm. */
function sameAlarms({ alarms }: Question, expected: ExpectedDay): readonly string[] {
  const wanted = expected.alarms.map(({ flow, key, step, name, raisedAt, clearedAt, count }) =>
    line({ place: `${flow}/${key}`, step, name, raisedAt, clearedAt, count }),
  );
  const said = alarms.map(({ flow, key, alarm }) => line({ ...alarm, place: `${flow.name}/${key}` }));
  return [
    ...surplus(wanted, said).map((one) => `missing: ${one}`),
    ...surplus(said, wanted).map((one) => `not planted: ${one}`),
  ];
}

function line(alarm: {
  readonly place: string;
  readonly step: string | null;
  readonly name: string;
  readonly raisedAt: number;
  readonly clearedAt: number | null;
  readonly count: number;
}): string {
  const { place, step, name, raisedAt, clearedAt, count } = alarm;
  const cleared = clearedAt === null ? 'open' : `cleared ${local(clearedAt)}`;
  return `${place} ${step ?? '-'} ${name}, raised ${local(raisedAt)}, ${cleared}, count ${count}`;
}

/** A time in Shanghai. */
function local(time: number): string {
  return new Date(time + 8 * 3_600_000).toISOString().slice(5, 23).replace('T', ' ');
}

function surplus(these: readonly string[], those: readonly string[]): readonly string[] {
  const left = [...those];
  return these.filter((one) => {
    const place = left.indexOf(one);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function raisedOnce({ alarms, station }: Question): readonly string[] {
  return alarms
    .filter(({ alarm }) => station.raised.get(alarm.id) !== 1)
    .map(({ alarm }) => `raised ${station.raised.get(alarm.id) ?? 0} times: ${alarm.id}`);
}

/** Repeats, poison, restarts and lost transactions change no alarm. */
function sameAsControl({ alarms, controlAlarms }: Question): readonly string[] {
  const texts = (all: readonly AlarmChange[]) => all.map(({ alarm }) => JSON.stringify(alarm));
  const [own, control] = [texts(alarms), texts(controlAlarms)];
  return [
    ...surplus(own, control).map((one) => `not in the control: ${one.slice(0, 200)}…`),
    ...surplus(control, own).map((one) => `only in the control: ${one.slice(0, 200)}…`),
  ];
}

/**
 * Instances of the station that are not what the control has, byte for byte. One that has committed waits for nothing: what
 * its pending due times come to is seen when it is next looked at, and a worker that starts again does not load it.
 */
export function compareInstances(
  station: Station,
  control: readonly Watched[],
  now: number,
): readonly string[] {
  return control.flatMap(({ flow, instance }) => {
    const name = nameOf(instance.flow, instance.key);
    const snapshot = station.snapshot(name);
    const own = snapshot === null ? 'none' : encodeInstance(settled(decodeInstance(flow, snapshot), now));
    const other = encodeInstance(settled(instance, now));
    return own === other ? [] : [`differs from the control: ${name}: ${difference(own, other)}`];
  });
}

/** The first place at which two texts differ, with what surrounds it. */
function difference(own: string, other: string): string {
  let place = 0;
  while (own[place] === other[place]) place++;
  const from = Math.max(0, place - 60);
  return `…${own.slice(from, place + 40)}… instead of …${other.slice(from, place + 40)}…`;
}

function settled(instance: Instance, now: number): Instance {
  if (instance.status !== 'committed') return instance;
  return { ...instance, timers: instance.timers.filter(({ due }) => due >= now) };
}

function stored({ definitions, plan, station }: Question): readonly Instance[] {
  return station.names().flatMap((name) => {
    if (!name.includes(plan.day.day)) return [];
    const flow = definitions.flows.get(name.slice(0, name.indexOf('/')));
    const snapshot = station.snapshot(name);
    return flow === undefined || snapshot === null ? [] : [decodeInstance(flow, snapshot)];
  });
}

function nothingDue(question: Question): readonly string[] {
  const { now, station } = question;
  const pending = stored(question).flatMap(({ flow, key, status, timers, waivers }) =>
    waivers.length > 0 || status === 'committed'
      ? []
      : timers
          .filter(({ due }) => due < now)
          .map(({ name, due }) => `undecided: ${flow}/${key} ${name} of ${local(due)}`),
  );
  const next = station.nextDue;
  return next !== null && next < now ? [...pending, `undecided: something of ${local(next)}`] : pending;
}

/** What has begun has ended, unless the plan says that its end never came. */
function outcomes(question: Question, expected: ExpectedDay): readonly string[] {
  const words: Readonly<Record<string, string>> = { running: 'open' };
  return stored(question).flatMap(({ flow, key, status }) => {
    const wanted = expected.outcomes.get(nameOf(flow, key)) ?? 'none';
    const is = words[status] ?? status;
    return is === wanted ? [] : [`outcome: ${flow}/${key} is ${is}, planned ${wanted}`];
  });
}

function ledgerRows(question: Question): ReadonlyMap<string, string> {
  const { definitions, plan, now, station } = question;
  const entries = stored(question).flatMap((instance) => {
    const flow = definitions.flows.get(instance.flow);
    return flow === undefined ? [] : [{ flow, instance, health: healthOf(instance) }];
  });
  const rows = ledger({ definitions, entries, day: plan.day.day, now, since: station.since });
  return new Map(rows.map(({ flow, key, status }) => [nameOf(flow, key ?? ''), status]));
}

function sameLedger(rows: ReadonlyMap<string, string>, { ledger: wanted }: ExpectedDay): readonly string[] {
  const names = new Set([...rows.keys(), ...wanted.keys()]);
  return [...names].flatMap((name) => {
    const [is, should] = [rows.get(name) ?? 'no row', wanted.get(name) ?? 'no row'];
    return is === should ? [] : [`ledger: ${name} is ${is}, planned ${should}`];
  });
}
