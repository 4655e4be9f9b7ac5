/** Contract §4: alarms: one while open, how each source clears, what colours are made of. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const STEP = `
flow: work
start: { by: "10:00" }
deadline: { at: "19:00" }
key: k
steps:
  a:
    states: { x: [y], y: [x], z: [x] }
    params: { N: { type: number } }
    timers: { slow: { after: activated, in: 10m, until: committed } }
    on: { params: { when: N > 5, do: { alarm: big } } }
  b: {}
connectors:
  - { from: a, to: a, when: state == 'z', limit: 1 }
  - { from: a, to: b, when: state == 'y' }
`
  .replace('key: k\n', '')
  .replace(/start.*\ndeadline.*\n/, '');

describe('an alarm clears by itself', () => {
  scenario('timer: when the step commits', STEP, [
    at('09:00', 'a activated'),
    at('09:20', 'a exception'),
    at('09:30', 'a activated'),
    at('09:35', 'a committed', {}, { state: 'y' }),
    end(null, {
      alarms: [
        '09:10 slow at a (timer, warning) until 09:35',
        '09:20 exception at a (exception, critical) until 09:30',
      ],
    }),
  ]);

  scenario('exception: when the step runs again', STEP, [
    at('09:00', 'a exception'),
    at('09:05', 'a params', { N: 1 }),
    want('09:06', { open: ['exception at a'] }),
    at('09:10', 'a activated'),
    end(null, { alarms: ['09:00 exception at a (exception, critical) until 09:10'] }),
  ]);

  scenario(
    'exception: by an arrival alone it stays open, until the step reports',
    `
flow: work
steps: { a: {}, b: {}, c: { join: any } }
connectors: [{ from: a, to: c }, { from: b, to: c }]
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'c exception'),
      at('09:10', 'b committed'),
      want('09:11', { open: ['exception at c'], steps: { c: 'active x2' } }),
      at('09:15', 'c params'),
      end(null, { alarms: ['09:05 exception at c (exception, critical) until 09:15'] }),
    ],
  );

  scenario('exception of the flow: when it reports activated again', STEP, [
    at('09:00', 'a activated'),
    at('09:01', 'exception'),
    at('09:02', 'a params', { N: 1 }),
    want('09:03', { open: ['exception'] }),
    at('09:04', 'activated'),
    end('09:05', { alarms: ['09:01 exception (exception, critical) until 09:04'] }),
  ]);

  scenario('expression: when the same rule is next evaluated, and false', STEP, [
    at('09:00', 'a params', { N: 6 }),
    at('09:01', 'a state y'),
    at('09:02', 'a params', { N: 7 }),
    want('09:03', { open: ['big at a'] }),
    at('09:04', 'a params', { N: 5 }),
    at('09:05', 'a params', { N: 8 }),
    end('09:06', {
      alarms: ['09:00 big at a (expression, warning) x2 until 09:04', '09:05 big at a (expression, warning)'],
    }),
  ]);

  scenario(
    'expression: another rule that is false does not clear it',
    `
flow: work
steps:
  a:
    params: { N: { type: number, default: 0 } }
    on:
      params: { when: N > 5, do: { alarm: big } }
      state: { when: N > 7, do: { alarm: big } }
`,
    [
      at('09:00', 'a params', { N: 6 }),
      at('09:01', 'a state x'),
      end('09:02', { alarms: ['09:00 big at a (expression, warning)'] }),
    ],
  );

  scenario(
    'expression: an alarm that two rules hold stays open until both let go',
    `
flow: work
steps:
  a:
    params: { N: { type: number, default: 0 } }
    on:
      params: { when: N > 5, do: { alarm: big } }
      state: { when: N > 5, do: { alarm: big } }
`,
    [
      at('09:00', 'a params', { N: 6 }),
      at('09:01', 'a state x'),
      at('09:02', 'a params', { N: 1 }),
      want('09:03', { open: ['big at a'] }),
      at('09:04', 'a state y'),
      end('09:05', { alarms: ['09:00 big at a (expression, warning) x2 until 09:04'] }),
    ],
  );

  scenario('expression: it outlives the visit and the instance', STEP, [
    at('09:00', 'a params', { N: 6 }),
    at('09:01', 'a committed', {}, { state: 'y' }),
    at('09:02', 'b committed'),
    end(null, { status: 'committed', health: 'warning', alarms: ['09:00 big at a (expression, warning)'] }),
  ]);

  scenario('out-of-order, loop-limit and dead-end: by hand only', STEP, [
    at('09:00', 'a committed', {}, { state: 'y' }),
    at('09:01', 'a activated'),
    at('09:02', 'a committed', {}, { state: 'z' }),
    at('09:03', 'a committed', {}, { state: 'z' }),
    at('09:04', 'a committed'),
    at('09:05', 'a activated'),
    at('09:06', 'a committed', {}, { state: 'y' }),
    at('09:07', 'b committed'),
    end(null, {
      status: 'committed',
      health: 'critical',
      steps: { a: 'committed x5', b: 'committed x1' },
      alarms: [
        '09:01 out-of-order at a (out-of-order, warning) x2',
        '09:02 illegal-state at a (illegal-state, critical) x2 until 09:06',
        '09:03 loop-limit at a (loop-limit, warning)',
        '09:04 dead-end at a (dead-end, critical)',
      ],
    }),
  ]);
});

describe('an alarm is one while open', () => {
  scenario('one per flow, key, step and name: raised again its count rises and its time stays', STEP, [
    at('09:00', 'a params', { N: 6 }),
    at('09:01', 'a params', { N: 7 }),
    at('09:02', 'a params', { N: 8 }),
    end('09:03', { alarms: ['09:00 big at a (expression, warning) x3'] }),
  ]);

  scenario('another key has its own', STEP, [
    at('09:00', 'a params', { N: 6 }),
    at('09:01', 'a params', { N: 7 }, { key: 'other' }),
    end('09:02', {
      alarms: ['09:00 big at a (expression, warning)', '09:01 big at a of work/other (expression, warning)'],
    }),
  ]);

  scenario('once cleared, the next is an alarm of its own', STEP, [
    at('09:00', 'a exception'),
    at('09:01', 'a activated'),
    at('09:02', 'a exception'),
    end(null, {
      alarms: [
        '09:00 exception at a (exception, critical) until 09:01',
        '09:02 exception at a (exception, critical)',
      ],
    }),
  ]);
});

describe('health', () => {
  scenario('without open alarms it is running while the instance runs, and normal before and after', STEP, [
    at('09:00', 'a activated'),
    want('09:01', { health: 'running' }),
    at('09:02', 'a committed', {}, { state: 'y' }),
    at('09:03', 'b committed'),
    end(null, { status: 'committed', health: 'normal' }),
  ]);

  scenario('it is the worst of the open alarms', STEP, [
    at('09:00', 'a params', { N: 6 }),
    want('09:01', { health: 'warning' }),
    at('09:02', 'a state q'),
    want('09:03', { health: 'critical' }),
    at('09:04', 'a state y'),
    want('09:05', { health: 'warning' }),
    at('09:06', 'a params', { N: 1 }),
    end('09:07', {
      health: 'running',
      alarms: [
        '09:00 big at a (expression, warning) until 09:06',
        '09:02 illegal-state at a (illegal-state, critical) until 09:04',
      ],
    }),
  ]);

  scenario(
    'an alarm of severity info leaves it as it is',
    STEP.replace('alarm: big', 'alarm: big, severity: info'),
    [
      at('09:00', 'a params', { N: 6 }),
      end('09:01', { health: 'running', alarms: ['09:00 big at a (expression, info)'] }),
    ],
  );

  scenario(
    'a failed instance whose alarms are closed or silenced is normal',
    `
flow: work
steps: { a: { on: { exception: [] } } }
`,
    [at('09:00', 'a exception'), end(null, { status: 'failed', health: 'normal' })],
  );
});
