import { formatTime } from '../../checkpoints/index.ts';
import type { Flow, Param, Severity, Span, Step, Timer } from '../../definitions/index.ts';
import type { Health, InstanceStatus } from '../../engine/index.ts';

/** How many instances of one trading day are in which status; `health` is the worst of them, null where there are none. */
export interface DayCounts {
  readonly day: string;
  readonly counts: Readonly<Record<InstanceStatus, number>>;
  readonly health: Health | null;
}

interface Count {
  readonly flow: string;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly count: number;
}

const WORST_FIRST: readonly Health[] = ['critical', 'warning', 'unknown', 'running', 'normal'];

/** The counts of one flow on one of its trading days, out of the counts of all flows on that day. */
export function dayCounts(flow: string, day: string, all: readonly Count[]): DayCounts {
  const counts = { expected: 0, running: 0, committed: 0, failed: 0, abandoned: 0 };
  const healths = new Set<Health>();
  for (const one of all) {
    if (one.flow !== flow || one.count === 0) continue;
    counts[one.status] += one.count;
    healths.add(one.health);
  }
  return { day, counts, health: WORST_FIRST.find((health) => healths.has(health)) ?? null };
}

/** A flow as it stands in lists. Due times are those of the trading day that is counted. */
export function viewFlow(flow: Flow, today: DayCounts): object {
  return {
    name: flow.name,
    title: flow.title,
    group: flow.group,
    calendar: flow.calendar.name,
    zone: flow.calendar.zone,
    key: viewKey(flow),
    start: viewStart(flow, today.day),
    deadline: viewDeadline(flow, today.day),
    steps: flow.steps.length,
    nestedIn: [...new Set(flow.parents.map((parent) => parent.flow))],
    today,
  };
}

/** A flow with everything that its definition says about steps and connectors. */
export function viewFlowInFull(flow: Flow, today: DayCounts): object {
  return {
    ...viewFlow(flow, today),
    states: flow.states?.states ?? [],
    split: flow.split,
    disorder: `PT${flow.disorder / 1000}S`,
    abandon: viewSpan(flow.abandon),
    steps: flow.steps.map((step) => viewStep(flow, step)),
    connectors: flow.connectors.map((connector) => ({
      from: flow.steps[connector.from]?.name,
      to: flow.steps[connector.to]?.name,
      when: connector.when?.source ?? null,
      limit: connector.limit,
    })),
  };
}

/** A span as an ISO 8601 duration: `PT1H30M`, `P2D`. */
function viewSpan({ days, ms }: Span): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  if (days === 0 && time === '') return 'PT0S';
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}

function viewStep(flow: Flow, step: Step): object {
  return {
    name: step.name,
    title: step.title,
    kind: step.kind,
    checkpoint: step.checkpoint,
    event: eventName(flow, step.index),
    flow: step.nested?.flow ?? null,
    split: step.split,
    join: step.join,
    end: step.end,
    states: (step.states?.states ?? []).map((name) => ({ name, next: step.states?.next(name) ?? [] })),
    params: step.params.map(viewParam),
    timers: step.timers.map(viewTimer),
  };
}

/** The name that events carry to a step, the step's own or the one given with `as`; null where none reach it. */
function eventName(flow: Flow, step: number): string | null {
  for (const [name, steps] of flow.byEventName) if (steps.includes(step)) return name;
  return null;
}

function viewParam(param: Param): object {
  const { name, type, unit, title, from } = param;
  return {
    name,
    type,
    unit,
    title,
    default: param.default,
    from,
    value: param.value?.source ?? null,
  };
}

function viewTimer(timer: Timer): object {
  const { name, after, severity, moment } = timer;
  const until = timer.untilCommitted ? 'committed' : null;
  return {
    name,
    after,
    in: timer.in === null ? null : viewSpan(timer.in),
    atMoment: moment !== null,
    until,
    severity,
  };
}

function viewKey({ key }: Flow): string | null {
  if (key === null) return null;
  return key.hasDay ? `${key.before}{tradingDay}${key.after}` : key.before;
}

function viewStart({ start, calendar }: Flow, day: string): object | null {
  if (start === null) return null;
  const severity: Severity = start.severity;
  return start.kind === 'by'
    ? { due: viewTime(calendar.resolve(day, start.moment)), grace: viewSpan(start.grace), severity }
    : { after: start.flow, in: viewSpan(start.in), severity };
}

function viewDeadline({ deadline, calendar }: Flow, day: string): object | null {
  if (deadline === null) return null;
  return deadline.kind === 'at'
    ? { due: viewTime(calendar.resolve(day, deadline.moment)), severity: deadline.severity }
    : { in: viewSpan(deadline.in), severity: deadline.severity };
}

/** A time in milliseconds as the API writes it; null stays null. */
export function viewTime(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
