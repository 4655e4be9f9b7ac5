/** Contract §3: when arriving connectors activate a join. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const DIAMOND = `
flow: work
steps: { a: { params: { N: { type: number, default: 0 } } }, b: {}, c: {}, j: {} }
connectors:
  - { from: a, to: b, when: N != 2 }
  - { from: a, to: c, when: N != 1 }
  - { from: b, to: j }
  - { from: c, to: j }
`;

const LOOPED = `
flow: work
steps: { a: {}, b: {}, c: {}, j: { end: true } }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: b, when: state == 'again' }
  - { from: b, to: j, when: state != 'again' }
  - { from: c, to: j }
  - { from: j, to: a, when: state == 'round' }
`;

describe('join: all', () => {
  scenario('a join waits for both branches', DIAMOND, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { j: 'idle x0' } }),
    at('09:10', 'c committed'),
    end(null, { steps: { j: { is: 'active x1', from: '09:10' } } }),
  ]);

  scenario('a join does not wait for a branch that was not taken', DIAMOND, [
    at('09:00', 'a committed', { N: 1 }),
    at('09:05', 'b committed'),
    end(null, { steps: { c: 'idle', j: { is: 'active x1', from: '09:05' } } }),
  ]);

  scenario('a join waits for a branch that failed: it may run again', DIAMOND, [
    at('09:00', 'a committed'),
    at('09:05', 'c exception'),
    at('09:10', 'b committed'),
    want('09:11', { status: 'failed', steps: { j: 'idle' } }),
    at('09:15', 'c committed'),
    end(null, {
      status: 'running',
      steps: { j: 'active x1' },
      alarms: ['09:05 exception at c (exception, critical) until 09:15'],
    }),
  ]);

  scenario(
    'joins are looked at again after every fact: a branch that dies out lets the join go on',
    `
flow: work
steps: { a: {}, b: {}, c: { end: true }, j: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j, when: 1 > 2 }
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed'),
      want('09:06', { steps: { j: 'idle' } }),
      at('09:10', 'c committed'),
      end(null, { steps: { j: { is: 'active x1', from: '09:10' } } }),
    ],
  );

  scenario(
    'a join goes on when the offer that could still have reached it is withdrawn',
    `
flow: work
steps: { a: {}, b: {}, o: { split: event }, c: {}, d: {}, j: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: o }
  - { from: b, to: j }
  - { from: o, to: c }
  - { from: o, to: d }
  - { from: c, to: j }
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed'),
      at('09:06', 'o committed'),
      want('09:07', { steps: { c: 'active', d: 'active', j: 'idle' } }),
      at('09:10', 'd activated'),
      end(null, { steps: { c: 'withdrawn', j: { is: 'active x1', from: '09:10' } } }),
    ],
  );

  scenario('a loop on a branch holds the join until the loop is left', LOOPED, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'b committed', {}, { state: 'again' }),
    want('09:11', { steps: { b: 'active x2', j: 'idle' } }),
    at('09:15', 'b committed', {}, { state: 'done' }),
    end(null, { steps: { j: 'active x1' } }),
  ]);

  scenario(
    'a join does not wait for what could only be reached through itself',
    LOOPED.replace('when: N', ''),
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed', {}, { state: 'done' }),
      at('09:10', 'c committed'),
      want('09:11', { steps: { j: 'active x1' } }),
      at('09:15', 'j committed', {}, { state: 'round' }),
      want('09:16', { steps: { a: 'active x2', j: 'committed x1' } }),
      at('09:20', 'a committed'),
      at('09:25', 'c committed'),
      want('09:26', { steps: { j: 'committed x1' } }),
      at('09:30', 'b committed', {}, { state: 'done' }),
      want('09:31', { steps: { j: 'active x2' } }),
      at('09:35', 'j committed', {}, { state: 'over' }),
      end(null, { status: 'committed', deviated: false, steps: { j: 'committed x2', a: 'committed x2' } }),
    ],
  );

  scenario(
    'the first step of a loop does not wait for the way back',
    `
flow: work
steps: { s: {}, a: {}, b: { end: true } }
connectors:
  - { from: s, to: a }
  - { from: a, to: b }
  - { from: b, to: a, when: state == 'back' }
`,
    [
      at('09:00', 's committed'),
      want('09:01', { steps: { a: 'active x1' } }),
      at('09:05', 'a committed'),
      at('09:10', 'b committed', {}, { state: 'back' }),
      want('09:11', { steps: { a: 'active x2' } }),
      at('09:15', 'a committed'),
      at('09:20', 'b committed', {}, { state: 'done' }),
      end(null, { status: 'committed', deviated: false }),
    ],
  );

  scenario('a join waits for a step that runs out of order and may still reach it', DIAMOND, [
    at('09:00', 'a committed', { N: 1 }),
    at('09:03', 'c activated'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { j: 'idle' } }),
    at('09:10', 'c committed'),
    end(null, {
      steps: { j: { is: 'active x1', from: '09:10' } },
      alarms: ['09:03 out-of-order at c (out-of-order, warning)'],
    }),
  ]);

  scenario('an out-of-order visit of a join absorbs its arrival once all of it has come', DIAMOND, [
    at('09:00', 'a committed'),
    at('09:01', 'j committed'),
    at('09:05', 'b committed'),
    at('09:10', 'c committed'),
    end(null, {
      status: 'committed',
      endedAt: '09:10',
      steps: { j: 'committed x1' },
      alarms: ['09:01 out-of-order at j (out-of-order, warning)'],
    }),
  ]);

  scenario('after an absorbed arrival the next round of the join activates it again', LOOPED, [
    at('09:00', 'a committed'),
    at('09:01', 'j committed', {}, { state: 'over' }),
    at('09:05', 'b committed', {}, { state: 'done' }),
    at('09:10', 'c committed'),
    want('09:11', { status: 'committed', steps: { j: 'committed x1' } }),
    at('09:15', 'a activated'),
    at('09:16', 'a committed'),
    at('09:20', 'b committed', {}, { state: 'done' }),
    at('09:25', 'c committed'),
    end(null, {
      status: 'running',
      steps: { j: 'active x2' },
      alarms: [
        '09:01 out-of-order at j (out-of-order, warning)',
        '09:15 out-of-order at a (out-of-order, warning)',
      ],
    }),
  ]);

  scenario(
    'three branches through gates meet once',
    `
flow: work
steps: { a: {}, g: { gate: true }, b: {}, c: {}, d: {}, h: { gate: true }, z: {} }
connectors:
  - { from: a, to: g }
  - { from: g, to: b }
  - { from: g, to: c }
  - { from: g, to: d }
  - { from: b, to: h }
  - { from: c, to: h }
  - { from: d, to: h }
  - { from: h, to: z }
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'd committed'),
      at('09:02', 'b committed'),
      want('09:03', { steps: { h: 'idle', z: 'idle' } }),
      at('09:04', 'c committed'),
      end(null, { steps: { h: 'committed x1', z: { is: 'active x1', from: '09:04' } } }),
    ],
  );
});

describe('join: any', () => {
  scenario('each arriving connector activates it', DIAMOND.replace('j: {}', 'j: { join: any }'), [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { j: 'active x1' } }),
    at('09:07', 'j committed'),
    at('09:10', 'c committed'),
    want('09:11', { steps: { j: 'active x2' } }),
    at('09:12', 'j committed'),
    end(null, { status: 'committed', deviated: false, steps: { j: 'committed x2' } }),
  ]);

  scenario(
    'arrivals together with the commit of one step make one visit',
    `
flow: work
steps: { a: {}, g: { gate: true }, h: { gate: true }, j: { join: any } }
connectors:
  - { from: a, to: g }
  - { from: a, to: h }
  - { from: g, to: j }
  - { from: h, to: j }
`,
    [at('09:00', 'a committed'), end(null, { steps: { j: 'active x1' } })],
  );
});
