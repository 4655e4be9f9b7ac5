/**
 * The words in which the shape of every document is written down once. A shape reads a tree and says what is wrong
 * with it, and describes itself as JSON Schema for editors.
 *
 * 1. `read` reports everything that is wrong, not only the first, and gives what is left without it.
 * 2. A report names what is due here with an example of it: that is the remedy.
 * 3. Whatever is refused in the tree already is passed over in silence.
 */
import type { Findings } from './findings.ts';
import { lacking, type MayLack } from './lost.ts';
import type { Place } from './place.ts';
import { shown } from './read-text.ts';
import type { Entry, Tree } from './read-tree.ts';
import { NOTHING, type Reading, whole, worst } from './schema-reading.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Shape<T> {
  /** with its article: `a duration` */
  readonly what: string;
  /** as it is written in YAML: `10m` */
  readonly example: string;
  read(tree: Tree, findings: Findings): Reading<T>;
  /** its JSON Schema; shapes that are used in many places put themselves into `defs` and give a reference */
  describe(defs: Map<string, JsonSchema>): JsonSchema;
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
  /** false where the name breaks its rule, which is said already */
  readonly legal: boolean;
}

/**
 * A mapping whose keys are chosen by the user, in the order of the file; nothing after the colon is an empty one. With
 * `closed` the keys are of a fixed list, so that a wrong one leaves no other in doubt.
 */
export function named<T>(options: {
  readonly what: string;
  readonly rule: WordRule;
  readonly item: Shape<T>;
  readonly atLeastOne?: boolean;
  readonly closed?: boolean;
}): Shape<readonly Named<T>[]> {
  const { what, rule, item, atLeastOne = false, closed = false } = options;
  const example = `{ ${rule.example}: ${item.example} }`;

  const readEntry = ({ key, at, value, repeated }: Entry, findings: Findings): Reading<Named<T>> => {
    const wrong = rule.wrong(key);
    if (wrong !== null) findings.error(at, rule.code, wrong);
    // What is missing in a named thing is missing at its name.
    const read = item.read(value.kind === 'map' ? { ...value, at, repeated } : value, findings);
    if (read.value === undefined) return NOTHING;
    const unsure = repeated || (wrong !== null && !closed);
    const flaw = worst([read.flaw, unsure ? 'here' : wrong === null ? 'none' : 'within']);
    return { value: { at, name: key, value: read.value, legal: wrong === null }, flaw };
  };

  return {
    what,
    example,
    read: (tree, findings) => {
      const entries = entriesOf(tree, true);
      if (entries === null) {
        wrongType(tree, { what, example }, findings);
        return { value: [], flaw: 'here' };
      }
      if (atLeastOne && entries.length === 0) {
        findings.error(tree.at, 'missing-key', `${what} must not be empty: add one, as in ${example}`);
        return { value: [], flaw: 'here' };
      }
      const { value, flaw } = allOf(entries, (entry) => readEntry(entry, findings));
      return { value, flaw: tree.kind === 'map' && tree.holes ? 'here' : flaw };
    },
    describe: (defs) => ({
      type: atLeastOne ? 'object' : ['object', 'null'],
      propertyNames: rule.schema,
      additionalProperties: item.describe(defs),
      ...(atLeastOne ? { minProperties: 1 } : {}),
    }),
  };
}

/** The thing with its name in it; a name that breaks its rule is lost. */
export function withName<T extends MayLack>({
  name,
  value,
  legal,
}: Named<T>): T & { readonly name: string } & MayLack {
  return lacking({ name, ...value }, legal ? [] : ['name']);
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
      if (maybeEmpty && isEmpty(tree)) return whole([]);
      if (tree.kind !== 'list') return allOf([tree], (only) => item.read(only, findings));
      if (atLeastOne && tree.items.length === 0) {
        const message = `the list must not be empty: add ${item.what}, such as ${item.example}`;
        findings.error(tree.at, 'empty-list', message);
        return { value: [], flaw: 'here' };
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
      const { value, flaw } = shape.read(tree, findings);
      const made = value === undefined ? undefined : turn(value, tree.at, findings);
      return made === undefined ? NOTHING : { value: made, flaw };
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

/** The entries of a mapping, null where it is none; `maybeEmpty`: nothing written is an empty one. */
export function entriesOf(tree: Tree, maybeEmpty: boolean): readonly Entry[] | null {
  if (tree.kind === 'map') return tree.entries;
  return maybeEmpty && isEmpty(tree) ? [] : null;
}

/** Every item read, also after one was wrong; those of which nothing is left are left out. */
function allOf<A, B>(items: readonly A[], read: (item: A) => Reading<B>): Reading<readonly B[]> {
  const readings = items.map(read);
  return {
    value: readings.flatMap(({ value }) => (value === undefined ? [] : [value])),
    flaw: worst(readings.map(({ flaw }) => flaw)),
  };
}
