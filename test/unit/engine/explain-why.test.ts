/** Every alarm, whatever raised it, says where in the definition it comes from and which values it rests on. */
import { expect, test } from 'vitest';
import { explained } from '../../scenarios/explained.ts';
import { at, type Entry } from '../../scenarios/timeline.ts';

interface Reason {
  readonly rule: string;
  readonly expression?: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly event: string;
  readonly due?: string;
}

const STATES = `
flow: f
steps:
  a: { states: { waiting: [loading], loading: [waiting], done: [] } }
`;
const CHAIN = `
flow: f
steps:
  a: {}
  b: {}
  c: {}
connectors: [{ from: a, to: b }, { from: b, to: c }]
`;
const LOOP = `
flow: f
steps:
  a: {}
  b: {}
connectors:
  - { from: a, to: b }
  - { from: b, to: a, limit: 1 }
`;
const FORK = `
flow: f
steps:
  a: { params: { N: { type: number } } }
  b: {}
  c: {}
connectors:
  - { from: a, to: b, when: N > 5 }
  - { from: a, to: c, when: N > 7 and visits < 3 }
`;
const RULES = `
flow: f
steps:
  a:
    params: { N: { type: number }, M: { type: number } }
    on:
      committed:
        - when: N < M
          do: { alarm: short }
      illegal-state: { do: { alarm: bad } }
    states: { one: [two], two: [], three: [] }
`;
const DUE = `
flow: f
key: "{tradingDay}"
start: { by: "09:00" }
deadline: { at: "10:00" }
steps:
  a: { timers: { slow: { after: activated, in: 10m } } }
`;

const cases: readonly [
  alarm: string,
  what: { yaml: string; entries: readonly Entry[]; key?: string; until?: string },
  why: Reason,
][] = [
  [
    'short',
    { yaml: RULES, entries: [at('09:00', 'a committed', { N: 1, M: 2 })] },
    {
      rule: 'scenario.yaml:8:11',
      expression: 'N < M',
      values: { N: 1, M: 2 },
      event: 'committed (e1) 09:00',
    },
  ],
  [
    'bad',
    { yaml: RULES, entries: [at('09:00', 'a state three')] },
    {
      rule: 'scenario.yaml:10:7',
      values: { from: 'one', to: 'three', allowed: 'two' },
      event: 'state (e1) 09:00',
    },
  ],
  [
    'illegal-state',
    { yaml: STATES, entries: [at('09:00', 'a state done')] },
    {
      rule: 'scenario.yaml:4:18',
      values: { from: 'waiting', to: 'done', allowed: 'loading' },
      event: 'state (e1) 09:00',
    },
  ],
  [
    'out-of-order',
    { yaml: CHAIN, entries: [at('09:00', 'a committed'), at('09:01', 'c activated')] },
    {
      rule: 'scenario.yaml:6:3',
      values: { status: 'idle', expected: 'b' },
      event: 'activated (e2) 09:01',
    },
  ],
  [
    'loop-limit',
    {
      yaml: LOOP,
      entries: ['a', 'b', 'a', 'b'].map((step, index) => at(`09:0${index}`, `${step} committed`)),
    },
    {
      rule: 'scenario.yaml:8:5',
      values: { from: 'b', to: 'a', taken: 2, limit: 1 },
      event: 'committed (e4) 09:03',
    },
  ],
  [
    'dead-end',
    { yaml: FORK, entries: [at('09:00', 'a committed', { N: 5 })] },
    {
      rule: 'scenario.yaml:4:3',
      values: { 'to b: N > 5': false, 'to c: N > 7 and visits < 3': false, N: 5, visits: 1 },
      event: 'committed (e1) 09:00',
    },
  ],
  [
    'exception',
    { yaml: CHAIN, entries: [at('09:00', 'a exception', {}, { message: 'disk full' })] },
    { rule: 'scenario.yaml:4:3', values: { message: 'disk full' }, event: 'exception (e1) 09:00' },
  ],
  [
    'expression-error',
    { yaml: FORK, entries: [at('09:00', 'a committed')] },
    {
      rule: 'scenario.yaml:9:29',
      expression: 'N > 7 and visits < 3',
      values: { N: null, visits: 1 },
      event: 'committed (e1) 09:00',
    },
  ],
  [
    'start-timeout',
    { yaml: DUE, entries: [], key: '2026-11-23', until: '09:30' },
    {
      rule: 'scenario.yaml:4:8',
      values: { status: 'expected' },
      event: 'start-timeout 09:00',
      due: '09:00',
    },
  ],
  [
    'slow',
    {
      yaml: DUE,
      entries: [at('08:50', 'a activated', {}, { key: '2026-11-23' })],
      key: '2026-11-23',
      until: '09:30',
    },
    { rule: 'scenario.yaml:7:18', values: { status: 'running' }, event: 'timer.slow 09:00', due: '09:00' },
  ],
  [
    'deadline',
    {
      yaml: DUE,
      entries: [at('08:50', 'a activated', {}, { key: '2026-11-23' })],
      key: '2026-11-23',
      until: '10:30',
    },
    {
      rule: 'scenario.yaml:5:11',
      values: { status: 'running', open: 'a' },
      event: 'deadline 10:00',
      due: '10:00',
    },
  ],
];

test.each(cases)('%s names its place, its values and what raised it', (name, what, why) => {
  const { explanation, clock } = explained({ ...what, from: '08:00' });
  const alarms = explanation.chapters.flatMap((chapter) => chapter.alarms);
  const alarm = alarms.find((one) => one.name === name);
  const { rule, expression, values, event, due } = alarm?.why ?? {};
  const id = event?.id === null ? '' : ` (${event?.id})`;
  expect({
    rule,
    values,
    event: `${event?.name}${id} ${clock.show(event?.at ?? null)}`,
    ...(expression === null ? {} : { expression }),
    ...(due === null ? {} : { due: clock.show(due ?? null) }),
  }).toEqual(why);
});
