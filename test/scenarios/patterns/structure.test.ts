/** Structure of the whole: WCP-10 and WCP-11 of the workflow patterns (definitions/README.md). */
import { describe } from 'vitest';
import { at, end, scenario, want } from '../timeline.ts';

const CYCLE = `
flow: work
steps:
  a: { split: first, params: { N: { type: number } } }
  x: { split: first }
  y: { split: first }
  p: {}
  q: {}
connectors:
  - { from: a, to: x, when: N == 1 }
  - { from: a, to: y, when: N == 2 }
  - { from: x, to: y, when: state == 'on' }
  - { from: x, to: p, when: state == 'off' }
  - { from: y, to: x, when: state == 'on', limit: 2 }
  - { from: y, to: q, when: state == 'off' }
`;

describe('WCP-10 Arbitrary Cycles', () => {
  scenario('a cycle may be entered and left at more than one place', CYCLE, [
    at('09:00', 'a committed', { N: 2 }),
    at('09:05', 'y committed', {}, { state: 'on' }),
    at('09:10', 'x committed', {}, { state: 'on' }),
    at('09:15', 'y committed', {}, { state: 'on' }),
    want('09:16', { steps: { x: 'active x2', y: 'committed on x2' } }),
    at('09:20', 'x committed', {}, { state: 'off' }),
    at('09:25', 'p committed'),
    end(null, { status: 'committed', deviated: false, steps: { q: 'idle' } }),
  ]);

  scenario('leaving it by a way that was not taken is out of order', CYCLE, [
    at('09:00', 'a committed', { N: 1 }),
    at('09:05', 'x committed', {}, { state: 'on' }),
    at('09:10', 'p committed'),
    end(null, {
      deviated: true,
      steps: { y: 'active' },
      alarms: ['09:10 out-of-order at p (out-of-order, warning)'],
    }),
  ]);

  scenario('a limit tells of a cycle that does not end', CYCLE, [
    at('09:00', 'a committed', { N: 2 }),
    at('09:01', 'y committed', {}, { state: 'on' }),
    at('09:02', 'x committed', {}, { state: 'on' }),
    at('09:03', 'y committed', {}, { state: 'on' }),
    at('09:04', 'x committed', {}, { state: 'on' }),
    at('09:05', 'y committed', {}, { state: 'on' }),
    end(null, {
      deviated: true,
      steps: { x: 'active x3' },
      alarms: ['09:05 loop-limit at y (loop-limit, warning)'],
    }),
  ]);
});

const OPEN_END = `
flow: work
deadline: { at: "12:00" }
steps: { a: {}, b: {}, c: {}, d: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: c, to: d }
`;

describe('WCP-11 Implicit Termination', () => {
  scenario('the instance ends when nothing is left to do, whichever branch was the last', OPEN_END, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'd committed'),
    want('09:11', { status: 'running' }),
    at('09:15', 'b committed'),
    end('12:01', { status: 'committed', endedAt: '09:15', deviated: false }),
  ]);

  scenario('while one branch is not done it does not end, and misses its deadline', OPEN_END, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'd committed'),
    end('12:01', {
      status: 'running',
      steps: { b: 'active' },
      alarms: ['12:00 deadline (deadline, critical)'],
    }),
  ]);

  scenario('what is reported after the end is out of order, and the instance runs again', OPEN_END, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    at('09:06', 'c committed'),
    at('09:10', 'd committed'),
    at('09:15', 'b activated'),
    end('09:16', {
      status: 'running',
      deviated: true,
      alarms: ['09:15 out-of-order at b (out-of-order, warning)'],
    }),
  ]);
});
