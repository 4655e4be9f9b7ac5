/** One row of an event log of whatever form: something happened in a case. */

export type Attribute = string | number | boolean;

export interface LogRow {
  readonly kind: 'row';
  /** where it stands, from 1 */
  readonly line: number;
  /** attributes by name; those of the case begin with `case:` */
  readonly values: ReadonlyMap<string, Attribute>;
}

/** What could not be read, with the remedy; reading goes on behind it unless it is `fatal`. */
export interface LogProblem {
  readonly kind: 'problem';
  readonly line: number;
  readonly reason: string;
  readonly fatal: boolean;
}

export type LogItem = LogRow | LogProblem;

/** The longest text that is kept of one value. */
export const LONGEST_VALUE = 4000;

/** The most attributes that a row or a case may have. */
export const MOST_VALUES = 256;

export function problem(line: number, reason: string, fatal = false): LogProblem {
  return { kind: 'problem', line, reason, fatal };
}
