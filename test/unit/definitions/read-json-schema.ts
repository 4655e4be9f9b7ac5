type Schema = Readonly<Record<string, unknown>>;

/** Says whether a value is valid; knows the keywords of JSON Schema 2020-12 that the shipped schemas use, and no other. */
export function accepts(root: Schema, value: unknown): boolean {
  const check = (schema: Schema, given: unknown): boolean =>
    Object.entries(schema).every(([keyword, rule]) => {
      const judge = KEYWORDS[keyword];
      if (judge === undefined) throw new Error(`this validator does not know the keyword ${keyword}`);
      return judge(rule, given, { schema, check, root });
    });
  return check(root, value);
}

interface Context {
  readonly schema: Schema;
  readonly root: Schema;
  readonly check: (schema: Schema, given: unknown) => boolean;
}

// The values of keywords are what the meta-schema says; each judge passes what its keyword does not speak about.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Judge = (rule: any, given: any, context: Context) => boolean;

const ignored: Judge = () => true;
const entries = (given: unknown) => (typeOf(given) === 'object' ? Object.entries(Object(given)) : []);

const KEYWORDS: Readonly<Record<string, Judge>> = {
  $schema: ignored,
  $id: ignored,
  $defs: ignored,
  title: ignored,
  description: ignored,
  $ref: (rule: string, given, { check, root }) =>
    check(
      (root as { $defs: Record<string, Schema> }).$defs[rule.replace('#/$defs/', '')] ?? { enum: [] },
      given,
    ),
  type: (rule, given) =>
    [rule].flat().some((type) => type === typeOf(given) || (type === 'integer' && Number.isInteger(given))),
  enum: (rule, given) => rule.includes(given),
  const: (rule, given) => rule === given,
  anyOf: (rule, given, { check }) => rule.some((schema: Schema) => check(schema, given)),
  required: (rule, given) =>
    typeOf(given) !== 'object' || rule.every((key: string) => Object.hasOwn(given, key)),
  properties: (rule, given, { check }) =>
    entries(given).every(([key, value]) => !Object.hasOwn(rule, key) || check(rule[key], value)),
  additionalProperties: (rule, given, { schema, check }) =>
    entries(given).every(
      ([key, value]) =>
        Object.hasOwn(Object(schema.properties), key) || (rule !== false && check(rule, value)),
    ),
  propertyNames: (rule, given, { check }) => entries(given).every(([key]) => check(rule, key)),
  minProperties: (rule, given) => typeOf(given) !== 'object' || entries(given).length >= rule,
  items: (rule, given, { check }) => !Array.isArray(given) || given.every((item) => check(rule, item)),
  minItems: (rule, given) => !Array.isArray(given) || given.length >= rule,
  pattern: (rule, given) => typeof given !== 'string' || new RegExp(rule, 'u').test(given),
  minLength: (rule, given) => typeof given !== 'string' || given.length >= rule,
  maxLength: (rule, given) => typeof given !== 'string' || given.length <= rule,
  minimum: (rule, given) => typeof given !== 'number' || given >= rule,
};

function typeOf(given: unknown): string {
  return given === null ? 'null' : Array.isArray(given) ? 'array' : typeof given;
}
