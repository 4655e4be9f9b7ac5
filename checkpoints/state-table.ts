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

/**
 * Gives the state table of these lines, in their order; throws where a state is listed twice or leads to one without a
 * line, which whoever reads definitions must have refused before.
 */
export function createStateTable(
  lines: readonly { readonly name: string; readonly next: readonly string[] }[],
): StateTable {
  const [first] = lines;
  if (first === undefined) throw new Error('A state table must have at least one state.');
  const followers = new Map(lines.map((line) => [line.name, new Set(line.next)]));
  if (followers.size < lines.length) throw new Error('A state table must name each state once.');
  for (const line of lines) {
    const unknown = line.next.find((state) => !followers.has(state));
    if (unknown !== undefined) {
      throw new Error(`State "${line.name}" leads to "${unknown}", which has no line in its state table.`);
    }
  }
  return {
    initial: first.name,
    states: lines.map((line) => line.name),
    knows: (state) => followers.has(state),
    allows: (from, to) => (from === to ? followers.has(to) : (followers.get(from)?.has(to) ?? false)),
    next: (from) => [...(followers.get(from) ?? [])],
  };
}
