/**
 * Where in a definition the cursor stands: the keys that lead there, and what is being written. It works on text that is
 * broken or half written, so it goes by indentation and brackets and not by a YAML parser.
 */

export interface CursorPlace {
  /** the keys from the top of the document down to the mapping or value; list items count as their list */
  readonly path: readonly string[];
  /** a key is being written, or the value of the last key of `path` */
  readonly writes: 'key' | 'value';
  /** what stands before the cursor of the word or text that is being written */
  readonly word: string;
  /** the kind and name of the document: its first key and that key's value; null before there is one */
  readonly document: { readonly kind: string; readonly name: string; readonly line: number } | null;
}

interface Level {
  readonly indent: number;
  readonly key: string;
}

/** What brackets are open, and the key that is being given a value in each. */
interface Bracket {
  readonly open: '{' | '[';
  key: string | null;
}

const KEY = /^(\s*(?:- +)*)(?:(["']?)([^\s"'{}[\],#&*!|>%@`-][^:{}[\],]*?)\2)\s*:(?=\s|$)/;

/** Where the cursor stands; `line` and `character` count from 0, as editors count. */
export function placeAt(text: string, line: number, character: number): CursorPlace {
  const lines = text.split(/\r?\n/);
  const first = documentStart(lines, line);
  const walk = new Walk();
  for (let at = first; at < line; at++) walk.line(lines[at] ?? '');
  return walk.last((lines[line] ?? '').slice(0, character), documentHead(lines, first, line));
}

function documentStart(lines: readonly string[], line: number): number {
  for (let at = Math.min(line, lines.length - 1); at > 0; at--) {
    if (/^---(\s|$)/.test(lines[at] ?? '') && at < line) return at + 1;
  }
  return 0;
}

function documentHead(lines: readonly string[], first: number, last: number): CursorPlace['document'] {
  for (let at = first; at <= last; at++) {
    const found = /^([a-z]+):\s*(["']?)([^\s"'#]*)\2/.exec(lines[at] ?? '');
    if (found !== null) return { kind: found[1] ?? '', name: found[3] ?? '', line: at };
  }
  return null;
}

class Walk {
  readonly #levels: Level[] = [];
  #brackets: Bracket[] = [];

  line(text: string): void {
    if (this.#brackets.length > 0) {
      this.#scan(text);
      return;
    }
    const bare = text.replace(/(^|\s)#.*$/, '');
    if (bare.trim() === '') return;
    const key = KEY.exec(bare);
    if (key === null) {
      this.#leave(indentOf(bare));
      this.#scan(bare);
      return;
    }
    const indent = (key[1] ?? '').length;
    this.#leave(indent);
    this.#levels.push({ indent, key: key[3] ?? '' });
    this.#scan(bare.slice(key[0].length));
  }

  /** The line with the cursor at its end. */
  last(text: string, document: CursorPlace['document']): CursorPlace {
    let rest = text;
    if (this.#brackets.length === 0) {
      const key = KEY.exec(text);
      const indent = key === null ? indentOf(text) : (key[1] ?? '').length;
      this.#leave(indent);
      if (key === null) {
        rest = text.slice(indent);
        if (!/[{[]/.test(rest)) return { path: this.#path(), writes: 'key', word: rest, document };
      } else {
        this.#levels.push({ indent, key: key[3] ?? '' });
        rest = text.slice(key[0].length);
      }
    }
    const word = this.#scan(rest);
    const inner = this.#brackets.at(-1);
    const path = this.#path();
    if (inner === undefined) return { path, writes: 'value', word: rest.trimStart(), document };
    const value = inner.open === '[' || inner.key !== null;
    return { path, writes: value ? 'value' : 'key', word: word.trimStart(), document };
  }

  /** Leaves the levels that a line of this indentation does not belong to. */
  #leave(indent: number): void {
    for (let top = this.#levels.at(-1); top !== undefined; top = this.#levels.at(-1)) {
      if (top.indent < indent) return;
      this.#levels.pop();
    }
  }

  #path(): string[] {
    const inner = this.#brackets.flatMap(({ open, key }) => (open === '{' && key !== null ? [key] : []));
    return [...this.#levels.map(({ key }) => key), ...inner];
  }

  /** Goes through what follows a colon or continues brackets; gives what was written since the last sign. */
  #scan(text: string): string {
    let word = '';
    let quote = '';
    for (const sign of text) {
      if (quote !== '') {
        word += sign;
        if (sign === quote) quote = '';
        continue;
      }
      const inner = this.#brackets.at(-1);
      if (sign === '"' || sign === "'") {
        // a quote within a word is an apostrophe, or belongs to an expression
        if (word.trim() === '') quote = sign;
        word += sign;
      } else if (sign === '{' || sign === '[') {
        this.#brackets.push({ open: sign, key: null });
        word = '';
      } else if ((sign === '}' || sign === ']') && inner !== undefined) {
        this.#brackets.pop();
        word = '';
      } else if (sign === ',' && inner !== undefined) {
        inner.key = null;
        word = '';
      } else if (sign === ':' && inner?.open === '{' && inner.key === null) {
        inner.key = word.trim().replace(/^["']|["']$/g, '');
        word = '';
      } else word += sign;
    }
    return word;
  }
}

function indentOf(text: string): number {
  return (/^\s*(?:- +)*(?:-$)?/.exec(text)?.[0] ?? '').length;
}
