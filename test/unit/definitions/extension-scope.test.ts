import { describe, expect, test } from 'vitest';
import { compileDefinitions, type ExtensionScope, type Scope } from '../../../definitions/index.ts';

const FLOW = `
flow: transfer
group: clearing
steps:
  first-step: { params: { M: { type: number }, params: { type: string } } }
  a:
    params:
      PIN: { type: number }
      POUT: { type: number }
      LOSS: { type: number, value: POUT - PIN }
      DONE: { type: number, value: PIN / POUT }
      toString: { type: string }
    on: { committed: { when: look(), do: { alarm: x } } }
  constructor: {}
  x-y: {}
  x_y: {}
connectors:
  - { from: first-step, to: a }
  - { from: a, to: constructor, when: look() }
on: { committed: { when: look(), do: { alarm: x } } }
`;

const step = (params: Scope['steps'][number]['params'], status = 'idle') => ({
  status,
  state: status === 'idle' ? null : 'sent',
  visits: status === 'idle' ? 0 : 2,
  params,
});

/** The engine's scope for a rule of step `own`. */
function scopeOf(own: number) {
  return {
    own,
    steps: [
      step([7, 'words'], 'committed'),
      step([3, 5, null, null, 'text'], 'running'),
      step([]),
      step([]),
      step([]),
    ],
    flow: {
      key: 'k',
      group: 'clearing',
      tradingDay: '2026-11-23',
      startedAt: 90,
      state: 'open',
      status: 'running',
    },
    event: {
      id: 'e1',
      event: 'params',
      step: 'a',
      time: 100,
      state: 'sent',
      params: [
        ['PIN', 3],
        ['__proto__', 'own'],
      ] as const,
      message: 'hello',
      source: 'app',
    },
  };
}

/** What a condition is given that a rule of step `own` (-1: of the flow) calls. */
function given(own: number, scope: Scope = scopeOf(own)): ExtensionScope {
  const seen: ExtensionScope[] = [];
  const look = (each: ExtensionScope) => seen.push(each) > 0;
  const extensions = { conditions: new Map([['look', look]]), handlers: new Map() };
  const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text: FLOW }], 'r', extensions);
  const flow = definitions?.flows.get('transfer');
  if (flow === undefined) throw new Error(JSON.stringify(findings));
  const on = own < 0 ? flow.on : flow.steps[own]?.on;
  const when = on?.get('committed')?.[0]?.when ?? flow.connectors.find(({ from }) => from === own)?.when;
  expect(when?.run(scope)).toBe(true);
  const [first] = seen;
  if (first === undefined) throw new Error('the condition is called');
  return first;
}

describe('the scope of an extension function', () => {
  test('has the parameters of its step by name, derived ones computed, and the step itself', () => {
    const scope = given(1);
    expect([scope.PIN, scope.POUT, scope.LOSS, scope.toString]).toEqual([3, 5, 2, 'text']);
    expect([scope.status, scope.state, scope.visits]).toEqual(['running', 'sent', 2]);
    expect(Object.entries(scope.params)).toEqual([
      ['PIN', 3],
      ['POUT', 5],
      ['LOSS', 2],
      ['DONE', 0.6],
      ['toString', 'text'],
    ]);
  });

  test('has the event, with what it reports, and the instance', () => {
    const { event, flow } = given(1);
    expect({ ...event, params: Object.entries(event.params) }).toEqual({
      ...{ id: 'e1', event: 'params', step: 'a', time: 100, state: 'sent', message: 'hello', source: 'app' },
      params: [
        ['PIN', 3],
        ['__proto__', 'own'],
      ],
      key: 'k',
      flow: 'transfer',
    });
    expect(flow).toEqual(scopeOf(1).flow);
  });

  test('has every step by its name, and by the word that expressions have for it', () => {
    const { steps } = given(1);
    expect(Object.keys(steps)).toEqual(['first-step', 'a', 'constructor', 'x-y', 'x_y']);
    expect(steps.first_step).toBe(steps['first-step']);
    expect(steps.first_step?.M).toBe(7);
    expect(steps.first_step?.status).toBe('committed');
    expect(steps.a?.LOSS).toBe(2);
    expect(Reflect.get(steps, 'constructor')).toMatchObject({ visits: 0 });
    expect(steps['x-y']).not.toBe(steps.x_y);
    expect(steps.valueOf).toBeUndefined();
  });

  test("finds a parameter named 'params' among the parameters", () => {
    expect(given(1).steps['first-step']?.params).toEqual({ M: 7, params: 'words' });
  });

  test('has the state and status of the instance in a rule of the flow, and no parameters', () => {
    const scope = given(-1);
    expect([scope.state, scope.status, scope.visits, Object.keys(scope.params)]).toEqual([
      'open',
      'running',
      0,
      [],
    ]);
    expect(scope.steps.a?.PIN).toBe(3);
  });

  test('gives null for a derived parameter that cannot be computed', () => {
    const missing = { ...scopeOf(1), steps: [step([7, 'words']), step([3, null, null, null, 'text'])] };
    expect([given(1, missing).LOSS, given(1, missing).POUT]).toEqual([null, null]);
  });

  test('can be changed nowhere', () => {
    const scope = given(1);
    const step = scope.steps.a;
    const parts = [
      scope,
      scope.params,
      scope.event,
      scope.event.params,
      scope.flow,
      scope.steps,
      step,
      step?.params,
    ];
    for (const part of parts) {
      expect(Object.isFrozen(part)).toBe(true);
      expect(() => Object.assign(part ?? {}, { added: 1 })).toThrow(TypeError);
    }
    expect(() => Object.assign(scope, { PIN: 1 })).toThrow(TypeError);
    expect(() => Object.assign(scope, { LOSS: 1 })).toThrow(TypeError);
  });

  test('reaches no prototype where users choose the names', () => {
    const scope = given(1);
    const parts = [
      scope,
      scope.params,
      scope.event.params,
      scope.steps,
      scope.steps.a,
      scope.steps.a?.params,
    ];
    expect(parts.map((part) => Object.getPrototypeOf(part))).toEqual(parts.map(() => null));
  });

  test('stays as it was when it is kept', () => {
    const live = scopeOf(1);
    const scope = given(1, live);
    live.steps[1] = step([30, 50, null, null, 'other'], 'committed');
    live.flow.status = 'committed';
    live.event = { ...live.event, event: 'other' };
    expect([scope.status, scope.LOSS, scope.steps.a?.PIN, scope.flow.status, scope.event.event]).toEqual([
      'running',
      2,
      3,
      'running',
      'params',
    ]);
  });
});
