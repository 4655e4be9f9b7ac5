import { type AnyStateMachine, createMachine } from 'xstate';
import { encodeToken, type StateTable } from '../../checkpoints/index.ts';

/**
 * Gives the machine of a table of legal states: one state per line, one event `to.<state>` per state; the same state again
 * is legal and no change. Names in it are those of `stateKey`.
 */
export function stateTableMachine(table: StateTable, id: string): AnyStateMachine {
  return createMachine({
    id: encodeToken(id),
    initial: stateKey(table.initial),
    states: Object.fromEntries(table.states.map((state) => [stateKey(state), { on: moves(table, state) }])),
  });
}

/**
 * Gives the name that a user's state has in a machine: the same where it consists of letters, digits, `_` and `-`, else
 * percent-encoded, because xstate reads `.`, `#` and `*` in names as paths and wildcards.
 */
export function stateKey(state: string): string {
  if (state === '') return '%';
  return state === '__proto__' ? '%5F_proto__' : encodeToken(state);
}

/** Gives the event that moves a state table's machine to this state. */
export function stateEvent(state: string): string {
  return `to.${stateKey(state)}`;
}

function moves(table: StateTable, from: string): Record<string, { readonly target?: string }> {
  const legal = table.next(from).filter((to) => to !== from);
  return Object.fromEntries([
    [stateEvent(from), {}],
    ...legal.map((to) => [stateEvent(to), { target: stateKey(to) }]),
  ]);
}
