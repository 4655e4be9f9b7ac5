/**
 * What must be alarmed on a day, and what the day's ledger must say, worked out from the plan and the company's rules
 * alone. It looks at the whole day at once, where the engine goes from fact to fact.
 */
import { type CompanyDay, instantOf, MINUTE } from './company-days.ts';
import { BACKUP_WITHIN } from './company-rules.ts';
import { courseEpisodes } from './course-episodes.ts';
import { Clock, type Episode, type Seen } from './episode.ts';
import type { DayPlan, Waived } from './plan-day.ts';
import { type Course, coursesOf, endAfter, isOpen, NEVER, outcomeOf, type Visit } from './visits.ts';

export interface ExpectedAlarm {
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly raisedAt: number;
  readonly clearedAt: number | null;
  readonly count: number;
}

export interface ExpectedDay {
  readonly alarms: readonly ExpectedAlarm[];
  /** `<flow>/<key>` -> status, for the flows that are not nested */
  readonly ledger: ReadonlyMap<string, string>;
  /** `<flow>/<key>` -> what its instance comes to, where there is one */
  readonly outcomes: ReadonlyMap<string, string>;
}

/** What a day comes to. */
export function expectDay(plan: DayPlan): ExpectedDay {
  const { day, reports } = plan;
  const courses = coursesOf(reports, (flow, child) => keyOf(day, flow, child));
  const clock = new Clock(reports);
  const alarms = [...courses.values()].flatMap((course) => {
    if (course.rules.flow === 'trading-night' && !day.hasNight) return [];
    const seen = { course, courses, day, clock };
    return inForce([...ofStart(seen), ...ofDeadline(seen), ...courseEpisodes(seen)], course, plan);
  });
  const outcomes = [...courses.values()].map(
    (course) => [`${course.rules.flow}/${course.key}`, outcomeOf(course)] as const,
  );
  return { alarms, ledger: ledgerOf(plan, courses), outcomes: new Map(outcomes) };
}

const FAMILIES: Readonly<Record<string, string>> = {
  'pre-open': 'trading',
  'trading-night': 'trading',
  'trading-day': 'trading',
  'bank-transfer': 'funds',
};

function keyOf({ day }: CompanyDay, flow: string, child: string): string {
  return `${FAMILIES[flow] ?? 'clearing'}-${day}${child === '' ? '' : `/${child}`}`;
}

/** Late starts. The backup's is due after settlement's commit, and only where it has not begun before. */
function ofStart(seen: Seen): readonly Episode[] {
  const { course, courses, day, clock } = seen;
  const { start } = course.rules;
  const due = start === undefined ? backupDue(course, courses) : instantOf(day, start.due);
  if (due === null) return [];
  const from = clock.placeAt(due);
  const first = course.reports[0];
  if (first !== undefined && first.place <= from) return [];
  const clear = first === undefined ? null : { at: first.time, place: first.place };
  return [{ step: null, name: start?.alarm ?? 'start-timeout', raisedAt: due, from, clear }];
}

function backupDue(course: Course, courses: ReadonlyMap<string, Course>): number | null {
  const settlement = courses.get('settlement/');
  if (course.rules.flow !== 'backup' || settlement === undefined) return null;
  if (outcomeOf(settlement) !== 'committed') return null;
  const open = settlement.reports.findLast(({ place }) => isOpen(settlement, place));
  const end = endAfter(settlement, open?.place ?? -1);
  if (end === null || (course.reports[0]?.place ?? NEVER) < end.place) return null;
  return end.time + BACKUP_WITHIN * MINUTE;
}

function ofDeadline({ course, courses, day, clock }: Seen): readonly Episode[] {
  const { deadline, parent } = course.rules;
  const [first] = course.reports;
  if (deadline === undefined || ('after' in deadline && first === undefined)) return [];
  const due =
    'after' in deadline ? (first?.time ?? 0) + deadline.after * MINUTE : instantOf(day, deadline.at);
  // from then on the instance is known; the flows that are expected each day are known before anything is due
  let known = 'after' in deadline ? (first?.place ?? -1) : -1;
  if (parent !== undefined && !('after' in deadline)) {
    const nesting = courses.get(`${parent.flow}/`)?.visits.find(({ step }) => step === parent.step);
    if (nesting === undefined) return [];
    known = nesting.begun.place;
  }
  const from = Math.max(clock.placeAt(due), known);
  if (!isOpen(course, from)) return [];
  const end = endAfter(course, from);
  const clear = end === null ? null : { at: end.time, place: end.place };
  return [{ step: null, name: 'deadline', raisedAt: due, from, clear }];
}

/** What operators silence, and what they close. Only flows that never start are excused, or such as are calm. */
function inForce(episodes: readonly Episode[], course: Course, plan: DayPlan): readonly ExpectedAlarm[] {
  const { flow } = course.rules;
  const waived = plan.waived.find((one) => one.flow === flow);
  const said = waived === undefined ? episodes : episodes.flatMap((one) => excused(one, waived));
  return merged(said).map(({ step, name, raisedAt, clear, count }) => {
    const id = [flow, course.key, step ?? '', name, '1'].map(encodeURIComponent).join('/');
    const closed = plan.closed.find((one) => one.id === id);
    const end = clear?.at ?? closed?.at ?? null;
    const clearedAt = end === null ? null : Math.max(end, raisedAt);
    return { flow, key: course.key, step, name, raisedAt, clearedAt, count };
  });
}

/** An alarm that would be raised under a waiver waits for it to be taken back; one that is open clears, and comes again. */
function excused(episode: Episode, { from, until }: Waived): readonly Episode[] {
  const later = until < NEVER ? [episode] : [];
  if (episode.raisedAt >= until) return [episode];
  if (episode.raisedAt >= from) return later;
  return [{ ...episode, clear: { at: from, place: episode.from } }, ...later];
}

/** Episodes of one name that overlap are one alarm, raised more than once; it clears with the last of them. */
function merged(episodes: readonly Episode[]): readonly (Episode & { readonly count: number })[] {
  const alarms: (Episode & { readonly count: number })[] = [];
  for (const one of episodes.toSorted((a, b) => a.from - b.from)) {
    const open = alarms.findIndex(
      ({ step, name, clear }) => step === one.step && name === one.name && (clear?.place ?? NEVER) > one.from,
    );
    const before = alarms[open];
    if (before === undefined) alarms.push({ ...one, count: 1 });
    else alarms[open] = { ...before, count: before.count + 1, clear: later(before.clear, one.clear) };
  }
  return alarms;
}

function later(one: Episode['clear'], other: Episode['clear']): Episode['clear'] {
  return one === null || other === null ? null : one.place > other.place ? one : other;
}

function ledgerOf(
  { day, waived }: DayPlan,
  courses: ReadonlyMap<string, Course>,
): ReadonlyMap<string, string> {
  const excusedFlow = (flow: string) => waived.some((one) => one.flow === flow && one.until === NEVER);
  const ledger = new Map<string, string>();
  for (const course of courses.values()) {
    const { flow, parent } = course.rules;
    if (parent !== undefined || (flow === 'trading-night' && !day.hasNight)) continue;
    const status = statusOf(course, courses, day);
    const settled = courses.get('settlement/');
    const follows = flow === 'backup' && settled !== undefined && outcomeOf(settled) !== 'committed';
    const excused =
      (excusedFlow(flow) && status !== 'on-time' && status !== 'running') ||
      (follows && excusedFlow('settlement') && status === 'missing');
    ledger.set(`${flow}/${course.key}`, excused ? 'excused' : status);
  }
  return ledger;
}

function statusOf(course: Course, courses: ReadonlyMap<string, Course>, day: CompanyDay): string {
  const [first] = course.reports;
  const outcome = outcomeOf(course);
  if (first === undefined) return 'missing';
  if (outcome === 'failed') return 'failed';
  if (outcome !== 'committed')
    return course.visits.some((visit) => isRunning(course, visit)) ? 'running' : 'waiting';
  const { start, deadline } = course.rules;
  const startDue = start === undefined ? backupDue(course, courses) : instantOf(day, start.due);
  const end = Math.max(...course.reports.map(({ time }) => time));
  const endDue =
    deadline === undefined
      ? NEVER
      : 'after' in deadline
        ? first.time + deadline.after * MINUTE
        : instantOf(day, deadline.at);
  return first.time > (startDue ?? NEVER) || end > endDue ? 'late' : 'on-time';
}

/** Whether a step has reported and not ended. */
function isRunning(course: Course, visit: Visit): boolean {
  const nested = course.nested.get(visit.step);
  if (nested === undefined) return visit.reports.length > 0 && visit.end === null;
  return nested.some(({ reports }) => reports.length > 0) && nested.some((one) => isOpen(one, NEVER));
}
