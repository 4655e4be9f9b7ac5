/**
 * The shapes of mappings with known keys: records, and the variants that one key tells apart.
 *
 * 1. A record is made of what can be read of it: a key that is wrong counts as left out, and is among its lost ones.
 * 2. A key that is not known, stands twice, or could not be read itself, may have been meant for any key that is not
 *    there; where it is near to one, for that one only.
 * 3. Only a required key for which nothing can stand leaves nothing of a record.
 */
import { closest } from './closest.ts';
import type { Findings } from './findings.ts';
import { type Lost, type MayLack, VARIANT } from './lost.ts';
import type { Place } from './place.ts';
import { shown } from './read-text.ts';
import type { Tree } from './read-tree.ts';
import { entriesOf, type Shape, wrongType } from './schema.ts';
import { NOTHING, type Reading } from './schema-reading.ts';

/** A key of a record: the shape of its value, a sentence for editors, and what it means to leave it out. */
export interface Field<T> {
  readonly shape: Shape<unknown>;
  readonly about: string;
  readonly required: boolean;
  /** what stands for it where it is left out or wrong, nothing where the record cannot be without it */
  readonly otherwise: readonly [] | readonly [T];
}
export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** A key that must be there, and without which nothing can be made of the rest. */
export function required<T>(about: string, shape: Shape<T>): Field<T> {
  return { shape, about, required: true, otherwise: [] };
}

/** A key that must be there; where it is missing or wrong, `otherwise` stands for it, so that the rest is looked at. */
export function requiredOr<T, A>(about: string, shape: Shape<T>, otherwise: A): Field<T | A> {
  return { shape, about, required: true, otherwise: [otherwise] };
}

/** A key that may be left out, and then means `absent`. */
export function optional<T, A>(about: string, shape: Shape<T>, absent: A): Field<T | A> {
  return { shape, about, required: false, otherwise: [absent] };
}

/** What the maker of a record gets beside the values: where things stand, what is lost, and where to report. */
export interface Context {
  readonly at: Place;
  readonly findings: Findings;
  readonly lost: Lost;
  /** the place of a key, or of the record where that key is left out */
  place(key: string): Place;
  /** says that something was reported here, which leaves these keys in doubt */
  spoil(...keys: readonly string[]): void;
}

export interface RecordShape<T> extends Shape<T> {
  readonly keys: readonly string[];
  /** as `read`, for one of several variants */
  readAs(tree: Tree, findings: Findings, among: Among): Reading<T>;
  /** what stands for one that could not be read, with these keys lost */
  blank(at: Place, findings: Findings, lost: readonly string[]): Reading<T>;
}

interface Among {
  /** the keys of all variants */
  readonly keys: readonly string[];
  /** explains a key that belongs to another variant, and gives null for other keys */
  readonly elsewhere: (key: string) => string | null;
}

/** A mapping with known keys. `maybeEmpty` lets it be written with nothing after the colon. */
export function record<F extends Fields, T extends object & MayLack>(options: {
  readonly what: string;
  readonly example: string;
  readonly maybeEmpty?: boolean;
  readonly fields: F;
  readonly make: (values: Values<F>, context: Context) => T | undefined;
}): RecordShape<T> {
  const { what, example, fields } = options;
  const known = new Map<string, Field<unknown>>(Object.entries(fields));
  const keys = [...known.keys()];
  const requiredKeys = keys.filter((key) => known.get(key)?.required);

  const readAs: RecordShape<T>['readAs'] = (tree, findings, among) => {
    const entries = entriesOf(tree, options.maybeEmpty === true);
    if (entries === null) {
      wrongType(tree, { what, example }, findings);
      return blank(tree.at, findings, keys);
    }
    const values = new Map<string, unknown>();
    const lost = new Set<string>();
    const present = new Map(entries.map(({ key, at }) => [key, at]));
    const isAbsent = (key: string) => !present.has(key);
    const lose = (...keys: readonly string[]) => {
      for (const key of keys) lost.add(key);
    };
    let wrong = false;
    for (const { key, at, value, repeated } of entries) {
      const field = known.get(key);
      if (field === undefined) {
        wrong = true;
        const reason = among.elsewhere(key);
        if (reason !== null) findings.error(at, 'misplaced-key', reason);
        else findings.error(at, 'unknown-key', unknownKey(what, key, keys));
        const near = key.length > 2 ? closest(key, among.keys) : null;
        lose(...(reason !== null ? [key, VARIANT] : near !== null ? [near] : keys.filter(isAbsent)));
        continue;
      }
      const read = field.shape.read(value.kind === 'map' ? { ...value, repeated } : value, findings);
      if (read.flaw === 'here') lose(key);
      if (repeated) lose(key, ...keys.filter(isAbsent));
      if (read.flaw !== 'none' || repeated) wrong = true;
      if (read.value !== undefined) values.set(key, read.value);
    }
    for (const key of requiredKeys.filter(isAbsent)) {
      wrong = true;
      lose(key);
      const shape = known.get(key)?.shape ?? { example };
      findings.error(tree.at, 'missing-key', `${what} needs ${key}: add \`${key}: ${shape.example}\``);
    }
    const { holes, repeated } = tree.kind === 'map' ? tree : { holes: false, repeated: false };
    if (repeated) lose(...keys);
    if (holes) lose(...keys.filter(isAbsent));
    const place = (key: string) => present.get(key) ?? tree.at;
    return make(values, { at: tree.at, findings, lost, place, wrong: wrong || holes || repeated });
  };

  const blank: RecordShape<T>['blank'] = (at, findings, lost) =>
    make(new Map(), { at, findings, lost: new Set(lost), place: () => at, wrong: true });

  function make(
    read: ReadonlyMap<string, unknown>,
    found: {
      readonly at: Place;
      readonly findings: Findings;
      readonly lost: Set<string>;
      readonly place: (key: string) => Place;
      readonly wrong: boolean;
    },
  ): Reading<T> {
    const { at, findings, lost, place } = found;
    let { wrong } = found;
    const values: Record<string, unknown> = Object.create(null);
    for (const [key, { otherwise }] of known) {
      if (!read.has(key) && otherwise.length === 0) return NOTHING;
      values[key] = read.has(key) ? read.get(key) : otherwise[0];
    }
    const spoil: Context['spoil'] = (...keys) => {
      for (const key of keys) lost.add(key);
      wrong = true;
    };
    // Every key of F has been read by its own shape, or has what stands for it.
    const made = options.make(values as Values<F>, { at, findings, lost, place, spoil });
    if (made === undefined) return NOTHING;
    return { value: lost.size === 0 ? made : { ...made, lost }, flaw: wrong ? 'within' : 'none' };
  }

  return {
    what,
    example,
    keys,
    readAs,
    blank,
    read: (tree, findings) => readAs(tree, findings, { keys, elsewhere: () => null }),
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
  const keys = [...new Set(records.flatMap((each) => each.keys))];

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
      if (entries === null) {
        wrongType(tree, options, findings);
        return otherwise?.blank(tree.at, findings, [...keys, VARIANT]) ?? NOTHING;
      }
      const mark = [...cases.keys()].find((key) => entries.some((entry) => entry.key === key)) ?? null;
      const chosen = mark === null ? otherwise : cases.get(mark);
      if (chosen !== undefined) {
        return chosen.readAs(tree, findings, { keys, elsewhere: (key) => misplaced(key, mark) });
      }
      const marks = [...cases.keys()];
      const strange = entries.filter(({ key }) => !records.some((other) => other.keys.includes(key)));
      for (const { key, at } of strange) findings.error(at, 'unknown-key', unknownKey(what, key, marks));
      if (strange.length === 0) {
        findings.error(tree.at, 'missing-key', `${what} needs one of ${marks.join(', ')}, as in ${example}`);
      }
      return NOTHING;
    },
    describe: (defs) => ({ anyOf: records.map((shape) => shape.describe(defs)) }),
  };
}

function unknownKey(what: string, key: string, keys: readonly string[]): string {
  const near = closest(key, keys);
  if (near !== null) return `${what} has no key ${shown(key)}: did you mean ${near}?`;
  return `${what} has no key ${shown(key)}: remove it, or use one of ${keys.join(', ')}`;
}
