/**
 * The words and marks of an expression, each with its offset in the source.
 *
 * Owns what the characters mean and what is said about characters that mean nothing here. It does not look at the
 * order of words (expression-grammar) nor at what names stand for (expression-build).
 *
 * 1. It cuts the source exactly where expr-eval does, so that the n-th name or literal here is the n-th one there.
 *    What the two would cut differently (comments, `$`, letters beyond ASCII) is refused.
 * 2. Signs of other languages (`&&`, `=`, `||`) are reported and read on as what was meant; anything else wrong ends it.
 */

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'boolean' | 'mark';
  /** as written; of a wrong sign the right one */
  readonly text: string;
  readonly offset: number;
}

/** Something wrong at an offset of the source; `code` as in Finding. */
export interface Complaint {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

export interface Scan {
  readonly tokens: readonly Token[];
  readonly complaints: readonly Complaint[];
}

const SPACE = /[ \t\r\n]+/y;
const NUMBER = /0x[0-9a-fA-F]+|0b[01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy;
const WRONG = /===|!==|=>|=<|=(?!=)|!(?!=)|&&?|\|\|?|<>|\*\*|\/\*|\/\/|;/y;
const MARK = /==|!=|<=|>=|[-+*/%^<>?:.,()[\]]/y;
const STRING_BODY = /^(?:[^\\]|\\(?:['"\\/bfnrt]|u[0-9a-fA-F]{4}))*$/;
const ASCII = /^[\x20-\x7e]+$/;

const WORD_MARKS = new Set(['and', 'or', 'not', 'in']);

/** Words that the language keeps for itself: no parameter or step can be read by such a name. */
export const RESERVED_WORDS: readonly string[] = ['and', 'or', 'not', 'in', 'true', 'false'];

const MEANT: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['&', 'and'],
  ['||', 'or'],
  ['|', 'or'],
  ['=', '=='],
  ['===', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['=>', '>='],
  ['=<', '<='],
  ['**', '^'],
  ['!', 'not'],
]);

/** Signs that keyboards and word processors put in the place of ASCII ones, beyond what NFKC folds. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
  ['×', '*'],
  ['∙', '*'],
  ['•', '*'],
  ['÷', '/'],
  ['−', '-'],
  ['–', '-'],
  ['“', '"'],
  ['”', '"'],
  ['‘', "'"],
  ['’', "'"],
  ['。', '.'],
]);

/** Cuts a source into words and marks; the complaints say what is wrong with its characters. */
export function scan(source: string): Scan {
  const tokens: Token[] = [];
  const complaints: Complaint[] = [];
  let offset = 0;
  const stop = (message: string): Scan => {
    complaints.push({ offset, code: 'expression-syntax', message });
    return { tokens, complaints };
  };
  while (offset < source.length) {
    const rest = cut(source, offset);
    if (rest.kind === 'bad') return stop(rest.message);
    if (rest.kind === 'wrong') {
      const meant = MEANT.get(rest.text);
      if (meant === undefined) return stop(unusable(rest.text));
      const factorial = rest.text === '!' && endsValue(tokens.at(-1));
      if (factorial) return stop('there are no factorials here; for "not", write not x');
      complaints.push({ offset, code: 'expression-syntax', message: instead(rest.text, meant) });
      tokens.push({ kind: 'mark', text: meant, offset });
    } else if (rest.kind !== 'space') {
      tokens.push({ kind: rest.kind, text: rest.text, offset });
    }
    offset += rest.text.length;
  }
  return { tokens, complaints };
}

/** Whether a value can end with this token, so that an operator must follow. */
export function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind !== 'mark' || token.text === ')' || token.text === ']';
}

type Piece =
  | { readonly kind: Token['kind'] | 'space' | 'wrong'; readonly text: string }
  | { readonly kind: 'bad'; readonly message: string };

function cut(source: string, offset: number): Piece {
  const space = match(SPACE, source, offset);
  if (space !== null) return { kind: 'space', text: space };
  const number = match(NUMBER, source, offset);
  if (number !== null) return readNumber(number);
  const quote = source.charAt(offset);
  if (quote === '"' || quote === "'") return readString(source, offset, quote);
  const word = match(WORD, source, offset);
  if (word !== null) return readWord(word);
  const wrong = match(WRONG, source, offset);
  if (wrong !== null) return { kind: 'wrong', text: wrong };
  const mark = match(MARK, source, offset);
  if (mark !== null) return { kind: 'mark', text: mark };
  return { kind: 'bad', message: strange(String.fromCodePoint(source.codePointAt(offset) ?? 0)) };
}

function match(pattern: RegExp, source: string, offset: number): string | null {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0] ?? null;
}

function readNumber(text: string): Piece {
  if (Number.isFinite(Number(text))) return { kind: 'number', text };
  return { kind: 'bad', message: `${text} is too large for a number` };
}

/** A string ends at the first quote of its kind that has no backslash before it, even where that one is escaped. */
function readString(source: string, offset: number, quote: string): Piece {
  let end = source.indexOf(quote, offset + 1);
  while (end >= 0 && source.charAt(end - 1) === '\\') end = source.indexOf(quote, end + 1);
  if (end < 0) return { kind: 'bad', message: `this string does not end: close it with ${quote}` };
  if (!STRING_BODY.test(source.slice(offset + 1, end))) {
    return {
      kind: 'bad',
      message:
        'this string has an unknown escape: there are \\\\ \\\' \\" \\/ \\b \\f \\n \\r \\t and \\u with four hex digits',
    };
  }
  return { kind: 'string', text: source.slice(offset, end + 1) };
}

function readWord(word: string): Piece {
  if (WORD_MARKS.has(word)) return { kind: 'mark', text: word };
  if (word === 'true' || word === 'false') return { kind: 'boolean', text: word };
  if (ASCII.test(word)) return { kind: 'name', text: word };
  const plain = word.normalize('NFKC');
  if (ASCII.test(plain)) return { kind: 'bad', message: `'${word}' has full-width letters: write ${plain}` };
  return {
    kind: 'bad',
    message: `'${word}' cannot be a name: names are ASCII letters, digits and _. Give the parameter such a name and put this into its title; a string goes in quotes`,
  };
}

function instead(wrong: string, meant: string): string {
  if (wrong === '!') return `'!' is not used here: write not x`;
  if (wrong === '||')
    return `'||' is not used here: write or (strings are not joined in expressions, but in texts)`;
  if (wrong === '=') return `'=' would assign: to compare, write ==`;
  return `'${wrong}' is not used here: write ${meant}`;
}

function unusable(sign: string): string {
  if (sign === ';') return "';' is not used here: an expression is one value, remove it";
  return `'${sign}' begins no comment here: write comments in the YAML, after #`;
}

function strange(character: string): string {
  const plain = LOOKALIKES.get(character) ?? character.normalize('NFKC');
  if (plain === ' ') return 'this is not an ordinary space: write one';
  if (plain !== character && ASCII.test(plain)) return `'${character}' is not the ASCII sign: write ${plain}`;
  if (ASCII.test(character)) return `'${character}' is not used in expressions: remove it`;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `the character U+${code} is not used in expressions: remove it`;
}
