import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, createMachine, fromPromise, setup } from 'xstate';
import { compileMachine } from '../../../engine/compile-machine.ts';

const REFUSED: readonly (readonly [string, () => AnyStateMachine, RegExp])[] = [
  [
    'a guard',
    () => createMachine({ initial: 'a', states: { a: { on: { go: { target: 'a', guard: () => true } } } } }),
    /state "a" has a guard on event "go"/,
  ],
  [
    'a guard on what happens by itself',
    () =>
      createMachine({ initial: 'a', states: { a: { always: { target: 'b', guard: () => true } }, b: {} } }),
    /state "a" has a guard on always/,
  ],
  [
    'a context',
    () => createMachine({ context: { count: 0 }, initial: 'a', states: { a: {} } }),
    /it has a context/,
  ],
  [
    'a context made by code',
    () => createMachine({ context: () => ({}), initial: 'a', states: { a: {} } }),
    /it has a context/,
  ],
  [
    'an assignment',
    () => createMachine({ initial: 'a', states: { a: { on: { go: { actions: assign({}) } } } } }),
    /state "a" has an action with code or data on event "go"/,
  ],
  [
    'an assignment behind a name',
    () =>
      setup({ actions: { count: assign({}) } }).createMachine({
        initial: 'a',
        states: { a: { entry: 'count' } },
      }),
    /state "a" has an action with code or data on its way in or out/,
  ],
  [
    'code as an action',
    () => createMachine({ initial: 'a', states: { a: { exit: () => {} } } }),
    /state "a" has an action with code/,
  ],
  [
    'an action with data',
    () => createMachine({ initial: 'a', entry: { type: 'x', params: { n: 1 } }, states: { a: {} } }),
    /the machine has an action with code or data/,
  ],
  [
    'an action on the way to an inner state',
    () =>
      createMachine({
        initial: 'a',
        states: { a: { initial: { target: 'b', actions: () => {} }, states: { b: {} } } },
      }),
    /state "a" has an action with code/,
  ],
  [
    'a delay',
    () => createMachine({ initial: 'a', states: { a: { after: { 1000: 'a' } } } }),
    /state "a" has a delay/,
  ],
  [
    'an invoked actor',
    () => createMachine({ initial: 'a', states: { a: { invoke: { src: fromPromise(async () => 1) } } } }),
    /state "a" invokes an actor/,
  ],
  [
    'parallel states',
    () => createMachine({ type: 'parallel', states: { a: {}, b: {} } }),
    /the machine is a parallel state/,
  ],
  [
    'a history state',
    () =>
      createMachine({
        initial: 'a',
        states: { a: { initial: 'b', states: { b: {}, h: { type: 'history' } } } },
      }),
    /state "a.h" is a history state/,
  ],
  [
    'a wildcard',
    () => createMachine({ initial: 'a', states: { a: { on: { '*': 'a' } } } }),
    /state "a" has a wildcard, event "\*"/,
  ],
  [
    'a partial wildcard',
    () => createMachine({ initial: 'a', states: { a: { on: { 'to.*': 'a' } } } }),
    /state "a" has a wildcard, event "to\.\*"/,
  ],
  [
    'no rest',
    () =>
      createMachine({
        initial: 'a',
        states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
      }),
    /does not come to rest/,
  ],
  [
    'no rest from the start',
    () => createMachine({ initial: 'b', states: { b: { always: 'c' }, c: { always: 'b' } } }),
    /does not come to rest/,
  ],
  [
    'two states of one name',
    () => createMachine({ initial: 'a', states: { a: { initial: 'b', states: { b: {} } }, 'a.b': {} } }),
    /two states of one name/,
  ],
];

describe('a machine is refused that has', () => {
  it.each(REFUSED)('%s', (_, machine, reason) => expect(() => compileMachine(machine())).toThrow(reason));

  it('several such things, with all of them named and what to do instead', () => {
    const machine = createMachine({
      id: 'much',
      context: { count: 0 },
      initial: 'a',
      states: {
        a: { on: { go: { target: 'b', guard: () => true, actions: assign({}) } } },
        b: { after: { 10: 'a' } },
      },
    });
    expect(() => compileMachine(machine)).toThrow(
      'Machine "much" cannot be a table: state "a" has a guard on event "go"; state "a" has an action with code or data on ' +
        'event "go"; state "b" has a delay; it has a context. Use states, events and named actions only',
    );
  });
});
