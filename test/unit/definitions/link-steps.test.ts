import { describe, expect, test } from 'vitest';
import {
  compileDefinitions,
  type Definitions,
  type Flow,
  type Scope,
  type Step,
} from '../../../definitions/index.ts';

function compile(text: string): Definitions {
  const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
  expect(findings).toEqual([]);
  if (definitions === null) throw new Error('definitions without findings are never null');
  return definitions;
}

function flowOf(text: string, name = 'f'): Flow {
  const flow = compile(text).flows.get(name);
  if (flow === undefined) throw new Error(`there is a flow ${name}`);
  return flow;
}

function stepOf(text: string, name = 'a'): Step {
  const flow = flowOf(text);
  const step = flow.steps[flow.stepIndex.get(name) ?? -1];
  if (step === undefined) throw new Error(`there is a step ${name}`);
  return step;
}

describe('a step with a checkpoint type', () => {
  const type = `checkpoint: c
states: { on: [off], off: [on] }
params:
  X: { type: number, default: 1 }
  Y: { type: number }
timers:
  slow: { after: activated, in: 1m }
  late: { after: activated, in: 2m, severity: critical }
on:
  committed: [{ do: { alarm: type-one } }, { do: { alarm: type-two } }]
  exception: []
---
`;

  test('has its own parameters after those of the type, and its own in place of those with the same name', () => {
    const { params, paramIndex } = stepOf(
      `${type}flow: f\nsteps: { a: { checkpoint: c, params: { Z: { type: string }, X: { type: boolean } } } }`,
    );
    expect(params.map(({ name, type }) => [name, type])).toEqual([
      ['X', 'boolean'],
      ['Y', 'number'],
      ['Z', 'string'],
    ]);
    expect([...paramIndex]).toEqual([
      ['X', 0],
      ['Y', 1],
      ['Z', 2],
    ]);
  });

  test('has its own timers in place of those with the same name', () => {
    const { timers } = stepOf(
      `${type}flow: f\nsteps: { a: { checkpoint: c, timers: { slow: { after: committed, in: 3m, until: committed } } } }`,
    );
    expect(
      timers.map(({ name, after, untilCommitted, severity }) => [name, after, untilCommitted, severity]),
    ).toEqual([
      ['slow', 'committed', true, 'warning'],
      ['late', 'activated', false, 'critical'],
    ]);
  });

  test('has the state table of the type, or its own instead', () => {
    expect(stepOf(`${type}flow: f\nsteps: { a: { checkpoint: c } }`).states?.states).toEqual(['on', 'off']);
    expect(
      stepOf(`${type}flow: f\nsteps: { a: { checkpoint: c, states: { up: [] } } }`).states?.states,
    ).toEqual(['up']);
    expect(stepOf('flow: f\nsteps: { a: {} }').states).toBeNull();
  });

  test('runs the rules of the type first, and keeps an empty list as silence', () => {
    const { on } = stepOf(
      `${type}flow: f\nsteps: { a: { checkpoint: c, on: { committed: { do: { alarm: own } }, out-of-order: [] } } }`,
    );
    expect(on.get('committed')?.map((rule) => rule.id)).toEqual([
      'a/committed/1',
      'a/committed/2',
      'a/committed/3',
    ]);
    expect(
      on.get('committed')?.flatMap((rule) => rule.actions.map((action) => 'name' in action && action.name)),
    ).toEqual(['type-one', 'type-two', 'own']);
    expect([on.get('exception'), on.get('out-of-order'), on.get('deadline')]).toEqual([[], [], undefined]);
  });
});

test('events find their steps by the name that they carry', () => {
  const { byEventName } = flowOf(
    'flow: f\nsteps: { a: { as: report }, b: { as: c }, c: {}, d: { as: report }, g: { gate: true }, n: { flow: h } }\n---\nflow: h\nsteps: { x: {} }',
  );
  expect([...byEventName]).toEqual([
    ['report', [0, 3]],
    ['c', [1, 2]],
  ]);
});

test('names that objects have by nature are names like any other', () => {
  const { flows } = compile(
    'checkpoint: constructor\nparams: { X: { type: number } }\n---\nflow: constructor\nkey: __proto__\nsteps: { constructor: { checkpoint: constructor }, toString: {}, hasOwnProperty: { as: valueOf } }\nconnectors: [{ from: constructor, to: toString }, { from: toString, to: hasOwnProperty }]\n---\nflow: f\nsteps: { a: { flow: constructor } }',
  );
  const flow = flows.get('constructor');
  expect(flow?.parents).toEqual([{ flow: 'f', step: 0, suffix: '' }]);
  expect(flow?.key?.before).toBe('__proto__');
  expect([...(flow?.byEventName.keys() ?? [])]).toEqual(['constructor', 'toString', 'valueOf']);
  expect([flows.get('toString'), flow?.stepIndex.get('valueOf')]).toEqual([undefined, undefined]);
});

test('connectors between the same steps have rules of different names', () => {
  const { connectors } = flowOf(
    'flow: f\nsteps: { a: {}, b: {} }\nconnectors:\n  - { from: a, to: b, when: visits > 1, on: { taken: { do: { alarm: x } } } }\n  - { from: a, to: b, on: { refused: [{ do: { alarm: y } }, { do: { alarm: z } }] } }',
  );
  const ids = connectors.flatMap((connector) => [...connector.on.values()].flat().map((rule) => rule.id));
  expect(ids).toEqual(['a->b#1/taken/1', 'a->b#2/refused/1', 'a->b#2/refused/2']);
});

test('a flow with start.by has the trading day as its key, any other has none of its own', () => {
  expect(flowOf('flow: f\nstart: { by: "09:00" }\nsteps: { a: {} }').key).toEqual({
    before: '',
    after: '',
    hasDay: true,
  });
  expect(flowOf('flow: f\nsteps: { a: {} }').key).toBeNull();
  expect(flowOf('flow: f\nkey: month-end\nsteps: { a: {} }').key).toEqual({
    before: 'month-end',
    after: '',
    hasDay: false,
  });
});

test('moments may be anchored at the sessions of the calendar', () => {
  const flow = flowOf(
    'calendar: c\nsessions: { day: { from: "09:00", to: "15:00" } }\n---\nflow: f\ncalendar: c\nstart: { by: day.open - 30m }\ndeadline: { at: day.close + 2h }\nsteps: { a: { timers: { t: { at: day.close } } } }',
  );
  expect(flow.start).toMatchObject({ moment: { kind: 'anchor', session: 'day', edge: 'open', sign: -1 } });
  expect(flow.deadline).toMatchObject({ moment: { kind: 'anchor', edge: 'close', sign: 1 } });
  expect(flow.steps[0]?.timers[0]?.moment).toMatchObject({ kind: 'anchor', session: 'day' });
});

describe('actions', () => {
  const given: Scope = {
    own: 0,
    steps: [{ status: 'running', state: null, visits: 2, params: [5] }],
    flow: {
      key: 'k',
      group: null,
      tradingDay: '2026-01-05',
      startedAt: null,
      state: null,
      status: 'running',
    },
    event: {
      id: null,
      event: 'committed',
      step: 'a',
      time: 0,
      state: null,
      params: [],
      message: null,
      source: null,
    },
  };
  function actionOf(action: string) {
    const body = `params: { N: { type: number } }, timers: { slow: { in: 1m }, soon: { after: activated, in: 1m } }`;
    const step = stepOf(
      `flow: f\nsteps: { a: { ${body}, on: { committed: { do: [${action}, { start-timer: slow }] } } } }`,
    );
    const found = step.on.get('committed')?.[0]?.actions[0];
    if (found === undefined) throw new Error('the rule has an action');
    return found;
  }

  test('set a parameter by its index', () => {
    const set = actionOf('{ set: N, to: visits + N }');
    expect(set).toMatchObject({ kind: 'set', param: 0 });
    expect(set.kind === 'set' && set.to.run(given)).toBe(7);
  });

  test('start and cancel timers by their index', () => {
    expect(actionOf('{ start-timer: soon, in: 30s }')).toEqual({
      kind: 'start-timer',
      timer: 1,
      in: { days: 0, ms: 30_000 },
    });
    expect(actionOf('{ start-timer: slow }')).toEqual({ kind: 'start-timer', timer: 0, in: null });
    expect(actionOf('{ cancel-timer: soon }')).toEqual({ kind: 'cancel-timer', timer: 1 });
  });

  test('publish data whose strings are texts', () => {
    const publish = actionOf(
      '{ publish: "done.{flow.tradingDay}", data: { n: 1, list: ["{N}", true, null], __proto__: "{state}" } }',
    );
    if (publish.kind !== 'publish') throw new Error('the action is a publish');
    expect(publish.subject.run(given)).toBe('done.2026-01-05');
    expect(JSON.stringify(publish.data.run(given))).toBe('{"n":1,"list":["5",true,null],"__proto__":"?"}');
  });

  test('raise alarms as a warning unless they say otherwise', () => {
    expect(actionOf('{ alarm: x }')).toEqual({ kind: 'alarm', name: 'x', severity: 'warning', text: null });
    expect(actionOf('{ alarm: x, severity: info }')).toMatchObject({ severity: 'info' });
  });
});
