/**
 * A text within a limit of UTF-8 bytes: whole lines are left out from the end and counted, and where not even the first
 * fits it is cut between two characters as people see them.
 */
export function cutText(text: string, limit: number): string {
  if (bytes(text) <= limit) return text;
  const lines = text.split('\n');
  for (let kept = lines.length - 1; kept > 0; kept--) {
    const cut = [...lines.slice(0, kept), more(lines.length - kept, text)].join('\n');
    if (bytes(cut) <= limit) return cut;
  }
  return cutLine(lines[0] ?? '', limit);
}

/** A line within a limit of UTF-8 bytes; what was cut off is an ellipsis. */
export function cutLine(line: string, limit: number): string {
  if (bytes(line) <= limit) return line;
  let cut = '';
  let size = bytes('…');
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)) {
    size += bytes(segment);
    if (size > limit) break;
    cut += segment;
  }
  return `${cut}…`;
}

function more(count: number, text: string): string {
  return /\p{Script=Han}/u.test(text) ? `… 还有 ${count} 行` : `… and ${count} more`;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
