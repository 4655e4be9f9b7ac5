/** The stored form of an instance: short, and exact. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../../definitions/index.ts';
import { childOf, countsOf, NO_CHILDREN, stepFromText, withChild } from '../../../engine/child-states.ts';
import {
  decodeInstance,
  encodeInstance,
  type Instance,
  newInstance,
  type PastVisit,
  type StepDetail,
  type StepState,
} from '../../../engine/index.ts';
import { compile } from '../../scenarios/timeline.ts';

const START = Date.UTC(2026, 10, 23, 8);

const YAML = `
flow: f
steps:
  a: { params: { N: { type: number }, S: { type: string } } }
  b: {}
  c: {}
connectors: [{ from: a, to: b }, { from: b, to: c }]
---
flow: g
steps: { a: {} }
`;

function flowNamed(name: string): Flow {
  const flow = compile(YAML).flows.get(name);
  if (flow === undefined) throw new Error(`there is no flow ${name}`);
  return flow;
}

const flow = flowNamed('f');
const born = newInstance(flow, {
  key: 'k',
  revision: 'r1',
  tradingDay: '2026-11-23',
  parent: null,
  time: START,
});

const ORDINARY: StepDetail = {
  ledBy: [-1],
  waived: false,
  deadEnd: false,
  owed: 0,
  offeredVia: null,
  arrived: [],
  past: [],
};

const running: StepState = {
  status: 'running',
  state: null,
  visits: 1,
  activatedAfter: 0,
  endedAfter: null,
  params: [5, null],
  detail: ORDINARY,
};

function withSteps(...changed: readonly StepState[]): Instance {
  return { ...born, steps: born.steps.map((idle, index) => changed[index] ?? idle) };
}

const HEAD = `1,"f","k","r1","expected","2026-11-23",${START}`;

const EXPECTED = { status: 'expected', health: 'normal' } as const;
const REST = '[],null,null,null,[],[],null,null,[],[]';
const OF_FORM_TWO = `[2,${HEAD.slice(2)},${REST},[[1,"-a"]]]`;

describe('an instance is stored as lists without what is empty at their ends', () => {
  it.each<readonly [says: string, instance: Instance, text: string]>([
    ['a new one: the form, who it is, and when it was made', born, `[${HEAD}]`],
    [
      'times count from its creation, and an event at that very moment is a 0',
      { ...born, status: 'running', startedAt: START, lastEventAt: START + 5 },
      `[1,"f","k","r1","running","2026-11-23",${START},[],0,5]`,
    ],
    [
      'a step that runs: status, times, visits, who led there, values',
      withSteps(running),
      `[${HEAD},[[2,0,null,1,[-1],[5,null]]]]`,
    ],
    [
      'steps that were never visited are 0 between others',
      withSteps(...born.steps.slice(0, 1), { ...running, params: [] }),
      `[${HEAD},[0,[2,0,null,1,[-1]]]]`,
    ],
    [
      'a step that was set back keeps how often it was visited',
      withSteps({
        ...running,
        status: 'idle',
        visits: 2,
        activatedAfter: null,
        params: [null, null],
        detail: { ...ORDINARY, ledBy: [] },
      }),
      `[${HEAD},[[null,null,null,2]]]`,
    ],
    [
      'a value that a rule has set before the first visit',
      withSteps({
        ...running,
        status: 'idle',
        visits: 0,
        activatedAfter: null,
        params: [null, 'x'],
        detail: { ...ORDINARY, ledBy: [] },
      }),
      `[${HEAD},[[null,null,null,null,[],[null,"x"]]]]`,
    ],
    [
      'connectors that were taken, as far as the last, and a due time',
      { ...born, taken: [0, 1], timers: [{ step: -1, name: 'deadline', due: START + 60_000 }] },
      `[${HEAD},[],null,null,null,[[-1,"deadline",60000]],[0,1]]`,
    ],
    [
      'nested instances, in form 2: a letter for each entry of a step',
      { ...born, children: withChild(NO_CHILDREN, { step: 1, entry: 1, ...EXPECTED }) },
      OF_FORM_TWO,
    ],
  ])('%s', (_, instance, text) => {
    expect(encodeInstance(instance)).toBe(text);
    expect(decodeInstance(flow, text)).toEqual(instance);
  });
});

const count = fc.nat({ max: 3 });
const after = fc.option(fc.integer({ min: -5, max: 2 ** 40 }));
const texts = fc.option(fc.string({ maxLength: 3 }));
const status = fc.constantFrom<StepState['status']>(
  'idle',
  'active',
  'running',
  'committed',
  'failed',
  'withdrawn',
);
const value = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string({ maxLength: 3 }));

const pastVisit: fc.Arbitrary<PastVisit> = fc.record({
  visit: count,
  status,
  state: texts,
  activatedAfter: after,
  endedAfter: after,
  waived: fc.boolean(),
});

const detail: fc.Arbitrary<StepDetail> = fc.record({
  ledBy: fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 2 }),
  waived: fc.boolean(),
  deadEnd: fc.boolean(),
  owed: count,
  offeredVia: fc.option(fc.integer({ min: -1, max: 1 })),
  arrived: fc.array(count, { maxLength: 2 }),
  past: fc.array(pastVisit, { maxLength: 2 }),
});

const stepOf = (params: number): fc.Arbitrary<StepState> =>
  fc.record({
    status,
    state: texts,
    visits: count,
    activatedAfter: after,
    endedAfter: after,
    params: fc.array(value, { minLength: params, maxLength: params }),
    detail,
  });

const why = { rule: null, cause: 'c', expression: null, values: [['N', 1]] as const, due: START };
const event = {
  id: 'e',
  event: 'state',
  step: 'a',
  time: START,
  state: 's',
  params: [],
  message: null,
  source: null,
};

const instances: fc.Arbitrary<Instance> = fc.record({
  flow: fc.constant('f'),
  key: fc.string(),
  revision: fc.string(),
  status: fc.constantFrom<Instance['status']>('expected', 'running', 'committed', 'failed', 'abandoned'),
  parent: fc.option(fc.record({ flow: fc.string(), key: fc.string(), step: count, entry: count })),
  tradingDay: fc.constant('2026-11-23'),
  state: texts,
  createdAt: fc.integer({ min: 0, max: 2 ** 41 }),
  startedAt: after,
  endedAt: after,
  lastEventAt: after,
  steps: fc.tuple(stepOf(2), stepOf(0), stepOf(0)),
  taken: fc.array(count, { maxLength: 2 }),
  timers: fc.array(
    fc.record({ step: fc.integer({ min: -1, max: 2 }), name: fc.string(), due: fc.integer() }),
  ),
  joins: fc.array(count),
  alarms: fc.array(
    fc.record({
      id: fc.string(),
      step: texts,
      name: fc.string(),
      source: fc.constant('timer' as const),
      severity: fc.constant('critical' as const),
      text: fc.string(),
      count,
      raisedAt: count,
      lastAt: count,
      clearedAt: fc.constant(null),
      clearedBy: fc.constant(null),
      why: fc.constant({ ...why, event }),
      causes: fc.array(fc.string()),
    }),
    { maxLength: 2 },
  ),
  episodes: fc.array(fc.tuple(fc.string(), count), { maxLength: 2 }).map((entries) => new Map(entries)),
  deviations: fc.array(
    fc.record({ rule: fc.constant('dead-end' as const), step: texts, at: count, detail: fc.string() }),
    { maxLength: 2 },
  ),
  waivers: fc.array(fc.record({ step: count, by: fc.string(), reason: fc.string(), at: count }), {
    maxLength: 2,
  }),
  corrected: fc.boolean(),
  children: fc
    .array(
      fc.record({
        step: count,
        entry: fc.oneof(fc.nat({ max: 70 }), fc.nat({ max: 5000 })),
        status: fc.constantFrom('expected' as const, 'running' as const, 'abandoned' as const),
        health: fc.constantFrom('normal' as const, 'critical' as const, 'unknown' as const),
      }),
      { maxLength: 5 },
    )
    .map((all) => all.reduce(withChild, NO_CHILDREN)),
});

describe('a stored instance that is read again', () => {
  it('is what it was, whatever it holds, and is stored as the same text', () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const text = encodeInstance(instance);
        const read = decodeInstance(flow, text);
        expect(read).toEqual(instance);
        expect(encodeInstance(read)).toBe(text);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('is what it was where form 1 has its children one by one', () => {
    const children = [
      ['1/1', EXPECTED],
      ['0/70', { status: 'failed', health: 'critical' }],
    ];
    const read = decodeInstance(flow, `[${HEAD},${REST},${JSON.stringify(children)}]`);
    expect(childOf(read.children, 1, 1)).toEqual(EXPECTED);
    expect(childOf(read.children, 0, 70)).toEqual({ status: 'failed', health: 'critical' });
    expect(countsOf(read.children, 0)).toEqual([{ status: 'failed', health: 'critical', count: 1 }]);
    expect(decodeInstance(flow, encodeInstance(read))).toEqual(read);
  });

  it('takes a letter for each nested instance, however many there are', () => {
    const children = [stepFromText(1, 'ghm'.repeat(5000))];
    expect(encodeInstance({ ...born, children }).length).toBeLessThan(15_200);
  });

  it('shares what it has in common with others', () => {
    const text = encodeInstance(withSteps(running, running));
    const [first, second] = [decodeInstance(flow, text), decodeInstance(flow, text)];
    expect(first.steps[0]?.detail).toBe(second.steps[0]?.detail);
    expect(first.steps[0]?.detail).toBe(first.steps[1]?.detail);
    expect(first.steps[2]).toBe(born.steps[2]);
    for (const name of [
      'timers',
      'joins',
      'taken',
      'alarms',
      'deviations',
      'waivers',
      'episodes',
      'children',
    ] as const)
      expect(first[name], name).toBe(born[name]);
  });
});

describe('a text that is not of this flow and form is refused', () => {
  const longer = encodeInstance(withSteps(running, running));
  it.each([
    ['a form of another version', '[3,"f"]', 'stored in another form than 1 and 2'],
    ['the form with names', '{"flow":"f","steps":[]}', 'run the version of Milepost that stored it'],
    ['another flow', `[1,"g","k","r1","expected","2026-11-23",0]`, 'does not fit its definition'],
    ['more steps than the flow has', longer.replace(']]]', ']],0,0,0]'), 'does not fit'],
    ['more connectors than the flow has', `[${HEAD},[],null,null,null,[],[1,1,1]]`, 'does not fit'],
    [
      'children in the form of another number',
      OF_FORM_TWO.replace('"-a"', '{}'),
      'in the form of its number',
    ],
    ['a child as none is', OF_FORM_TWO.replace('"-a"', '"z"'), "broken rule: a snapshot has a child 'z'"],
    ['a status that no step has', `[${HEAD},[[9]]]`, 'broken rule: a snapshot has a step status 9'],
  ])('%s', (_, text, reason) => {
    expect(() => decodeInstance(flow, text)).toThrow(reason);
  });
});
