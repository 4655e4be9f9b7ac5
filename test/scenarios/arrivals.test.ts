/** Contract §4: what an arrival is where reports came out of order: absorbed, collected by a join, or the next turn. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const EARLY = (time: string, step: string) => `${time} out-of-order at ${step} (out-of-order, warning)`;

describe('an arrival that an out-of-order visit lacked', () => {
  scenario(
    'is absorbed though the step before it is part of a loop',
    `
flow: work
steps: { a: {}, b: { end: true } }
connectors: [{ from: a, to: b }, { from: b, to: a, when: state == 'round' }]
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'b committed', {}, { state: 'round' }),
      want('09:02', { steps: { a: 'active x2', b: 'committed x1' } }),
      at('09:03', 'b committed'),
      at('09:04', 'a committed'),
      end(null, { status: 'committed', steps: { b: 'committed x2' }, alarms: [EARLY('09:03', 'b')] }),
    ],
  );

  scenario(
    'is absorbed through a gate too',
    `
flow: work
steps: { a: {}, g: { gate: true }, b: {} }
connectors: [{ from: a, to: g }, { from: g, to: b }]
`,
    [
      at('08:59', 'a activated'),
      at('09:00', 'b committed'),
      at('09:01', 'a committed'),
      end(null, { status: 'committed', steps: { b: 'committed x1' }, alarms: [EARLY('09:00', 'b')] }),
    ],
  );

  scenario(
    'is never what its own commit brings back through a gate, the first in the file too: that is the next turn',
    `
flow: work
steps: { g: { gate: true }, b: { end: true } }
connectors: [{ from: g, to: b }, { from: b, to: g, when: state == 'round' }]
`,
    [
      at('09:00', 'b committed'),
      want('09:01', { status: 'committed', steps: { b: 'committed x1' } }),
      at('09:02', 'b committed', {}, { state: 'round' }),
      end(null, { steps: { g: 'committed', b: 'active x3' }, alarms: [EARLY('09:02', 'b')] }),
    ],
  );

  scenario(
    'is collected by a join that runs out of order, and absorbed when it is complete: the next round is a round',
    `
flow: work
steps: { a: {}, b: {}, c: {}, j: { end: true } }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j }
  - { from: j, to: a, when: state == 'round' }
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'j activated'),
      at('09:02', 'b committed'),
      at('09:03', 'c committed'),
      want('09:04', { steps: { j: 'running x1' } }),
      at('09:05', 'j committed', {}, { state: 'round' }),
      at('09:06', 'a committed'),
      at('09:07', 'b committed'),
      at('09:08', 'c committed'),
      end(null, { steps: { j: 'active x2' }, alarms: [EARLY('09:01', 'j')] }),
    ],
  );
});

describe('what was handed on', () => {
  const HANDING = `
flow: work
steps:
  a: { params: { N: { type: number } } }
  b: { params: { N: { type: number, from: N, default: 0 } } }
connectors: [{ from: a, to: b }]
`;

  scenario('is known again when a failed step runs again', HANDING, [
    at('09:00', 'a committed', { N: 7 }),
    at('09:10', 'b exception'),
    at('09:20', 'b activated'),
    end(null, {
      steps: { b: { is: 'running x2', params: { N: 7 } } },
      alarms: ['09:10 exception at b (exception, critical) until 09:20'],
    }),
  ]);

  scenario('is not, when a step that has committed reports out of order', HANDING, [
    at('09:00', 'a committed', { N: 7 }),
    at('09:10', 'b committed'),
    at('09:20', 'b activated'),
    end(null, { steps: { b: { is: 'running x2', params: { N: 0 } } }, alarms: [EARLY('09:20', 'b')] }),
  ]);
});

describe('a join', () => {
  scenario(
    'that ran out of order absorbs its arrivals while it runs: the next ones are the next turn',
    `
flow: work
steps: { a: {}, b: {}, c: {}, j: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j }
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'j activated'),
      at('09:02', 'b committed'),
      at('09:03', 'c committed'),
      at('09:05', 'j committed'),
      at('09:06', 'a committed'),
      at('09:07', 'b committed'),
      at('09:08', 'c committed'),
      end(null, { steps: { j: 'active x2' }, alarms: [EARLY('09:01', 'j'), EARLY('09:06', 'a')] }),
    ],
  );

  scenario(
    'that reports before it is complete starts afresh: what had arrived makes no turn of its own',
    `
flow: work
steps: { a: {}, b: {}, c: {}, j: {}, e: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j, when: 1 > 2 }
  - { from: c, to: e }
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'b committed'),
      at('09:02', 'j committed'),
      at('09:03', 'c committed'),
      end(null, { steps: { j: 'committed x1', e: 'active' }, alarms: [EARLY('09:02', 'j')] }),
    ],
  );

  const TWO = `
flow: work
steps: { a: {}, b: {}, c: {}, d: {}, j: {}, k: {}, e: {} }
connectors:
  - { from: a, to: j }
  - { from: a, to: k }
  - { from: b, to: j }
  - { from: c, to: k, when: 1 > 2 }
  - { from: c, to: e }
`;

  scenario('that goes on leaves another waiting, which goes on when nothing can reach it any more', TWO, [
    at('09:00', 'a committed'),
    at('09:01', 'b committed'),
    want('09:02', { steps: { j: 'active', k: 'idle' } }),
    at('09:03', 'c committed'),
    end(null, { steps: { j: 'active x1', k: { is: 'active x1', from: '09:03' } } }),
  ]);

  scenario('that reports before it is complete leaves another waiting too', TWO, [
    at('09:00', 'a committed'),
    at('09:01', 'j committed'),
    at('09:03', 'c committed'),
    end(null, { steps: { k: { is: 'active x1', from: '09:03' } }, alarms: [EARLY('09:01', 'j')] }),
  ]);

  scenario(
    'that another complete join leads to waits for that one, though both lack a branch that cannot come',
    `
flow: work
steps: { s: { params: { N: { type: number } } }, j: {}, x: {}, k: {}, y: {} }
connectors:
  - { from: s, to: j }
  - { from: s, to: k }
  - { from: s, to: x, when: N > 1 }
  - { from: x, to: k }
  - { from: k, to: y }
  - { from: y, to: j }
`,
    [
      at('09:00', 's committed', { N: 0 }),
      want('09:01', { steps: { k: 'active', j: 'idle' } }),
      at('09:02', 'k committed'),
      at('09:03', 'y committed'),
      end(null, { steps: { j: { is: 'active x1', from: '09:03' } } }),
    ],
  );

  scenario(
    'copies from the step that came last among those that have a value',
    `
flow: work
steps:
  a: { params: { X: { type: number } } }
  b: { params: { X: { type: number } } }
  c: {}
  j: { params: { Y: { type: number, from: X } } }
connectors: [{ from: a, to: j }, { from: b, to: j }, { from: c, to: j }]
`,
    [
      at('09:00', 'a committed', { X: 1 }),
      at('09:01', 'b committed'),
      at('09:02', 'c committed'),
      end(null, { steps: { j: { is: 'active', params: { Y: 1 } } } }),
    ],
  );
});

describe('a withdrawn step', () => {
  const RACE = `
flow: work
split: event
steps: { a: { params: { N: { type: number } } }, b: {} }
`;
  const lost = [at('09:00', 'activated'), at('09:10', 'b activated')];

  scenario('takes the values of what was stamped before it was withdrawn, and is not out of order', RACE, [
    ...lost,
    at('09:05', 'a params', { N: 1 }),
    end(null, { deviated: false, steps: { a: { is: 'withdrawn x1', params: { N: 1 } } } }),
  ]);

  scenario('is out of order for what comes after, values alone too', RACE, [
    ...lost,
    at('09:10', 'a params', { N: 1 }),
    end(null, {
      deviated: true,
      steps: { a: { is: 'running x2', params: { N: 1 } } },
      alarms: [EARLY('09:10', 'a')],
    }),
  ]);
});

describe('connectors that are taken together', () => {
  scenario(
    'are counted each for itself',
    `
flow: work
steps: { a: {}, b: {}, c: {} }
connectors: [{ from: a, to: b, limit: 1 }, { from: a, to: c }]
`,
    [
      at('09:00', 'a committed'),
      at('09:10', 'a committed'),
      end(null, {
        deviated: true,
        alarms: [
          '09:10 loop-limit at a (loop-limit, warning) "a: loop limit passed: a to b taken 2 times, limit 1"',
          EARLY('09:10', 'a'),
        ],
      }),
    ],
  );
});
