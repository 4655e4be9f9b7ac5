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

const NESTED = () =>
  createMachine({
    id: 'nested',
    initial: 'hurry',
    entry: 'begin',
    states: {
      hurry: { exit: 'pass', always: { target: 'outer', actions: 'hurry' } },
      outer: {
        initial: 'a',
        exit: 'leave',
        on: { quit: 'over' },
        onDone: { target: 'rest', actions: 'done' },
        states: {
          a: {
            entry: 'enter',
            on: { go: { target: 'b', actions: ['one', 'two'] }, stay: { actions: 'stay' } },
          },
          b: { initial: 'x', states: { x: { on: { go: '#nested.outer.c' } } } },
          c: { type: 'final' },
        },
      },
      rest: { on: { quit: { target: 'over', actions: { type: 'tired' } }, go: {} } },
      over: { type: 'final', on: { go: 'rest' } },
    },
  });

/** Every cell of a table that is not empty, as `state event -> state: actions`. */
function cellsOf(machine: AnyStateMachine): readonly string[] {
  const table = compileMachine(machine);
  return table.states.flatMap((state) =>
    table.events.flatMap((event) => {
      const move = table.next(state, event);
      return move === null ? [] : [`${state} ${event} -> ${move.state}: ${move.actions.join(' ')}`.trim()];
    }),
  );
}

describe('the table of a machine', () => {
  it('has the states in which it rests, the events from outside, and where it begins', () => {
    const { states, events, initial, initialActions } = compileMachine(NESTED());
    expect(states).toEqual(['outer.a', 'outer.b.x', 'rest', 'over']);
    expect(events).toEqual(['quit', 'go', 'stay']);
    expect([initial, initialActions]).toEqual(['outer.a', ['begin', 'pass', 'hurry', 'enter']]);
  });

  it('has what every event leads to, and what is to be done then, in order', () => {
    expect(cellsOf(NESTED())).toEqual([
      'outer.a quit -> over: leave',
      'outer.a go -> outer.b.x: one two',
      'outer.a stay -> outer.a: stay',
      'outer.b.x quit -> over: leave',
      'outer.b.x go -> rest: leave done',
      'rest quit -> over: tired',
      'rest go -> rest:',
    ]);
  });

  it('gives nothing for a state or an event that it does not know', () => {
    const table = compileMachine(NESTED() as AnyStateMachine);
    for (const [state, event] of [
      ['nowhere', 'go'],
      ['rest', 'nothing'],
      ['hurry', 'go'],
      ['outer', 'quit'],
      ['constructor', 'go'],
      ['nowhere', 'nothing'],
    ] as const)
      expect(table.next(state, event), `${state} ${event}`).toBeNull();
  });

  it('holds an inner final state in which the machine stays, as nothing happens when it is done', () => {
    const machine = createMachine({
      initial: 'outer',
      states: {
        outer: { initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final', on: { on: 'a' } } } },
      },
    });
    expect(compileMachine(machine).states).toEqual(['outer.a', 'outer.b']);
    expect(cellsOf(machine)).toContain('outer.a go -> outer.b:');
  });

  it('does not hold a state that is passed through, nor what lies in one', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { always: 'c', initial: 'x', states: { x: {}, y: {} } }, c: {} },
    });
    expect(compileMachine(machine).states).toEqual(['a', 'c']);
  });

  it('is made of names that stand for code of one’s own, which is not looked into', () => {
    const machine = setup({ actions: { tell: () => {} } }).createMachine({
      initial: 'a',
      states: { a: { entry: 'tell', initial: { target: 'b', actions: 'tell' }, states: { b: {} } } },
    });
    expect(compileMachine(machine).initialActions).toEqual(['tell', 'tell']);
  });
});

describe('a machine is refused that has', () => {
  it.each(REFUSED)('%s', (_, machine, reason) => expect(() => compileMachine(machine())).toThrow(reason));

  it('no rest, with what xstate says of it', () => {
    const machine = createMachine({ initial: 'b', states: { b: { always: 'c' }, c: { always: 'b' } } });
    const refused = () => compileMachine(machine);
    expect(refused).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.any(String) }) }),
    );
  });

  it('one such thing, which is told once', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: { actions: assign({}) } } } },
    });
    expect(() => compileMachine(machine)).toThrow(
      'Machine "m" cannot be a table: state "a" has an action with code or data on event "go". Use states',
    );
  });

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
