/** What the JSON Schemas of the API are made of. */
import type { JsonSchema } from './route.ts';

export const text = { type: 'string' };
export const flag = { type: 'boolean' };
export const count = { type: 'integer', minimum: 0 };
export const textOrNull = { type: ['string', 'null'] };
export const time = { type: 'string', format: 'date-time', description: 'UTC with milliseconds' };
export const timeOrNull = { type: ['string', 'null'], format: 'date-time' };
export const day = { type: 'string', format: 'date' };
export const title = {
  type: ['object', 'string', 'null'],
  description: 'one text for all languages, or one for each',
  properties: { en: text, zh: text },
  additionalProperties: false,
};

type Fields = Readonly<Record<string, JsonSchema>>;

/** An object of exactly these fields; all but `optional` are always there. */
export function record(properties: Fields, optional: readonly string[] = []): JsonSchema {
  return { ...open(properties, optional), additionalProperties: false };
}

/** An object of at least these fields. */
export function open(properties: Fields, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

/** A list of any length. */
export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** One page of a list. */
export function page(items: JsonSchema): JsonSchema {
  return record({
    items: list(items),
    next: { type: ['string', 'null'], description: 'cursor of the next page; null at the end' },
  });
}

/** One of the named schemas. */
export function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
