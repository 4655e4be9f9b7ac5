/** A table of legal states: which may follow which. The first state named is the initial one. */
export interface StateTable {
  readonly initial: string;
  readonly states: readonly string[];
  /** whether the table names this state at all */
  knows(state: string): boolean;
  /** whether `to` may follow `from`; the same state again is no change, and legal */
  allows(from: string, to: string): boolean;
  /** the states that may follow `from` */
  next(from: string): readonly string[];
}
