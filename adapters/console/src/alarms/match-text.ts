/** What a silence matches, as people read it: each field with what it has to be. */
export function matchText(match: object): string {
  return Object.entries(match)
    .map(([field, wanted]) => `${field} ${wantedText(wanted)}`)
    .join(', ');
}

function wantedText(wanted: unknown): string {
  if (Array.isArray(wanted)) return wanted.map(wantedText).join(' / ');
  if (typeof wanted === 'object' && wanted !== null) return `(${matchText(wanted)})`;
  return String(wanted);
}
