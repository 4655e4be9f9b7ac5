import type { Value } from '../checkpoints/index.ts';
import type { Name, Names, TextResult } from './expression.ts';
import { resolve } from './expression-build.ts';
import { findingOf, valueOrNull } from './expression-compile.ts';
import type { Complaint } from './expression-scan.ts';
import type { Located } from './place.ts';
import type { Scope } from './scope.ts';

/** A text longer than this is refused, and what it is filled out to is cut there. */
const MAX_LENGTH = 4096;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
/** the first half of a surrogate pair, cut off from the second */
const HALF_CHARACTER = /[\ud800-\udbff]$/;
const PIECE = /\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g;

/**
 * Compiles a text in which `{name}` stands for a value and `{{` and `}}` for braces; the findings tell all that is
 * wrong with it. What it gives is at most 4096 characters long.
 */
export function compileText(source: Located<string>, names: Names): TextResult {
  const complaints: Complaint[] = [];
  const pieces: ((scope: Scope) => string)[] = [];
  if (source.value.length > MAX_LENGTH) {
    const message = `this text has ${source.value.length} characters; ${MAX_LENGTH} are allowed: shorten it`;
    complaints.push({ offset: 0, code: 'text-syntax', message });
  }
  for (const { 0: piece, index: offset } of source.value.matchAll(PIECE)) {
    if (piece === '{{' || piece === '}}' || !/[{}]/.test(piece)) {
      const literal = piece === '{{' || piece === '}}' ? piece.charAt(0) : piece;
      pieces.push(() => literal);
      continue;
    }
    const name = placeholder(piece, names);
    if (typeof name === 'function') pieces.push(name);
    else complaints.push({ offset, ...name });
  }
  if (complaints.length > 0) {
    return { ok: false, findings: complaints.map((complaint) => findingOf(complaint, source)) };
  }
  return { ok: true, text: { source: source.value, at: source.at, run: filler(pieces) } };
}

/**
 * Prints a value for people: integers as integers, other numbers with up to six decimals (below 1 with six
 * significant digits), never with an exponent between 1e-6 and 1e21.
 */
export function printValue(value: Value): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(6) : value.toFixed(6)));
}

function placeholder(piece: string, names: Names): ((scope: Scope) => string) | Omit<Complaint, 'offset'> {
  const code = 'text-syntax';
  if (piece === '{') return { code, message: "this '{' is not closed: write {name}, or {{ for a brace" };
  if (piece === '}') return { code, message: "this '}' closes nothing: write }} for a brace" };
  const inside = piece.slice(1, -1).trim();
  if (inside === '') return { code, message: 'there is no name in {}: write one, or {{}} for braces' };
  if (!NAME.test(inside)) {
    const message = `'${inside}' is not a name: only names stand in braces; compute a value as a parameter with value:`;
    return { code, message };
  }
  const name = resolve(inside.split('.'), names);
  return typeof name === 'string' ? { code: 'unknown-name', message: name } : printer(name);
}

function printer({ get, format }: Name): (scope: Scope) => string {
  return (scope) => {
    const value = valueOrNull(get, scope);
    if (value === null) return '?';
    return format === undefined ? printValue(value) : format(value, scope);
  };
}

function filler(pieces: readonly ((scope: Scope) => string)[]): (scope: Scope) => string {
  return (scope) => {
    let text = '';
    for (const piece of pieces) {
      text += piece(scope);
      if (text.length > MAX_LENGTH) return cutText(text);
    }
    return text;
  };
}

/** A text cut to the 4096 characters that one may have. */
export function cutText(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  return `${text.slice(0, MAX_LENGTH - 1).replace(HALF_CHARACTER, '')}…`;
}
