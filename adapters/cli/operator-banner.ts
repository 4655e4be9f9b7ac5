import type { Serving } from '../serve.ts';

/**
 * What is said at the start about acting: on a terminal an address that logs a browser in, elsewhere only where the token lies, so
 * that it is in no log; null where there is nothing to say. The token stands behind the #, which browsers do not send.
 */
export function operatorBanner(
  operator: Serving['operator'],
  address: string,
  isTerminal: boolean,
): string | null {
  if (operator === null || operator.token === null) return null;
  if (operator.madeIn === null) return 'operators act with the token that was given';
  if (!isTerminal) return `operators act with the token in ${operator.madeIn}`;
  return `open this to look and to act: ${address}/#token=${operator.token}`;
}
