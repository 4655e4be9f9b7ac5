import { describe, expect, test } from 'vitest';
import {
  type Call,
  compileDefinitions,
  ExpressionError,
  type Extensions,
  type Scope,
} from '../../../definitions/index.ts';

const at = { file: 'a.yaml', line: 9, column: 51 };

const FLOW = `
flow: work
steps:
  a:
    params: { N: { type: number }, T: { type: string }, OK: { type: boolean }, SUM: { type: number, value: N + 1 } }
    timers:
      stalled: { after: activated, in: 10m }
      manual: {}
    on:
      committed: { do: { call: handle, with: { limit: 5, list: [1, { __proto__: x }] } } }
  b: { gate: true }
connectors: { from: a, to: b }
on: { created: { do: { call: handle } } }
`;

const scope: Scope = {
  own: 0,
  steps: [
    { status: 'committed', state: null, visits: 1, params: [3, null, null, null] },
    { status: 'idle', state: null, visits: 0, params: [] },
  ],
  flow: { key: 'k', group: null, tradingDay: '2026-11-23', startedAt: 1, state: null, status: 'running' },
  event: {
    ...{ id: null, event: 'committed', step: 'a', time: 1, state: null, params: [] },
    ...{ message: null, source: null },
  },
};

/** What anything at all that a handler does comes to: foreign code keeps to no types. */
function callOf(handle: unknown, own = 0): Call {
  // biome-ignore lint/suspicious/noExplicitAny: what a module exports is known only when it runs
  const handlers: Extensions['handlers'] = new Map([['handle', handle as any]]);
  const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text: FLOW }], 'r', {
    conditions: new Map(),
    handlers,
  });
  const flow = definitions?.flows.get('work');
  const on = own < 0 ? flow?.on.get('created') : flow?.steps[own]?.on.get('committed');
  const action = on?.[0]?.actions[0];
  if (action?.kind !== 'call') throw new Error(JSON.stringify(findings));
  return action;
}

const run = (handle: unknown, own = 0) => callOf(handle, own).run({ ...scope, own });
const giving = (returned: unknown, own = 0) => run(() => returned, own);

describe('a handler', () => {
  test('is given the scope and what the action gives it, frozen', () => {
    const seen: unknown[] = [];
    run((...args: unknown[]) => void seen.push(...args));
    const [given, more] = seen;
    expect(given).toMatchObject({ N: 3, SUM: 4, status: 'committed' });
    expect(JSON.stringify(more)).toBe('{"limit":5,"list":[1,{"__proto__":"x"}]}');
    expect(seen).toHaveLength(2);
    expect(() => Object.assign(more ?? {}, { limit: 6 })).toThrow(TypeError);
  });

  test('is called under a place and an id of its own', () => {
    expect(callOf(() => null)).toMatchObject({ id: 'a/committed/1/call/1', handler: 'handle' });
  });

  test.each([[undefined], [null], [[]]])('that gives %j does nothing', (returned) => {
    expect(giving(returned)).toEqual([]);
  });

  test('raises, clears, sets, starts, stops, publishes, tells and runs', () => {
    const actions = giving([
      { alarm: 'short', severity: 'critical', text: '{N} stays as it is' },
      { alarm: 'plain', text: undefined },
      { clear: 'short' },
      { set: 'N', to: 4 },
      { set: 'T', to: 'x + 1' },
      { set: 'OK', to: false },
      { 'start-timer': 'stalled' },
      { 'start-timer': 'manual', in: '1d12h' },
      { 'cancel-timer': 'stalled' },
      { publish: 'clearing.done', data: { by: ['{N}', 1, null], none: undefined } },
      { publish: 'clearing.done' },
      { notify: 'on-call', text: 'late' },
      { run: 'restart agent' },
    ]);
    const plain = actions.map((action) => {
      switch (action.kind) {
        case 'alarm':
        case 'notify':
          return { ...action, text: action.text?.run(scope) ?? null };
        case 'set':
          return { ...action, to: action.to.run(scope) };
        case 'publish':
          return { ...action, subject: action.subject.run(scope), data: action.data.run(scope) };
        default:
          return action;
      }
    });
    expect(plain).toEqual([
      { kind: 'alarm', name: 'short', severity: 'critical', text: '{N} stays as it is' },
      { kind: 'alarm', name: 'plain', severity: 'warning', text: null },
      { kind: 'clear', name: 'short' },
      { kind: 'set', param: 0, to: 4 },
      { kind: 'set', param: 1, to: 'x + 1' },
      { kind: 'set', param: 2, to: false },
      { kind: 'start-timer', timer: 0, in: null },
      { kind: 'start-timer', timer: 1, in: { days: 1, ms: 12 * 3_600_000 } },
      { kind: 'cancel-timer', timer: 0 },
      { kind: 'publish', subject: 'clearing.done', data: { by: ['{N}', 1, null] } },
      { kind: 'publish', subject: 'clearing.done', data: null },
      { kind: 'notify', channel: 'on-call', text: 'late' },
      { kind: 'run', operation: 'restart agent' },
    ]);
  });

  test('may give one action without a list', () => {
    expect(giving({ clear: 'short' })).toEqual([{ kind: 'clear', name: 'short' }]);
  });

  test('that gives a long text has it cut', () => {
    const [action] = giving({ alarm: 'x', text: 'é'.repeat(5000) });
    expect(action?.kind === 'alarm' && action.text?.run(scope)).toMatch(/^é{4095}…$/);
  });

  test('keeps no hold on what it gave', () => {
    const data = { list: [1] };
    const [action] = giving({ publish: 'a', data });
    data.list.push(2);
    expect(action?.kind === 'publish' && action.data.run(scope)).toEqual({ list: [1] });
  });

  const circle: unknown[] = [];
  circle.push(circle);
  let bomb: unknown = 'x'.repeat(50);
  for (let n = 0; n < 20; n += 1) bomb = [bomb, bomb, bomb];
  const LOST = 'half \ud800 of it';

  test.each<[string, unknown, RegExp]>([
    ['text', 'done', /action 1: an action is due, not 'done'/],
    ['a number', 5, /an action is due, not 5/],
    ['true', true, /an action is due, not true/],
    ['a function', () => 1, /an action is due, not a function/],
    ['a list of lists', [[{ clear: 'x' }]], /action 1: an action is due, not a list/],
    ['a hole in the list', [{ clear: 'x' }, null], /action 2: an action is due, not null/],
    ['a promise', Promise.resolve([]), /gave a promise: give the actions themselves, without async/],
    ['more than 20', Array(21).fill({ clear: 'x' }), /it gave 21 actions; at most 20/],
    ['an empty object', {}, /an empty object is no action: use alarm, clear, set/],
    ['an unknown kind', { alrm: 'x' }, /there is no action 'alrm': did you mean 'alarm'\?/],
    ['a call', { call: 'handle' }, /a handler cannot 'call' another/],
    [
      'a key too many',
      { alarm: 'x', sverity: 'info' },
      /'sverity' does not go with 'alarm': did you mean 'severity'/,
    ],
    ['two actions in one', { alarm: 'x', clear: 'y' }, /'clear' does not go with 'alarm': leave it out/],
    ['no name', { alarm: 5 }, /the name of an alarm is due, not 5/],
    ['an empty name', { clear: '' }, /the name of an alarm is due here, and it is empty/],
    ['a name that cannot be kept', { alarm: 'a\u0000' }, /control character/],
    [
      'an unknown severity',
      { alarm: 'x', severity: 'fatal' },
      /severity is info, warning, critical, not 'fatal'/,
    ],
    ['a text that is none', { alarm: 'x', text: 5 }, /text is a string, not 5/],
    [
      'a text that cannot be kept',
      { alarm: 'x', text: LOST },
      /text has a null character or half of a character/,
    ],
    ['an unknown parameter', { set: 'M', to: 1 }, /no parameter is named 'M'/],
    ['a parameter that is no name', { set: 5, to: 1 }, /no parameter is named '5'/],
    ['a derived parameter', { set: 'SUM', to: 1 }, /'SUM' is computed by 'value' and cannot be set/],
    ['a value of another type', { set: 'N', to: '4' }, /'to' of 'N' is a number, not '4'/],
    ['no value', { set: 'N' }, /'to' of 'N' is a number, not nothing/],
    ['a value that is no number', { set: 'N', to: Number.NaN }, /'to' of 'N' is a number, not NaN/],
    ['a value that cannot be kept', { set: 'T', to: LOST }, /to has a null character or half of a character/],
    [
      'an unknown timer',
      { 'start-timer': 'stall' },
      /no timer is named 'stall'; use one of 'stalled', 'manual'/,
    ],
    [
      'a timer without a time',
      { 'start-timer': 'manual' },
      /timer 'manual' says not when it is due: give 'in'/,
    ],
    ['a bad duration', { 'start-timer': 'stalled', in: 'ten' }, /is not a length of time/],
    [
      'a duration that is no text',
      { 'start-timer': 'stalled', in: 10 },
      /in is a duration such as '10m', not 10/,
    ],
    ['a wildcard', { publish: 'a.*' }, /publish names a subject, not 'a\.\*'/],
    ['data of a class', { publish: 'a', data: { day: new Date(0) } }, /data\.day is a Date: give plain data/],
    ['data with a function', { publish: 'a', data: [() => 1] }, /data\[0\] is a function/],
    ['data with a big integer', { publish: 'a', data: 1n }, /data is a bigint/],
    ['data with no number', { publish: 'a', data: { n: 1 / 0 } }, /data\.n is Infinity/],
    ['data that contains itself', { publish: 'a', data: circle }, /data is nested more than 32 deep/],
    [
      'data that is too large',
      { publish: 'a', data: bomb },
      /data is too large: keep it below 65536 characters/,
    ],
    ['data that cannot be kept', { publish: 'a', data: { [LOST]: 1 } }, /the name of a field of data has/],
    ['a bad channel', { notify: 'On Call' }, /the name of a channel is due here/],
    ['a bad operation', { run: null }, /the name of an operation is due, not null/],
  ])('that gives %s is an ExpressionError', (_, returned, message) => {
    expect(() => giving(returned)).toThrow(ExpressionError);
    expect(() => giving(returned)).toThrow(/^handler handle failed: /);
    expect(() => giving(returned)).toThrow(message);
  });

  test('of a flow has no parameters and timers to act on', () => {
    expect(() => giving({ set: 'N', to: 1 }, -1)).toThrow(/'set' has nothing to act on/);
    expect(() => giving({ 'cancel-timer': 'stalled' }, -1)).toThrow(/'cancel-timer' has nothing to act on/);
  });

  test('that is async is an ExpressionError, and what it fails with later ends nothing', async () => {
    const failing = async () => raise(new Error('nobody waits'));
    expect(() => run(failing)).toThrow(/gave a promise/);
    expect(() => run(() => [failing()])).toThrow(/action 1: /);
    expect(() => run(() => ({ publish: 'a', data: { later: failing() } }))).toThrow(
      /data\.later is a Promise/,
    );
    // an unhandled rejection would be reported before the next turn of the event loop, and fail the run
    await new Promise((resolve) => setImmediate(resolve));
  });

  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('go away');
      },
    },
  );

  test.each<[string, () => unknown, RegExp]>([
    ['throws', () => JSON.parse('{'), /handler handle failed: .*JSON/],
    ['throws a text', () => raise('out of paper'), /failed: out of paper/],
    ['throws what cannot be stored', () => raise(new Error('a\u0000b')), /failed: a\\u0000b/],
    ['throws what cannot be shown', () => raise(Object.create(null)), /threw something that cannot be shown/],
    ['gives what cannot be read', () => hostile, /action 1: go away/],
    ['runs into itself', endless, /failed: Maximum call stack size exceeded/],
  ])('that %s is an ExpressionError', (_, handle, message) => {
    expect(() => run(handle)).toThrow(ExpressionError);
    expect(() => run(handle)).toThrow(message);
  });

  test('that throws a long story has it cut', () => {
    expect(() => run(() => raise(new Error('x'.repeat(10_000))))).toThrow(/^handler handle failed: x{399}…$/);
  });
});

function raise(thrown: unknown): never {
  throw thrown;
}

function endless(): unknown {
  return endless();
}

describe('functions that run each other through derived parameters', () => {
  const source = `flow: f
steps:
  a:
    params: { B: { type: boolean, value: mark() } }
    on: { committed: { when: mark(), do: { alarm: x } } }`;

  test('come to an end, and count as failed where they would not', () => {
    let calls = 0;
    const mark = (each: { readonly params: object; readonly [name: string]: unknown }) => {
      calls += 1;
      return each.B === null && Object.values(each.params).length === 1;
    };
    const { definitions } = compileDefinitions([{ file: 'a.yaml', text: source }], 'r', {
      conditions: new Map([['mark', mark]]),
      handlers: new Map(),
    });
    const when = definitions?.flows.get('f')?.steps[0]?.on.get('committed')?.[0]?.when;
    const outcome = () => {
      calls = 0;
      const value = when?.run({ ...scope, steps: [{ status: '', state: null, visits: 1, params: [null] }] });
      return [value, calls];
    };
    const first = outcome();
    expect(first[1]).toBeLessThanOrEqual(1000);
    expect(outcome()).toEqual(first);
  });

  test('see the step that the derived parameter belongs to as their own', () => {
    const seen: unknown[] = [];
    const { definitions } = compileDefinitions(
      [
        {
          file: 'a.yaml',
          text: `flow: f
steps:
  a: { params: { N: { type: number }, B: { type: boolean, value: mark() } } }
  b: { params: { N: { type: number } }, on: { committed: { when: mark() and steps.a.B, do: { alarm: x } } } }
connectors: { from: a, to: b }`,
        },
      ],
      'r',
      { conditions: new Map([['mark', (each) => seen.push(each.N) > 0]]), handlers: new Map() },
    );
    const when = definitions?.flows.get('f')?.steps[1]?.on.get('committed')?.[0]?.when;
    const step = { status: '', state: null, visits: 1 };
    when?.run({
      ...scope,
      own: 1,
      steps: [
        { ...step, params: [1, null] },
        { ...step, params: [2] },
      ],
    });
    expect(seen).toEqual([2, 1]);
  });
});

test('a place of the call comes with what its actions set', () => {
  const [action] = giving({ set: 'N', to: 4 });
  expect(action?.kind === 'set' && action.to).toMatchObject({
    source: '4',
    at: { ...at, line: 10, column: 24 },
  });
});
