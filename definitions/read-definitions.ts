/**
 * The reader: from the text of definition files to documents. It knows the shape of every document and looks nothing
 * up; the linker does.
 *
 * 1. Whatever the text, it returns: what is wrong is a finding with its place and remedy, and all of it is found.
 * 2. A document that is returned has no error in it; one that has is left out, the others stay. The drafts have both.
 * 3. A name stands for one document of its kind, and the first one keeps it, also where that one has errors.
 */
import { closest } from './closest.ts';
import type { Document, OtherDocument } from './document.ts';
import { createFindings, type Findings, formatPlace } from './findings.ts';
import { lacking, lacks } from './lost.ts';
import type { Finding, Place } from './place.ts';
import { CALENDAR } from './read-calendar.ts';
import { CHANNEL } from './read-channel.ts';
import { CHECKPOINT } from './read-checkpoint.ts';
import { FLOW } from './read-flow.ts';
import { POLICY } from './read-policy.ts';
import { TEST } from './read-test.ts';
import { shown } from './read-text.ts';
import { type Entry, readTrees, type Tree } from './read-tree.ts';
import { documentsIn, hiddenIn, type Unread } from './read-unread.ts';
import { VIEW } from './read-view.ts';
import { documentName } from './read-words.ts';
import type { Shape } from './schema.ts';
import { NOTHING, type Reading, whole } from './schema-reading.ts';

/** One definition file: its name as it is shown in findings, and its content. */
export interface DefinitionSource {
  readonly file: string;
  readonly text: string;
}

/** The shape of each kind of document, by its kind; the kinds that are not evaluated have only a name. */
export const DOCUMENT_SHAPES: ReadonlyMap<string, Shape<Document>> = new Map<string, Shape<Document>>([
  ['flow', FLOW],
  ['checkpoint', CHECKPOINT],
  ['calendar', CALENDAR],
  ['view', VIEW],
  ['policy', POLICY],
  ['channel', CHANNEL],
  ['collector', otherShape('collector')],
  ['test', TEST],
]);

/** All that could be read, for the linker, which says what else is wrong with it. */
export interface Drafts {
  /** in the order of the sources; without what was wrong, and a name is lost where it is not theirs */
  readonly documents: readonly Document[];
  readonly unread: readonly Unread[];
}

/** The keys of the kinds of documents of which every key is known. */
const KEYS = new Map(
  [FLOW, CHECKPOINT, CALENDAR, VIEW, POLICY, CHANNEL, TEST].map(({ keys }) => [keys[0] ?? '', keys]),
);

/**
 * Reads definition files. Gives the documents that have no error in them, in the order of the sources, drafts of all of
 * them, and everything that was found, sorted by file and place. Never throws.
 */
export function readDefinitions(sources: readonly DefinitionSource[]): {
  readonly documents: readonly Document[];
  readonly drafts: Drafts;
  readonly findings: readonly Finding[];
} {
  const findings = createFindings();
  const names = new Map<string, Place>();
  const read: Reading<Document>[] = [];
  const unread: Unread[] = [];
  let empty = true;
  for (const { file, text } of sources) {
    const found = readTrees(file, text, findings);
    unread.push(...found.unread.flatMap(documentsIn));
    for (const tree of found.trees) {
      empty = false;
      unread.push(...hiddenIn(tree, KEYS));
      read.push(readDocument(tree, names, findings));
    }
  }
  if (empty && findings.list().length === 0) {
    const at = { file: sources[0]?.file ?? '', line: 1, column: 1 };
    findings.warning(at, 'no-documents', 'there is no definition in here: write one, or name another path');
  }
  const documents = read.flatMap(({ value }) => value ?? []);
  const nameless = documents.filter((document) => lacks(document, document.kind));
  return {
    documents: read.flatMap(({ value, flaw }) => (value === undefined || flaw !== 'none' ? [] : [value])),
    drafts: { documents, unread: [...unread, ...nameless.map(({ kind }) => ({ kind, name: null }))] },
    findings: findings.list(),
  };
}

function readDocument(tree: Tree, names: Map<string, Place>, findings: Findings): Reading<Document> {
  const kinds = [...DOCUMENT_SHAPES.keys()];
  if (tree.kind === 'refused') return NOTHING;
  const first = tree.kind === 'map' ? tree.entries[0] : undefined;
  if (tree.kind !== 'map' || first === undefined) {
    const message =
      'a document is a mapping that begins with its kind and name: write it as in `flow: settlement`';
    findings.error(tree.at, 'wrong-type', message);
    return NOTHING;
  }
  const shape = DOCUMENT_SHAPES.get(first.key);
  if (shape === undefined) {
    const later = tree.entries.find(({ key }) => DOCUMENT_SHAPES.has(key))?.key;
    const near = closest(first.key, kinds);
    const remedy = near
      ? `did you mean ${near}?`
      : later
        ? `put ${later} first`
        : `begin it with one of ${kinds.join(', ')}`;
    const message = `${shown(first.key)} is no kind of document, and the first key says the kind: ${remedy}`;
    findings.error(first.at, 'unknown-kind', message);
    return NOTHING;
  }
  const isFirst = claimName(first, names, findings);
  const { value, flaw } = shape.read(tree, findings);
  if (isFirst || value === undefined) return { value, flaw };
  return { value: lacking(value, [first.key]), flaw: 'within' };
}

/** Keeps the name for this document; reports where another has it already. */
function claimName({ key: kind, at, value }: Entry, names: Map<string, Place>, findings: Findings): boolean {
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return true;
  const name = JSON.stringify([kind, value.value]);
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, at);
    return true;
  }
  const message = `there is a ${kind} ${shown(value.value)} already, at ${formatPlace(first)}: rename or remove one`;
  findings.error(value.at, 'duplicate-name', message);
  return false;
}

function otherShape(kind: OtherDocument['kind']): Shape<OtherDocument> {
  const name = documentName(kind, 'night-shift');
  return {
    what: `a ${kind}`,
    example: `{ ${kind}: ${name.example} }`,
    read: (tree, findings) => {
      const first = tree.kind === 'map' ? tree.entries[0] : undefined;
      if (first === undefined) return NOTHING;
      const message = `this version keeps the name of a ${kind} and does not evaluate what stands in it: leave it out or ignore this`;
      findings.warning(first.at, 'not-evaluated', message);
      const { value } = name.read(first.value, findings);
      if (value !== undefined) return whole({ kind, at: tree.at, name: value });
      return { value: { kind, at: tree.at, name: '', lost: new Set([kind]) }, flaw: 'within' };
    },
    describe: (defs) => ({
      type: 'object',
      properties: { [kind]: { description: `the name of the ${kind}`, ...name.describe(defs) } },
      required: [kind],
    }),
  };
}

/** One finding as a line: `file:line:column: severity: message`. */
export function formatFinding({ at, severity, message }: Finding): string {
  return `${formatPlace(at)}: ${severity}: ${message}`;
}
