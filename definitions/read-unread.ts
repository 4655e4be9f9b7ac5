/**
 * Documents that are there and could not be read. What is not found may stand in one of them, so that their kinds and
 * names are made out as far as possible, and all is in doubt where they are not.
 */
import type { Document } from './document.ts';
import type { Tree } from './read-tree.ts';

/** What is known of a document that there is, but not under its name among those that were read; null: anything. */
export interface Unread {
  readonly kind: string | null;
  readonly name: string | null;
}

const DOCUMENT_KINDS: readonly Document['kind'][] = [
  ...(['flow', 'checkpoint', 'calendar'] as const),
  ...(['view', 'policy', 'channel', 'collector', 'test'] as const),
];

const ANY: Unread = { kind: null, name: null };
const HEAD = new RegExp(
  `^(${DOCUMENT_KINDS.join('|')}):[ \\t]+(?:"([^"]*)"|'([^']*)'|([a-z0-9-]+))[ \\t\\r]*(?:#.*)?$`,
);
/** Lines that stand before a document, or say nothing. */
const PRELUDE = /^(?:%.*|---|\s*(?:#.*)?)\r?$/;

/**
 * The documents that a text holds which could not be parsed, by the lines that look like the first of one; all is in doubt
 * where it does not begin with such a line. Null is a text that was not even looked at.
 */
export function documentsIn(text: string | null): readonly Unread[] {
  const lines = (text ?? '').split('\n').filter((line) => !PRELUDE.test(line));
  if (!HEAD.test(lines[0] ?? '')) return [ANY];
  return lines.flatMap((line) => {
    const [, kind, ...names] = HEAD.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind, name: names.find((name) => name !== undefined) ?? null }];
  });
}

/**
 * The documents that a tree holds and does not give: any where it does not begin with a kind; those that another kind
 * among its keys begins, where the line between two documents is missing; and itself as one of another kind where it has
 * keys of one. `keys` are those of each kind of which every key is known.
 */
export function hiddenIn(tree: Tree, keys: ReadonlyMap<string, readonly string[]>): readonly Unread[] {
  const [first, ...others] = tree.kind === 'map' ? tree.entries : [];
  if (first === undefined || !DOCUMENT_KINDS.some((kind) => kind === first.key)) return [ANY];
  const own = keys.get(first.key);
  if (own === undefined) return [];
  const strange = others.filter(({ key }) => !own.includes(key));
  const hidden: Unread[] = strange
    .filter(({ key }) => DOCUMENT_KINDS.some((kind) => kind === key))
    .map(({ key, value }) => ({ kind: key, name: textOf(value) }));
  if (first.repeated) hidden.push({ kind: first.key, name: null });
  const foreign = strange.some(({ key }) => [...keys.values()].some((known) => known.includes(key)));
  return foreign ? [...hidden, { kind: null, name: textOf(first.value) }] : hidden;
}

function textOf(value: Tree): string | null {
  return value.kind === 'scalar' && typeof value.value === 'string' ? value.value : null;
}
