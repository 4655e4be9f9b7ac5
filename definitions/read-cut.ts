/** One document of a file, with the directives before it and the `...` after it, and the offset where it starts. */
export interface Cut {
  readonly start: number;
  readonly text: string;
}

/** `---` and `...` at the start of a line end whatever is open, in YAML, even quotes and brackets. */
const MARKER = /(?<![^\n])(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;

/**
 * Cuts a file into its documents before it is parsed: the parser reads a quote that is never closed to the end of the
 * file, and would hide the documents behind it.
 */
export function cutDocuments(text: string): readonly Cut[] {
  const cuts: Cut[] = [];
  let start = 0;
  let begun = false;
  const cutAt = (end: number) => {
    if (end > start) cuts.push({ start, text: text.slice(start, end) });
    start = end;
  };
  for (const { 0: marker, index } of text.matchAll(MARKER)) {
    if (marker === '---') {
      if (begun || !isPrelude(text.slice(start, index))) cutAt(index);
      begun = true;
    } else {
      const lineEnd = text.indexOf('\n', index);
      cutAt(lineEnd < 0 ? text.length : lineEnd + 1);
      begun = false;
    }
  }
  cutAt(text.length);
  return cuts;
}

/** Whether there is nothing but directives, comments and empty lines, which belong to the document that follows. */
function isPrelude(text: string): boolean {
  return text.split('\n').every((line) => line.startsWith('%') || /^\s*(?:#|$)/.test(line));
}
