/**
 * What a handler gives -> compiled actions. The forms are those of the definitions, but for what is computed already: a
 * text stands as it is, and `to` is the value itself.
 *
 * 1. The first thing that is wrong is thrown, as a sentence that names the action by its number.
 * 2. Nothing of what the handler keeps hold of gets in: every value is read once and copied.
 */
import { MAX_EVENT_BYTES, shown, type Value, type ValueType } from '../checkpoints/index.ts';
import { closest } from './closest.ts';
import type { Severity } from './document.ts';
import type { Expression, Text } from './expression.ts';
import { TYPE_WORDS } from './expression-operators.ts';
import { cutText } from './expression-text.ts';
import { unknownName } from './findings.ts';
import type { Action } from './flow.ts';
import type { NamedParam } from './link-names.ts';
import { parseSpan } from './moment.ts';
import type { Place } from './place.ts';
import { copyPlain } from './plain-data.ts';
import { isSubject } from './publish-subject.ts';
import { label, plainName } from './read-words.ts';
import type { WordRule } from './schema.ts';
import { letBe, reasonOf } from './thrown.ts';

/** An action that a handler gives. */
export type ReturnedAction =
  | { readonly alarm: string; readonly severity?: Severity; readonly text?: string }
  | { readonly clear: string }
  | { readonly set: string; readonly to: Value }
  | { readonly 'start-timer': string; readonly in?: string }
  | { readonly 'cancel-timer': string }
  | { readonly publish: string; readonly data?: unknown }
  | { readonly notify: string; readonly text?: string }
  | { readonly run: string };

/** What the actions may name, and where the `call` stands that they come from. */
export interface ActionOwner {
  readonly at: Place;
  readonly params: ReadonlyMap<string, NamedParam>;
  readonly timers: ReadonlyMap<string, { readonly index: number; readonly timed: boolean }>;
}

const MOST_ACTIONS = 20;
const LONGEST_SUBJECT = 256;

const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['alarm', ['severity', 'text']],
  ['clear', []],
  ['set', ['to']],
  ['start-timer', ['in']],
  ['cancel-timer', []],
  ['publish', ['data']],
  ['notify', ['text']],
  ['run', []],
]);
const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];
const ALARM = label('the name of an alarm', 'short-transfer');
const CHANNEL = plainName('the name of a channel', 'on-call');
const OPERATION = label('the name of an operation', 'restart-agent');

/** Checks and compiles what a handler gave; throws an Error that says what is wrong with it. */
export function readReturned(returned: unknown, owner: ActionOwner): readonly Action[] {
  if (returned === undefined || returned === null) return [];
  if (isPromise(returned)) {
    letBe(returned);
    throw new Error('it gave a promise: give the actions themselves, without async');
  }
  const list: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  if (list.length > MOST_ACTIONS)
    throw new Error(`it gave ${list.length} actions; at most ${MOST_ACTIONS} are done for one call`);
  return list.map((each, index) => {
    try {
      return readAction(each, owner);
    } catch (error) {
      throw new Error(`action ${index + 1}: ${reasonOf(error)}`, { cause: error });
    }
  });
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function readAction(returned: unknown, owner: ActionOwner): Action {
  letBe(returned);
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned))
    throw new Error(
      `an action is due, not ${kindOf(returned)}: write it as in { alarm: 'short-transfer', text: '…' }`,
    );
  const fields = new Map(Object.entries(returned).filter(([, value]) => value !== undefined));
  const kind = kindOfAction([...fields.keys()]);
  const get = (key: string): unknown => fields.get(key);
  switch (kind) {
    case 'alarm':
      return {
        kind,
        name: word(get('alarm'), ALARM),
        severity: severityOf(get('severity')),
        text: textOf(get('text'), owner.at),
      };
    case 'clear':
      return { kind, name: word(get('clear'), ALARM) };
    case 'set':
      return setOf(get('set'), get('to'), owner);
    case 'start-timer':
    case 'cancel-timer':
      return timerOf(kind, get(kind), get('in'), owner);
    case 'publish': {
      const data = copyPlain(get('data') ?? null, { what: 'data', most: MAX_EVENT_BYTES });
      return { kind, subject: fixedText(subjectOf(get('publish')), owner.at), data: { run: () => data } };
    }
    case 'notify':
      return { kind, channel: word(get('notify'), CHANNEL), text: textOf(get('text'), owner.at) };
    case 'run':
      return { kind, operation: word(get('run'), OPERATION) };
    default:
      throw new Error(`broken rule: ${kind} is among the kinds of actions, and is not read`);
  }
}

/** The kind of action that has these keys: its own, and no others than go with it. */
function kindOfAction(keys: readonly string[]): string {
  const kind = [...KEYS.keys()].find((each) => keys.includes(each));
  if (kind === undefined) {
    const [first] = keys;
    if (first === 'call') throw new Error("a handler cannot 'call' another: call that as a function");
    const near = first === undefined ? null : closest(first, [...KEYS.keys()]);
    const said =
      first === undefined ? 'an empty object is no action' : `there is no action '${shown(first)}'`;
    throw new Error(
      `${said}: ${near === null ? `use ${[...KEYS.keys()].join(', ')}` : `did you mean '${near}'?`}`,
    );
  }
  const allowed = KEYS.get(kind) ?? [];
  const strange = keys.find((key) => key !== kind && !allowed.includes(key));
  if (strange === undefined) return kind;
  const near = closest(strange, allowed);
  throw new Error(
    `'${shown(strange)}' does not go with '${kind}': ${near === null ? 'leave it out' : `did you mean '${near}'?`}`,
  );
}

function word(value: unknown, rule: WordRule): string {
  if (typeof value !== 'string') throw new Error(`${rule.what} is due, not ${kindOf(value)}`);
  const wrong = rule.wrong(value);
  if (wrong !== null) throw new Error(wrong);
  return value;
}

function severityOf(value: unknown): Severity {
  if (value === undefined) return 'warning';
  const found = SEVERITIES.find((each) => each === value);
  if (found === undefined) throw new Error(`severity is ${SEVERITIES.join(', ')}, not ${kindOf(value)}`);
  return found;
}

function textOf(value: unknown, at: Place): Text | null {
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new Error(`text is a string, not ${kindOf(value)}`);
  copyPlain(value, { what: 'text', most: Number.POSITIVE_INFINITY });
  return fixedText(cutText(value), at);
}

function fixedText(text: string, at: Place): Text {
  return { source: text, at, run: () => text };
}

function subjectOf(value: unknown): string {
  if (typeof value === 'string' && value.length <= LONGEST_SUBJECT && isSubject(value)) return value;
  throw new Error(
    `publish names a subject, not ${kindOf(value)}: words between dots, at most ${LONGEST_SUBJECT} characters`,
  );
}

function setOf(name: unknown, to: unknown, { at, params }: ActionOwner): Action {
  if (params.size === 0)
    throw new Error(
      "'set' has nothing to act on: the rule that calls the handler is of no step with parameters",
    );
  const param = typeof name === 'string' ? params.get(name) : undefined;
  if (param === undefined) throw new Error(unknownName('parameter', nameOf(name), params.keys()));
  if (param.derived)
    throw new Error(`'${param.name}' is computed by 'value' and cannot be set; set what it is computed from`);
  const value = storable(to, param.type);
  if (value === null)
    throw new Error(`'to' of '${param.name}' is ${TYPE_WORDS[param.type]}, not ${kindOf(to)}`);
  const expression: Expression = {
    source: JSON.stringify(value),
    at,
    type: param.type,
    reads: [],
    run: () => value,
  };
  return { kind: 'set', param: param.index, to: expression };
}

/** The value where it is one of the type that can be kept; null where not. */
function storable(to: unknown, type: ValueType): Value | null {
  if (typeof to !== type) return null;
  if (typeof to === 'boolean') return to;
  if (typeof to === 'number') return Number.isFinite(to) ? to : null;
  return typeof to === 'string' ? copyPlain(to, { what: 'to', most: MAX_EVENT_BYTES }) : null;
}

function timerOf(
  kind: 'start-timer' | 'cancel-timer',
  name: unknown,
  span: unknown,
  { timers }: ActionOwner,
): Action {
  if (timers.size === 0)
    throw new Error(
      `'${kind}' has nothing to act on: the rule that calls the handler is of no step with timers`,
    );
  const timer = typeof name === 'string' ? timers.get(name) : undefined;
  if (timer === undefined) throw new Error(unknownName('timer', nameOf(name), timers.keys()));
  if (kind === 'cancel-timer') return { kind, timer: timer.index };
  if (span === undefined) {
    if (timer.timed) return { kind, timer: timer.index, in: null };
    throw new Error(`timer '${name}' says not when it is due: give 'in', such as in: '10m'`);
  }
  if (typeof span !== 'string') throw new Error(`in is a duration such as '10m', not ${kindOf(span)}`);
  const parsed = parseSpan(span);
  if (!parsed.ok) throw new Error(parsed.message);
  return { kind, timer: timer.index, in: parsed.value };
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? shown(value) : kindOf(value);
}

/** What a value is, for messages. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `'${shown(value)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
