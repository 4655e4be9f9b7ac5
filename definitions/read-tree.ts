/**
 * From text to trees: what the YAML parser gives, reduced to mappings, lists and scalars with their places.
 * It knows YAML and nothing of the definition language.
 *
 * 1. YAML 1.2 core: `yes`, `15:30` and `2026-10-01` are strings; `000001` is a number, and kept with its spelling.
 * 2. Keys are strings, and each stands once in its mapping: the others are reported and left out.
 * 3. A document with broken syntax is reported and left out; the documents beside it are read.
 */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';
import { cutDocuments } from './read-cut.ts';
import { guardDocument, guardFile, SIZE_LIMIT } from './read-guard.ts';
import { checkSyntax, syntaxMessage } from './read-syntax.ts';
import { shown } from './read-text.ts';

export type Tree = { readonly at: Place } & (
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** as it is spelled in the file, without quotes */
      readonly source: string;
    }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | {
      readonly kind: 'map';
      readonly braces: boolean;
      readonly entries: readonly Entry[];
      /** there are keys in it that could not be read */
      readonly holes: boolean;
      /** its key stands twice, and this is the first of the two */
      readonly repeated: boolean;
    }
  /** stands where something was refused and reported already */
  | { readonly kind: 'refused' }
);

export interface Entry {
  readonly key: string;
  readonly at: Place;
  readonly value: Tree;
  /** the key stands here more than once, and this is the first */
  readonly repeated: boolean;
}

/** The documents of a file, in their order, and the texts of those of which no tree could be made. */
export interface Trees {
  readonly trees: readonly Tree[];
  /** null for a file that was not looked at */
  readonly unread: readonly (string | null)[];
}

/** Reads the documents of one file, in their order; empty ones are left out. Never throws, whatever the text. */
export function readTrees(file: string, source: string, findings: Findings): Trees {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const cuts = text.length > SIZE_LIMIT ? [] : cutDocuments(text);
  if (!guardFile(text, cuts.length, { file, line: 1, column: 1 }, findings)) {
    return { trees: [], unread: [null] };
  }
  const placeOf = placesIn(file, text);
  const read = cuts.map((cut) => readCut(cut.text, (offset) => placeOf(cut.start + offset), findings));
  return {
    trees: read.flatMap(({ trees }) => trees),
    unread: cuts.filter((_, index) => read[index]?.sound !== true).map((cut) => cut.text),
  };
}

/** The documents of a cut: one as a rule, none where it is empty; `sound` where all that is in it could be read. */
function readCut(
  text: string,
  placeOf: (offset: number) => Place,
  findings: Findings,
): { readonly trees: readonly Tree[]; readonly sound: boolean } {
  const documents = guardDocument(text, placeOf, findings) ? parse(text, placeOf, findings) : null;
  if (documents === null) return { trees: [], sound: false };
  const reader = new TreeReader(placeOf, findings);
  const read = documents.filter((document) => checkSyntax(document, text, placeOf, findings));
  const trees = read.flatMap(({ contents }) =>
    isNothing(contents) ? [] : [reader.read(contents, placeOf(0))],
  );
  return { trees, sound: read.length === documents.length };
}

/** What the parser makes of a text; null where it gives up. */
function parse(
  text: string,
  placeOf: (offset: number) => Place,
  findings: Findings,
): readonly Document[] | null {
  try {
    const options = { prettyErrors: false, uniqueKeys: false, schema: 'core', version: '1.2' } as const;
    const found = parseAllDocuments(text, { ...options, logLevel: 'silent' });
    if (!('empty' in found)) return found;
    for (const error of found.errors) {
      findings.error(placeOf(error.pos[0]), 'yaml-syntax', syntaxMessage(error.code, error.message));
    }
    return found.errors.length > 0 ? null : [];
  } catch (error) {
    // The parser throws on some texts that it ought to report.
    const reason = error instanceof Error ? error.message : String(error);
    findings.error(placeOf(0), 'yaml-syntax', `the document cannot be read as YAML (${reason}): simplify it`);
    return null;
  }
}

function placesIn(file: string, text: string): (offset: number) => Place {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  return (offset) => {
    const { line, col } = counter.linePos(offset);
    return { file, line, column: col };
  };
}

function isNothing(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** Tags are refused before the parser sees them. */
function hasTag(node: unknown): boolean {
  return isNode(node) && node.tag !== undefined;
}

class TreeReader {
  private readonly placeOf: (offset: number) => Place;
  private readonly findings: Findings;

  constructor(placeOf: (offset: number) => Place, findings: Findings) {
    this.placeOf = placeOf;
    this.findings = findings;
  }

  read(node: unknown, above: Place): Tree {
    if (hasTag(node)) return { kind: 'refused', at: this.place(node, above) };
    if (isScalar(node)) return this.readScalar(node, above);
    if (isSeq(node)) {
      const at = this.place(node, above);
      return { kind: 'list', at, items: node.items.map((item) => this.read(item, at)) };
    }
    if (isMap(node)) {
      const at = this.place(node, above);
      return { kind: 'map', at, braces: node.flow === true, ...this.readEntries(node.items, at) };
    }
    if (isAlias(node)) return { kind: 'refused', at: this.place(node, above) };
    return { kind: 'scalar', at: above, value: null, source: '' };
  }

  private readScalar(node: { value: unknown; source?: string; range?: unknown }, above: Place): Tree {
    const { value } = node;
    const at = this.place(node, above);
    const source = node.source ?? '';
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', at, value, source };
    }
    return value === null
      ? { kind: 'scalar', at: source === '' ? above : at, value, source }
      : { kind: 'refused', at };
  }

  private readEntries(
    pairs: readonly { key: unknown; value: unknown }[],
    above: Place,
  ): { readonly entries: readonly Entry[]; readonly holes: boolean; readonly repeated: boolean } {
    const entries = new Map<string, Entry>();
    let holes = false;
    for (const pair of pairs) {
      const at = this.place(pair.key, above);
      const key = this.readKey(pair.key, at);
      if (key === null) {
        holes = true;
        continue;
      }
      const first = entries.get(key);
      if (first === undefined) {
        entries.set(key, { key, at, value: this.read(pair.value, at), repeated: false });
      } else {
        const message = `${shown(key)} stands here twice, first in line ${first.at.line}: keep one of them`;
        this.findings.error(at, 'repeated-key', message);
        entries.set(key, { ...first, repeated: true });
      }
    }
    return { entries: [...entries.values()], holes, repeated: false };
  }

  private readKey(node: unknown, at: Place): string | null {
    if (isAlias(node) || hasTag(node)) return null;
    if (!isScalar(node)) {
      this.findings.error(at, 'wrong-key', 'a key is one word: put text with brackets or braces in quotes');
      return null;
    }
    if (node.value === '<<' && node.type === 'PLAIN') {
      this.findings.error(at, 'merge-key', 'merge keys (<<) are not allowed: write the keys out');
      return null;
    }
    if (typeof node.value === 'string') return node.value;
    if (node.value === null && !node.source) {
      this.findings.error(
        at,
        'wrong-key',
        'a key is missing before the colon: write one, or remove the line',
      );
      return null;
    }
    const source = node.source ?? '';
    this.findings.error(
      at,
      'quote-it',
      `the key ${source} is no text in YAML: quote it, ${JSON.stringify(source)}`,
    );
    return null;
  }

  private place(node: unknown, above: Place): Place {
    // Every node that the parser makes has a range; null where a pair has no value.
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    return range?.[0] === undefined ? above : this.placeOf(range[0]);
  }
}
