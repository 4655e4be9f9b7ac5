/** What operators excuse goes with what it nests, and a nested flow of a passed step moves nothing. */
import { describe } from 'vitest';
import { act, at, end, from, scenario, want } from './timeline.ts';

const NESTED = `
flow: day
deadline: { in: 2h }
steps: { a: {}, m: { flow: margin }, z: {} }
connectors: [{ from: a, to: m }, { from: m, to: z }]
---
flow: margin
steps:
  x: { timers: { slow: { after: activated, in: 10m } } }
  y: {}
connectors: [{ from: x, to: y }]
`;
const margin = from('margin/k');

describe('nested flows go with what is waived', () => {
  scenario('a flow: what it nests raises nothing, whether it is there or comes later', NESTED, [
    act('08:00', 'waive'),
    at('09:00', 'a committed'),
    margin('09:05', 'x exception'),
    end('12:00', {
      status: 'failed',
      health: 'normal',
      instances: ['day/k failed', 'margin/k failed'],
      also: [{ of: 'margin/k', health: 'normal', waivers: ['flow by ann'] }],
    }),
  ]);

  scenario('a flow that runs: the alarms of what it nests clear', NESTED, [
    at('09:00', 'a committed'),
    margin('09:05', 'x exception'),
    act('09:10', 'waive'),
    end('12:00', {
      health: 'normal',
      alarms: ['09:05 exception at x of margin/k (exception, critical) until 09:10'],
    }),
  ]);

  scenario('the step before its turn: its flow is not expected', NESTED, [
    act('08:00', 'waive m'),
    at('09:00', 'a committed'),
    end('09:05', {
      steps: { m: 'committed x1', z: 'active' },
      instances: ['day/k running'],
    }),
  ]);

  scenario('the step while it waits: its flow is expected no longer', NESTED, [
    at('09:00', 'a committed'),
    want('09:01', { of: 'margin/k', status: 'expected' }),
    act('09:05', 'waive m'),
    end('09:06', { steps: { m: 'committed', z: 'active' }, instances: ['day/k running'] }),
  ]);

  scenario('the step that was passed: its flow may run all the same, in silence, and moves nothing', NESTED, [
    act('08:00', 'waive m'),
    at('09:00', 'a committed'),
    at('09:05', 'z committed'),
    margin('09:10', 'x activated'),
    margin('09:30', 'x exception'),
    margin('09:40', 'x committed'),
    margin('09:50', 'y committed'),
    end('12:00', {
      status: 'committed',
      health: 'normal',
      deviated: false,
      steps: { m: 'committed x1', z: 'committed x1' },
      instances: ['day/k committed', 'margin/k committed'],
    }),
  ]);

  scenario('the step that failed: the flow goes on without it', NESTED, [
    at('09:00', 'a committed'),
    margin('09:05', 'x exception'),
    act('09:10', 'waive m'),
    end('09:20', {
      status: 'running',
      health: 'running',
      steps: { m: 'committed x2', z: 'active' },
      alarms: ['09:05 exception at x of margin/k (exception, critical) until 09:10'],
    }),
  ]);

  scenario('taken back: what it nests is judged again', NESTED, [
    act('08:00', 'waive'),
    at('09:00', 'a committed'),
    act('09:05', 'unwaive'),
    margin('09:06', 'x exception'),
    end('09:10', {
      status: 'failed',
      also: [{ of: 'margin/k', waivers: [] }],
      alarms: ['09:06 exception at x of margin/k (exception, critical)'],
    }),
  ]);
});
