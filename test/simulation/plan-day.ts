/**
 * The plan of one simulated day: what the applications report and when it arrives, what is sent again or cannot be
 * understood, what operators do. Everything drawn comes from one seeded source.
 */
import type { Act } from '../../engine/index.ts';
import { beginOf, type CompanyDay, checkTimeOf, MINUTE } from './company-days.ts';
import { late, MISHAPS, type Mishap, wrongFigures } from './mishaps.ts';
import { CHAINS, type Chain, plainDay, type Report } from './plain-day.ts';
import type { Random } from './random.ts';

/** Something that arrives. `again`: the same report once more; `poison`: what must be refused. */
export type Arrival =
  | { readonly kind: 'report' | 'again'; readonly arrival: number; readonly report: Report }
  | { readonly kind: 'poison'; readonly arrival: number; readonly report: Report }
  | { readonly kind: 'act'; readonly arrival: number; readonly act: Act };

/** A flow that an operator excuses for the day. */
export interface Waived {
  readonly flow: string;
  readonly from: number;
  /** when it is taken back; Infinity: never */
  readonly until: number;
}

export interface DayPlan {
  readonly day: CompanyDay;
  /** what arrives, once each, in the order of arrival */
  readonly reports: readonly Report[];
  /** all of it, repeats, poison and acts too */
  readonly arrivals: readonly Arrival[];
  readonly waived: readonly Waived[];
  /** alarms that an operator closes by hand */
  readonly closed: readonly { readonly id: string; readonly at: number }[];
  /** chains of which nothing was disturbed */
  readonly calm: readonly Chain[];
  /** names of what was planted, once for each time */
  readonly planted: readonly string[];
  /** what was planted where, for people */
  readonly story: readonly string[];
}

/** Plans a day. */
export function planDay(day: CompanyDay, random: Random): DayPlan {
  const planted: string[] = [];
  const calm: Chain[] = [];
  const plain = plainDay(day);
  const silent = random.chance(0.05) ? random.pick([...new Set(plain.map((one) => one.application))]) : null;
  if (silent !== null) planted.push('application silent for a day');
  const story = silent === null ? [] : [`${silent} is silent`];
  const told = CHAINS.flatMap((chain) => {
    const before = plain.filter((one) => one.chain === chain);
    if (before.length === 0) return [];
    const names: string[] = [];
    const reports = disturb(chain, before, random, names).filter((one) => one.application !== silent);
    planted.push(...names);
    story.push(...names.map((name) => `${chain} ${name}`));
    if (names.length === 0 && reports.length === before.length) calm.push(chain);
    const known = planted.length;
    const sent = onTheWay(chain, reports, random, planted, calm);
    story.push(...planted.slice(known).map((name) => `${chain} ${name}`));
    return sent;
  });
  const reports = told.toSorted((a, b) => a.arrival - b.arrival);
  const acts = operators({ day, reports, calm, random, planted });
  return {
    day,
    reports,
    arrivals: [
      ...reports.map((report): Arrival => ({ kind: 'report', arrival: report.arrival, report })),
      ...again(reports, random, planted),
      ...poison(reports, random, planted),
      ...acts.acts.map((act): Arrival => ({ kind: 'act', arrival: act.time, act })),
    ].toSorted((a, b) => a.arrival - b.arrival),
    waived: acts.waived,
    closed: acts.closed,
    calm,
    planted,
    story: [...story, ...acts.acts.map(({ kind, flow }) => `${kind} ${flow}`)],
  };
}

function disturb(chain: Chain, plain: readonly Report[], random: Random, names: string[]): readonly Report[] {
  if (random.chance(0.5)) return plain;
  let told = plain;
  const spoil = (name: string, mishap: Mishap) => {
    const spoiled = told.length === 0 ? null : mishap(told, random);
    if (spoiled === null || !fits(plain, spoiled)) return;
    names.push(name);
    told = spoiled;
  };
  const [name, mishap] = random.pick(Object.entries(MISHAPS[chain])) ?? [];
  if (name !== undefined && mishap !== undefined) spoil(name, mishap);
  if (name !== 'wrongFigures' && random.chance(0.25)) spoil('wrongFigures', wrongFigures);
  if (name !== 'late' && random.chance(0.25)) spoil('late', late);
  return told;
}

/** Whether a chain ends no more than four hours late: everything of the day is over when it is looked at. */
function fits(plain: readonly Report[], now: readonly Report[]): boolean {
  const end = (reports: readonly Report[]) => Math.max(...reports.map(({ time }) => time));
  return end(now) - end(plain) < 240 * MINUTE;
}

/** Reports take a second or two to arrive; now and then a queue stands still, or one report overtakes another. */
function onTheWay(
  chain: Chain,
  reports: readonly Report[],
  random: Random,
  planted: string[],
  calm: Chain[],
): readonly Report[] {
  let last = 0;
  const sent = reports.map((report) => {
    last = Math.max(last, report.time + random.between(0, 2000));
    return { ...report, arrival: last };
  });
  const disturbed = (name: string) => {
    planted.push(name);
    if (calm.includes(chain)) calm.splice(calm.indexOf(chain), 1);
  };
  if (random.chance(0.04)) {
    const from = random.pick(sent)?.time ?? 0;
    const until = from + random.between(3, 180) * MINUTE;
    if (sent.some(({ time }) => time >= from && time < until)) disturbed('delivered late');
    return sent.map((one) => (one.arrival >= from && one.arrival < until ? { ...one, arrival: until } : one));
  }
  if (random.chance(0.06)) return harmless(sent, random, () => planted.push('overtaken within a step'));
  return random.chance(0.08) ? harmful(sent, random, () => disturbed('overtaken by the next step')) : sent;
}

/** What a step reports arrives after its commit. */
function harmless(sent: readonly Report[], random: Random, done: () => void): readonly Report[] {
  const pairs = sent.flatMap((slow) => {
    if ((slow.kind !== 'activated' && slow.kind !== 'params') || !MAY_COME_LAST.has(slow.step ?? ''))
      return [];
    const commit = sent.find(
      (one) => one.kind === 'committed' && one.time > slow.time && isSameStep(one, slow),
    );
    return commit === undefined || slow.keyless ? [] : [{ slow, commit }];
  });
  const pair = random.pick(pairs);
  if (pair === undefined) return sent;
  done();
  return held(sent, pair.slow, pair.commit.arrival + random.between(1, 90_000));
}

const MAY_COME_LAST = new Set([
  'connect',
  'archive',
  'close-out',
  'front',
  'deposits',
  'withdrawals',
  'tape',
  'calls',
]);

function isSameStep(a: Report, b: Report): boolean {
  return a.flow === b.flow && a.child === b.child && a.step === b.step;
}

/** A commit arrives after the first report of the step that it leads to. */
function harmful(sent: readonly Report[], random: Random, done: () => void): readonly Report[] {
  const pairs = OVERTAKEN.flatMap(([flow, from, to]) => {
    const slow = sent.find((one) => one.flow === flow && one.step === from && one.kind === 'committed');
    const next = sent.find((one) => one.flow === flow && one.step === to);
    return slow === undefined || next === undefined || next.time < slow.time ? [] : [{ slow, next }];
  });
  const pair = random.pick(pairs);
  if (pair === undefined) return sent;
  done();
  return held(sent, pair.slow, pair.next.arrival + random.between(1, 50_000));
}

const OVERTAKEN: readonly (readonly [string, string, string])[] = [
  ['pre-open', 'switch-day', 'front'],
  ['trading-night', 'connect', 'session'],
  ['trading-day', 'connect', 'session'],
  ['bank-transfer', 'sign-out', 'reconcile'],
  ['margin', 'rates', 'compute'],
];

function held(sent: readonly Report[], slow: Report, arrival: number): readonly Report[] {
  return sent.map((one) => (one === slow ? { ...one, arrival } : one));
}

/** The same again, one to five times, at once or days later. */
function again(reports: readonly Report[], random: Random, planted: string[]): readonly Arrival[] {
  return reports.flatMap((report) => {
    if (!random.chance(0.06)) return [];
    return Array.from({ length: random.between(1, 5) }, (): Arrival => {
      const [name, longest] = random.pick(AGAIN) ?? ['', 0];
      planted.push(`repeated ${name}`);
      return { kind: 'again', arrival: report.arrival + random.between(0, longest), report };
    });
  });
}

const AGAIN: readonly (readonly [string, number])[] = [
  ['at once', 0],
  ['within the hour', 60 * MINUTE],
  ['within five days', 5 * 24 * 60 * MINUTE],
];

/** What cannot be understood: it is refused and changes nothing. */
function poison(reports: readonly Report[], random: Random, planted: string[]): readonly Arrival[] {
  return reports.flatMap((report): Arrival[] => {
    if (report.step === null || !random.chance(0.01)) return [];
    const [name, spoil] = random.pick(Object.entries(POISON)) ?? [];
    if (name === undefined || spoil === undefined) return [];
    planted.push(name);
    return [{ kind: 'poison', arrival: report.arrival, report: spoil(report) }];
  });
}

const POISON: Readonly<Record<string, (report: Report) => Report>> = {
  'unknown step': (report) => ({ ...report, id: `${report.id}-poison`, step: 'nowhere' }),
  'unknown flow': (report) => ({ ...report, id: `${report.id}-poison`, flow: 'nobodys' }),
  'id of another event': (report) => ({ ...report, params: { ...report.params, OTHER: 1 } }),
};

interface Operating {
  readonly day: CompanyDay;
  readonly reports: readonly Report[];
  readonly calm: readonly Chain[];
  readonly random: Random;
  readonly planted: string[];
}

/** Flows that never start are excused now and then, before or after their alarm, and that is taken back now and then. */
function operators({ day, reports, calm, random, planted }: Operating) {
  const waived: Waived[] = [];
  const closed: { id: string; at: number }[] = [];
  const acts: Act[] = [];
  const said = (flow: string) => ({
    id: `op-${day.day}-${acts.length}`,
    flow,
    reason: 'not today',
    by: 'Chen',
  });
  const waive = (flow: string, kind: 'waive' | 'unwaive', time: number) => {
    acts.push({ kind, ...said(flow), day: day.day, key: null, step: null, time });
    planted.push(kind === 'waive' ? 'waived for a day' : 'waiver taken back');
  };
  const evening = checkTimeOf(day) - 10 * 60 * MINUTE;
  for (const flow of WAIVABLE) {
    if (flow === 'trading-night' && !day.hasNight) continue;
    const chain = CHAINS.find((one) => one === flow) ?? 'clearing';
    const runs = reports.some((one) => one.chain === chain);
    if (!random.chance(runs ? 0.02 : 0.6) || (runs && !calm.includes(chain))) continue;
    const early = beginOf(day) + random.between(1, 40) * MINUTE + 13;
    const inTheDay = evening - random.between(1, 12 * 60) * MINUTE + 13;
    const from = runs ? evening + 13 : random.chance(0.4) ? early : inTheDay;
    const until =
      !runs && random.chance(0.4) ? from + random.between(1, 300) * MINUTE : Number.POSITIVE_INFINITY;
    waive(flow, 'waive', from);
    if (until < Number.POSITIVE_INFINITY) waive(flow, 'unwaive', until);
    waived.push({ flow, from, until });
  }
  const early = reports.find((one) => one.step === 'statements');
  const margin = reports.findLast((one) => one.flow === 'margin' && one.kind === 'committed');
  if (early !== undefined && margin !== undefined && early.arrival < margin.arrival && random.chance(0.7)) {
    const at = early.arrival + random.between(1, 50) * MINUTE;
    const id = ['settlement', early.key, 'statements', 'out-of-order', '1'].map(encodeURIComponent).join('/');
    acts.push({ kind: 'close', ...said('settlement'), key: early.key, alarm: id, time: at });
    closed.push({ id, at });
    planted.push('alarm closed by hand');
  }
  return { acts, waived, closed };
}

const WAIVABLE = ['pre-open', 'trading-night', 'trading-day', 'bank-transfer', 'settlement'];
