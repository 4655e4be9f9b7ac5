/**
 * The shapes of single values: texts, names, choices, numbers, and the words that the language has parsers for.
 *
 * 1. Where a text is due, a number, true or false is an error that says to quote it: `000001` would become 1.
 * 2. No text with control characters or broken surrogate pairs gets in.
 */
import type { Value, ValueType } from '../checkpoints/index.ts';
import { closest } from './closest.ts';
import type { Findings } from './findings.ts';
import type { Parsed } from './moment.ts';
import type { Located } from './place.ts';
import { unprintable } from './read-text.ts';
import type { Tree } from './read-tree.ts';
import { type JsonSchema, kindOf, type Shape, turned, type WordRule, wrongType } from './schema.ts';
import { NOTHING, whole } from './schema-reading.ts';

/** A shape that is read as a whole or not at all: `read` reports and gives undefined where anything is wrong. */
function leaf<T>(options: {
  readonly what: string;
  readonly example: string;
  readonly read: (tree: Tree, findings: Findings) => T | undefined;
  readonly describe: () => JsonSchema;
}): Shape<T> {
  const read = (tree: Tree, findings: Findings) => {
    const value = options.read(tree, findings);
    return value === undefined ? NOTHING : whole(value);
  };
  return { ...options, read };
}

/** A text of at most `longest` characters; anything that YAML takes for something else must be quoted. */
export function text(what: string, example: string, longest = 4000): Shape<string> {
  return leaf({
    what,
    example,
    read: (tree, findings) => {
      const value = textOf(tree, { what, example }, findings);
      if (value === undefined) return undefined;
      const wrong =
        value.trim() === ''
          ? 'it is empty'
          : value.length > longest
            ? `it is longer than ${longest} characters`
            : unprintable(value);
      if (wrong === null) return value;
      findings.error(tree.at, 'bad-text', `${what} is due here, and ${wrong}: write it as in ${example}`);
      return undefined;
    },
    describe: () => ({ type: 'string', minLength: 1, maxLength: longest }),
  });
}

/** A text that keeps to a rule for words, such as a name. */
export function word(rule: WordRule): Shape<string> {
  return leaf({
    what: rule.what,
    example: rule.example,
    read: (tree, findings) => {
      const value = textOf(tree, rule, findings);
      if (value === undefined) return undefined;
      const wrong = rule.wrong(value);
      if (wrong === null) return value;
      findings.error(tree.at, rule.code, wrong);
      return undefined;
    },
    describe: () => ({ type: 'string', ...rule.schema }),
  });
}

/** One of a few words. */
export function choice<const T extends string>(what: string, words: readonly T[]): Shape<T> {
  const example = words[0] ?? '';
  return leaf({
    what,
    example,
    read: (tree, findings) => {
      if (tree.kind !== 'scalar' || tree.value === null) return wrongType(tree, { what, example }, findings);
      const found = words.find((each) => each === tree.value);
      if (found !== undefined) return found;
      const near = closest(tree.source, words);
      const remedy = near === null ? `write ${words.join(' or ')}` : `did you mean ${near}?`;
      findings.error(tree.at, 'unknown-word', `${what} cannot be ${kindOf(tree)}: ${remedy}`);
      return undefined;
    },
    describe: () => ({ enum: words }),
  });
}

/** `true` or `false`. */
export function flag(what: string): Shape<boolean> {
  return leaf({
    what,
    example: 'true',
    read: (tree, findings) =>
      tree.kind === 'scalar' && typeof tree.value === 'boolean'
        ? tree.value
        : wrongType(tree, { what, example: 'true, without quotes' }, findings),
    describe: () => ({ type: 'boolean' }),
  });
}

/** Nothing but `true`: what is not so is left out. */
export function onlyTrue(what: string): Shape<true> {
  return {
    ...turned(flag(what), (value, at, findings) => {
      if (value) return true as const;
      findings.error(at, 'unknown-word', `${what} can only be true: leave the key out`);
      return undefined;
    }),
    describe: () => ({ const: true }),
  };
}

/** A whole number from `least` up. */
export function wholeNumber(what: string, least: number): Shape<number> {
  const example = String(Math.max(least, 3));
  return leaf({
    what,
    example,
    read: (tree, findings) => {
      if (tree.kind !== 'scalar' || typeof tree.value !== 'number') {
        return wrongType(tree, { what, example }, findings);
      }
      if (Number.isSafeInteger(tree.value) && tree.value >= least) return tree.value;
      findings.error(
        tree.at,
        'bad-number',
        `${what} cannot be ${tree.source}: write a whole number from ${least} up`,
      );
      return undefined;
    },
    describe: () => ({ type: 'integer', minimum: least }),
  });
}

/** A text that one of the language's parsers understands; the parser's sentence is the message. */
export function parsed<T>(options: {
  readonly what: string;
  readonly example: string;
  readonly code: string;
  readonly parse: (text: string) => Parsed<T>;
  readonly schema?: JsonSchema;
}): Shape<T> {
  const { what, example, code, parse } = options;
  return leaf({
    what,
    example,
    read: (tree, findings) => {
      // A bare number is told by the parser, which knows what it lacks: a unit, a second digit.
      const bare = tree.kind === 'scalar' && typeof tree.value === 'number';
      const value = bare && !parse(tree.source).ok ? tree.source : textOf(tree, options, findings);
      if (value === undefined) return undefined;
      const result = parse(value);
      if (result.ok) return result.value;
      findings.error(tree.at, code, result.message);
      return undefined;
    },
    describe: () => ({ type: 'string', ...options.schema }),
  });
}

/** The source of an expression. With `literals`, a number, `true` or `false` may stand there unquoted. */
export function expression(what: string, example: string, literals: boolean): Shape<Located<string>> {
  const source = located(text(what, example));
  if (!literals) return source;
  return {
    ...source,
    read: (tree, findings) => {
      const literal =
        tree.kind === 'scalar' && (typeof tree.value === 'boolean' || Number.isFinite(tree.value));
      // Its canonical spelling: 007 and 0x10 mean to an expression what they mean to YAML.
      return literal ? whole({ value: String(tree.value), at: tree.at }) : source.read(tree, findings);
    },
    describe: () => ({ type: ['string', 'number', 'boolean'] }),
  };
}

/** A parameter's value as it is written: a text, a number, true or false. */
export function literal(what: string, type: ValueType | null, example: string): Shape<Value> {
  return leaf({
    what,
    example,
    read: (tree, findings) => {
      if (tree.kind !== 'scalar' || tree.value === null) return wrongType(tree, { what, example }, findings);
      if (type !== null && typeof tree.value !== type) return wrongType(tree, { what, example }, findings);
      const unstorable = typeof tree.value === 'number' && !Number.isFinite(tree.value);
      const wrong =
        typeof tree.value === 'string'
          ? unprintable(tree.value)
          : unstorable
            ? 'it is no finite number'
            : null;
      if (wrong === null) return tree.value;
      findings.error(tree.at, 'bad-text', `${what} is due here, and ${wrong}`);
      return undefined;
    },
    describe: () => ({ type: type ?? ['string', 'number', 'boolean'] }),
  });
}

/** Anything at all, as plain JSON data. A key such as `__proto__` becomes a property like any other. */
export function data(what: string, example: string): Shape<unknown> {
  const read = (tree: Tree, findings: Findings): unknown => {
    if (tree.kind === 'refused') return undefined;
    if (tree.kind === 'scalar') {
      if (typeof tree.value !== 'number' || Number.isFinite(tree.value)) return tree.value;
      findings.error(
        tree.at,
        'bad-number',
        `${tree.source} is no finite number: write a number, or quote it`,
      );
      return undefined;
    }
    if (tree.kind === 'list') {
      const items = tree.items.map((item) => read(item, findings));
      return items.includes(undefined) ? undefined : items;
    }
    const entries = tree.entries.map(({ key, value }) => [key, read(value, findings)] as const);
    return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
  };
  return leaf({ what, example, read, describe: () => ({}) });
}

/** The same shape, its value with the place where it stands. */
export function located<T>(shape: Shape<T>): Shape<Located<T>> {
  return turned(shape, (value, at) => ({ value, at }));
}

/** Reads a tree as text, and reports with `code` `quote-it` or `wrong-type` where it is none. */
function textOf(
  tree: Tree,
  due: { readonly what: string; readonly example: string },
  findings: Findings,
): string | undefined {
  if (tree.kind === 'map' && tree.braces) {
    const message = `${due.what} is due here, and { begins a mapping: quote it, such as ${due.example}`;
    findings.error(tree.at, 'quote-it', message);
    return undefined;
  }
  if (tree.kind !== 'scalar' || tree.value === null) return wrongType(tree, due, findings);
  if (typeof tree.value === 'string') return tree.value;
  const message = `${due.what} is due here, and ${tree.source} is ${typeof tree.value === 'number' ? 'a number' : 'a truth value'} in YAML`;
  findings.error(tree.at, 'quote-it', `${message}: quote it, ${JSON.stringify(tree.source)}`);
  return undefined;
}
