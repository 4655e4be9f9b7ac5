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

/** One sentence for a syntax error of the parser: what is wrong, and the remedy for errors of that kind. */
export function syntaxMessage(code: string, message: string): string {
  const said = message.replace(/\s+/g, ' ').slice(0, 200);
  return `broken YAML (${said}): ${REMEDIES.get(code) ?? 'correct it, or put the text in quotes'}`;
}
