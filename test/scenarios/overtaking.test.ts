/** Contract §4: reports that overtake what should have led to them, in races, joins and nested flows. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

const RACE = `
flow: work
steps: { a: { split: event }, b: {}, c: {}, j: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j }
`;

describe('a race', () => {
  scenario('a branch that reported before it was offered has won it when the offer comes', RACE, [
    at('09:00', 'a activated'),
    at('09:05', 'b activated'),
    at('09:10', 'a committed'),
    want('09:11', { steps: { b: 'running x1', c: 'idle' } }),
    at('09:15', 'b committed'),
    at('09:20', 'j committed'),
    end(null, { status: 'committed', alarms: ['09:05 out-of-order at b (out-of-order, warning)'] }),
  ]);

  scenario('the loser of a race that reports all the same is out of order, and followed', RACE, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { c: 'withdrawn', j: 'active x1' } }),
    at('09:10', 'c committed'),
    end(null, {
      steps: { c: 'committed x2', j: 'active x1' },
      alarms: ['09:10 out-of-order at c (out-of-order, warning)'],
    }),
  ]);

  scenario('once a race is run again, what was withdrawn is offered again', RACE, [
    at('09:00', 'a committed'),
    at('09:05', 'b activated'),
    at('09:10', 'a committed'),
    want('09:11', { steps: { a: 'committed x2', b: 'running x1', c: 'active x2' } }),
    at('09:15', 'c activated'),
    end(null, {
      steps: { b: 'running x1', c: 'running x2' },
      alarms: ['09:10 out-of-order at a (out-of-order, warning)'],
    }),
  ]);
});

const CHAIN = `
flow: work
steps: { a: {}, b: {}, c: {}, d: {} }
connectors:
  - { from: a, to: b }
  - { from: b, to: c }
  - { from: c, to: d }
`;

describe('a chain', () => {
  scenario('told wholly backwards it raises one alarm a step and ends all the same', CHAIN, [
    at('09:04', 'd committed'),
    at('09:03', 'c committed'),
    at('09:02', 'b committed'),
    want('09:05', { status: 'running', steps: { a: 'active x1' } }),
    at('09:01', 'a committed'),
    end(null, {
      status: 'committed',
      deviated: true,
      steps: { a: 'committed x1', b: 'committed x1', c: 'committed x1', d: 'committed x1' },
      alarms: [
        '09:02 out-of-order at b (out-of-order, warning)',
        '09:03 out-of-order at c (out-of-order, warning)',
        '09:04 out-of-order at d (out-of-order, warning)',
      ],
    }),
  ]);

  scenario(
    'a step that fails out of order and runs again absorbs the arrival that both visits lacked',
    CHAIN,
    [
      at('09:00', 'a activated'),
      at('09:05', 'b exception'),
      at('09:10', 'b activated'),
      at('09:15', 'a committed'),
      want('09:16', { steps: { b: 'running x2' } }),
      at('09:20', 'b committed'),
      at('09:25', 'c committed'),
      at('09:30', 'd committed'),
      end(null, {
        status: 'committed',
        steps: { b: 'committed x2', c: 'committed x1' },
        alarms: [
          '09:05 exception at b (exception, critical) until 09:10',
          '09:05 out-of-order at b (out-of-order, warning)',
        ],
      }),
    ],
  );

  scenario('two out-of-order visits absorb two arrivals', CHAIN, [
    at('09:00', 'a activated'),
    at('09:01', 'b committed'),
    at('09:02', 'b committed'),
    at('09:03', 'a committed'),
    at('09:04', 'a committed'),
    want('09:05', { steps: { a: 'committed x2', b: 'committed x2' } }),
    at('09:06', 'a committed'),
    end(null, {
      steps: { a: 'committed x3', b: 'active x3' },
      alarms: [
        '09:01 out-of-order at b (out-of-order, warning) x2',
        '09:04 out-of-order at a (out-of-order, warning) x2',
      ],
    }),
  ]);
});

describe('a nested flow', () => {
  const child = from('child/k');

  scenario(
    'a child that overtakes its step runs on under it, and is not set back by the arrival',
    `
flow: work
steps: { a: {}, m: { flow: child } }
connectors: [{ from: a, to: m }]
---
flow: child
steps: { x: {}, y: {} }
connectors: [{ from: x, to: y }]
`,
    [
      at('09:00', 'a activated'),
      child('09:05', 'x committed'),
      at('09:10', 'a committed'),
      want('09:11', {
        of: 'child/k',
        status: 'running',
        startedAt: '09:05',
        steps: { x: 'committed x1', y: 'active x1' },
      }),
      want('09:11', { steps: { m: 'running x1' } }),
      child('09:15', 'y committed'),
      end(null, {
        status: 'committed',
        endedAt: '09:15',
        instances: ['child/k committed', 'work/k committed'],
        alarms: ['09:05 out-of-order at m (out-of-order, warning)'],
      }),
    ],
  );

  scenario(
    'an exception of the nested flow itself, not of a step, is told by its own alarm only',
    `
flow: work
steps: { m: { flow: child } }
---
flow: child
steps: { x: {} }
`,
    [
      child('09:00', 'x activated'),
      child('09:05', 'exception'),
      want('09:06', { status: 'running', health: 'critical', steps: { m: 'running' } }),
      child('09:10', 'x committed'),
      end(null, {
        status: 'committed',
        health: 'critical',
        alarms: ['09:05 exception of child/k (exception, critical)'],
      }),
    ],
  );
});
