/**
 * Why an alarm that a definition can raise was not raised: one reason for each rule, timer, start, deadline and default
 * alarm of a step, or of the flow itself.
 *
 * 1. What was raised at least once is no silence.
 * 2. A reason tells the last time it was decided, and how often before.
 */
import { formatTime } from '../checkpoints/index.ts';
import { type Flow, formatPlace, type Rule, type Step, type Triggers } from '../definitions/index.ts';
import type { Cause } from './explain-cause.ts';
import type { Heard } from './explain-heard.ts';
import { type Asked, askedFor, isAlarmOf } from './explain-story.ts';
import { dueEvent, type TimerRun, timerRuns } from './explain-timers.ts';
import type { Instance } from './instance.ts';
import { endedAt } from './step-state.ts';
import type { TraceEntry } from './trace.ts';

export interface Silence {
  /** name of the alarm */
  readonly alarm: string;
  /** the event that would have raised it */
  readonly event: string;
  /** `file:line:col` of the rule, timer, start, deadline, state table or step */
  readonly place: string;
  readonly reason: SilenceReason;
}

/** Times are UTC with milliseconds, spans milliseconds. */
export type SilenceReason =
  /** its event has not happened */
  | { readonly kind: 'not-happened'; readonly event: string }
  /** the condition was false, or failed, each time; `asked` is the last one */
  | { readonly kind: 'false' | 'failed'; readonly at: string; readonly asked: Asked; readonly times: number }
  /** the definition names the event with an empty list */
  | { readonly kind: 'silenced'; readonly event: string; readonly times: number }
  /** the definition names the event with rules that raise nothing */
  | { readonly kind: 'replaced'; readonly places: readonly string[]; readonly times: number }
  | {
      readonly kind: 'stopped';
      readonly due: string;
      readonly at: string;
      readonly early: number;
      readonly cause: Cause;
    }
  /** what it waits for came in time: the start, the end, the commit of the step */
  | {
      readonly kind: 'in-time';
      readonly due: string;
      readonly at: string;
      readonly early: number;
      readonly by: 'started' | 'ended' | 'committed';
    }
  /** still ahead; with less than nothing left it was due, and has not been decided yet */
  | { readonly kind: 'counting'; readonly due: string; readonly left: number }
  /** the step could no longer be reached when it was due */
  | { readonly kind: 'unreachable'; readonly due: string }
  | {
      readonly kind: 'dropped';
      readonly due: string;
      readonly at: string;
      readonly by: 'abandoned' | 'set-back';
    }
  /** its clock has not begun: it counts from this moment of the step, from the start, from a rule, or from the end of another flow */
  | { readonly kind: 'not-armed'; readonly after: string }
  /** it began before the flow that it starts after came to its end */
  | { readonly kind: 'began-first'; readonly flow: string; readonly at: string }
  /** the instance's day has no such time */
  | { readonly kind: 'no-such-time' }
  | { readonly kind: 'waived'; readonly by: string; readonly reason: string; readonly at: string }
  | { readonly kind: 'all-legal'; readonly changes: number }
  | { readonly kind: 'all-in-order'; readonly reports: number }
  /** connectors were true at the last commit */
  | { readonly kind: 'went-on'; readonly at: string; readonly to: readonly string[] }
  | {
      readonly kind: 'below-limit';
      readonly connectors: readonly { readonly to: string; readonly count: number; readonly limit: number }[];
    }
  | { readonly kind: 'none-failed'; readonly evaluated: number }
  /** its failure has its alarm at the nested instance */
  | { readonly kind: 'told-below'; readonly flow: string };

/** What is known when silences are looked for. */
interface Case {
  readonly flow: Flow;
  readonly heard: readonly Heard[];
  readonly instance: Instance;
  /** ms; what is due later is ahead */
  readonly asOf: number;
  /** -1: the flow itself */
  readonly step: number;
  readonly on: Triggers;
  readonly raised: ReadonlySet<string>;
}

/** Every alarm that could have been raised for a step (-1: for the flow itself) and was not, with the reason. */
export function silencesOf(
  heard: readonly Heard[],
  { step, asOf }: { readonly step: number; readonly asOf: number },
): readonly Silence[] {
  const last = heard.at(-1);
  if (last === undefined) return [];
  const { flow, after: instance } = last;
  const definition = flow.steps[step];
  const on = definition?.on ?? flow.on;
  const of: Case = { flow, heard, instance, asOf, step, on, raised: raisedIn(heard, step) };
  const events = definition === undefined ? flowEvents(flow) : stepEvents(flow, definition);
  return [
    ...events.flatMap((event) => defaultSilence(of, event)),
    ...[...on].flatMap(([event, rules]) => ruleSilences(of, event, rules)),
    ...(definition?.outgoing ?? []).flatMap((index) => connectorSilences(of, index)),
  ];
}

/** An event with an alarm of its own, and where it comes from. */
interface Defaulted {
  readonly event: string;
  readonly alarm: string;
  readonly place: string;
}

function flowEvents({ start, deadline, states, statesAt, at }: Flow): readonly Defaulted[] {
  const own = (event: string, place: string | null) =>
    place === null ? [] : [{ event, alarm: event, place }];
  return [
    ...own('start-timeout', start === null ? null : formatPlace(start.at)),
    ...own('deadline', deadline === null ? null : formatPlace(deadline.at)),
    ...own('illegal-state', states === null ? null : formatPlace(statesAt ?? at)),
    ...own('exception', formatPlace(at)),
  ];
}

function stepEvents(flow: Flow, step: Step): readonly Defaulted[] {
  const place = formatPlace(step.at);
  const own = (event: string, possible: boolean, where = place) =>
    possible ? [{ event, alarm: event, place: where }] : [];
  const limits = step.outgoing.some((index) => (flow.connectors[index]?.limit ?? null) !== null);
  const asks =
    [...step.on.values()].flat().some(({ when }) => when !== null) ||
    step.outgoing.some((index) => flow.connectors[index]?.when !== null);
  return [
    ...step.timers.map(({ name, at }) => ({ event: dueEvent(0, name), alarm: name, place: formatPlace(at) })),
    ...own('out-of-order', step.kind !== 'gate'),
    ...own('illegal-state', step.states !== null, formatPlace(step.statesAt ?? step.at)),
    ...own('exception', step.kind !== 'gate'),
    ...own('loop-limit', limits),
    ...own('dead-end', step.outgoing.length > 0 && !step.end),
    ...own('expression-error', asks),
  ];
}

function defaultSilence(of: Case, { event, alarm, place }: Defaulted): readonly Silence[] {
  const rules = of.on.get(event);
  const times = timesOf(of, event);
  const because = (reason: SilenceReason) => [{ alarm, event, place, reason }];
  if (rules === undefined) {
    if (of.raised.has(raisedBy(event, alarm))) return [];
    return because(times > 0 ? unheard(of, event) : notHappened(of, event));
  }
  if (rules.length === 0) return because({ kind: 'silenced', event, times });
  if (rules.some(({ actions }) => actions.some(({ kind }) => kind === 'alarm' || kind === 'call'))) return [];
  return because({ kind: 'replaced', places: rules.map(({ at }) => formatPlace(at)), times });
}

function ruleSilences(of: Case, event: string, rules: readonly Rule[]): readonly Silence[] {
  return rules.flatMap((rule) => {
    const place = formatPlace(rule.at);
    return rule.actions.flatMap((action) => {
      if (action.kind !== 'alarm' || of.raised.has(raisedBy(place, action.name))) return [];
      return [{ alarm: action.name, event, place, reason: ruleReason(of, event, rule) }];
    });
  });
}

function connectorSilences(of: Case, index: number): readonly Silence[] {
  const connector = of.flow.connectors[index];
  if (connector === undefined) return [];
  return [...connector.on].flatMap(([event, rules]) => ruleSilences(of, event, rules));
}

/** Why a rule that raises an alarm has not. */
function ruleReason(of: Case, event: string, rule: Rule): SilenceReason {
  let last: { at: number; asked: Asked | null; held: boolean } | null = null;
  let times = 0;
  for (const { at, entries } of of.heard) {
    entries.forEach((entry, index) => {
      if (entry.kind !== 'rule' || entry.rule.id !== rule.id) return;
      times++;
      last = { at, asked: askedFor(entries, index, rule.id), held: entry.held };
    });
  }
  if (last === null) return notHappened(of, event);
  const { at, asked, held } = last as { at: number; asked: Asked | null; held: boolean }; // set in a closure
  if (held || asked === null) return unheard(of, event);
  return { kind: asked.error === null ? 'false' : 'failed', at: formatTime(at), asked, times };
}

/** Why what happened was not told of. */
function unheard(of: Case, event: string): SilenceReason {
  const nested = of.flow.steps[of.step]?.nested ?? null;
  const elsewhere: SilenceReason =
    nested === null ? { kind: 'not-happened', event } : { kind: 'told-below', flow: nested.flow };
  return waived(of) ?? elsewhere;
}

/** The step, or the whole instance, is excused. */
function waived({ instance, step }: Case): SilenceReason | null {
  const waiver = instance.waivers.find((one) => one.step < 0 || one.step === step);
  if (waiver === undefined) return null;
  const { by, reason, at } = waiver;
  return { kind: 'waived', by, reason, at: formatTime(at) };
}

/** Why the event of an alarm has not happened. */
function notHappened(of: Case, event: string): SilenceReason {
  const { heard, step, flow } = of;
  if (event === 'start-timeout' || event === 'deadline') return dueReason(of, -1, event);
  if (event.startsWith('timer.')) return dueReason(of, step, event.slice('timer.'.length));
  switch (event) {
    case 'illegal-state':
      return { kind: 'all-legal', changes: count(heard, (entry) => isOf(entry, 'state', step)) };
    case 'out-of-order':
      return { kind: 'all-in-order', reports: reportsOf(of) };
    case 'expression-error':
      return { kind: 'none-failed', evaluated: count(heard, (entry) => isOf(entry, 'asked', step)) };
    case 'loop-limit':
      return { kind: 'below-limit', connectors: limitsOf(of) };
    case 'dead-end':
      return wentOn(of);
    case 'exception': {
      const nested = flow.steps[step]?.nested ?? null;
      const failed = of.instance.steps[step]?.status === 'failed';
      return nested !== null && failed
        ? { kind: 'told-below', flow: nested.flow }
        : { kind: 'not-happened', event };
    }
    default:
      return { kind: 'not-happened', event };
  }
}

/** Its events; of a nested flow how often it started. */
function reportsOf({ heard, step }: Case): number {
  const started = heard.filter(
    ({ fact }) => fact.kind === 'child' && fact.step === step && fact.change === 'starting',
  );
  return started.length + count(heard, (entry) => isOf(entry, 'reached', step));
}

function limitsOf({ flow, instance, step }: Case) {
  return (flow.steps[step]?.outgoing ?? []).flatMap((index) => {
    const connector = flow.connectors[index];
    if (connector === undefined || connector.limit === null) return [];
    const to = flow.steps[connector.to]?.name ?? '';
    return [{ to, count: instance.taken[index] ?? 0, limit: connector.limit }];
  });
}

/** What is offered is taken later, by whoever reports first. */
function wentOn({ flow, heard, step, instance }: Case): SilenceReason {
  const last = heard.findLastIndex(({ entries }) =>
    entries.some((entry) => isOf(entry, 'step', step) && entry.to === 'committed'),
  );
  const committed = heard[last];
  if (committed === undefined) return { kind: 'not-happened', event: 'committed' };
  const since = heard.slice(last).flatMap(({ entries }) => entries);
  const to = (flow.steps[step]?.outgoing ?? []).flatMap((index) => {
    const name = flow.steps[flow.connectors[index]?.to ?? -1]?.name;
    const taken = since.some((entry) => entry.kind === 'taken' && entry.connector === index);
    const offered = instance.steps.some((state) => state.detail.offeredVia === index);
    return name !== undefined && (taken || offered) ? [name] : [];
  });
  return { kind: 'went-on', at: formatTime(committed.at), to };
}

/** Why a due time has raised nothing; a step of -1 is the flow's own. */
function dueReason(of: Case, step: number, name: string): SilenceReason {
  const run = timerRuns(of.heard, step, name).at(-1);
  if (run === undefined) return neverArmed(of, step, name);
  const due = formatTime(run.due);
  switch (run.end?.kind) {
    case 'stopped': {
      const { at, cause } = run.end;
      if (name === 'start-timeout' && step < 0) return inTime(run, at, 'started');
      return { kind: 'stopped', due, at: formatTime(at), early: run.due - at, cause };
    }
    case 'dropped':
      return { kind: 'dropped', due, at: formatTime(run.end.at), by: run.end.by };
    case 'ran-out':
      return unheard(of, dueEvent(step, name));
    case 'moot':
      return done(of, step, run) ?? { kind: 'unreachable', due };
    default:
      // a due time that is waived waits for the waiver to be taken back
      return done(of, step, run) ?? waived(of) ?? { kind: 'counting', due, left: run.due - of.asOf };
  }
}

/** What a due time waits for has come already. */
function done({ instance }: Case, step: number, run: TimerRun): SilenceReason | null {
  if (step < 0) {
    const { status, endedAt, startedAt } = instance;
    if (status === 'expected' || status === 'running') return null;
    return inTime(run, endedAt ?? startedAt ?? run.armedAt, 'ended');
  }
  const state = instance.steps[step];
  return state?.status === 'committed'
    ? inTime(run, endedAt(instance, state) ?? run.armedAt, 'committed')
    : null;
}

function inTime({ due }: TimerRun, at: number, by: 'started' | 'ended' | 'committed'): SilenceReason {
  return { kind: 'in-time', due: formatTime(due), at: formatTime(at), early: due - at, by };
}

function neverArmed({ flow, instance }: Case, step: number, name: string): SilenceReason {
  if (step < 0) {
    const { start, deadline } = flow;
    if (name === 'start-timeout' && start?.kind === 'after')
      return instance.startedAt === null
        ? { kind: 'not-armed', after: start.flow }
        : { kind: 'began-first', flow: start.flow, at: formatTime(instance.startedAt) };
    return name === 'deadline' && deadline?.kind === 'in'
      ? { kind: 'not-armed', after: 'start' }
      : { kind: 'no-such-time' };
  }
  const timer = flow.steps[step]?.timers.find((one) => one.name === name);
  if (timer?.moment !== null)
    return instance.startedAt === null ? { kind: 'not-armed', after: 'start' } : { kind: 'no-such-time' };
  return { kind: 'not-armed', after: timer.after ?? 'rule' };
}

/** How often an event with an alarm happened to the step. */
function timesOf({ heard, step }: Case, event: string): number {
  return count(
    heard,
    (entry) => isOf(entry, 'happened', step) && entry.event === event && entry.answer !== 'nobody',
  );
}

function count(heard: readonly Heard[], which: (entry: TraceEntry) => boolean): number {
  return heard.reduce((sum, { entries }) => sum + entries.filter(which).length, 0);
}

function isOf<K extends 'state' | 'reached' | 'asked' | 'step' | 'happened'>(
  entry: TraceEntry,
  kind: K,
  step: number,
): entry is Extract<TraceEntry, { kind: K }> {
  return entry.kind === kind && 'step' in entry && entry.step === step;
}

/** What has raised alarms of the step: places of rules and names of events, each with the alarm's name. */
function raisedIn(heard: readonly Heard[], step: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { flow, entries } of heard) {
    for (const entry of entries) {
      if (entry.kind !== 'alarm' || entry.change === 'cleared' || !isAlarmOf(flow, entry.alarm, step))
        continue;
      const { name, source, why } = entry.alarm;
      if (why.rule !== null) found.add(raisedBy(why.rule, name));
      found.add(raisedBy(source === 'expression-error' ? source : why.cause, name));
    }
  }
  return found;
}

function raisedBy(cause: string, alarm: string): string {
  return JSON.stringify([cause, alarm]);
}
