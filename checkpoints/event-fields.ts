/**
 * The check of every field of a checkpoint event, whatever envelope it came in.
 *
 * 1. Nothing is trusted: any value may stand in any field, and none makes this throw.
 * 2. All problems are found, not only the first; each has the path of its field in the form that was sent.
 * 3. What passes can be kept anywhere: no U+0000, no half surrogate pair, no number that JSON or a database would change.
 * 4. Fields that are not known are left alone, so that producers may be newer than this reader.
 */

import {
  type CheckpointEvent,
  EVENT_KINDS,
  type EventKind,
  FLOW_EVENT_KINDS,
  type Problem,
  type ReadResult,
} from './event.ts';
import { isStorable, shown } from './storable.ts';
import { parseTime } from './time.ts';
import type { Value } from './value.ts';

export const MAX_PARAMS = 64;
export const MAX_ID_LENGTH = 128;
const MAX_KEY_LENGTH = 256;
const MAX_NAME_LENGTH = 64;
const MAX_STATE_LENGTH = 256;

/** An event whose fields may hold anything. */
export interface RawEvent {
  readonly id?: unknown;
  readonly flow?: unknown;
  readonly key?: unknown;
  readonly step?: unknown;
  readonly event?: unknown;
  readonly time?: unknown;
  readonly state?: unknown;
  readonly params?: unknown;
  readonly message?: unknown;
  readonly source?: unknown;
}

/** Where each field stands in the form that was sent. */
export type FieldPaths = { readonly [field in keyof RawEvent]-?: string };

export const NATIVE_PATHS: FieldPaths = {
  id: 'id',
  flow: 'flow',
  key: 'key',
  step: 'step',
  event: 'event',
  time: 'time',
  state: 'state',
  params: 'params',
  message: 'message',
  source: 'source',
};

const KINDS: ReadonlyMap<unknown, EventKind> = new Map(EVENT_KINDS.map((kind) => [kind, kind]));
const NO_PARAMS: CheckpointEvent['params'] = [];

/** The events that only the engine itself makes; `timer.<name>` and everything under `xstate.` are such too. */
const ENGINE_KINDS: ReadonlySet<string> = new Set([
  'created',
  'timer',
  'start-timeout',
  'deadline',
  'withdrawn',
  'abandoned',
  'failed',
  'illegal-state',
  'out-of-order',
  'loop-limit',
  'dead-end',
  'expression-error',
  'expression',
  'threshold',
  'stale',
  'evaluated',
  'taken',
  'refused',
]);

/** Gives the event, or every problem of its fields together with those `found` before, whose paths are not judged again. */
export function checkFields(raw: RawEvent, paths: FieldPaths, found: readonly Problem[]): ReadResult {
  const problems = new Problems(found);
  const id = text(raw.id, paths.id, { noun: 'id', max: MAX_ID_LENGTH, required: true }, problems);
  const flow = text(raw.flow, paths.flow, { noun: 'flow', max: MAX_NAME_LENGTH, required: true }, problems);
  const key = checkKey(raw.key, paths.key, problems);
  const step = text(raw.step, paths.step, { noun: 'step', max: MAX_NAME_LENGTH, required: false }, problems);
  const kind = checkKind(raw.event, paths.event, problems);
  const time = checkTime(raw.time, paths.time, problems);
  const state = text(
    raw.state,
    paths.state,
    { noun: 'state', max: MAX_STATE_LENGTH, required: false },
    problems,
  );
  const params = checkParams(raw.params, paths.params, problems);
  const message = words(raw.message, paths.message, 'message', problems);
  const source = words(raw.source, paths.source, 'source', problems);
  if (kind !== null) checkTogether({ kind, raw, paths }, problems);
  if (problems.any() || id === null || flow === null || kind === null)
    return { ok: false, problems: problems.all };
  return { ok: true, event: { id, flow, key, step, kind, time, state, params, message, source } };
}

/** What has been found so far; paths that were reported before the fields were looked at are not reported again. */
class Problems {
  readonly all: Problem[];
  readonly #before: readonly Problem[];

  constructor(before: readonly Problem[]) {
    this.#before = before;
    this.all = [...before];
  }

  add(path: string, message: string): null {
    if (!this.#before.some((problem) => problem.path === path)) this.all.push({ path, message });
    return null;
  }

  any(): boolean {
    return this.all.length > 0;
  }
}

interface TextRule {
  readonly noun: string;
  readonly max: number;
  readonly required: boolean;
}

function text(value: unknown, path: string, rule: TextRule, problems: Problems): string | null {
  if (typeof value === 'string' && value.length > 0 && value.length <= rule.max && isStorable(value))
    return value;
  if (value === undefined || value === null) {
    return rule.required ? problems.add(path, `the ${rule.noun} is missing; add it`) : null;
  }
  return problems.add(path, whatIsWrong(value, rule));
}

function whatIsWrong(value: unknown, { noun, max, required }: TextRule): string {
  if (typeof value !== 'string')
    return `the ${noun} must be a string, not ${nameOfType(value)}; put it in quotes`;
  if (value === '') return `the ${noun} is empty; ${required ? 'give it' : 'give it or leave it out'}`;
  if (value.length > max) return `the ${noun} has ${value.length} characters; at most ${max} are allowed`;
  return `the ${noun} ${UNSTORABLE}`;
}

const UNSTORABLE = 'contains U+0000 or half of a surrogate pair, which cannot be stored; remove it';

function words(value: unknown, path: string, noun: string, problems: Problems): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') {
    return problems.add(path, `the ${noun} must be a string, not ${nameOfType(value)}; put it in quotes`);
  }
  return isStorable(value) ? value : problems.add(path, `the ${noun} ${UNSTORABLE}`);
}

function checkKey(value: unknown, path: string, problems: Problems): string | null {
  const key = text(value, path, { noun: 'key', max: MAX_KEY_LENGTH, required: false }, problems);
  if (key === null || !hasEmptyPart(key)) return key;
  return problems.add(
    path,
    `the key has an empty part ("${shown(key)}"); it must neither begin nor end with /, nor contain //`,
  );
}

function hasEmptyPart(key: string): boolean {
  return key.startsWith('/') || key.endsWith('/') || key.includes('//');
}

function checkKind(value: unknown, path: string, problems: Problems): EventKind | null {
  const kind = KINDS.get(value);
  if (kind !== undefined) return kind;
  const remedy = `send one of ${EVENT_KINDS.join(', ')}`;
  if (value === undefined || value === null) return problems.add(path, `the event is missing; ${remedy}`);
  if (typeof value !== 'string')
    return problems.add(path, `the event must be a string, not ${nameOfType(value)}; ${remedy}`);
  if (isEngineKind(value)) {
    return problems.add(
      path,
      `"${shown(value)}" is an event of the engine's own and is refused from outside; ${remedy}`,
    );
  }
  return problems.add(path, `there is no event "${shown(value)}"; ${remedy}`);
}

function isEngineKind(kind: string): boolean {
  return ENGINE_KINDS.has(kind) || kind.startsWith('timer.') || kind.startsWith('xstate.');
}

function checkTime(value: unknown, path: string, problems: Problems): number {
  const time =
    typeof value === 'string'
      ? parseTime(value)
      : value === undefined || value === null
        ? 'is missing; add it'
        : null;
  if (typeof time === 'number') return time;
  const wrong = time ?? `must be a string in RFC 3339 form, not ${nameOfType(value)}`;
  problems.add(path, `the time ${wrong}`);
  return 0;
}

function checkParams(value: unknown, path: string, problems: Problems): CheckpointEvent['params'] {
  if (value === undefined || value === null) return NO_PARAMS;
  if (typeof value !== 'object' || Array.isArray(value)) {
    problems.add(path, `the params must be an object of names and values, not ${nameOfType(value)}`);
    return NO_PARAMS;
  }
  const params: (readonly [string, Value | null])[] = [];
  const names = Object.keys(value);
  if (names.length > MAX_PARAMS) {
    problems.add(path, `there are ${names.length} params; at most ${MAX_PARAMS} are allowed`);
    return NO_PARAMS;
  }
  for (const name of names) {
    // an object's own property, `__proto__` too where JSON made it one
    const wrong = whatIsWrongWithParam(name, (value as Record<string, unknown>)[name]);
    if (wrong !== null) problems.add(`${path}.${shown(name)}`, wrong);
    else params.push([name, plain((value as Record<string, unknown>)[name] as Value | null)]);
  }
  return params;
}

function whatIsWrongWithParam(name: string, value: unknown): string | null {
  if (!isStorable(name)) return `the name of this param ${UNSTORABLE}`;
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'string') return isStorable(value) ? null : `the value ${UNSTORABLE}`;
  if (typeof value !== 'number')
    return `a param must be a string, a number, a boolean or null, not ${nameOfType(value)}`;
  if (!Number.isFinite(value)) return 'the number is too large to be kept; send it as a string';
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return `the number is beyond ±${Number.MAX_SAFE_INTEGER} and would lose digits; send it as a string`;
  }
  return null;
}

/** -0 becomes 0: JSON and the database would make it so later. */
function plain(value: Value | null): Value | null {
  return value === 0 ? 0 : value;
}

function checkTogether(
  { kind, raw, paths }: { readonly kind: EventKind; readonly raw: RawEvent; readonly paths: FieldPaths },
  problems: Problems,
): void {
  if (kind === 'state' && (raw.state === undefined || raw.state === null)) {
    problems.add(paths.state, 'a state event must say the new state; add it');
  }
  const aboutFlow = raw.step === undefined || raw.step === null;
  if (aboutFlow && !FLOW_EVENT_KINDS.includes(kind)) {
    problems.add(
      paths.step,
      `"${kind}" is about a step; name the step (about a flow: ${FLOW_EVENT_KINDS.join(', ')})`,
    );
  }
}

/** What a value is, in words. */
export function nameOfType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
