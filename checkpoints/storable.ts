/** Whether a string survives every place it is kept in: neither U+0000 nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/** Gives a piece of foreign text as it may stand in a message: at most `longest` characters, control characters escaped. */
export function shown(text: string, longest = 80): string {
  const short = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return short.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
