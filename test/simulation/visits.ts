/**
 * What the steps of a day's flows went through, worked out from all that arrived at once: which reports make up a visit,
 * what led to it and whether it came in order. Positions are places in the order of arrival; `NEVER` stands for what does
 * not come.
 */
import { COMPANY, type FlowRules, HANDED_ON, type Lead } from './company-rules.ts';
import type { Report } from './plain-day.ts';

export const NEVER = Number.POSITIVE_INFINITY;

/** A report and its place in the order of arrival. */
export interface Arrived extends Report {
  readonly place: number;
}

export interface Visit {
  readonly step: string;
  /** one more than the commits before it */
  readonly nth: number;
  /** empty for a step that is expected and has not reported */
  readonly reports: readonly Arrived[];
  /** what its reports have said of its parameters, with what was handed on to it */
  readonly params: Report['params'];
  /** the arrival by which it is expected or, where nothing led to it, its own first report */
  readonly begun: Arrived;
  readonly outOfOrder: boolean;
  readonly end: Arrived | null;
  readonly failed: boolean;
}

/** A flow's instance on a day. */
export interface Course {
  readonly rules: FlowRules;
  readonly child: string;
  readonly key: string;
  /** its own reports and those of what it nests, in order of arrival */
  readonly reports: readonly Arrived[];
  readonly visits: readonly Visit[];
  /** what its steps nest */
  readonly nested: ReadonlyMap<string, readonly Course[]>;
}

/** Whether an instance is expected or open after the arrival at `place`. */
export function isOpen(course: Course, place: number): boolean {
  const first = course.reports[0];
  if (first === undefined || first.place > place) return true;
  return course.visits.some((visit) => isLive(course, visit, place));
}

function isLive(course: Course, visit: Visit, place: number): boolean {
  if (visit.begun.place > place) return false;
  const nested = course.nested.get(visit.step);
  if (nested !== undefined) return nested.some((one) => isOpen(one, place));
  return visit.end === null || visit.end.place > place;
}

/** The first arrival after `place` with which an instance that is open then ends; null where it does not. */
export function endAfter(course: Course, place: number): Arrived | null {
  return course.reports.find((one) => one.place > place && !isOpen(course, one.place)) ?? null;
}

/** What an instance came to in the end. */
export function outcomeOf(course: Course): 'expected' | 'open' | 'failed' | 'committed' {
  if (course.reports.length === 0) return 'expected';
  if (isOpen(course, NEVER)) return 'open';
  const last = new Map(course.visits.map((visit) => [visit.step, visit]));
  const failed = [...last.values()].some((visit) => {
    const nested = course.nested.get(visit.step);
    return nested === undefined ? visit.failed : nested.some((one) => outcomeOf(one) === 'failed');
  });
  return failed ? 'failed' : 'committed';
}

/** The courses of all flows of a day, by `<flow>/<child>`; nested ones first. */
export function coursesOf(reports: readonly Report[], keyOf: (flow: string, child: string) => string) {
  const arrived = reports.map((report, place): Arrived => ({ ...report, place }));
  const courses = new Map<string, Course>();
  for (const rules of COMPANY) {
    for (const child of rules.children) {
      const nested = new Map<string, readonly Course[]>();
      for (const inner of courses.values()) {
        const step = inner.rules.parent?.flow === rules.flow ? inner.rules.parent.step : null;
        if (step !== null) nested.set(step, [...(nested.get(step) ?? []), inner]);
      }
      courses.set(
        `${rules.flow}/${child}`,
        courseOf({ rules, child, key: keyOf(rules.flow, child), nested }, arrived),
      );
    }
  }
  return courses;
}

function courseOf(
  identity: Pick<Course, 'rules' | 'child' | 'key' | 'nested'>,
  arrived: readonly Arrived[],
): Course {
  const { rules, child, nested } = identity;
  const own = arrived.filter((one) => one.flow === rules.flow && one.child === child);
  const inner = [...nested.values()].flat().flatMap((course) => course.reports);
  const reports = [...own, ...inner].sort((a, b) => a.place - b.place);
  const spoken = new Map<string, Spoken[]>();
  for (const step of Object.keys(rules.steps)) {
    const courses = nested.get(step);
    spoken.set(
      step,
      courses === undefined ? split(own.filter((one) => one.step === step)) : composite(courses),
    );
  }
  return { ...identity, reports, visits: visitsOf(rules, spoken, reports[0] ?? null) };
}

/** A visit by what was said in it. */
interface Spoken {
  readonly reports: readonly Arrived[];
  readonly end: Arrived | null;
  readonly failed: boolean;
}

/** Reports of one step as visits; what was stamped before the last one ended, or only adds figures to it, begins none. */
function split(reports: readonly Arrived[]): Spoken[] {
  const visits: Spoken[] = [];
  let open: Arrived[] = [];
  for (const report of reports) {
    const ended = open.length === 0 ? (visits.at(-1)?.end ?? null) : null;
    if (ended !== null && (report.kind === 'params' || report.time < ended.time)) continue;
    open.push(report);
    if (report.kind !== 'committed' && report.kind !== 'exception') continue;
    visits.push({ reports: open, end: report, failed: report.kind === 'exception' });
    open = [];
  }
  if (open.length > 0) visits.push({ reports: open, end: null, failed: false });
  return visits;
}

/** What a step nests, as one visit: it ends when all of it has. */
function composite(courses: readonly Course[]): Spoken[] {
  const reports = courses.flatMap((course) => course.reports).sort((a, b) => a.place - b.place);
  if (reports.length === 0) return [];
  const done = courses.every((course) => outcomeOf(course) === 'committed');
  const last = courses.flatMap((course) => course.visits.flatMap(({ end }) => (end === null ? [] : [end])));
  const end = done ? last.reduce((latest, one) => (one.place > latest.place ? one : latest)) : null;
  return [{ reports, end, failed: false }];
}

function visitsOf(
  rules: FlowRules,
  spoken: ReadonlyMap<string, readonly Spoken[]>,
  first: Arrived | null,
): readonly Visit[] {
  if (first === null) return [];
  const commits = new Map(
    [...spoken].map(([step, visits]) => [step, visits.filter(({ end, failed }) => end !== null && !failed)]),
  );
  const committed = (step: string) => commits.get(step)?.length ?? 0;
  const params = (step: string, visit: Spoken | undefined, isLed = true): Report['params'] => {
    const handed = !isLed
      ? []
      : HANDED_ON.filter(([, to]) => to === step).flatMap(([from, , param]) => {
          const value = params(from, commits.get(from)?.at(-1))[param];
          return value === undefined ? [] : [[param, value]];
        });
    const said = (visit?.reports ?? []).map((report) => report.params);
    return Object.assign({}, Object.fromEntries(handed), ...said);
  };
  const found = ({ step, nth, fits }: Lead): Arrived | null => {
    const done = commits.get(step) ?? [];
    const candidates = nth === undefined ? done : done.slice(nth - 1, nth);
    const fitting = candidates.find((one) => fits?.(params(step, one), one.end?.state ?? null) ?? true);
    return fitting?.end ?? null;
  };
  /** The arrival by which a visit is expected: the last one that it waits for. */
  const ledBy = (step: string, nth: number): Arrived | null => {
    const leads = rules.steps[step]?.leads(nth, committed) ?? null;
    if (leads === null) return null;
    if (leads === 'start') return first;
    const arrivals = leads.map(found);
    const known = arrivals.flatMap((one) => (one === null ? [] : [one]));
    if (known.length < arrivals.length) return null;
    return known.reduce((latest, one) => (one.place > latest.place ? one : latest));
  };

  const visits: Visit[] = [];
  for (const [step, all] of spoken) {
    let nth = 1;
    let again = false;
    for (const one of all) {
      const said = one.reports[0];
      if (said === undefined) continue;
      const led = ledBy(step, nth);
      const inOrder = led !== null && led.place <= said.place;
      const begun = again || !inOrder ? said : led;
      const outOfOrder = !again && !inOrder;
      visits.push({ step, nth, ...one, params: params(step, one, !outOfOrder), begun, outOfOrder });
      again = one.failed;
      if (one.end !== null && !one.failed) nth++;
    }
    const last = all.at(-1);
    const expected = last === undefined || (last.end !== null && !last.failed) ? ledBy(step, nth) : null;
    // an arrival that an out-of-order visit lacked asks for no other one
    if (expected !== null && (last?.end == null || expected.place >= last.end.place))
      visits.push({
        step,
        nth,
        reports: [],
        params: {},
        begun: expected,
        outOfOrder: false,
        end: null,
        failed: false,
      });
  }
  return visits;
}
