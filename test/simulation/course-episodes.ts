/** What must be alarmed of the steps of one instance: order, failures, timers, figures, states and loops. */
import { instantOf, MINUTE } from './company-days.ts';
import { ANSWER_WITHIN, type Due, SESSION, type StepRules, TRADING } from './company-rules.ts';
import type { Clock, Episode, Seen } from './episode.ts';
import type { Arrived, Course, Visit } from './visits.ts';

/** Every alarm of the steps of an instance, and of its own states. */
export function courseEpisodes({ course, day, clock }: Seen): readonly Episode[] {
  const { rules, reports, visits, nested } = course;
  if (reports.length === 0) return [];
  const episodes: Episode[] = [];
  for (const [step, stepRules] of Object.entries(rules.steps)) {
    const own = visits.filter((visit) => visit.step === step);
    for (const visit of own) {
      if (visit.outOfOrder) episodes.push({ ...raised(step, 'out-of-order', visit.begun), clear: null });
      if (visit.failed && visit.end !== null && !nested.has(step))
        episodes.push(failure(own, visit, visit.end));
      for (const due of stepRules.dues ?? [])
        if ('after' in due) episodes.push(...ofVisitTimer(own, visit, due, clock));
    }
    for (const due of stepRules.dues ?? [])
      if ('at' in due) {
        const moment = { step, name: due.name, at: instantOf(day, due.at) };
        episodes.push(...ofMoment(course, own, moment, clock));
      }
    episodes.push(...ofCommits(step, stepRules, own, day.day));
  }
  if (rules.flow === 'report') episodes.push(...ofAnswers(visits, clock));
  if (rules.flow.startsWith('trading-')) {
    const session = visits.filter((visit) => visit.step === 'session');
    const about = reports.filter(({ step }) => step === null);
    episodes.push(
      ...ofStates(null, about, TRADING),
      ...session.flatMap((visit) => ofSession(session, visit, clock)),
      ...ofOpening(course, session, instantOf(day, SESSION.notOpenAt[rules.flow] ?? ''), clock),
    );
  }
  return episodes;
}

function raised(step: string | null, name: string, by: Arrived): Omit<Episode, 'clear'> {
  return { step, name, raisedAt: by.time, from: by.place };
}

/** Open until the step runs again. */
function failure(own: readonly Visit[], visit: Visit, end: Arrived): Episode {
  const again = own.find(({ begun }) => begun.place > end.place);
  const clear = again === undefined ? null : { at: again.begun.time, place: again.begun.place };
  return { ...raised(visit.step, 'exception', end), clear };
}

/** A timer's alarm clears with the step's next commit, or at once where what should have stopped it was only told late. */
function overdue(
  own: readonly Visit[],
  name: string,
  timer: { readonly due: number; readonly begun: Arrived; readonly stop: Arrived | undefined | null },
  clock: Clock,
): readonly Episode[] {
  const { due, begun, stop } = timer;
  const from = Math.max(clock.placeAt(due), begun.place);
  if (stop != null && stop.place <= from) return [];
  const step = own[0]?.step ?? null;
  const episode = { step, name, raisedAt: due, from };
  if (stop != null && stop.time <= due) return [{ ...episode, clear: { at: stop.time, place: stop.place } }];
  return [{ ...episode, clear: commitAfter(own, from) }];
}

function commitAfter(own: readonly Visit[], from: number): Episode['clear'] {
  const commit = own.find(({ end, failed }) => end !== null && !failed && end.place > from)?.end ?? null;
  return commit === null ? null : { at: commit.time, place: commit.place };
}

function ofVisitTimer(
  own: readonly Visit[],
  visit: Visit,
  due: Extract<Due, { after: number }>,
  clock: Clock,
): readonly Episode[] {
  const { begun, reports, end } = visit;
  const stop = due.until === 'commit' ? end : reports.find(({ place }) => place > begun.place);
  if (begun.place === end?.place) return [];
  return overdue(own, due.name, { due: begun.time + due.after * MINUTE, begun, stop }, clock);
}

/** A time of the day, which matters unless the step has committed by then. */
function ofMoment(
  course: Course,
  own: readonly Visit[],
  { step, name, at }: { readonly step: string; readonly name: string; readonly at: number },
  clock: Clock,
): readonly Episode[] {
  const from = Math.max(clock.placeAt(at), course.reports[0]?.place ?? 0);
  const visit = own.findLast(({ begun }) => begun.place <= from);
  if (visit?.end != null && !visit.failed && visit.end.place <= from) return [];
  return [{ step, name, raisedAt: at, from, clear: commitAfter(own, from) }];
}

/** Figures that a rule objects to at a commit, and loops that are taken too often. */
function ofCommits(step: string, rules: StepRules, own: readonly Visit[], day: string): readonly Episode[] {
  const commits = own.flatMap((visit) =>
    visit.end === null || visit.failed ? [] : [{ end: visit.end, params: visit.params }],
  );
  const episodes: Episode[] = [];
  for (const { alarm, wrong, needs } of rules.onCommit ?? []) {
    const blind = commits.filter(({ params }) => needs !== undefined && params[needs] === undefined);
    episodes.push(...blind.map(({ end }) => ({ ...raised(step, 'expression-error', end), clear: null })));
    for (const { end } of commits.filter((one) => !blind.includes(one) && wrong(one.params, day))) {
      const right = commits.find((commit) => commit.end.place > end.place && !wrong(commit.params, day));
      const clear = right === undefined ? null : { at: right.end.time, place: right.end.place };
      episodes.push({ ...raised(step, alarm, end), clear });
    }
  }
  const { loop } = rules;
  if (loop === undefined) return episodes;
  const loops = commits.filter(({ end, params }) => loop.taken?.(params, end.state) ?? true);
  return [
    ...episodes,
    ...loops.slice(loop.limit).map(({ end }) => ({ ...raised(step, 'loop-limit', end), clear: null })),
  ];
}

/** An answer to each report that was sent: accepted or rejected. */
function ofAnswers(visits: readonly Visit[], clock: Clock): readonly Episode[] {
  const answers = visits
    .filter(({ step, reports }) => (step === 'accepted' || step === 'rejected') && reports.length > 0)
    .sort((a, b) => a.begun.place - b.begun.place);
  return visits
    .filter(({ step, failed }) => step === 'send' && !failed)
    .flatMap(({ end }): readonly Episode[] => {
      if (end === null) return [];
      const due = end.time + ANSWER_WITHIN * MINUTE;
      const from = Math.max(clock.placeAt(due), end.place);
      const stop = answers
        .map(({ reports }) => reports[0])
        .find((one) => one !== undefined && one.place > end.place);
      if (stop !== undefined && stop.place <= from) return [];
      const clear = stop === undefined ? null : { at: stop.time, place: stop.place };
      return [{ step: 'rejected', name: 'no-answer', raisedAt: due, from, clear }];
    });
}

interface States {
  readonly initial: string;
  readonly allowed: Readonly<Record<string, readonly string[]>>;
}

/** Changes of state that the table does not allow, until the next that it does. */
function ofStates(step: string | null, reports: readonly Arrived[], table: States): readonly Episode[] {
  let state = table.initial;
  const changes = reports.flatMap((report) => {
    if (report.state === null || report.state === state) return [];
    const known = report.state in table.allowed;
    const legal = known && (table.allowed[state] ?? []).includes(report.state);
    if (known) state = report.state;
    return [{ report, legal }];
  });
  return changes
    .filter(({ legal }) => !legal)
    .map(({ report }) => {
      const right = changes.find((change) => change.legal && change.report.place > report.place)?.report;
      const clear = right === undefined ? null : { at: right.time, place: right.place };
      return { ...raised(step, 'illegal-state', report), clear };
    });
}

function ofSession(own: readonly Visit[], visit: Visit, clock: Clock): readonly Episode[] {
  const { reports } = visit;
  const episodes: Episode[] = [...ofStates('session', reports, SESSION)];
  const figures = reports.filter(({ params }) => 'DELAY' in params);
  reports.forEach((begun, index) => {
    const stop = reports[index + 1];
    const timer = (after: number) => ({ due: begun.time + after * MINUTE, begun, stop });
    if (begun.kind === 'params') episodes.push(...overdue(own, 'silent', timer(SESSION.silentAfter), clock));
    if (begun.state === 'halted')
      episodes.push(...overdue(own, 'halted-long', timer(SESSION.haltedFor), clock));
  });
  for (const one of figures.filter(({ params }) => isSlow(params))) {
    const right = figures.find((other) => other.place > one.place && !isSlow(other.params));
    const clear = right === undefined ? null : { at: right.time, place: right.place };
    episodes.push({ ...raised('session', 'slow-orders', one), clear });
  }
  return episodes;
}

function isSlow({ DELAY }: Arrived['params']): boolean {
  return typeof DELAY === 'number' && DELAY > SESSION.slowest;
}

/** The session must have left the auction by then. */
function ofOpening(course: Course, own: readonly Visit[], at: number, clock: Clock): readonly Episode[] {
  const from = Math.max(clock.placeAt(at), course.reports[0]?.place ?? 0);
  const [visit] = own;
  // a session that nothing has led to has no state at all
  if (visit === undefined || visit.begun.place > from) return [];
  if (visit.end !== null && visit.end.place <= from) return [];
  const said = visit.reports.filter(({ place, state }) => place <= from && state !== null);
  const known = said.filter(({ state }) => (state ?? '') in SESSION.allowed);
  const state = known.at(-1)?.state ?? SESSION.initial;
  if (state !== 'closed' && state !== 'auction') return [];
  return [{ step: 'session', name: 'not-open', raisedAt: at, from, clear: commitAfter(own, from) }];
}
