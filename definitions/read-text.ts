/** Text from a definition as it is shown in a message: in double quotes, escaped, cut after 60 characters. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/**
 * What no text of a definition may hold: control characters other than tab and line break, and halves of characters.
 * Neither can be stored or sent everywhere. Gives the sentence to say, null where the text is fine.
 */
export function unprintable(text: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text))
    return 'it has a control character in it: remove it';
  return text.isWellFormed() ? null : 'it has half of a surrogate pair in it: write the whole character';
}
