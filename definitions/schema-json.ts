import { DOCUMENT_SHAPES } from './read-definitions.ts';
import type { JsonSchema } from './schema.ts';
import { CHINESE } from './schema-chinese.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schemas for editors, by file name: `<kind>.schema.json` for each kind of document, and
 * `milepost.schema.json`, which chooses among them by the kind, for files with documents of several kinds. Descriptions are
 * in English and Chinese.
 */
export function jsonSchemas(): ReadonlyMap<string, JsonSchema> {
  const kinds = [...DOCUMENT_SHAPES];
  return new Map([
    ...kinds.map(([kind, shape]) => {
      const defs = new Map<string, JsonSchema>();
      const described = shape.describe(defs);
      const head = { $schema: DRAFT, $id: fileName(kind), title: `Milepost ${kind}` };
      return [
        fileName(kind),
        { ...head, ...record(inTwoLanguages({ ...described, ...sorted(defs) })) },
      ] as const;
    }),
    [fileName('milepost'), combined(kinds.map(([kind]) => kind))] as const,
  ]);
}

/** One schema for every kind: a test may have a key `flow`, and a flow a key `calendar`, so that they are asked for in this order. */
function combined(kinds: readonly string[]): JsonSchema {
  // biome-ignore-start lint/suspicious/noThenProperty: a keyword of JSON Schema
  const asked = ['test', ...kinds.filter((kind) => kind !== 'test')];
  const choose = asked.reduceRight<JsonSchema>(
    (otherwise, kind) => ({ if: { required: [kind] }, then: { $ref: fileName(kind) }, else: otherwise }),
    { required: ['flow'] },
  );
  // biome-ignore-end lint/suspicious/noThenProperty: a keyword of JSON Schema
  return {
    $schema: DRAFT,
    $id: fileName('milepost'),
    title: 'Milepost definition',
    type: 'object',
    ...choose,
  };
}

function sorted(defs: ReadonlyMap<string, JsonSchema>): { $defs?: JsonSchema } {
  return defs.size === 0
    ? {}
    : { $defs: Object.fromEntries([...defs].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Every description followed by its Chinese form, where there is one. */
function inTwoLanguages(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inTwoLanguages);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]: [string, unknown]) => {
      const chinese = key === 'description' && typeof value === 'string' ? chineseOf(value) : null;
      return [key, chinese === null ? inTwoLanguages(value) : `${value}\n${chinese}`];
    }),
  );
}

/** `the name of the flow` in Chinese; null where nobody has written it. */
function chineseOf(english: string): string | null {
  return CHINESE.get(english) ?? null;
}

function record(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function fileName(kind: string): string {
  return `${kind}.schema.json`;
}
