/** What the YAML parser finds wrong with a document, said where it began and with a remedy. */
import { type Document, isCollection, isScalar, visit } from 'yaml';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';

const FINDINGS_PER_DOCUMENT = 10;

/** What to do about each kind of broken YAML; the parser says what is wrong, not how to right it. */
const REMEDIES = new Map<string, string>([
  ['BAD_DIRECTIVE', 'remove the line that starts with %'],
  ['BAD_DQ_ESCAPE', "write \\\\ for a backslash, or put the text in '…'"],
  ['BAD_INDENT', 'start what belongs together in the same column, and what is inside further right'],
  ['BAD_SCALAR_START', 'put the text in quotes'],
  ['BLOCK_AS_IMPLICIT_KEY', 'start a new line after the first colon, or put the text in quotes'],
  ['BLOCK_IN_FLOW', 'use {…} and […] inside brackets, or close the bracket before this line'],
  ['KEY_OVER_1024_CHARS', 'shorten the key, or close the quote or bracket that was left open'],
  ['MISSING_CHAR', 'add it, or put the text in quotes'],
  ['MULTILINE_IMPLICIT_KEY', 'keep the key on one line, and put a colon and a space after it'],
  ['RESOURCE_EXHAUSTION', 'simplify this part'],
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['UNEXPECTED_TOKEN', 'remove it, or put the text in quotes'],
]);

/** The codes that the parser uses, among others, for quotes and brackets without an end. */
const UNCLOSED = ['MISSING_CHAR', 'BAD_INDENT'];

/**
 * Reports the syntax errors of a document, one for each line, and says whether it can be read all the same. `text` is
 * what it was parsed from.
 */
export function checkSyntax(
  document: Document,
  text: string,
  placeOf: (offset: number) => Place,
  findings: Findings,
): boolean {
  const openers = document.errors.length > 0 ? openersIn(document, text) : new Map<number, number>();
  const lines = new Set<number>();
  for (const { code, message, pos } of document.errors) {
    const opener = UNCLOSED.includes(code) ? openerOf(openers, pos[0]) : null;
    const at = placeOf(opener ?? pos[0]);
    if (lines.has(at.line)) continue;
    if (lines.size === FINDINGS_PER_DOCUMENT) break;
    lines.add(at.line);
    const unclosed = `broken YAML (this ${text[opener ?? 0]} is not closed): close it, or put the text in quotes`;
    findings.error(at, 'yaml-syntax', opener === null ? syntaxMessage(code, message) : unclosed);
  }
  for (const { code, pos, message } of document.warnings) {
    if (code === 'TAG_RESOLVE_FAILED') continue; // the tag itself is refused
    findings.warning(placeOf(pos[0]), 'yaml-syntax', syntaxMessage(code, message));
  }
  if (document.errors.length > 0) return false;
  if (document.directives?.yaml.version !== '1.1') return true;
  findings.error(placeOf(0), 'yaml-version', 'definitions are YAML 1.2: remove the line %YAML 1.1');
  return false;
}

/** One sentence for a syntax error of the parser: what is wrong, and the remedy for errors of that kind. */
export function syntaxMessage(code: string, message: string): string {
  const said = message.replace(/\s+/g, ' ').slice(0, 200);
  return `broken YAML (${said}): ${REMEDIES.get(code) ?? 'correct it, or put the text in quotes'}`;
}

const CLOSERS = new Map([
  ['"', '"'],
  ["'", "'"],
  ['[', ']'],
  ['{', '}'],
]);

/** Where quotes and brackets without an end begin, by the offset where they break off; the innermost of several. */
function openersIn(document: Document, text: string): ReadonlyMap<number, number> {
  const openers = new Map<number, number>();
  visit(document, (_, node) => {
    if (!(isScalar(node) || isCollection(node)) || !node.range) return;
    const [start, end] = node.range;
    const closer = CLOSERS.get(text[start] ?? '');
    if (closer === undefined || (end - start > 1 && text[end - 1] === closer)) return;
    openers.set(end, Math.max(openers.get(end) ?? 0, start));
  });
  return openers;
}

/** The parser is off by one now and then: the opener of what breaks off at or next to an offset. */
function openerOf(openers: ReadonlyMap<number, number>, offset: number): number | null {
  return openers.get(offset) ?? openers.get(offset - 1) ?? openers.get(offset + 1) ?? null;
}
