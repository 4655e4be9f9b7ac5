/**
 * The look at a text before it is parsed. The YAML parser recurses, and text nested deeply enough ends the process
 * instead of an error; its lexer does not recurse, so the lexer's tokens are counted first.
 *
 * 1. Nothing that passes nests deeper than DEPTH_LIMIT; the count may be too high by a little, never too low.
 * 2. The work is linear in the length of the text, which is limited too.
 * 3. Anchors, aliases and tags are refused here, each at its place: one line of them can stand for gigabytes.
 */
import { CST, Lexer } from 'yaml';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';

/** The largest file that is read, in bytes of UTF-8. */
export const SIZE_LIMIT = 256 * 1024;
/** The deepest nesting of mappings and lists that is read. */
export const DEPTH_LIMIT = 32;
/** The most documents that one file may have. */
export const DOCUMENT_LIMIT = 2000;
/** The most words and signs (names, values, `:`, `-`, brackets, commas) that one document may have. */
export const TOKEN_LIMIT = 40_000;

const REFUSED = new Map([
  ['anchor', 'anchors (&name) are not allowed: write the value out where it is used'],
  ['alias', 'aliases (*name) are not allowed: write the value out; put text that starts with * in quotes'],
  ['tag', 'tags (!name) are not allowed: leave it out; put text that starts with ! in quotes'],
]);

/** Says whether the text of a file may be looked at, and reports why not. */
export function guardFile(text: string, documents: number, at: Place, findings: Findings): boolean {
  // Characters first: of a text far too long the bytes need not be counted.
  const large = text.length > SIZE_LIMIT || new TextEncoder().encode(text).length > SIZE_LIMIT;
  if (!large && documents <= DOCUMENT_LIMIT) return true;
  const reason = large
    ? `is larger than ${SIZE_LIMIT / 1024} KiB`
    : `has more than ${DOCUMENT_LIMIT} documents`;
  findings.error(at, 'too-large', `the file ${reason}: split it into several files`);
  return false;
}

/** Says whether one document may be given to the parser, and reports why not; `placeOf` gives the place of an offset. */
export function guardDocument(text: string, placeOf: (offset: number) => Place, findings: Findings): boolean {
  const depth = new Depth();
  let tokens = 0;
  for (const { type, offset, source } of scan(text)) {
    if (type === 'space' || type === 'comment') continue;
    const refusal = REFUSED.get(type);
    if (refusal !== undefined) findings.error(placeOf(offset), type, refusal);
    depth.add(type, offset, source);
    if (depth.value > DEPTH_LIMIT) {
      const broken = depth.firstAstray;
      if (broken === null) {
        const message = `this is nested more than ${DEPTH_LIMIT} levels deep: the document is not read; flatten it`;
        findings.error(placeOf(offset), 'too-deep', message);
      } else findings.error(placeOf(broken), 'yaml-syntax', BROKEN);
      return false;
    }
    if (type !== 'newline') tokens += 1;
    if (tokens > TOKEN_LIMIT) {
      const message = `the document has more than ${TOKEN_LIMIT} words and signs: split it`;
      findings.error(placeOf(offset), 'too-large', message);
      return false;
    }
  }
  return true;
}

const BROKEN =
  'broken YAML from here on, too much of it to read the document: close every bracket, and quote texts with `: ` or `- `';

interface Token {
  readonly type: string;
  readonly offset: number;
  readonly source: string;
}

/** The tokens of a text; the lexer's marks, which have no width, are folded into what follows them. */
function* scan(text: string): Generator<Token> {
  let offset = 0;
  let scalar = false;
  for (const source of new Lexer().lex(text)) {
    const type = scalar ? 'scalar' : (CST.tokenType(source) ?? 'scalar');
    if (!scalar && type === 'scalar' && source === CST.SCALAR) {
      scalar = true;
      continue;
    }
    scalar = false;
    yield { type, offset, source };
    if (type !== 'doc-mode' && type !== 'flow-error-end') offset += source.length;
  }
}

/**
 * How deep the tokens so far nest: the columns at which open block collections began, the open brackets, and the
 * levels that only broken text opens, which the parser may hold open to the end of the document.
 */
class Depth {
  private readonly columns: number[] = [];
  private brackets = 0;
  private astray = 0;
  /** the offset of the first token that opened such a level */
  firstAstray: number | null = null;
  private lineStart = 0;
  private atLineStart = true;
  private afterIndicator = false;
  private colons = 0;

  get value(): number {
    return this.columns.length + this.brackets + this.astray;
  }

  add(type: string, offset: number, source: string): void {
    if (type === 'doc-start' || type === 'doc-end' || type === 'doc-mode') this.restart();
    else if (type === 'flow-error-end') this.giveUpBrackets(offset);
    else if (type === 'flow-map-end' || type === 'flow-seq-end')
      this.brackets = Math.max(0, this.brackets - 1);
    else if (type !== 'newline' && this.brackets === 0) this.addBlock(type, offset);
    else if (isIndicator(type)) this.stray(offset, 1);
    if (type === 'flow-map-start' || type === 'flow-seq-start') this.brackets += 1;
    const lastBreak = source.lastIndexOf('\n');
    if (lastBreak < 0) return;
    this.lineStart = offset + lastBreak + 1;
    this.colons = 0;
    if (lastBreak === source.length - 1) this.atLineStart = true;
  }

  private addBlock(type: string, offset: number): void {
    const column = offset - this.lineStart;
    const colon = type === 'map-value-ind';
    if (colon) this.colons += 1;
    if (this.atLineStart) {
      while ((this.columns.at(-1) ?? -1) >= column) this.columns.pop();
      this.columns.push(column);
    } else if (this.afterIndicator) this.columns.push(column);
    else if (isIndicator(type) || (colon && this.colons > 1)) this.stray(offset, 1);
    this.afterIndicator = isIndicator(type) || (colon && this.atLineStart);
    this.atLineStart = false;
  }

  private stray(offset: number, levels: number): void {
    this.astray += levels;
    this.firstAstray ??= offset;
  }

  private giveUpBrackets(offset: number): void {
    this.stray(offset, this.brackets);
    this.brackets = 0;
  }

  private restart(): void {
    this.columns.length = 0;
    this.brackets = 0;
    this.astray = 0;
    this.firstAstray = null;
    this.afterIndicator = false;
  }
}

function isIndicator(type: string): boolean {
  return type === 'seq-item-ind' || type === 'explicit-key-ind';
}
