/**
 * The look at a file before it is parsed. The YAML parser recurses, and text nested deeply enough ends the process
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
/** The most words and signs (names, values, `:`, `-`, brackets, commas) that one file may have. */
export const TOKEN_LIMIT = 40_000;

const REFUSED = new Map([
  ['anchor', 'anchors (&name) are not allowed: write the value out where it is used'],
  ['alias', 'aliases (*name) are not allowed: write the value out; put text that starts with * in quotes'],
  ['tag', 'tags (!name) are not allowed: leave it out; put text that starts with ! in quotes'],
]);

/** Says whether a text may be given to the parser, and reports why not; `placeOf` turns an offset into a place. */
export function guardSource(text: string, placeOf: (offset: number) => Place, findings: Findings): boolean {
  if (text.length > SIZE_LIMIT || new TextEncoder().encode(text).length > SIZE_LIMIT) {
    const message = `the file is larger than ${SIZE_LIMIT / 1024} KiB: split it into several files`;
    findings.error(placeOf(0), 'too-large', message);
    return false;
  }
  const depth = new Depth();
  let tokens = 0;
  for (const { type, offset, source } of scan(text)) {
    if (type === 'space' || type === 'comment') continue;
    const refusal = REFUSED.get(type);
    if (refusal !== undefined) findings.error(placeOf(offset), type, refusal);
    depth.add(type, offset, source);
    if (depth.value > DEPTH_LIMIT) {
      const message = `this is nested more than ${DEPTH_LIMIT} levels deep: the file is not read; flatten it`;
      findings.error(placeOf(offset), 'too-deep', message);
      return false;
    }
    if (type !== 'newline') tokens += 1;
    if (tokens > TOKEN_LIMIT) {
      const message = `the file has more than ${TOKEN_LIMIT} words and signs: split it into several files`;
      findings.error(placeOf(offset), 'too-large', message);
      return false;
    }
  }
  return true;
}

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

/** How deep the tokens so far nest: the columns at which open block collections began, and the open brackets. */
class Depth {
  private readonly columns: number[] = [];
  private brackets = 0;
  private lineStart = 0;
  private atLineStart = true;
  private afterIndicator = false;
  private colons = 0;

  get value(): number {
    return this.columns.length + this.brackets;
  }

  add(type: string, offset: number, source: string): void {
    if (type === 'doc-start' || type === 'doc-end' || type === 'doc-mode') this.restart();
    else if (type === 'flow-error-end') this.brackets = 0;
    else if (type === 'flow-map-end' || type === 'flow-seq-end')
      this.brackets = Math.max(0, this.brackets - 1);
    else if (type !== 'newline' && this.brackets === 0) this.addBlock(type, offset - this.lineStart);
    if (type === 'flow-map-start' || type === 'flow-seq-start') this.brackets += 1;
    const lastBreak = source.lastIndexOf('\n');
    if (lastBreak < 0) return;
    this.lineStart = offset + lastBreak + 1;
    this.colons = 0;
    if (lastBreak === source.length - 1) this.atLineStart = true;
  }

  private addBlock(type: string, column: number): void {
    const indicator = type === 'seq-item-ind' || type === 'explicit-key-ind';
    const colon = type === 'map-value-ind';
    if (colon) this.colons += 1;
    if (this.atLineStart) {
      while ((this.columns.at(-1) ?? -1) >= column) this.columns.pop();
      this.columns.push(column);
    } else if (indicator || this.afterIndicator || (colon && this.colons > 1)) this.columns.push(column);
    this.afterIndicator = indicator || (colon && this.atLineStart);
    this.atLineStart = false;
  }

  private restart(): void {
    this.columns.length = 0;
    this.brackets = 0;
    this.afterIndicator = false;
  }
}
