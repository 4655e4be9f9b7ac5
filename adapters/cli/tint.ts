/** The colours that words are told apart by on a terminal. */
export type Tint = 'red' | 'yellow' | 'green' | 'blue' | 'grey' | 'bold';

const CODES: Readonly<Record<Tint, readonly [number, number]>> = {
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  blue: [34, 39],
  grey: [90, 39],
  bold: [1, 22],
};

/** A text between the escape codes of a colour. */
export function tinted(tint: Tint, text: string): string {
  const [on, off] = CODES[tint];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** The colour of a status, a health or a severity; null where it has none. */
export function tintOf(word: string): Tint | null {
  switch (word) {
    case 'critical':
    case 'failed':
    case 'missing':
    case 'error':
      return 'red';
    case 'warning':
    case 'late':
    case 'abandoned':
      return 'yellow';
    case 'normal':
    case 'on-time':
    case 'committed':
      return 'green';
    case 'running':
    case 'waiting':
    case 'active':
      return 'blue';
    case 'unknown':
    case 'idle':
    case 'not-due':
    case 'withdrawn':
      return 'grey';
    default:
      return null;
  }
}
