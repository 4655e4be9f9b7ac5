/** Where something stands in a definition file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value with the place it was read from. */
export interface Located<T> {
  readonly value: T;
  readonly at: Place;
}

/** Something the reader or linker says about a definition. The message names the remedy. */
export interface Finding {
  readonly at: Place;
  readonly severity: 'error' | 'warning';
  /** stable kebab-case word for this kind of finding, such as `unknown-key` */
  readonly code: string;
  readonly message: string;
}
