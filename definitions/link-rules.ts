/**
 * Trigger tables: rules and their actions, looked up and compiled for the step, connector or flow they belong to.
 *
 * 1. An event with an empty list stays in the table: it silences the default alarm.
 * 2. What cannot be compiled becomes findings and is left out, so that one run finds all that is wrong.
 */
import { shown } from '../checkpoints/index.ts';
import type { ActionDocument, RuleDocument, TriggerDocument } from './document.ts';
import type { Expression, ExpressionOptions, Names, Text } from './expression.ts';
import { compileExpression } from './expression-compile.ts';
import { compileText } from './expression-text.ts';
import type { FlowExtensions } from './extensions.ts';
import { type Findings, unknownName } from './findings.ts';
import type { Action, Call, Rule, Triggers } from './flow.ts';
import type { AlarmNames } from './link-alarms.ts';
import type { NamedParam } from './link-names.ts';
import { lacks, VARIANT } from './lost.ts';
import type { Finding, Located, Place } from './place.ts';
import { frozenCopy } from './plain-data.ts';
import { isSubject } from './publish-subject.ts';
import type { Scope } from './scope.ts';
import { compileTemplate } from './template.ts';

/** What all rules of a flow share. */
export interface RuleContext {
  readonly functions: FlowExtensions['functions'];
  readonly handlers: FlowExtensions['handlers'];
  /** names of the channel documents */
  readonly channels: ReadonlySet<string>;
  /** whether such a document may be among those that could not be read */
  readonly mayBeUnread: (kind: 'channel', name: string) => boolean;
  readonly alarms: AlarmNames;
  readonly findings: Findings;
}

/** Whether something that these rules do could not be read, so that it is not known what they do not do. */
export function hideActions(on: readonly TriggerDocument[]): boolean {
  return on
    .flatMap(({ rules }) => rules)
    .some((rule) => lacks(rule, 'do') || rule.actions.some((action) => lacks(action, action.kind, VARIANT)));
}

/** A timer that actions may name; `timed` where it says itself when it is due. */
export interface OwnTimer {
  readonly index: number;
  readonly timed: boolean;
}

/** What a trigger table belongs to. */
export interface RuleOwner {
  /** what rule ids begin with: the step's name, `<from>-><to>#<n>`, or nothing for the flow */
  readonly id: string;
  readonly names: Names;
  /** parameters and timers that its actions may name; none for the flow */
  readonly params: ReadonlyMap<string, NamedParam>;
  readonly timers: ReadonlyMap<string, OwnTimer>;
  /** what it may have any of, since not all of it is known, which is said elsewhere */
  readonly open: { readonly params: boolean; readonly timers: boolean };
}

/** Compiles a trigger table. */
export function linkTriggers(
  on: readonly TriggerDocument[],
  owner: RuleOwner,
  context: RuleContext,
): Triggers {
  return new Map(
    on.map((trigger) => {
      checkTimerEvent(trigger, owner, context);
      const rules = trigger.rules.map((rule, n) =>
        linkRule(rule, `${owner.id}/${trigger.event}/${n + 1}`, owner, context),
      );
      return [trigger.event, rules];
    }),
  );
}

/** Compiles a condition, which must be boolean; null where there is none, or it is wrong. */
export function linkCondition(
  when: Located<string> | null,
  names: Names,
  context: Pick<RuleContext, 'functions' | 'findings'>,
): Expression | null {
  if (when === null) return null;
  const result = compileExpression(when, { names, functions: context.functions, expect: 'boolean' });
  if (result.ok) return result.expression;
  context.findings.add(result.findings);
  return null;
}

function checkTimerEvent(trigger: TriggerDocument, owner: RuleOwner, context: RuleContext): void {
  const [kind, timer] = splitOnce(trigger.event);
  if (kind !== 'timer' || timer === null || owner.timers.has(timer)) return;
  if (owner.open.timers || lacks(trigger, 'name')) return;
  context.findings.error(trigger.at, 'unknown-timer', unknownName('timer', timer, owner.timers.keys()));
}

function linkRule(rule: RuleDocument, id: string, owner: RuleOwner, context: RuleContext): Rule {
  return {
    id,
    at: rule.at,
    when: linkCondition(rule.when, owner.names, context),
    actions: rule.actions.flatMap((action, n) =>
      action.kind === 'call'
        ? (linkCall(action, `${id}/call/${n + 1}`, owner, context) ?? [])
        : (linkAction(action, owner, context) ?? []),
    ),
  };
}

/** One action; null where it is wrong, which is then among the findings. */
function linkAction(
  action: Exclude<ActionDocument, CallDocument>,
  owner: RuleOwner,
  context: RuleContext,
): Action | null {
  const { findings, alarms } = context;
  switch (action.kind) {
    case 'alarm': {
      if (lacks(action, 'alarm')) alarms.raiseAny();
      else alarms.raise(action.name);
      const text = linkText(action.text, owner, context);
      return { kind: 'alarm', name: action.name, severity: action.severity ?? 'warning', text };
    }
    case 'clear':
      if (!lacks(action, 'clear')) alarms.clear(action.name, action.at);
      return { kind: 'clear', name: action.name };
    case 'set':
      return linkSet(action, owner, context);
    case 'start-timer':
    case 'cancel-timer':
      return linkTimerAction(action, owner, findings);
    case 'publish': {
      const sure = !lacks(action, 'publish');
      if (sure) checkSubject(action.subject, findings);
      const subject = sure ? linkText(action.subject, owner, context) : null;
      const data = compileTemplate(action.data, (source) => linkDataText(source, action.at, owner, context));
      return subject === null ? null : { kind: 'publish', subject, data };
    }
    case 'notify': {
      if (!lacks(action, 'notify') && isStrange(action.channel, context))
        findings.warning(
          action.at,
          'unknown-channel',
          unknownName('channel', action.channel, context.channels),
        );
      return { kind: 'notify', channel: action.channel, text: linkText(action.text, owner, context) };
    }
    case 'run':
      return { kind: 'run', operation: action.operation };
    default:
      return action satisfies never;
  }
}

type CallDocument = ActionDocument & { readonly kind: 'call' };

function linkCall(action: CallDocument, id: string, owner: RuleOwner, context: RuleContext): Call | null {
  const { at, handler } = action;
  const { params, timers } = owner;
  const { handlers, alarms, findings } = context;
  alarms.raiseAny();
  const known = handlers.get(handler);
  if (known === undefined) {
    const message = `${unknownName('handler', handler, handlers.keys())} (handlers are exported by the extension module)`;
    findings.error(at, 'unknown-handler', message);
    return null;
  }
  const given = frozenCopy(action.with);
  const run = (scope: Scope) => known.run(scope, given, { at, params, timers });
  return { kind: 'call', id, at, handler, with: given, run };
}

function linkTimerAction(
  action: ActionDocument & { readonly kind: 'start-timer' | 'cancel-timer' },
  owner: RuleOwner,
  findings: Findings,
): Action | null {
  const timer = owner.timers.get(action.name);
  if (timer === undefined) {
    if (!owner.open.timers && !lacks(action, action.kind))
      findings.error(action.at, 'unknown-timer', unknownName('timer', action.name, owner.timers.keys()));
    return null;
  }
  if (action.kind === 'cancel-timer') return { kind: 'cancel-timer', timer: timer.index };
  if (!timer.timed && action.in === null && !lacks(action, 'in')) {
    const message = `timer '${action.name}' says not when it is due; add 'in' to this action, or to the timer`;
    findings.error(action.at, 'timer-without-time', message);
  }
  return { kind: 'start-timer', timer: timer.index, in: action.in };
}

function linkSet(
  action: ActionDocument & { readonly kind: 'set' },
  owner: RuleOwner,
  context: RuleContext,
): Action | null {
  const { findings, functions } = context;
  const { names } = owner;
  const param = lacks(action, 'set') ? undefined : owner.params.get(action.param);
  if (param === undefined) {
    if (!lacks(action, 'to')) findings.add(problemsOf(action.to, { names, functions, expect: null }));
    if (!owner.open.params && !lacks(action, 'set'))
      findings.error(action.at, 'unknown-param', unknownName('parameter', action.param, owner.params.keys()));
    return null;
  }
  if (param.derived) {
    const message = `'${param.name}' is computed by 'value' and cannot be set; set what it is computed from`;
    findings.error(action.at, 'derived-param', message);
    return null;
  }
  if (lacks(action, 'to')) return null;
  const expect = param.typed ? param.type : null;
  const result = compileExpression(action.to, { names, functions, expect });
  if (result.ok) return { kind: 'set', param: param.index, to: result.expression };
  findings.add(result.findings);
  return null;
}

function problemsOf(source: Located<string>, options: ExpressionOptions): readonly Finding[] {
  const result = compileExpression(source, options);
  return result.ok ? [] : result.findings;
}

/** Whether a channel is not among those defined, where there are any. */
function isStrange(channel: string, { channels, mayBeUnread }: RuleContext): boolean {
  return channels.size > 0 && !channels.has(channel) && !mayBeUnread('channel', channel);
}

function linkText(text: Located<string> | null, owner: RuleOwner, context: RuleContext): Text | null {
  if (text === null) return null;
  const result = compileText(text, owner.names);
  if (result.ok) return result.text;
  context.findings.add(result.findings);
  return null;
}

/** A string somewhere in data has no place of its own: what is wrong with it is said of the action. */
function linkDataText(source: string, at: Place, owner: RuleOwner, context: RuleContext): Text | null {
  const result = compileText({ value: source, at }, owner.names);
  if (result.ok) return result.text;
  context.findings.add(result.findings.map((finding) => ({ ...finding, at })));
  return null;
}

/** A subject without names can be judged at load: tokens between dots, no blanks and no wildcards. */
function checkSubject(subject: Located<string>, findings: Findings): void {
  if (/[{}]/.test(subject.value) || isSubject(subject.value)) return;
  const message = `'${shown(subject.value)}' is no subject to publish on; write words between dots, without blanks, '*' and '>'`;
  findings.error(subject.at, 'bad-subject', message);
}

function splitOnce(event: string): readonly [string, string | null] {
  const dot = event.indexOf('.');
  return dot < 0 ? [event, null] : [event.slice(0, dot), event.slice(dot + 1)];
}
