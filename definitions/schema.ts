/**
 * The words in which the shape of every document is written down once. A shape reads a tree and says what is wrong
 * with it, and describes itself as JSON Schema for editors.
 *
 * 1. `read` reports everything that is wrong, not only the first, and gives undefined where anything was.
 * 2. A report names what is due here with an example of it: that is the remedy.
 * 3. Whatever is refused in the tree already is passed over in silence.
 */
import { closest } from './closest.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';
import { shown } from './read-text.ts';
import type { Entry, Tree } from './read-tree.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Shape<T> {
  /** with its article: `a duration` */
  readonly what: string;
  /** as it is written in YAML: `10m` */
  readonly example: string;
  read(tree: Tree, findings: Findings): T | undefined;
  /** its JSON Schema; shapes that are used in many places put themselves into `defs` and give a reference */
  describe(defs: Map<string, JsonSchema>): JsonSchema;
}

/** A key of a record: the shape of its value, a sentence for editors, and what it means to leave it out. */
export interface Field<T> {
  readonly shape: Shape<unknown>;
  readonly about: string;
  readonly required: boolean;
  /** what stands for it where it is left out; carries the type of the value */
  readonly absent: T;
}
export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K]['absent'] };

/** A key that must be there. */
export function required<T>(about: string, shape: Shape<T>): Field<T> {
  // `absent` of a required field is never read: it only carries the type.
  return { shape, about, required: true, absent: undefined as T };
}

/** A key that may be left out, and then means `absent`. */
export function optional<T, A>(about: string, shape: Shape<T>, absent: A): Field<T | A> {
  return { shape, about, required: false, absent };
}

/** What the maker of a record gets beside the values: where things stand, and where to report. */
export interface Context {
  readonly at: Place;
  readonly findings: Findings;
  /** the place of a key, or of the record where that key is left out */
  place(key: string): Place;
}

export interface RecordShape<T> extends Shape<T> {
  readonly keys: readonly string[];
  /** as `read`; `elsewhere` explains a key that belongs to a variant of this record, and gives null for other keys */
  readAs(tree: Tree, findings: Findings, elsewhere: (key: string) => string | null): T | undefined;
}

/** A mapping with known keys. `maybeEmpty` lets it be written with nothing after the colon. */
export function record<F extends Fields, T>(options: {
  readonly what: string;
  readonly example: string;
  readonly maybeEmpty?: boolean;
  readonly fields: F;
  readonly make: (values: Values<F>, context: Context) => T | undefined;
}): RecordShape<T> {
  const { what, example, fields } = options;
  const known = new Map(Object.entries(fields));
  const requiredKeys = [...known].filter(([, field]) => field.required).map(([key]) => key);

  const readAs: RecordShape<T>['readAs'] = (tree, findings, elsewhere) => {
    const entries = entriesOf(tree, options.maybeEmpty === true);
    if (entries === null) return wrongType(tree, { what, example }, findings);
    const values: Record<string, unknown> = {};
    let sound = true;
    for (const { key, at, value } of entries) {
      const field = known.get(key);
      if (field === undefined) {
        sound = false;
        const reason = elsewhere(key);
        if (reason !== null) findings.error(at, 'misplaced-key', reason);
        else findings.error(at, 'unknown-key', unknownKey(what, key, [...known.keys()]));
        continue;
      }
      values[key] = field.shape.read(value, findings);
      if (values[key] === undefined) sound = false;
    }
    const present = new Map(entries.map(({ key, at }) => [key, at]));
    for (const [key, field] of known) {
      if (present.has(key)) continue;
      if (field.required) {
        sound = false;
        findings.error(tree.at, 'missing-key', `${what} needs ${key}: add ${sample(key, field.shape)}`);
      } else values[key] = field.absent;
    }
    if (!sound) return undefined;
    const place = (key: string) => present.get(key) ?? tree.at;
    // Every key of F has been read by its own shape or has its `absent` value.
    return options.make(values as Values<F>, { at: tree.at, findings, place });
  };

  return {
    what,
    example,
    keys: [...known.keys()],
    readAs,
    read: (tree, findings) => readAs(tree, findings, () => null),
    describe: (defs) => ({
      type: options.maybeEmpty ? ['object', 'null'] : 'object',
      properties: Object.fromEntries(
        [...known].map(([key, field]) => [key, { description: field.about, ...field.shape.describe(defs) }]),
      ),
      ...(requiredKeys.length > 0 ? { required: requiredKeys } : {}),
      additionalProperties: false,
    }),
  };
}

/**
 * A mapping that is one of several records, told apart by the key that only that one has: the first of `cases`
 * whose key is there, else `otherwise`.
 */
export function variants<T>(options: {
  readonly what: string;
  readonly example: string;
  readonly maybeEmpty?: boolean;
  readonly cases: Readonly<Record<string, RecordShape<T>>>;
  readonly otherwise?: RecordShape<T>;
}): Shape<T> {
  const { what, example, otherwise } = options;
  const cases = new Map(Object.entries(options.cases));
  const records = [...cases.values(), ...(otherwise ? [otherwise] : [])];

  const misplaced = (key: string, chosen: string | null): string | null => {
    if (!records.some((other) => other.keys.includes(key))) return null;
    if (chosen === null) {
      const marks = [...cases].filter(([, other]) => other.keys.includes(key)).map(([mark]) => mark);
      return `${key} goes with ${marks.join(' or ')} only: add that, or remove ${key}`;
    }
    if (cases.has(key)) return `${key} and ${chosen} cannot stand together: keep one of them`;
    return `${key} does not go with ${chosen}: remove one of them`;
  };

  return {
    what,
    example,
    read: (tree, findings) => {
      const entries = entriesOf(tree, options.maybeEmpty === true);
      if (entries === null) return wrongType(tree, options, findings);
      const mark = [...cases.keys()].find((key) => entries.some((entry) => entry.key === key)) ?? null;
      const chosen = mark === null ? otherwise : cases.get(mark);
      if (chosen !== undefined) return chosen.readAs(tree, findings, (key) => misplaced(key, mark));
      const marks = [...cases.keys()];
      const strange = entries.filter(({ key }) => !records.some((other) => other.keys.includes(key)));
      for (const { key, at } of strange) findings.error(at, 'unknown-key', unknownKey(what, key, marks));
      if (strange.length === 0) {
        findings.error(tree.at, 'missing-key', `${what} needs one of ${marks.join(', ')}, as in ${example}`);
      }
      return undefined;
    },
    describe: (defs) => ({ anyOf: records.map((shape) => shape.describe(defs)) }),
  };
}

/** A rule for words that users choose: names, dates. `wrong` gives what is wrong with one, and null where it is fine. */
export interface WordRule {
  readonly what: string;
  readonly example: string;
  readonly code: string;
  readonly wrong: (word: string) => string | null;
  readonly schema: JsonSchema;
}

export interface Named<T> {
  readonly at: Place;
  readonly name: string;
  readonly value: T;
}

/** A mapping whose keys are chosen by the user, in the order of the file; nothing after the colon is an empty one. */
export function named<T>(options: {
  readonly what: string;
  readonly rule: WordRule;
  readonly item: Shape<T>;
  readonly atLeastOne?: boolean;
}): Shape<readonly Named<T>[]> {
  const { what, rule, item, atLeastOne = false } = options;
  const example = `{ ${rule.example}: ${item.example} }`;
  return {
    what,
    example,
    read: (tree, findings) => {
      const entries = entriesOf(tree, true);
      if (entries === null) return wrongType(tree, { what, example }, findings);
      if (atLeastOne && entries.length === 0) {
        findings.error(tree.at, 'missing-key', `${what} must not be empty: add one, as in ${example}`);
        return undefined;
      }
      return allOf(entries, ({ key, at, value }) => {
        const wrong = rule.wrong(key);
        if (wrong !== null) findings.error(at, rule.code, wrong);
        // What is missing in a named thing is missing at its name.
        const read = item.read(value.kind === 'map' ? { ...value, at } : value, findings);
        return wrong === null && read !== undefined ? { at, name: key, value: read } : undefined;
      });
    },
    describe: (defs) => ({
      type: atLeastOne ? 'object' : ['object', 'null'],
      propertyNames: rule.schema,
      additionalProperties: item.describe(defs),
      ...(atLeastOne ? { minProperties: 1 } : {}),
    }),
  };
}

/** A list; one item may stand alone. `maybeEmpty` lets it be written with nothing after the colon. */
export function list<T>(
  item: Shape<T>,
  options: { readonly maybeEmpty?: boolean; readonly atLeastOne?: boolean } = {},
): Shape<readonly T[]> {
  const { maybeEmpty = false, atLeastOne = false } = options;
  return {
    what: `${item.what} or a list of them`,
    example: item.example,
    read: (tree, findings) => {
      if (maybeEmpty && isEmpty(tree)) return [];
      if (tree.kind !== 'list') return allOf([tree], (only) => item.read(only, findings));
      if (atLeastOne && tree.items.length === 0) {
        const message = `the list must not be empty: add ${item.what}, such as ${item.example}`;
        findings.error(tree.at, 'empty-list', message);
        return undefined;
      }
      return allOf(tree.items, (one) => item.read(one, findings));
    },
    describe: (defs) => {
      const items = item.describe(defs);
      const array = { type: 'array', items, ...(atLeastOne ? { minItems: 1 } : {}) };
      return { anyOf: [items, array, ...(maybeEmpty ? [{ type: 'null' }] : [])] };
    },
  };
}

/** The same shape with its value turned into another; `turn` may report and give undefined. */
export function turned<A, B>(
  shape: Shape<A>,
  turn: (value: A, at: Place, findings: Findings) => B | undefined,
): Shape<B> {
  return {
    ...shape,
    read: (tree, findings) => {
      const value = shape.read(tree, findings);
      return value === undefined ? undefined : turn(value, tree.at, findings);
    },
  };
}

/** The same shape; in the JSON Schema it stands once, under this name. */
export function shared<T>(name: string, shape: Shape<T>): Shape<T> {
  return {
    ...shape,
    describe: (defs) => {
      if (!defs.has(name)) {
        defs.set(name, {}); // a shape that contains itself finds its own name
        defs.set(name, shape.describe(defs));
      }
      return { $ref: `#/$defs/${name}` };
    },
  };
}

/** Reports that something else is due here, and gives undefined. */
export function wrongType(
  tree: Tree,
  due: { readonly what: string; readonly example: string },
  findings: Findings,
): undefined {
  if (tree.kind === 'refused') return undefined;
  const message = `${due.what} is due here, not ${kindOf(tree)}: write it as in ${due.example}`;
  findings.error(tree.at, 'wrong-type', message);
  return undefined;
}

/** What a tree is, for messages: `a list`, `the number 5`. */
export function kindOf(tree: Tree): string {
  if (tree.kind === 'list') return 'a list';
  if (tree.kind === 'map') return 'a mapping';
  if (tree.kind === 'refused' || tree.value === null) return 'nothing';
  if (typeof tree.value === 'string') return `the text ${shown(tree.value)}`;
  return typeof tree.value === 'number' ? `the number ${tree.source}` : tree.source;
}

/** Whether nothing is written there. */
export function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

function entriesOf(tree: Tree, maybeEmpty: boolean): readonly Entry[] | null {
  if (tree.kind === 'map') return tree.entries;
  return maybeEmpty && isEmpty(tree) ? [] : null;
}

/** Every item read, also after one was wrong; undefined where any was. */
function allOf<A, B>(items: readonly A[], read: (item: A) => B | undefined): readonly B[] | undefined {
  const values = items.map(read);
  const sound = values.filter((value) => value !== undefined);
  return sound.length === values.length ? sound : undefined;
}

function sample(key: string, shape: Shape<unknown>): string {
  return `\`${key}: ${shape.example}\``;
}

function unknownKey(what: string, key: string, keys: readonly string[]): string {
  const near = closest(key, keys);
  if (near !== null) return `${what} has no key ${shown(key)}: did you mean ${near}?`;
  return `${what} has no key ${shown(key)}: remove it, or use one of ${keys.join(', ')}`;
}
