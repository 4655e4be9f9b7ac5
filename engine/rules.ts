/**
 * Trigger tables at work: an event of a flow, step or connector runs its rules in order, or raises its default alarm
 * where no table names it. Expressions that fail count as false and are themselves an event.
 */

import type { Value } from '../checkpoints/index.ts';
import {
  type Action,
  type Expression,
  ExpressionError,
  formatPlace,
  type Place,
  type Rule,
  type Scope,
  type Severity,
  type Triggers,
} from '../definitions/index.ts';
import type { AlarmValues } from './alarm-facts.ts';
import { alarmText } from './alarm-text.ts';
import { clearAlarms, letGo, raiseAlarm } from './alarms.ts';
import { changeStep, type Draft, isWaived, stateOf, stepOf, withOwn } from './draft.ts';
import type { AlarmSource } from './instance.ts';
import { armTimer, disarmTimer } from './timers.ts';
import type { Tell } from './trace.ts';

/** Something that trigger tables may name. */
export interface Occurrence {
  /** `committed`, `timer.stalled`, … */
  readonly event: string;
  /** the step it belongs to, whose parameters expressions see; -1 for the flow */
  readonly step: number;
  /** alarms raised by its rules carry no step: rules of connectors and of flows */
  readonly stepless: boolean;
  readonly triggers: Triggers;
  /** the alarm raised where no rule names the event; null for events that have none */
  readonly alarm: DefaultAlarm | null;
  /** of timers, start-timeout and deadline */
  readonly due: number | null;
  /** what holds the alarms of its rules open; absent: the rule itself */
  readonly cause?: string;
}

export interface DefaultAlarm {
  readonly name: string;
  readonly severity: Severity;
  readonly detail: string;
  /** of the timer, start, deadline, state table, connector or step that brought it */
  readonly place: Place | null;
  /** what it is explained with, whether a rule raises it or not */
  readonly facts: AlarmValues;
}

const SOURCES: ReadonlyMap<string, AlarmSource> = new Map(
  (
    [
      'start-timeout',
      'deadline',
      'illegal-state',
      'out-of-order',
      'loop-limit',
      'dead-end',
      'exception',
      'expression-error',
    ] as const
  ).map((source) => [source, source]),
);

/** The source of alarms that are raised when an event happens. */
function sourceOf(event: string): AlarmSource {
  return event.startsWith('timer.') ? 'timer' : (SOURCES.get(event) ?? 'expression');
}

/** Runs the rules of an event, or raises its default alarm where there are none. */
export function happen(draft: Draft, occurrence: Occurrence): void {
  const rules = occurrence.triggers.get(occurrence.event);
  if (draft.tell !== null) tellHappened(draft.tell, occurrence, rules);
  if (rules === undefined) {
    if (occurrence.alarm !== null) raiseDefault(draft, occurrence, occurrence.alarm);
    return;
  }
  for (const rule of rules) runRule(draft, occurrence, rule);
}

function tellHappened(
  tell: Tell,
  { step, event, alarm }: Occurrence,
  rules: readonly Rule[] | undefined,
): void {
  const unnamed = alarm === null ? 'nobody' : 'default';
  const answer = rules === undefined ? unnamed : rules.length === 0 ? 'silenced' : 'rules';
  tell({ kind: 'happened', step, event, answer });
}

function raiseDefault(draft: Draft, occurrence: Occurrence, alarm: DefaultAlarm): void {
  const source = sourceOf(occurrence.event);
  const step = occurrence.stepless || occurrence.step < 0 ? null : stepOf(draft.flow, occurrence.step).name;
  raiseAlarm(draft, {
    step: occurrence.stepless ? -1 : occurrence.step,
    name: alarm.name,
    source,
    severity: alarm.severity,
    text: alarmText({ source, name: alarm.name, step, detail: alarm.detail }, 'en'),
    cause: occurrence.event,
    rule: alarm.place === null ? null : formatPlace(alarm.place),
    expression: null,
    values: alarm.facts,
    due: occurrence.due,
  });
}

function runRule(draft: Draft, occurrence: Occurrence, rule: Rule): void {
  const { step, event } = occurrence;
  const held = rule.when === null || holds(draft, { expression: rule.when, step, cause: rule.id });
  draft.tell?.({ kind: 'rule', step, event, rule, held });
  if (!held) {
    letGo(draft, rule.id, 'expression', 'rule-false');
    return;
  }
  for (const action of rule.actions) perform(draft, occurrence, rule, action);
}

function perform(draft: Draft, occurrence: Occurrence, rule: Rule, action: Action): void {
  const { step } = occurrence;
  const owner = occurrence.stepless ? -1 : step;
  switch (action.kind) {
    case 'alarm': {
      const read = rule.when === null ? [] : readsOf(draft, rule.when, step);
      raiseAlarm(draft, {
        step: owner,
        name: action.name,
        source: sourceOf(occurrence.event),
        severity: action.severity,
        text:
          action.text === null
            ? alarmText(
                { source: 'expression', name: action.name, step: null, detail: rule.when?.source ?? '' },
                'en',
              )
            : withOwn(draft, step, action.text.run),
        cause: occurrence.cause ?? rule.id,
        rule: formatPlace(rule.at),
        expression: rule.when?.source ?? null,
        values: [...read, ...(occurrence.alarm?.facts ?? [])],
        due: occurrence.due,
      });
      return;
    }
    case 'clear': {
      const name = owner < 0 ? null : stepOf(draft.flow, owner).name;
      const named = (alarm: { name: string }) => alarm.name === action.name;
      const own = draft.alarms.some((alarm) => named(alarm) && alarm.step === name);
      clearAlarms(draft, (alarm) => named(alarm) && (!own || alarm.step === name), 'by-rule');
      return;
    }
    case 'set': {
      const value = evaluate(draft, { expression: action.to, step, cause: `${rule.id}/set` });
      if (value === null) return;
      const params = stateOf(draft, step).params.slice();
      params[action.param] = value;
      changeStep(draft, step, { params });
      return;
    }
    case 'start-timer': {
      const timer = timerOf(draft, step, action.timer);
      const span = action.in ?? timer.in;
      if (span !== null) armTimer(draft, step, timer.name, draft.flow.calendar.add(draft.time, span));
      return;
    }
    case 'cancel-timer':
      disarmTimer(draft, step, timerOf(draft, step, action.timer).name);
      return;
    case 'publish':
      draft.effects.push({
        kind: 'publish',
        subject: withOwn(draft, step, action.subject.run),
        data: withOwn(draft, step, action.data.run),
        time: draft.time,
      });
      return;
    case 'notify': {
      if (isWaived(draft, owner)) return;
      const text =
        action.text === null
          ? `${draft.before.flow} ${draft.before.key}: ${occurrence.event}`
          : withOwn(draft, step, action.text.run);
      draft.effects.push({ kind: 'notify', channel: action.channel, text, time: draft.time });
      return;
    }
    case 'run':
      if (isWaived(draft, owner)) return;
      draft.effects.push({
        kind: 'run',
        operation: action.operation,
        step: owner < 0 ? null : stepOf(draft.flow, owner).name,
        time: draft.time,
      });
      return;
    case 'call': {
      const { id: cause, handler, at } = action;
      const expression = { source: `call ${handler}`, at, reads: [] };
      const actions = attempt(draft, { expression, step, cause }, action.run);
      if (actions === null) return;
      letGo(draft, cause, 'expression-error', 'evaluated');
      for (const each of actions) perform(draft, occurrence, rule, each);
      return;
    }
    default:
      action satisfies never;
  }
}

function timerOf(draft: Draft, step: number, index: number) {
  const timer = stepOf(draft.flow, step).timers[index];
  if (timer === undefined)
    throw new Error(`broken rule: a rule names timer ${index}, which its step does not have`);
  return timer;
}

/** An expression about to be evaluated for a step (-1: the flow); `cause` names it in `expression-error` alarms. */
export interface Question extends Asked {
  readonly expression: Expression;
}

/** What is known of an expression, or of a handler that is called, whatever it gives. */
interface Asked {
  readonly expression: Pick<Expression, 'source' | 'at' | 'reads'>;
  readonly step: number;
  readonly cause: string;
}

/** Whether a condition holds; one that fails counts as false and raises `expression-error`. */
export function holds(draft: Draft, question: Question): boolean {
  return evaluate(draft, question) === true;
}

/** The value of an expression; null where it failed, which raises `expression-error`. */
function evaluate(draft: Draft, question: Question): Value | null {
  const value = attempt(draft, question, question.expression.run);
  if (value === null) return null;
  if (draft.tell !== null) tellAsked(draft, draft.tell, question, { value, error: null });
  letGo(draft, question.cause, 'expression-error', 'evaluated');
  return value;
}

/** What `run` gives with the step's scope; null where it failed, which raises `expression-error`. */
function attempt<T>(draft: Draft, question: Asked, run: (scope: Scope) => T): T | null {
  const before = draft.scope.own;
  draft.scope.own = question.step;
  try {
    const result = run(draft.scope);
    draft.scope.own = before;
    return result;
  } catch (error) {
    draft.scope.own = before;
    if (!(error instanceof ExpressionError)) throw error;
    if (draft.tell !== null) tellAsked(draft, draft.tell, question, { value: null, error: error.message });
    expressionFailed(draft, question, error);
    return null;
  }
}

function tellAsked(
  draft: Draft,
  tell: Tell,
  { expression, step, cause }: Asked,
  { value, error }: { readonly value: Value | null; readonly error: string | null },
): void {
  tell({ kind: 'asked', step, cause, expression, value, error, values: readsOf(draft, expression, step) });
}

/** The values that go into an expression. */
function readsOf(draft: Draft, { reads }: Pick<Expression, 'reads'>, step: number): AlarmValues {
  return withOwn(draft, step, (scope) => reads.map(({ name, get }) => [name, get(scope)] as const));
}

function expressionFailed(draft: Draft, question: Asked, error: ExpressionError): void {
  const { step } = question;
  const triggers = step < 0 ? draft.flow.on : stepOf(draft.flow, step).on;
  if (triggers.get('expression-error') !== undefined) {
    if (draft.scope.event.event === 'expression-error') return; // a rule for the error failed itself: no further
    const event = draft.scope.event;
    draft.scope.event = { ...event, event: 'expression-error', message: error.message };
    happen(draft, {
      event: 'expression-error',
      step,
      stepless: step < 0,
      triggers,
      alarm: null,
      due: null,
      cause: question.cause,
    });
    draft.scope.event = event;
    return;
  }
  const { source, at } = question.expression;
  const name = step < 0 ? null : stepOf(draft.flow, step).name;
  const detail = error.message;
  raiseAlarm(draft, {
    step,
    name: 'expression-error',
    source: 'expression-error',
    severity: 'warning',
    text: alarmText({ source: 'expression-error', name: 'expression-error', step: name, detail }, 'en'),
    cause: question.cause,
    rule: formatPlace(at),
    expression: source,
    values: readsOf(draft, question.expression, step),
    due: null,
  });
}
