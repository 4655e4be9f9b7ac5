import type { Value, ValueType } from '../../../checkpoints/index.ts';
import {
  compileExpression,
  compileText,
  type Expression,
  type ExpressionFunction,
  type Finding,
  type Name,
  type Names,
  type Scope,
  type Text,
} from '../../../definitions/index.ts';

export const at = { file: 'flows/settlement.yaml', line: 12, column: 13 };

/** Names of a sample step: each reads the event parameter of its own name, so that a test decides its value. */
const TYPES: Readonly<Record<string, ValueType | null>> = {
  PIN: 'number',
  POUT: 'number',
  LOSS: 'number',
  state: 'string',
  status: 'string',
  cutOff: 'string',
  ok: 'boolean',
  late: 'boolean',
  any: null,
  other: null,
  'steps.receive_file.PIN': 'number',
  'flow.key': 'string',
  'event.params.size': null,
  'event.length': 'number',
};

export const names: Names = (path) => {
  const dotted = path.join('.');
  const type = Object.hasOwn(TYPES, dotted) ? TYPES[dotted] : undefined;
  return type === undefined ? `there is no parameter '${dotted}' here` : nameOf(dotted, type);
};

function nameOf(dotted: string, type: ValueType | null): Name {
  return { type, get: (scope) => scope.event.params.find(([name]) => name === dotted)?.[1] ?? null };
}

export type Values = Readonly<Record<string, Value | null>>;

/** A scope in which the sample names have these values, and the others none. */
export function scopeOf(values: Values): Scope {
  const params = Object.entries(values);
  const flow = { key: '', group: null, tradingDay: '', startedAt: null, state: null, status: 'running' };
  const event = { id: null, event: 'params', step: null, time: 0, state: null, message: null, source: null };
  return { own: 0, steps: [], flow, event: { ...event, params } };
}

export interface SampleOptions {
  readonly names?: Names;
  readonly functions?: ReadonlyMap<string, ExpressionFunction>;
  readonly expect?: ValueType | null;
}

export function compiled(source: string, options: SampleOptions = {}): Expression {
  const result = compileExpression({ value: source, at }, { names, expect: null, ...options });
  if (!result.ok)
    throw new Error(`${source}: ${result.findings.map((finding) => finding.message).join('; ')}`);
  return result.expression;
}

/** The findings of a source that must be refused. */
export function refused(source: string, options: SampleOptions = {}): readonly Finding[] {
  const result = compileExpression({ value: source, at }, { names, expect: null, ...options });
  if (result.ok) throw new Error(`${source} was not refused`);
  return result.findings;
}

export function evaluated(source: string, values: Values = {}, options: SampleOptions = {}): Value {
  return compiled(source, options).run(scopeOf(values));
}

export function compiledText(source: string, known: Names = names): Text {
  const result = compileText({ value: source, at }, known);
  if (!result.ok)
    throw new Error(`${source}: ${result.findings.map((finding) => finding.message).join('; ')}`);
  return result.text;
}
