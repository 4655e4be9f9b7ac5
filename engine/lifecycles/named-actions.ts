/**
 * Gives actions that do nothing, by name: a lifecycle says what a move means, and whoever makes the move carries it out.
 */
export function namedActions<Name extends string>(...names: readonly Name[]): Record<Name, () => void> {
  // every name of the list is there, by construction
  return Object.fromEntries(names.map((name) => [name, nothing])) as Record<Name, () => void>;
}

function nothing(): void {}
