/** A text of its own: one cut out of a piece of a file keeps that whole piece in memory for as long as it lives. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
