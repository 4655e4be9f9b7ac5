/** A decision changes nothing of what it is given, and an act is checked without being done. */
import { describe, expect, it } from 'vitest';
import { parseTime, readEvent } from '../../../checkpoints/index.ts';
import {
  type Act,
  checkAct,
  createReplay,
  decide,
  type Fact,
  type Instance,
  newInstance,
} from '../../../engine/index.ts';
import { compile } from '../../scenarios/timeline.ts';

const YAML = `
flow: work
key: "{tradingDay}"
deadline: { in: 2h }
states: { calm: [busy], busy: [] }
steps:
  a: { params: { N: { type: number } }, timers: { slow: { after: activated, in: 10m } }, on: { exception: { do: { alarm: bad } } } }
  b: { split: event }
  c: { flow: nested }
  d: {}
  j: {}
connectors:
  - { from: a, to: b, limit: 1 }
  - { from: a, to: j }
  - { from: b, to: c }
  - { from: b, to: d }
  - { from: d, to: j }
  - { from: j, to: a, when: status == 'committed' }
---
flow: nested
steps: { s: {} }
`;
const time = (clock: string) => Number(parseTime(`2026-11-23T${clock}:00Z`));

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  if (value instanceof Map) for (const each of value.values()) frozen(each);
  return value;
}

function event(clock: string, fields: object): Fact {
  const said = { id: clock, flow: 'work', key: 'k', time: `2026-11-23T${clock}:00Z`, ...fields };
  const result = readEvent(said);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return { kind: 'event', event: result.event };
}

const FACTS: readonly Fact[] = [
  {
    kind: 'expect',
    time: time('08:00'),
    tradingDay: '2026-11-23',
    parent: null,
    startDue: time('08:30'),
    again: false,
  },
  { kind: 'due', step: -1, name: 'start-timeout', due: time('08:30') },
  event('09:00', { step: 'a', event: 'params', params: { N: 1 } }),
  { kind: 'due', step: 0, name: 'slow', due: time('09:10') },
  event('09:20', { step: 'a', event: 'exception', message: 'x' }),
  { kind: 'waive', step: 3, by: 'ann', reason: 'r', revoked: false, time: time('09:25') },
  event('09:30', { step: 'a', event: 'committed' }),
  event('09:40', { step: 'b', event: 'committed' }),
  {
    kind: 'child',
    step: 2,
    entry: 0,
    change: 'starting',
    status: 'running',
    health: 'warning',
    time: time('09:45'),
  },
  {
    kind: 'child',
    step: 2,
    entry: 0,
    change: 'outcome',
    status: 'committed',
    health: 'normal',
    time: time('09:50'),
  },
  event('09:55', { step: 'j', event: 'committed' }),
  event('10:00', { step: 'a', event: 'committed' }),
  event('10:10', { event: 'state', state: 'busy' }),
  { kind: 'close', alarm: 'work/k/a/out-of-order/1', by: 'ann', time: time('10:20') },
  { kind: 'due', step: -1, name: 'deadline', due: time('11:00') },
];

it('a decision leaves the instance, the fact and the flow as they were, whatever happens', () => {
  const flow = compile(YAML).flows.get('work');
  if (flow === undefined) throw new Error('no flow');
  const birth = { key: 'k', revision: 'r', tradingDay: '2026-11-23', parent: null, time: time('08:00') };
  let instance: Instance = newInstance(flow, birth);
  const seen: string[] = [];
  for (const fact of FACTS) {
    const before = frozen(instance);
    const text = JSON.stringify([before, [...before.episodes], [...before.children]]);
    instance = decide(flow, before, frozen(fact)).instance;
    expect(JSON.stringify([before, [...before.episodes], [...before.children]])).toBe(text);
    expect(decide(flow, before, fact).instance).toEqual(instance);
    seen.push(`${instance.status} ${instance.taken.join('')} ${instance.alarms.length}`);
  }
  expect(seen.at(-1)).toMatch(/^running 2/);
  expect(new Set(seen).size).toBeGreaterThan(6);
});

describe('an act', () => {
  const definitions = compile(YAML);
  const done = { id: 'x', flow: 'work', reason: 'r', by: 'ann', time: time('09:00') };
  const waive: Act = { kind: 'waive', ...done, day: '2026-11-23', key: null, step: null };
  const replay = createReplay(definitions, { from: null, until: null });
  const of = { flow: 'work', key: '2026-11-23', time: '2026-11-23T09:00:00Z' };
  for (const step of ['a', 'd']) replay.line(JSON.stringify({ id: step, ...of, step, event: 'exception' }));
  replay.finish();
  const check = (act: Act) =>
    checkAct(definitions, act, ({ flow, key }) => replay.watch.instances.get(`${flow}/${key}`) ?? null);

  it.each<[string, Act, object]>([
    ['of a day', waive, { ok: true, key: '2026-11-23', step: -1 }],
    ['of a step', { ...waive, step: 'b' }, { ok: true, key: '2026-11-23', step: 1 }],
    ['of a key', { ...waive, day: null, key: 'k' }, { ok: true, key: 'k', step: -1 }],
    [
      'of a flow that is not there',
      { ...waive, flow: 'gone' },
      {
        ok: false,
        reason: 'flow: no flow is called gone',
        problem: { path: 'flow', message: 'no flow is called gone' },
        unknown: true,
      },
    ],
    [
      'of a step that is not there',
      { ...waive, step: 'z' },
      {
        ok: false,
        reason: 'step: flow work has no step z, its steps are a, b, c, d, j',
        problem: { path: 'step', message: 'flow work has no step z, its steps are a, b, c, d, j' },
        unknown: true,
      },
    ],
    [
      'that takes nothing back',
      { ...waive, kind: 'unwaive' },
      { ok: false, unknown: false, problem: { path: 'flow' } },
    ],
    [
      'that closes an open alarm',
      { kind: 'close', ...done, key: '2026-11-23', alarm: 'work/2026-11-23/d/exception/1' },
      { ok: true, key: '2026-11-23', step: -1 },
    ],
    [
      'that closes what is not open',
      { kind: 'close', ...done, key: '2026-11-23', alarm: 'work/2026-11-23/d/exception/2' },
      { ok: false, unknown: false, problem: { path: 'alarm' } },
    ],
    [
      'of a day where keys name none',
      { ...waive, flow: 'nested' },
      { ok: false, unknown: false, problem: { path: 'day' } },
    ],
  ])('%s is found or refused', (_, act, wanted) => expect(check(act)).toMatchObject(wanted));
});
