/** Definition files as plain data, for whoever writes them in another form. */
import { createFindings } from './findings.ts';
import type { DefinitionSource } from './read-definitions.ts';
import { readTrees, type Tree } from './read-tree.ts';

/** A document as data: the kind is its first key, and that key's value its name. */
export interface PlainDocument {
  readonly kind: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The documents of sources that compile without errors, as data, in their order; nothing is checked again. */
export function plainDocuments(sources: readonly DefinitionSource[]): readonly PlainDocument[] {
  return sources.flatMap(({ file, text }) =>
    readTrees(file, text, createFindings()).trees.flatMap((tree) => {
      const [first] = tree.kind === 'map' ? tree.entries : [];
      if (tree.kind !== 'map' || first === undefined) return [];
      return [{ kind: first.key, name: String(plain(first.value)), data: mapping(tree) }];
    }),
  );
}

function plain(tree: Tree): unknown {
  if (tree.kind === 'list') return tree.items.map(plain);
  if (tree.kind === 'map') return mapping(tree);
  return tree.kind === 'scalar' ? tree.value : null;
}

function mapping(tree: Tree & { readonly kind: 'map' }): Readonly<Record<string, unknown>> {
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
}
