import type { Problem } from '../../checkpoints/index.ts';
import { closest } from '../../definitions/index.ts';
import { Refusal } from './refusal.ts';

/** A parameter's JSON Schema: what is checked and what the OpenAPI document says are the same object. */
export interface ParameterSchema {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly format?: 'date';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description: string;
  readonly schema: ParameterSchema;
}

/** Parameters that were checked; undefined where one was not given and has no default. */
export interface Values {
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
}

/**
 * Checks parameters against their schemas. Values are text as in an address, or JSON values of the right type; an empty
 * text in a query counts as not given. Refuses, all at once: unknown names, repeated ones, missing and wrong ones.
 */
export function readParameters(
  parameters: readonly Parameter[],
  input: Readonly<Record<string, unknown>>,
): Values {
  const values = new Map<string, string | number | boolean>();
  const errors: Problem[] = [];
  for (const [name, raw] of Object.entries(input)) {
    const parameter = parameters.find((each) => each.name === name);
    if (parameter === undefined) {
      errors.push({ path: name, message: unknownName(name, parameters) });
      continue;
    }
    if (raw === undefined || (raw === '' && parameter.in === 'query')) continue;
    const read = readValue(parameter, raw);
    if (read.ok) values.set(name, read.value);
    else errors.push({ path: name, message: read.message });
  }
  for (const { name, in: where, schema } of parameters) {
    if (values.has(name) || errors.some(({ path }) => path === name)) continue;
    if (where === 'path') errors.push({ path: name, message: 'is missing: it is required' });
    else if (schema.default !== undefined) values.set(name, schema.default);
  }
  if (errors.length > 0) throw new Refusal('bad-parameter', describe(errors), { errors });
  return {
    text(name) {
      const value = values.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    number(name) {
      const value = values.get(name);
      return typeof value === 'number' ? value : undefined;
    },
    flag(name) {
      const value = values.get(name);
      return typeof value === 'boolean' ? value : undefined;
    },
  };
}

/** One sentence per problem, for the `detail` of a refusal. */
export function describe(errors: readonly Problem[]): string {
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

type Read =
  | { readonly ok: true; readonly value: string | number | boolean }
  | { readonly ok: false; readonly message: string };

function readValue({ schema }: Parameter, raw: unknown): Read {
  if (Array.isArray(raw)) return wrong('is given more than once; give it once');
  switch (schema.type) {
    case 'string':
      return typeof raw === 'string' ? readText(schema, raw) : wrong('must be a string');
    case 'integer': {
      const value = typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
      return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
        ? { ok: true, value }
        : wrong(`must be a whole number from ${minimum} to ${maximum}`);
    }
    case 'boolean':
      if (raw === true || raw === 'true') return { ok: true, value: true };
      if (raw === false || raw === 'false') return { ok: true, value: false };
      return wrong('must be true or false');
  }
}

function readText(schema: ParameterSchema, value: string): Read {
  if (value === '') return wrong('must not be empty');
  if (!value.isWellFormed() || value.includes('\u0000'))
    return wrong('contains U+0000 or half of a surrogate pair, which no name or key does; remove it');
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return wrong(`must be one of ${schema.enum.join(', ')}`);
  if (schema.format === 'date' && !isDay(value))
    return wrong('must be a day that exists, written YYYY-MM-DD, such as 2026-11-23');
  if (schema.maxLength !== undefined && value.length > schema.maxLength)
    return wrong(`must not be longer than ${schema.maxLength} characters`);
  return { ok: true, value };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function unknownName(name: string, parameters: readonly Parameter[]): string {
  const known = parameters.filter((each) => each.in === 'query').map((each) => each.name);
  if (known.length === 0) return 'is not known here: this address takes no parameters; leave it out';
  const near = closest(name, known);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  return `is not known here; known are ${known.join(', ')}${hint}`;
}

function wrong(message: string): Read {
  return { ok: false, message };
}
