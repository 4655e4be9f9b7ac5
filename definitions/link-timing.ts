/** Start, deadline and timers of a flow, with their default severities and their look-ups in its calendar. */
import type {
  CalendarDocument,
  DeadlineDocument,
  FlowDocument,
  StartDocument,
  TimerDocument,
  TriggerDocument,
} from './document.ts';
import { type Findings, unknownName } from './findings.ts';
import type { Deadline, Start, Timer } from './flow.ts';
import { lacks, VARIANT } from './lost.ts';
import type { Moment, Span } from './moment.ts';
import type { Located } from './place.ts';

const NOTHING: Span = { days: 0, ms: 0 };
const ABANDON: Span = { days: 30, ms: 0 };
const DAY_MS = 24 * 60 * 60 * 1000;

/** Gives a moment back after looking up the session that it may name. */
export type MomentOf = (moment: Located<Moment>) => Moment;

/** Gives the check of moments for a flow with this calendar document, all of whose sessions are known; null: none. */
export function momentsIn(calendar: CalendarDocument | null, findings: Findings): MomentOf {
  const sessions = calendar?.sessions.map((session) => session.name) ?? [];
  return ({ value, at }) => {
    if (value.kind === 'anchor' && !sessions.includes(value.session)) {
      const where =
        calendar === null ? 'session of the default calendar' : `session of calendar '${calendar.name}'`;
      findings.error(at, 'unknown-session', unknownName(where, value.session, sessions));
    }
    return value;
  };
}

/** The compiled start, null where the flow has none; late starts are a warning unless it says otherwise. */
export function linkStart(start: StartDocument | null, momentOf: MomentOf): Start | null {
  if (start === null) return null;
  const severity = start.severity ?? 'warning';
  if (start.kind === 'after')
    return { kind: 'after', flow: start.after.value, in: start.in, severity, at: start.at };
  return { kind: 'by', moment: momentOf(start.by), grace: start.grace ?? NOTHING, severity, at: start.at };
}

/** The compiled deadline, null where the flow has none; missing it is critical unless it says otherwise. */
export function linkDeadline(deadline: DeadlineDocument | null, momentOf: MomentOf): Deadline | null {
  if (deadline === null) return null;
  const severity = deadline.severity ?? 'critical';
  if (deadline.kind === 'in') return { kind: 'in', in: deadline.in, severity, at: deadline.at };
  return { kind: 'at', moment: momentOf(deadline.moment), severity, at: deadline.at };
}

/** The compiled timers of a step, in their order. */
export function linkTimers(timers: readonly TimerDocument[], momentOf: MomentOf): readonly Timer[] {
  return timers.map((timer) => ({
    name: timer.name,
    after: timer.after,
    in: timer.in,
    moment: timer.moment === null ? null : momentOf(timer.moment),
    untilCommitted: timer.until === 'committed',
    severity: timer.severity ?? 'warning',
    at: timer.at,
  }));
}

/** How far behind the clock a flow is decided, in milliseconds; a day is 24 hours here, since it is no date's. */
export function linkDisorder(document: FlowDocument): number {
  const { days, ms } = document.disorder ?? NOTHING;
  return days * DAY_MS + ms;
}

/** After how long a silence an instance is abandoned; 30 days unless the flow says otherwise. */
export function linkAbandon(document: FlowDocument): Span {
  return document.abandon ?? ABANDON;
}

/** Warns of timers that nothing can start: with neither `after` nor `at`, and started by none of these rules. */
export function checkTimersStart(
  timers: readonly TimerDocument[],
  triggers: readonly TriggerDocument[],
  findings: Findings,
): void {
  const actions = triggers.flatMap((trigger) => trigger.rules).flatMap((rule) => rule.actions);
  if (actions.some((action) => action.kind === 'call')) return; // a handler may start any
  for (const timer of timers) {
    const { name, at, after, moment } = timer;
    if (after !== null || moment !== null || lacks(timer, 'after', 'at', 'until', VARIANT)) continue;
    if (actions.some((action) => action.kind === 'start-timer' && action.name === name)) continue;
    const message = `nothing starts timer '${name}'; give it 'after' or 'at', or a rule with { start-timer: ${name} }`;
    findings.warning(at, 'timer-never-starts', message);
  }
}
