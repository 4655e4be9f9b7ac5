/** Cancellation: WCP-19 and WCP-20 of the workflow patterns (definitions/README.md). */
import { describe } from 'vitest';
import { at, end, scenario, want } from '../timeline.ts';

const OFFERED = `
flow: work
steps: { a: { split: event }, b: {}, cancelled: {}, z: { join: any } }
connectors:
  - { from: a, to: b }
  - { from: a, to: cancelled }
  - { from: b, to: z }
  - { from: cancelled, to: z }
`;

const REPORTED = `
flow: work
steps:
  b: { split: first, states: { working: [ready, cancelled], ready: [], cancelled: [] } }
  next: {}
  tidy-up: {}
connectors:
  - { from: b, to: tidy-up, when: state == 'cancelled' }
  - { from: b, to: next, when: state == 'ready' }
`;

describe('WCP-19 Cancel Activity', () => {
  scenario('a step that has not begun is withdrawn when its cancellation is reported first', OFFERED, [
    at('09:00', 'a committed'),
    at('09:05', 'cancelled committed'),
    want('09:06', { steps: { b: 'withdrawn', z: 'active' } }),
    at('09:10', 'z committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('once it runs its cancellation is out of order, and it stays as it says it is', OFFERED, [
    at('09:00', 'a committed'),
    at('09:05', 'b activated'),
    at('09:06', 'cancelled committed'),
    end(null, {
      deviated: true,
      steps: { b: 'running', cancelled: 'committed' },
      alarms: ['09:06 out-of-order at cancelled (out-of-order, warning)'],
    }),
  ]);

  scenario('a step that runs says itself that it was cancelled, and the way on goes by its state', REPORTED, [
    at('09:00', 'b activated'),
    at('09:05', 'b committed', {}, { state: 'cancelled' }),
    want('09:06', { steps: { next: 'idle', 'tidy-up': 'active' } }),
    at('09:10', 'tidy-up committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('what reports after it was cancelled is out of order', REPORTED, [
    at('09:00', 'b activated'),
    at('09:05', 'b committed', {}, { state: 'cancelled' }),
    at('09:06', 'next activated'),
    end(null, {
      deviated: true,
      steps: { 'tidy-up': 'active' },
      alarms: ['09:06 out-of-order at next (out-of-order, warning)'],
    }),
  ]);
});

describe('WCP-20 Cancel Case', () => {
  scenario(
    'a state of the flow tells people; what is still expected stays so, until the instance is abandoned',
    `
flow: work
abandon: 1h
states: { open: [cancelled], cancelled: [] }
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
on: { state: { when: state == 'cancelled', do: { alarm: cancelled, severity: info } } }
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'state cancelled'),
      want('09:10', { status: 'running', health: 'running', steps: { b: 'active' } }),
      end('10:06', {
        status: 'abandoned',
        steps: { b: 'active' },
        alarms: ['09:05 cancelled (expression, info)'],
      }),
    ],
  );

  scenario(
    'where each step ends itself the instance ends, as failed',
    `
flow: work
steps: { a: {}, b: { on: { exception: [] } }, c: { on: { exception: [] } }, z: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: z }
  - { from: c, to: z }
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b exception'),
      want('09:06', { status: 'running' }),
      at('09:06', 'c exception'),
      end(null, { status: 'failed', deviated: false, steps: { z: 'idle' } }),
    ],
  );
});
