/** Times that do not fit together: timers, deadlines and starts held against each other on the days to come. */
import type { Calendar } from './calendar.ts';
import type { CalendarDocument } from './document.ts';
import type { Findings } from './findings.ts';
import type { Flow, Timer } from './flow.ts';
import { type Day, formatSpan, type Moment, type Span } from './moment.ts';

const DAYS = 40;
const DAY_MS = 86_400_000;

/** Looks at the times of a flow on the trading days from `today` on. */
export function lintTiming(flow: Flow, today: Day, findings: Findings): void {
  const days = daysFrom(flow.calendar, today);
  /** Whether something holds on every day on which both moments are. */
  const always = (a: Moment, b: Moment, holds: (a: number, b: number) => boolean): boolean => {
    const pairs = days.flatMap((day) => {
      const [one, other] = [flow.calendar.resolve(day, a), flow.calendar.resolve(day, b)];
      return one === null || other === null ? [] : [[one, other] as const];
    });
    return pairs.length > 0 && pairs.every(([one, other]) => holds(one, other));
  };
  const { start, deadline } = flow;
  if (
    start?.kind === 'by' &&
    deadline?.kind === 'at' &&
    always(deadline.moment, start.moment, (a, b) => a <= b)
  ) {
    const message =
      'the deadline is not after the required start, so every instance is late: move one of them';
    findings.warning(deadline.at, 'MP203', message);
  }
  if (start?.kind === 'by') lintStartDay(flow, start.moment, days, findings);
  for (const step of flow.steps)
    for (const timer of step.timers) {
      const { moment } = timer;
      const who = `timer '${timer.name}' of step '${step.name}' of flow '${flow.name}'`;
      if (moment !== null && deadline?.kind === 'at' && always(moment, deadline.moment, (a, b) => a >= b)) {
        const message = `${who} is not due before the deadline, which tells of the same: move it, or remove it`;
        findings.warning(timer.at, 'MP201', message);
      }
      if (moment !== null && start?.kind === 'by' && always(moment, start.moment, (a, b) => a <= b)) {
        const message = `${who} is due no later than the required start, so that it runs out as soon as a step of a punctual instance waits: move it`;
        findings.warning(timer.at, 'MP202', message);
      }
      lintSpan(flow, timer, who, findings);
    }
  if (deadline?.kind === 'in' && compareSpans(deadline.in, flow.abandon) >= 0) {
    const message = `an instance is abandoned after ${formatSpan(flow.abandon)} without an event, before its deadline is due: raise \`abandon\``;
    findings.warning(deadline.at, 'MP205', message);
  }
}

function lintSpan(flow: Flow, timer: Timer, who: string, findings: Findings): void {
  const { deadline, abandon } = flow;
  if (timer.in === null) return;
  if (deadline?.kind === 'in' && timer.after === 'activated' && compareSpans(timer.in, deadline.in) >= 0) {
    const message = `${who} runs ${formatSpan(timer.in)} and cannot run out before the deadline, ${formatSpan(deadline.in)} after the start: shorten it, or remove it`;
    findings.warning(timer.at, 'MP201', message);
  }
  if (compareSpans(timer.in, abandon) >= 0) {
    const message = `an instance is abandoned after ${formatSpan(abandon)} without an event, before ${who} is due: raise \`abandon\``;
    findings.warning(timer.at, 'MP205', message);
  }
}

/** An event at the required start must count to the day that it is required on. */
function lintStartDay(flow: Flow, moment: Moment, days: readonly Day[], findings: Findings): void {
  const { calendar, start, key } = flow;
  if (start === null || key?.hasDay !== true) return;
  const strange = days.flatMap((day) => {
    const due = calendar.resolve(day, moment);
    if (due === null) return [];
    const counted = calendar.dayOf(due);
    return [counted === day ? null : { day, counted }];
  });
  const [first] = strange;
  if (first === null || first === undefined || strange.includes(null)) return;
  const remedy = first.counted > first.day ? 'add `day: previous`' : 'correct the time, or leave `day` out';
  const message = `at the required start of ${first.day} the trading day is ${first.counted}, so that an event without a key starts another instance: ${remedy}`;
  findings.warning(start.at, 'MP204', message);
}

/** A flow that lives by the days of a calendar, and that nobody would miss. */
export function lintExpected(flow: Flow, hasCalendar: boolean, findings: Findings): void {
  if (flow.start !== null || !hasCalendar || flow.parents.length > 0) return;
  if (flow.deadline?.kind !== 'at' && flow.key?.hasDay !== true) return;
  const message = `flow '${flow.name}' has an instance on every trading day of '${flow.calendar.name}', and none is expected: a day without any event raises nothing; add \`start: { by: "15:30" }\``;
  findings.warning(flow.at, 'MP206', message);
}

/** Holidays that end some day, without a word about when. */
export function lintCalendar(document: CalendarDocument, findings: Findings): void {
  if (document.validUntil !== null) return;
  const last = [...document.holidays, ...document.noNight]
    .map(({ to }) => to)
    .toSorted()
    .at(-1);
  if (last === undefined) return;
  const message = `calendar '${document.name}' lists holidays up to ${last} and says not how long they were entered for: add \`valid-until: ${last.slice(0, 4)}-12-31\``;
  findings.warning(document.at, 'MP207', message);
}

function daysFrom(calendar: Calendar, today: Day): readonly Day[] {
  let day = today;
  return Array.from({ length: DAYS }, () => {
    day = calendar.next(day);
    return day;
  });
}

/** A day counts as 24 hours here: spans that differ by a clock change are the same. */
function compareSpans(a: Span, b: Span): number {
  return a.days * DAY_MS + a.ms - (b.days * DAY_MS + b.ms);
}
