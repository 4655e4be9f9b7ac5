/** Gives the subject an event is published on: `milepost.checkpoint.<flow>`, then a token for each part of the key. */
export function subjectOf(flow: string, key: string | null): string {
  const prefix = `milepost.checkpoint.${encodeToken(flow)}`;
  return key === null ? prefix : `${prefix}.${key.split('/').map(encodeToken).join('.')}`;
}

/** Gives the first token of a key as it stands in subjects: what lives and commits together shares it. */
export function partitionToken(key: string): string {
  const end = key.indexOf('/');
  return encodeToken(end === -1 ? key : key.slice(0, end));
}

/** Gives a text as one subject token: UTF-8 bytes outside `[A-Za-z0-9_-]` percent-encoded; half surrogates become U+FFFD. */
export function encodeToken(text: string): string {
  if (/^[A-Za-z0-9_-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/[.!~*'()]/g, percentEncode);
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
