/** What the JSON Schemas of the language say about a place: which keys may stand there, which values, and what they mean. */
import { jsonSchemas } from '../../definitions/index.ts';

type Json = Readonly<Record<string, unknown>>;

export interface KeyInfo {
  readonly name: string;
  readonly about: string;
}

const SCHEMAS = jsonSchemas();

/** The keys that may stand in the mapping that the path of keys leads to. */
export function keysAt(kind: string, path: readonly string[]): readonly KeyInfo[] {
  const keys = new Map<string, KeyInfo>();
  for (const { schema } of nodesAt(kind, path)) {
    for (const [name, described] of Object.entries(record(schema.properties))) {
      keys.set(name, { name, about: text(record(described).description) });
    }
    for (const name of listedNames(schema.propertyNames)) keys.set(name, { name, about: '' });
  }
  return [...keys.values()];
}

/** The values that the schema lists for the last key of the path. */
export function valuesAt(kind: string, path: readonly string[]): readonly string[] {
  const values = new Set<string>();
  for (const { schema } of nodesAt(kind, path)) {
    for (const value of list(schema.enum)) values.add(String(value));
    if (schema.const !== undefined) values.add(String(schema.const));
    if (list(schema.type).includes('boolean') || schema.type === 'boolean') {
      values.add('true');
      values.add('false');
    }
  }
  return [...values];
}

/** What the last key of the path means; null where the language knows no such key. */
export function aboutKey(kind: string, path: readonly string[]): string | null {
  const key = path.at(-1);
  if (key === undefined) return null;
  return keysAt(kind, path.slice(0, -1)).find(({ name }) => name === key)?.about ?? null;
}

/** Names that a mapping takes from a list, as a trigger table does. */
function listedNames(rule: unknown): readonly string[] {
  const { enum: names, anyOf } = record(rule);
  return [...list(names).map(String), ...list(anyOf).flatMap(listedNames)];
}

interface Node {
  readonly schema: Json;
  readonly root: Json;
}

/** Every form that the schema allows where the path leads; names that people choose take any form of their mapping. */
function nodesAt(kind: string, path: readonly string[]): readonly Node[] {
  const root = SCHEMAS.get(`${kind}.schema.json`);
  if (root === undefined) return [];
  return path.reduce<readonly Node[]>(
    (nodes, key) =>
      nodes.flatMap(({ schema }) => {
        const properties = record(schema.properties);
        const next = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
        return typeof next === 'object' && next !== null ? forms({ schema: record(next), root }) : [];
      }),
    forms({ schema: root, root }),
  );
}

/** The forms of a schema: references followed, alternatives taken apart, a list as its items. */
function forms(node: Node): readonly Node[] {
  const { schema, root } = node;
  const reference = /^#\/\$defs\/(.+)$/.exec(text(schema.$ref))?.[1];
  if (reference !== undefined) return forms({ schema: record(record(root.$defs)[reference]), root });
  const choices = [...list(schema.anyOf), ...list(schema.oneOf)].flatMap((choice) =>
    forms({ schema: record(choice), root }),
  );
  const items = schema.items === undefined ? [] : forms({ schema: record(schema.items), root });
  return [node, ...choices, ...items];
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
