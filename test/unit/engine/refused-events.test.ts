/** Events that reach no step are refused with what is wrong, what is meant perhaps, and what there is. */
import { expect, test } from 'vitest';
import { createReplay, decodeInstance, encodeInstance, viewDeviations } from '../../../engine/index.ts';
import { compile } from '../../scenarios/timeline.ts';

const YAML = `
flow: work
steps:
  receive: { params: { N: { type: number }, D: { type: number, value: N + 1 } } }
  check: { as: receive }
  door: { gate: true }
  part: { flow: nested }
  second: { as: report }
connectors: [{ from: receive, to: check }, { from: check, to: door }, { from: door, to: part }]
---
flow: nested
steps: { s: {} }
---
flow: daily
key: "d-{tradingDay}-x"
steps: { ${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) => `step-${name}: {}`).join(', ')} }
`;

function refusal(fields: Readonly<Record<string, unknown>>): string | null {
  const replay = createReplay(compile(YAML), { from: null, until: null });
  const event = {
    id: '1',
    flow: 'work',
    key: 'k',
    step: 'receive',
    event: 'activated',
    time: '2026-11-23T09:00:00Z',
  };
  replay.line(JSON.stringify({ ...event, ...fields }));
  return replay.finish().rejected[0]?.reason ?? null;
}

const EIGHT = 'step-a, step-b, step-c, step-d, step-e, step-f, step-g, step-h';
const cases: readonly [what: string, fields: Readonly<Record<string, unknown>>, reason: string | null][] = [
  ['a known step is taken', {}, null],
  ['a flow that is nearly right', { flow: 'worl' }, 'flow: no flow is called "worl", did you mean "work"?'],
  [
    'a flow that is like none',
    { flow: 'zzzzzzzz' },
    'flow: no flow is called "zzzzzzzz"; known: work, nested, daily',
  ],
  [
    'a step that is nearly right',
    { step: 'recieve' },
    'step: flow work has no step "recieve", did you mean "receive"?',
  ],
  [
    'a step that is like none of many',
    { flow: 'daily', step: 'zzzzzzzz' },
    `step: flow daily has no step "zzzzzzzz"; known: ${EIGHT}, …`,
  ],
  ['a gate', { step: 'door' }, 'step: door of flow work is a gate, it takes no events'],
  [
    'a step that nests a flow',
    { step: 'part' },
    'step: part of flow work is the nested flow nested, send the event to that flow',
  ],
  [
    'a step that goes by another name',
    { step: 'check' },
    'step: events of step check carry another name, see its `as`',
  ],
  [
    'a value of a wrong type',
    { params: { N: 'x' } },
    'params.N: "x" is no number, which work declares for step receive',
  ],
  ['no value', { params: { N: null } }, null],
  ['a name that nobody declared, or that is derived', { params: { X: 'x', D: 'x' } }, null],
  [
    'no key where none can be made',
    { key: undefined },
    'key: missing, and flow work has no key template to give it: send a key',
  ],
  ['no key where the day makes it', { flow: 'daily', key: undefined, step: 'step-a' }, null],
];

test.each(cases)('%s', (_, fields, reason) => {
  expect(refusal(fields)).toBe(reason);
});

test('a key that names its day belongs to that day, any other to the day of its first event', () => {
  const replay = createReplay(compile(YAML), { from: null, until: null });
  const keys = ['d-2026-11-20-x', 'd-2026-11-20-y', 'e-2026-11-20-x', 'd-2026-13-20-x', 'd--x', 'x'];
  keys.forEach((key, index) => {
    const time = `2026-11-23T09:00:0${index}Z`;
    replay.line(JSON.stringify({ id: '1', flow: 'daily', key, step: 'step-a', event: 'activated', time }));
  });
  replay.finish();
  const days = [...replay.watch.instances.values()].map(({ instance }) => [
    instance.key,
    instance.tradingDay,
  ]);
  expect(Object.fromEntries(days)).toEqual({
    ...Object.fromEntries(keys.map((key) => [key, '2026-11-23'])),
    'd-2026-11-20-x': '2026-11-20',
  });
});

test('every broken rule is kept with its step, its time and what happened', () => {
  const yaml = `
flow: work
states: { open: [shut], shut: [] }
steps: { a: { states: { one: [two], two: [], three: [] } }, b: {} }
connectors: [{ from: a, to: b, when: state == 'two'}]
`;
  const replay = createReplay(compile(yaml), { from: null, until: null });
  const say = (id: number, fields: object) =>
    replay.line(
      JSON.stringify({ id: `${id}`, flow: 'work', key: 'k', time: `2026-11-23T09:00:0${id}Z`, ...fields }),
    );
  say(1, { event: 'state', state: 'gone' });
  say(2, { step: 'b', event: 'activated' });
  say(3, { step: 'a', event: 'state', state: 'three' });
  say(4, { step: 'a', event: 'committed' });
  replay.finish();
  const [watched] = replay.watch.instances.values();
  const broken = watched === undefined ? [] : viewDeviations(watched.instance);
  expect(broken).toEqual([
    {
      rule: 'illegal-state',
      step: null,
      at: '2026-11-23T09:00:01.000Z',
      detail: 'open to gone, which the table does not name',
    },
    { rule: 'out-of-order', step: 'b', at: '2026-11-23T09:00:02.000Z', detail: 'reported while idle' },
    { rule: 'illegal-state', step: 'a', at: '2026-11-23T09:00:03.000Z', detail: 'one to three' },
    {
      rule: 'dead-end',
      step: 'a',
      at: '2026-11-23T09:00:04.000Z',
      detail: 'committed, but no connector is true',
    },
  ]);
});

test('an instance is not read back with a flow that is not its own', () => {
  const { flows } = compile(YAML);
  const replay = createReplay(compile(YAML), { from: null, until: null });
  const event = {
    id: '1',
    flow: 'work',
    key: 'k',
    step: 'receive',
    event: 'committed',
    time: '2026-11-23T09:00:00Z',
  };
  replay.line(JSON.stringify(event));
  replay.finish();
  const watched = replay.watch.instances.get('work/k');
  const [work, nested] = [flows.get('work'), flows.get('nested')];
  if (watched === undefined || work === undefined || nested === undefined) throw new Error('not compiled');
  const stored = encodeInstance(watched.instance);
  expect(decodeInstance(work, stored)).toEqual(watched.instance);
  expect(() => decodeInstance(nested, stored)).toThrow(/work/);
  expect(() => decodeInstance({ ...nested, name: 'work' }, stored)).toThrow(/work/);
  expect(() => decodeInstance({ ...work, name: 'other' }, stored)).toThrow(/work/);
});
