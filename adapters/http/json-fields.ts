import { shown } from '../../checkpoints/index.ts';
import { closest } from '../../definitions/index.ts';
import { describe } from './parameters.ts';
import { Refusal } from './refusal.ts';
import { type Call, checkContentType } from './route.ts';

const TYPE = 'application/json';

/** The fields of a JSON object that may have only these, with the name of the person; refuses other bodies. */
export function fieldsOf(call: Call, names: readonly string[]): Readonly<Record<string, unknown>> {
  const fields = new Map<string, unknown>(Object.entries(objectIn(call)));
  const errors = [...fields.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: shown(name), message: unknownField(name, names) }));
  if (errors.length > 0) throw new Refusal('act-refused', describe(errors), { errors });
  if (call.by !== undefined && names.includes('by')) fields.set('by', call.by);
  return Object.fromEntries(fields);
}

/** The JSON object that is the body; refuses other bodies. */
export function objectIn({ headers, body }: Call): Readonly<Record<string, unknown>> {
  checkContentType(headers, [TYPE]);
  const value = jsonOf(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('act-refused', 'the body is no JSON object; /openapi.json says which fields it has');
  return { ...value };
}

function unknownField(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  return near === null ? `is not known here; known are ${names.join(', ')}` : `did you mean ${near}?`;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
