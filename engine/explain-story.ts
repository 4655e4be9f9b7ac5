/**
 * The story of an instance, or of one of its steps: moment by moment what came, and what it did there.
 *
 * 1. A moment is one fact. It is part of a step's story when it reached the step or did anything there.
 * 2. What happens at a connector belongs to its source step.
 */
import { formatTime, type Value } from '../checkpoints/index.ts';
import { type Action, type Flow, formatPlace } from '../definitions/index.ts';
import { type Cause, causeOf } from './explain-cause.ts';
import type { Heard } from './explain-heard.ts';
import { dueEvent } from './explain-timers.ts';
import type { Alarm } from './instance.ts';
import type { TraceEntry } from './trace.ts';

/** One fact and what it did; times are UTC with milliseconds. */
export interface Moment {
  readonly at: string;
  readonly cause: Cause;
  readonly happenings: readonly Happening[];
}

/** What an expression came to: its place, what it said, what went into it. */
export interface Asked {
  readonly place: string;
  readonly expression: string;
  readonly values: Readonly<Record<string, Value | null>>;
  /** null where it failed, with the reason in `error` */
  readonly value: Value | null;
  readonly error: string | null;
}

export type Happening =
  /** the instance itself moved */
  | { readonly kind: 'status'; readonly from: string; readonly to: string }
  /** a visit began as expected, led to by these steps; none: it is a start step */
  | {
      readonly kind: 'activated';
      readonly visit: number;
      readonly ledBy: readonly string[];
      readonly offered: boolean;
    }
  /** a visit began with the step's own report */
  | { readonly kind: 'began'; readonly visit: number; readonly was: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly as: 'committed' | 'failed' | 'withdrawn' }
  /** the event was late: it only added values to the visit that had ended */
  | { readonly kind: 'late'; readonly was: string }
  | { readonly kind: 'joining'; readonly missing: number }
  | { readonly kind: 'absorbed' }
  | {
      readonly kind: 'state';
      readonly from: string | null;
      readonly to: string;
      readonly verdict: 'legal' | 'illegal' | 'unknown';
      /** the states that might have followed */
      readonly allowed: readonly string[];
    }
  /** `asked` is null for a rule without a condition; `does` names what it did, empty where it did not hold */
  | {
      readonly kind: 'rule';
      readonly event: string;
      readonly place: string;
      readonly asked: Asked | null;
      readonly held: boolean;
      readonly does: readonly string[];
    }
  | { readonly kind: 'set'; readonly asked: Asked }
  | { readonly kind: 'connector'; readonly to: string; readonly asked: Asked }
  | { readonly kind: 'taken'; readonly to: string; readonly count: number; readonly limit: number | null }
  | { readonly kind: 'armed'; readonly timer: string; readonly due: string }
  | { readonly kind: 'stopped'; readonly timer: string; readonly due: string; readonly early: number }
  | { readonly kind: 'ran-out'; readonly timer: string; readonly due: string }
  /** it was due, and nothing depended on it any more */
  | { readonly kind: 'moot'; readonly timer: string; readonly due: string }
  /** an empty list in the definition keeps this from raising its alarm */
  | { readonly kind: 'silenced'; readonly event: string }
  | {
      readonly kind: 'alarm';
      readonly change: 'raised' | 'repeated' | 'cleared';
      readonly name: string;
      readonly severity: string;
      readonly text: string;
      readonly count: number;
      readonly clearedBy: string | null;
    };

/** The story of a step (-1: of the instance itself), in the order it was decided. */
export function tellStory(heard: readonly Heard[], step: number): readonly Moment[] {
  const moments: Moment[] = [];
  for (const each of heard) {
    const happenings = happeningsOf(each, step);
    const reached = each.entries.some((entry) => entry.kind === 'reached' && entry.step === step);
    if (happenings.length > 0 || reached || isAbout(each, step))
      moments.push({ at: formatTime(each.at), cause: causeOf(each), happenings });
  }
  return moments;
}

/** Whether the alarm belongs to a step's story (-1: to the flow's): connectors' rules raise without a step. */
export function isAlarmOf(flow: Flow, alarm: Alarm, step: number): boolean {
  const name = flow.steps[step]?.name;
  if (alarm.step !== null) return alarm.step === name;
  const [owner = ''] = alarm.why.cause.split('/');
  const source = owner.includes('->') ? owner.split('->')[0] : undefined;
  return source === name;
}

/** Whether a fact is part of the story even where it did nothing. */
function isAbout({ fact }: Heard, step: number): boolean {
  switch (fact.kind) {
    case 'event':
      return step < 0 && fact.event.step === null;
    case 'waive':
      return fact.step === step;
    case 'expect':
    case 'close':
      return step < 0;
    default:
      return false;
  }
}

function happeningsOf(heard: Heard, step: number): readonly Happening[] {
  const { flow, before, after, entries } = heard;
  const found = entries.flatMap((entry, index) => happeningOf(heard, entry, index, step) ?? []);
  if (step < 0 && before.status !== after.status)
    found.unshift({ kind: 'status', from: before.status, to: after.status });
  for (const entry of entries) {
    if (entry.kind !== 'alarm' || !isAlarmOf(flow, entry.alarm, step)) continue;
    const { name, severity, text, count, clearedBy } = entry.alarm;
    found.push({ kind: 'alarm', change: entry.change, name, severity, text, count, clearedBy });
  }
  return found;
}

/** What one entry means to a step; null where nothing. */
function happeningOf(heard: Heard, entry: TraceEntry, index: number, step: number): Happening | null {
  const { flow, entries } = heard;
  if ('step' in entry && entry.step !== step) return null;
  switch (entry.kind) {
    case 'step':
      return moved(flow, entry);
    case 'reached':
      return entry.late ? { kind: 'late', was: entry.was } : null;
    case 'arrived':
      return { kind: 'joining', missing: entry.missing };
    case 'absorbed':
      return { kind: 'absorbed' };
    case 'state': {
      const { from, to, verdict } = entry;
      const table = (flow.steps[step] ?? flow).states;
      return { kind: 'state', from, to, verdict, allowed: from === null ? [] : (table?.next(from) ?? []) };
    }
    case 'asked':
      return askedOf(flow, entry);
    case 'rule': {
      const { event, rule, held } = entry;
      const asked = askedFor(entries, index, rule.id);
      const does = held ? rule.actions.map((action) => nameOfAction(flow, step, action)) : [];
      return { kind: 'rule', event, place: formatPlace(rule.at), asked, held, does };
    }
    case 'happened':
      return entry.answer === 'silenced' ? { kind: 'silenced', event: entry.event } : null;
    case 'taken': {
      const connector = flow.connectors[entry.connector];
      if (connector === undefined || connector.from !== step) return null;
      const { limit } = connector;
      return { kind: 'taken', to: flow.steps[connector.to]?.name ?? '', count: entry.count, limit };
    }
    case 'armed':
      return { kind: 'armed', timer: entry.name, due: formatTime(entry.due) };
    case 'stopped':
      return stopped(heard, entry, index);
    default:
      return null; // alarms come last, `fact` and `decided` are the moment itself
  }
}

function moved(flow: Flow, entry: Extract<TraceEntry, { kind: 'step' }>): Happening {
  const { from, to, visit, ledBy, offeredVia } = entry;
  switch (to) {
    case 'active':
      return {
        kind: 'activated',
        visit,
        ledBy: ledBy.flatMap((index) => flow.steps[index]?.name ?? []),
        offered: offeredVia !== null,
      };
    case 'committed':
    case 'failed':
    case 'withdrawn':
      return { kind: 'ended', as: to };
    default:
      return from === 'active' ? { kind: 'running' } : { kind: 'began', visit, was: from };
  }
}

/** An expression of a rule is told with the rule. */
function askedOf(flow: Flow, entry: Extract<TraceEntry, { kind: 'asked' }>): Happening | null {
  const asked = viewAsked(entry);
  if (entry.cause.endsWith('/set')) return { kind: 'set', asked };
  const [word, index] = entry.cause.split('/');
  if (word !== 'connector' || !/^\d+$/.test(index ?? '')) return null;
  const connector = flow.connectors[Number(index)];
  return { kind: 'connector', to: flow.steps[connector?.to ?? -1]?.name ?? '', asked };
}

/** What the condition of a rule came to, just before entry `index`; null where it has none. */
export function askedFor(entries: readonly TraceEntry[], index: number, rule: string): Asked | null {
  for (let at = index - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry?.kind === 'asked' && entry.cause === rule) return viewAsked(entry);
    if (entry?.kind === 'rule' && entry.rule.id === rule) return null;
  }
  return null;
}

function viewAsked({ expression, value, error, values }: Extract<TraceEntry, { kind: 'asked' }>): Asked {
  return {
    place: formatPlace(expression.at),
    expression: expression.source,
    values: Object.fromEntries(values),
    value,
    error,
  };
}

function stopped(
  heard: Heard,
  entry: Extract<TraceEntry, { kind: 'stopped' }>,
  index: number,
): Happening | null {
  const { step, name: timer } = entry;
  const { fact, entries, at } = heard;
  const due = formatTime(entry.due);
  if (fact.kind === 'due' && fact.step === step && fact.name === timer) {
    const event = dueEvent(step, timer);
    const came = entries.some(
      (other) => other.kind === 'happened' && other.step === step && other.event === event,
    );
    return { kind: came ? 'ran-out' : 'moot', timer, due };
  }
  const next = entries[index + 1];
  if (next?.kind === 'armed' && next.step === step && next.name === timer) return null; // it is started again
  return { kind: 'stopped', timer, due, early: entry.due - at };
}

function nameOfAction(flow: Flow, step: number, action: Action): string {
  const timer = (index: number) => flow.steps[step]?.timers[index]?.name ?? '';
  switch (action.kind) {
    case 'alarm':
    case 'clear':
      return `${action.kind} ${action.name}`;
    case 'set':
      return `set ${flow.steps[step]?.params[action.param]?.name ?? ''}`;
    case 'start-timer':
    case 'cancel-timer':
      return `${action.kind} ${timer(action.timer)}`;
    case 'publish':
      return `publish ${action.subject.source}`;
    case 'notify':
      return `notify ${action.channel}`;
    case 'run':
      return `run ${action.operation}`;
    case 'call':
      return `call ${action.handler}`;
    default:
      return action satisfies never;
  }
}
