import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createActor, createMachine, type StateValue } from 'xstate';
import { createStateTable } from '../../../checkpoints/index.ts';
import { compileMachine, type Table } from '../../../engine/compile-machine.ts';
import type { InstanceStatus, StepStatus } from '../../../engine/index.ts';
import {
  ALARM,
  CONNECTOR,
  FLOW,
  LIFECYCLES,
  STEP,
  stateEvent,
  stateKey,
  stateTableMachine,
  TIMER,
} from '../../../engine/lifecycles/index.ts';

const COMPILED: readonly (readonly [string, AnyStateMachine, Table])[] = [
  ['step', LIFECYCLES.step, STEP],
  ['flow', LIFECYCLES.flow, FLOW],
  ['connector', LIFECYCLES.connector, CONNECTOR],
  ['timer', LIFECYCLES.timer, TIMER],
  ['alarm', LIFECYCLES.alarm, ALARM],
];

const NESTED = createMachine({
  id: 'nested',
  initial: 'hurry',
  entry: 'begin',
  states: {
    hurry: { exit: 'pass', always: { target: 'outer', actions: 'hurry' } },
    outer: {
      entry: 'enter-outer',
      exit: 'leave-outer',
      initial: 'a',
      on: { reset: { target: 'outer', reenter: true }, quit: 'over' },
      onDone: { target: 'rest', actions: 'done' },
      states: {
        a: {
          entry: 'enter-a',
          exit: 'leave-a',
          on: { go: { target: 'b', actions: ['one', 'two'] }, stay: { actions: 'stay' } },
        },
        b: { initial: 'x', states: { x: { on: { go: '#nested.outer.c', back: '#nested.outer.a' } } } },
        c: { type: 'final', entry: 'enter-c' },
      },
    },
    rest: { on: { reset: 'hurry', quit: { target: 'over', actions: 'tired' } } },
    over: { type: 'final', entry: 'end' },
  },
});

/** The name of a state as the table gives it. */
function dotted(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value ?? {})
    .map(([name, inner]) => `${name}.${dotted(inner)}`)
    .join();
}

function nested(path: readonly string[]): StateValue {
  const [first = '', ...rest] = path;
  return rest.length === 0 ? first : { [first]: nested(rest) };
}

/** Sends events through xstate's interpreter and through the table, which must agree at every one of them. */
function compare(
  machine: AnyStateMachine,
  table: Table,
  run: { readonly from: string | null; readonly events: readonly string[] },
) {
  const log: string[] = [];
  const names = new Set([...table.initialActions, ...allMoves(table).flatMap((move) => move.actions)]);
  const actions = Object.fromEntries([...names].map((name) => [name, () => void log.push(name)]));
  const logged = machine.provide({ actions });
  const snapshot =
    run.from === null ? undefined : logged.resolveState({ value: nested(run.from.split('.')), context: {} });
  const actor = createActor(logged, snapshot === undefined ? {} : { snapshot });
  actor.start();
  let state = run.from ?? table.initial;
  expect(log).toEqual(run.from === null ? table.initialActions : []);
  expect(dotted(actor.getSnapshot().value)).toBe(state);
  for (const event of run.events) {
    log.length = 0;
    const before = actor.getSnapshot();
    const legal = before.status === 'active' && logged.getTransitionData(before, { type: event }).length > 0;
    if (before.status === 'active') actor.send({ type: event });
    const move = table.next(state, event);
    expect([event, move !== null]).toEqual([event, legal]);
    expect(log).toEqual(move?.actions ?? []);
    state = move?.state ?? state;
    expect(dotted(actor.getSnapshot().value)).toBe(state);
  }
}

function allMoves(table: Table) {
  return table.states
    .flatMap((state) => table.events.map((event) => table.next(state, event)))
    .filter((move) => move !== null);
}

function runsOf(table: Table) {
  return fc.record({
    from: fc.option(fc.constantFrom(...table.states)),
    events: fc.array(fc.constantFrom(...table.events, 'nonsense'), { maxLength: 25 }),
  });
}

const stateTables = fc
  .uniqueArray(
    fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom('waiting', '结算', '__proto__', 'constructor', 'a.b', '*', '#a', '1', 'to.a'),
    ),
    { minLength: 1, maxLength: 7 },
  )
  .chain((names) =>
    fc
      .tuple(...names.map((name) => fc.subarray(names).map((next) => ({ name, next }))))
      .map((lines) => createStateTable(lines)),
  );

describe('the interpreter and the table agree', () => {
  it.each([...COMPILED, ['nested', NESTED, compileMachine(NESTED)] as const])(
    'on the machine of the %s, always',
    (_, machine, table) => {
      fc.assert(
        fc.property(runsOf(table), (run) => compare(machine, table, run)),
        { numRuns: 200, seed: 11 },
      );
    },
  );

  it('on any table of states that a user writes', () => {
    const cases = stateTables.chain((states) => {
      const machine = stateTableMachine(states, 'receive');
      const table = compileMachine(machine);
      return runsOf(table).map((run) => ({ states, machine, table, run }));
    });
    fc.assert(
      fc.property(cases, ({ states, machine, table, run }) => {
        compare(machine, table, run);
        expect(table.initial).toBe(stateKey(states.initial));
        for (const from of states.states) {
          for (const to of states.states) {
            const move = table.next(stateKey(from), stateEvent(to));
            expect([from, to, move?.state]).toEqual([
              from,
              to,
              states.allows(from, to) ? stateKey(to) : undefined,
            ]);
          }
        }
      }),
      { numRuns: 150, seed: 12 },
    );
  });
});

describe('every legal move is declared by the machine itself', () => {
  it.each(COMPILED)('of the %s', (_, machine, table) => {
    const declared: Readonly<Record<string, { readonly on?: object }>> = machine.config.states ?? {};
    expect(table.states).toEqual(Object.keys(declared));
    for (const state of table.states) {
      const legal = table.events.filter((event) => table.next(state, event) !== null);
      expect(new Set(legal)).toEqual(new Set(Object.keys(declared[state]?.on ?? {})));
    }
  });
});

describe('a step', () => {
  it('has the statuses of the contract', () => {
    const statuses: readonly StepStatus[] = STEP.states;
    expect(statuses).toEqual(['idle', 'active', 'running', 'committed', 'failed', 'withdrawn']);
  });

  it.each([
    ['idle', 'arrive', 'active', ['begin-visit']],
    ['idle', 'report', 'running', ['begin-visit', 'out-of-order']],
    ['idle', 'commit', 'committed', ['begin-visit', 'out-of-order', 'end-visit', 'follow-connectors']],
    ['idle', 'fail', 'failed', ['begin-visit', 'out-of-order', 'end-visit', 'raise-exception']],
    ['active', 'arrive', 'active', []],
    ['active', 'report', 'running', ['stop-timers']],
    ['active', 'commit', 'committed', ['stop-timers', 'end-visit', 'follow-connectors']],
    ['active', 'withdraw', 'withdrawn', ['end-visit']],
    ['running', 'arrive', 'running', []],
    ['running', 'report', 'running', ['stop-timers']],
    ['running', 'fail', 'failed', ['stop-timers', 'end-visit', 'raise-exception']],
    ['committed', 'arrive', 'active', ['begin-visit']],
    ['committed', 'commit', 'committed', ['begin-visit', 'out-of-order', 'end-visit', 'follow-connectors']],
    ['failed', 'arrive', 'active', ['begin-visit']],
    ['failed', 'report', 'running', ['begin-visit', 're-run']],
    ['failed', 'fail', 'failed', ['begin-visit', 're-run', 'end-visit', 'raise-exception']],
    ['withdrawn', 'report', 'running', ['begin-visit', 'out-of-order']],
  ] as const)('that is %s, on %s, is %s', (from, event, state, actions) => {
    expect(STEP.next(from, event)).toEqual({ state, actions });
  });

  it.each(['idle', 'running', 'committed', 'failed', 'withdrawn'] as const)(
    'that is %s cannot be withdrawn',
    (from) => {
      expect(STEP.next(from, 'withdraw')).toBeNull();
    },
  );
});

describe('an instance', () => {
  it('has the statuses of the contract', () => {
    const statuses: readonly InstanceStatus[] = FLOW.states;
    expect(statuses).toEqual(['expected', 'running', 'committed', 'failed', 'abandoned']);
  });

  it.each(['committed', 'failed', 'abandoned'] as const)(
    'that has %s runs again, or is expected again',
    (ended) => {
      expect(FLOW.next(ended, 'reopen')?.state).toBe('running');
      expect(FLOW.next(ended, 'expect')).toEqual({ state: 'expected', actions: ['set-back'] });
      expect(FLOW.next(ended, 'start')).toBeNull();
    },
  );
});

describe('an alarm', () => {
  it('counts while it is open, acknowledged or not, and begins an episode after its end', () => {
    expect(ALARM.next('open', 'raise')).toEqual({ state: 'open', actions: ['count'] });
    expect(ALARM.next('acknowledged', 'raise')).toEqual({ state: 'acknowledged', actions: ['count'] });
    expect(ALARM.next('cleared', 'raise')).toEqual({
      state: 'open',
      actions: ['begin-episode', 'tell-raised'],
    });
    expect(ALARM.next('closed', 'raise')?.state).toBe('open');
  });

  it('of which an acknowledgement is taken back is open again, and no new episode', () => {
    expect(ALARM.next('acknowledged', 'unacknowledge')).toEqual({ state: 'open', actions: ['note'] });
    expect(ALARM.next('open', 'unacknowledge')).toBeNull();
  });

  it('that has ended is neither acknowledged nor closed', () => {
    for (const ended of ['cleared', 'closed'] as const) {
      expect(ALARM.next(ended, 'acknowledge')).toBeNull();
      expect(ALARM.next(ended, 'close')).toBeNull();
    }
  });
});

describe('a table', () => {
  const table: Table = compileMachine(NESTED);

  it('names states within states with dots and leaves out what is only passed through', () => {
    expect(table.states).toEqual(['outer.a', 'outer.b.x', 'rest', 'over']);
    expect(table.initial).toBe('outer.a');
    expect(table.initialActions).toEqual(['begin', 'pass', 'hurry', 'enter-outer', 'enter-a']);
  });

  it('goes on by itself to where the machine rests', () => {
    expect(table.next('outer.b.x', 'go')).toEqual({
      state: 'rest',
      actions: ['enter-c', 'leave-outer', 'done'],
    });
  });

  it('has rows for states that nothing leads to', () => {
    const island = compileMachine(createMachine({ initial: 'a', states: { a: {}, b: { on: { go: 'a' } } } }));
    expect(island.next('b', 'go')).toEqual({ state: 'a', actions: [] });
  });

  it.each([
    ['over', 'reset'],
    ['rest', 'go'],
    ['nowhere', 'go'],
    ['rest', 'nonsense'],
    ['__proto__', 'constructor'],
    ['rest', 'xstate.done.state.nested.outer'],
  ])('has no move for %s on %s', (state, event) => expect(table.next(state, event)).toBeNull());

  it('cannot be changed through what it gives', () => {
    expect(Object.isFrozen(STEP.next('idle', 'arrive'))).toBe(true);
    expect(Object.isFrozen(STEP.next('idle', 'arrive')?.actions)).toBe(true);
  });
});
