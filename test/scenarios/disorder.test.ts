/** Contract §3 and §4: events that overtake each other. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const AB = `
flow: work
disorder: 10s
steps: { a: {}, b: { timers: { slow: { after: activated, in: 1m } } } }
connectors: [{ from: a, to: b }]
`;

describe('disorder', () => {
  scenario('a flow without disorder takes events as they come', AB.replace('disorder: 10s\n', ''), [
    at('09:00:05', 'b activated'),
    at('09:00:02', 'a committed'),
    end(null, {
      status: 'running',
      startedAt: '09:00:05',
      deviated: true,
      steps: { a: 'committed', b: 'running x1' },
      alarms: ['09:00:05 out-of-order at b (out-of-order, warning)'],
    }),
  ]);

  scenario('with disorder events are decided in the order of their times', AB, [
    at('09:00:05', 'b activated'),
    at('09:00:02', 'a committed'),
    end(null, {
      startedAt: '09:00:02',
      deviated: false,
      steps: { a: { is: 'committed', to: '09:00:02' }, b: { is: 'running x1', from: '09:00:02' } },
    }),
  ]);

  scenario('the flow is decided that far behind the clock', AB, [
    at('09:00:00', 'a committed'),
    want('09:00:09.999', { status: 'none' }),
    want('09:00:10', { status: 'running', steps: { a: 'committed', b: 'active' } }),
    end(null, { steps: { b: 'active' } }),
  ]);

  scenario('what is as late as the tolerance is still put in order', AB, [
    at('09:00:12', 'b activated'),
    at('09:00:02', 'a committed'),
    end(null, { deviated: false, steps: { b: 'running x1' } }),
  ]);

  scenario('what comes later than that is taken as it comes', AB, [
    at('09:00:00', 'a activated'),
    at('09:00:01', 'b activated'),
    at('09:00:20', 'b params'),
    at('09:00:02', 'a committed'),
    end(null, {
      steps: { a: 'committed x1', b: 'running x1' },
      alarms: ['09:00:01 out-of-order at b (out-of-order, warning)'],
    }),
  ]);

  scenario('events of one time keep the order in which they came', AB, [
    at('09:00:00', 'a committed'),
    at('09:00:00', 'b activated'),
    at('09:00:00', 'b committed'),
    end(null, { status: 'committed', deviated: false, endedAt: '09:00' }),
  ]);

  scenario('timers take their place between the events, by their times', AB, [
    at('09:00:00', 'a committed'),
    at('09:01:05', 'b activated'),
    want('09:01:10', { open: [] }),
    want('09:01:10.001', { open: ['slow at b'], steps: { b: 'active' } }),
    want('09:01:15.001', { open: ['slow at b'], steps: { b: 'running' } }),
    end(null, { alarms: ['09:01 slow at b (timer, warning)'] }),
  ]);

  scenario(
    'an event in time that arrives after the due time, but within the tolerance, stops the timer',
    AB,
    [
      at('09:00:00', 'a committed'),
      at('09:01:05', 'a params'),
      at('09:00:59', 'b activated'),
      end('10:00', { steps: { b: 'running' }, alarms: [] }),
    ],
  );

  scenario('the end of a replay lets everything through', AB, [
    at('09:00:00', 'a committed'),
    at('09:00:01', 'b committed'),
    end('09:00:02', { status: 'committed', endedAt: '09:00:01' }),
  ]);

  scenario('the end of a replay fires what is due up to it', AB, [
    at('09:00:00', 'a committed'),
    end('09:01:00', { alarms: ['09:01 slow at b (timer, warning)'] }),
  ]);

  scenario('the end of a replay fires nothing that is due later', AB, [
    at('09:00:00', 'a committed'),
    end('09:00:59.999', { alarms: [] }),
  ]);

  scenario(
    'a start in time that arrives within the tolerance is in time',
    AB.replace('disorder', 'start: { by: "09:00" }\ndisorder'),
    [
      want('09:00:05', { of: 'work/2026-11-23', status: 'expected', open: [] }),
      at('09:00:08', 'a activated', {}, { key: 'other' }),
      at('08:59:59', 'a activated', {}, { key: '2026-11-23' }),
      end('09:30', { of: 'work/2026-11-23', status: 'running', alarms: [] }),
    ],
    { from: '08:00' },
  );
});
