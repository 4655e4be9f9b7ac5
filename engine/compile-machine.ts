/**
 * Makes a dense table of an xstate machine: state and event -> next state and the names of the actions, in order.
 * xstate's interpreter costs 10 to 1,000 microseconds an event, a look into the table some nanoseconds.
 *
 * 1. Every cell is what xstate's own transition function gives; nothing about statecharts is known here.
 * 2. Every state that a machine can rest in has its row, also those that no event leads to: a machine may be set into them.
 * 3. A machine that uses what a table cannot hold is refused with all its reasons, never compiled almost rightly.
 */

import {
  type AnyStateMachine,
  type AnyStateNode,
  type EventFromLogic,
  initialTransition,
  type StateValue,
  type StateValueFrom,
  transition,
} from 'xstate';

/** What an event leads to. */
export interface Move<State extends string = string, Action extends string = string> {
  readonly state: State;
  /** names, in the order in which they are to be carried out */
  readonly actions: readonly Action[];
}

/** A compiled machine. States within states are named with dots, `outer.inner`. */
export interface Table<
  State extends string = string,
  Event extends string = string,
  Action extends string = string,
> {
  readonly states: readonly State[];
  readonly events: readonly Event[];
  readonly initial: State;
  /** what is to be carried out when the machine begins */
  readonly initialActions: readonly Action[];
  /** what the event leads to in this state; null where it is not legal, or the state or event is unknown */
  next(state: State, event: Event): Move<State, Action> | null;
}

/** The table of a machine, with its own names of states, events and actions. */
export type TableOf<Machine extends AnyStateMachine> = Table<
  Extract<StateValueFrom<Machine>, string>,
  EventFromLogic<Machine>['type'],
  ActionOf<Machine>
>;

type ActionOf<Machine extends AnyStateMachine> = Extract<
  keyof NonNullable<Parameters<Machine['provide']>[0]['actions']>,
  string
>;

const MAX_MICROSTEPS = 100;

/**
 * Gives the table of a machine; throws where the machine uses guards, context, delays, invoked actors, parallel or history
 * states, wildcard events, actions other than plain names, or never comes to rest.
 */
export function compileMachine<Machine extends AnyStateMachine>(machine: Machine): TableOf<Machine> {
  refuseWhatNoTableHolds(machine);
  // the names were taken out of the machine itself, so they are of its types
  return explore(withMicrostepLimit(machine)) as unknown as TableOf<Machine>;
}

function explore(machine: AnyStateMachine): Table {
  const events = eventsOf(machine);
  const nodes = restingNodes(machine);
  const states = nodes.map(nameOf);
  const rows = new Map(states.map((state, row) => [state, row * events.length]));
  if (rows.size < states.length)
    throw new Error(`Machine "${machine.id}" has two states of one name: ${states}.`);
  const columns = new Map(events.map((event, column) => [event, column]));
  const cells = nodes.flatMap((node) => events.map((event) => explorePair(machine, node, event)));
  const first = toRest(machine, () => initialTransition(machine));
  return {
    states,
    events,
    initial: first.state,
    initialActions: first.actions,
    next(state, event) {
      const row = rows.get(state);
      const column = columns.get(event);
      return row === undefined || column === undefined ? null : (cells[row + column] ?? null);
    },
  };
}

function explorePair(machine: AnyStateMachine, node: AnyStateNode, type: string): Move | null {
  if (node.type === 'final' && node.parent === machine.root) return null; // the machine has ended
  const snapshot = machine.resolveState({ value: nestedValue(node.path), context: {} });
  if (machine.getTransitionData(snapshot, { type }).length === 0) return null;
  return toRest(machine, () => transition(machine, snapshot, { type }));
}

/** Lets xstate take its steps until the machine rests. Going round in a circle it throws, or gives a snapshot of the error. */
function toRest(machine: AnyStateMachine, step: () => ReturnType<typeof transition<AnyStateMachine>>): Move {
  try {
    const [snapshot, actions] = step();
    if (snapshot.status === 'error') throw snapshot.error;
    const names = actions.map((action) => action.type);
    return Object.freeze({ state: nameOfValue(snapshot.value), actions: Object.freeze(names) });
  } catch (cause) {
    throw new Error(`Machine "${machine.id}" cannot be a table: it does not come to rest.`, { cause });
  }
}

/** All events that are named anywhere, also those that change nothing; xstate's own are not for the outside. */
function eventsOf(machine: AnyStateMachine): readonly string[] {
  const named = allNodes(machine.root).flatMap((node) => [...node.transitions.keys()]);
  return [...new Set(named)].filter((event) => !event.startsWith('xstate.'));
}

function withMicrostepLimit(machine: AnyStateMachine): AnyStateMachine {
  const limited = machine.provide({});
  limited.options = { ...limited.options, maxIterations: MAX_MICROSTEPS };
  return limited;
}

/** The innermost states in which the machine waits for an event: not those that it only passes through. */
function restingNodes(machine: AnyStateMachine): readonly AnyStateNode[] {
  return allNodes(machine.root).filter((node) => {
    if (node.type !== 'atomic' && node.type !== 'final') return false;
    const done = `xstate.done.state.${node.parent?.id}`;
    return !pathOf(node).some(
      (one) => (one.always ?? []).length > 0 || (node.type === 'final' && one.transitions.has(done)),
    );
  });
}

function allNodes(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(allNodes)];
}

/** A node and all that it lies in. */
function pathOf(node: AnyStateNode): readonly AnyStateNode[] {
  return node.parent === undefined ? [node] : [node, ...pathOf(node.parent)];
}

function nameOf(node: AnyStateNode): string {
  return node.path.join('.');
}

function nestedValue(path: readonly string[]): StateValue {
  const [first = '', ...rest] = path;
  return rest.length === 0 ? first : { [first]: nestedValue(rest) };
}

function nameOfValue(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([name, inner]) => `${name}.${nameOfValue(inner ?? '')}`)
    .join();
}

function refuseWhatNoTableHolds(machine: AnyStateMachine): void {
  const reasons = new Set(allNodes(machine.root).flatMap((node) => whatIsTooMuch(machine, node)));
  const { context } = machine.config;
  if (typeof context === 'function' || Object.keys(context ?? {}).length > 0) reasons.add('it has a context');
  if (reasons.size === 0) return;
  throw new Error(
    `Machine "${machine.id}" cannot be a table: ${[...reasons].join('; ')}. ` +
      'Use states, events and named actions only, and leave what depends on data to the code that carries them out.',
  );
}

function whatIsTooMuch(machine: AnyStateMachine, node: AnyStateNode): readonly string[] {
  const where = node.path.length === 0 ? 'the machine' : `state "${nameOf(node)}"`;
  if (node.type === 'parallel' || node.type === 'history') return [`${where} is a ${node.type} state`];
  if (node.invoke.length > 0) return [`${where} invokes an actor`];
  if (node.after.length > 0) return [`${where} has a delay`];
  const reasons: string[] = [];
  const transitions = [...node.transitions.values(), node.always ?? []].flat();
  for (const { eventType, guard, actions } of transitions) {
    const event = eventType === '' ? 'always' : `event "${eventType}"`;
    if (guard !== undefined) reasons.push(`${where} has a guard on ${event}`);
    if (eventType.includes('*')) reasons.push(`${where} has a wildcard, ${event}`);
    reasons.push(
      ...actions
        .filter((action) => !isName(machine, action))
        .map(() => `${where} has an action with code or data on ${event}`),
    );
  }
  const atomic = node.type === 'atomic' || node.type === 'final';
  const around = [...node.entry, ...node.exit, ...(atomic ? [] : node.initial.actions)];
  if (!around.every((action) => isName(machine, action))) {
    reasons.push(`${where} has an action with code or data on its way in or out`);
  }
  return reasons;
}

/** Whether an action is a mere name, and no name for one of xstate's own actions that reach into the machine. */
function isName(machine: AnyStateMachine, action: unknown): boolean {
  const name =
    typeof action === 'object' && action !== null && 'type' in action && !('params' in action)
      ? action.type
      : action;
  if (typeof name !== 'string') return false;
  const code: unknown = machine.implementations.actions[name];
  return typeof code !== 'function' || !('resolve' in code);
}
