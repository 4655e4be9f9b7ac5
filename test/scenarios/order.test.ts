/** Contract §4: order, reality wins. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const ABC = `
flow: work
steps:
  a: { timers: { slow: { after: activated, in: 1h } } }
  b: {}
  c: {}
connectors:
  - { from: a, to: b }
  - { from: b, to: c }
`;

describe('order', () => {
  scenario('the first event of a flow starts its instance, and the start steps are in order', ABC, [
    at('09:00', 'a activated'),
    want('09:01', {
      status: 'running',
      health: 'running',
      startedAt: '09:00',
      steps: { a: 'running x1', b: 'idle x0' },
    }),
    at('09:10', 'a committed'),
    want('09:11', { steps: { a: 'committed', b: 'active x1', c: 'idle x0' } }),
    at('09:20', 'b committed'),
    at('09:30', 'c committed'),
    end(null, {
      status: 'committed',
      health: 'normal',
      deviated: false,
      startedAt: '09:00',
      endedAt: '09:30',
      steps: {
        a: { is: 'committed null x1', from: '09:00', to: '09:10' },
        b: { is: 'committed null x1', from: '09:10', to: '09:20' },
        c: { is: 'committed null x1', from: '09:20', to: '09:30' },
      },
    }),
  ]);

  scenario('an event for an idle step is out of order, and the instance follows it', ABC, [
    at('09:00', 'a committed'),
    at('09:05', 'c activated'),
    want('09:06', {
      deviated: true,
      health: 'warning',
      open: ['out-of-order at c'],
      steps: { b: 'active', c: { is: 'running x1', from: '09:05', to: null } },
    }),
    end(null, { status: 'running', alarms: ['09:05 out-of-order at c (out-of-order, warning)'] }),
  ]);

  scenario('an out-of-order commit commits the step, and its connectors are followed', ABC, [
    at('09:00', 'a activated'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { a: 'running', b: 'committed x1', c: 'active x1' } }),
    end(null, { deviated: true, alarms: ['09:05 out-of-order at b (out-of-order, warning)'] }),
  ]);

  scenario('an out-of-order exception fails the step', ABC, [
    at('09:00', 'a activated'),
    at('09:05', 'b exception'),
    want('09:06', { health: 'critical', steps: { b: 'failed x1', c: 'idle' } }),
    end(null, {
      status: 'running',
      alarms: [
        '09:05 exception at b (exception, critical)',
        '09:05 out-of-order at b (out-of-order, warning)',
      ],
    }),
  ]);

  scenario('row 36: an event for a committed step is out of order and begins another visit', ABC, [
    at('09:00', 'a committed'),
    at('09:05', 'a activated'),
    want('09:06', {
      deviated: true,
      steps: { a: { is: 'running x2', from: '09:05', to: null }, b: 'active' },
    }),
    end(null, { alarms: ['09:05 out-of-order at a (out-of-order, warning)'] }),
  ]);

  scenario(
    'an event for a withdrawn step is out of order',
    `
flow: work
steps:
  a: { split: event }
  b: {}
  c: {}
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b activated'),
      want('09:06', { deviated: false, steps: { b: 'running', c: { is: 'withdrawn x1', to: '09:05' } } }),
      at('09:10', 'c activated'),
      end(null, {
        deviated: true,
        steps: { b: 'running', c: 'running x2' },
        alarms: ['09:10 out-of-order at c (out-of-order, warning)'],
      }),
    ],
  );

  scenario(
    'the first event of an instance may be out of order: its start steps are activated all the same',
    ABC,
    [
      at('09:00', 'c activated'),
      end(null, {
        status: 'running',
        startedAt: '09:00',
        steps: { a: 'active x1', b: 'idle x0', c: 'running x1' },
        alarms: ['09:00 out-of-order at c (out-of-order, warning)'],
      }),
    ],
  );

  scenario('out of order again while its alarm is open: one alarm, counted', ABC, [
    at('09:00', 'a committed'),
    at('09:05', 'a activated'),
    at('09:06', 'a committed'),
    at('09:10', 'a committed'),
    end(null, {
      steps: { a: 'committed x3', b: 'active x1' },
      alarms: ['09:05 out-of-order at a (out-of-order, warning) x2'],
    }),
  ]);

  scenario('the arrival that an out-of-order visit lacked is absorbed when it comes', ABC, [
    at('09:00', 'a activated'),
    at('09:05', 'b committed'),
    at('09:06', 'c committed'),
    at('09:10', 'a committed'),
    end(null, {
      status: 'committed',
      endedAt: '09:10',
      steps: { a: 'committed x1', b: 'committed x1', c: 'committed x1' },
      alarms: ['09:05 out-of-order at b (out-of-order, warning)'],
    }),
  ]);

  scenario(
    'only the arrivals that were lacking are absorbed: the next one activates',
    `
flow: work
steps:
  a: { end: true }
  b: {}
connectors:
  - { from: a, to: a, when: event.id == 'e3' }
  - { from: a, to: b }
`,
    [
      at('09:00', 'a activated'),
      at('09:05', 'b committed'),
      at('09:10', 'a committed'),
      want('09:11', { steps: { a: 'active x2', b: 'committed x1' } }),
      at('09:15', 'a committed'),
      end(null, {
        steps: { a: 'committed x2', b: 'active x2' },
        alarms: ['09:05 out-of-order at b (out-of-order, warning)'],
      }),
    ],
  );

  scenario(
    'two steps without a path between them are out of order in no order',
    `
flow: work
steps:
  a: {}
  b: {}
`,
    [
      at('09:00', 'b committed'),
      at('09:05', 'a committed'),
      end(null, { status: 'committed', deviated: false, steps: { a: 'committed x1', b: 'committed x1' } }),
    ],
  );

  scenario(
    'late params only add values to the visit that ended',
    ABC.replace('b: {}', 'b: { params: { N: { type: number } } }'),
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed'),
      at('09:10', 'b params', { N: 7 }),
      end(null, {
        deviated: false,
        steps: { b: { is: 'committed x1', from: '09:00', to: '09:05', params: { N: 7 } } },
      }),
    ],
  );

  scenario(
    'an event stamped before the step ended only adds values to the visit that ended',
    ABC.replace('b: {}', 'b: { states: { x: [y], y: [] }, params: { N: { type: number } } }'),
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed'),
      at('09:04', 'b state y', { N: 7 }),
      at('09:03', 'b activated'),
      end(null, {
        deviated: false,
        steps: { b: { is: 'committed x1', to: '09:05', params: { N: 7 } } },
      }),
    ],
  );

  scenario(
    'params for a step that never began are out of order',
    ABC.replace('b: {}', 'b: { params: { N: { type: number } } }'),
    [
      at('09:00', 'a activated'),
      at('09:05', 'b params', { N: 7 }),
      end(null, {
        steps: { b: { is: 'running x1', params: { N: 7 } } },
        alarms: ['09:05 out-of-order at b (out-of-order, warning)'],
      }),
    ],
  );

  scenario('a failed step that reports again is a re-run, and in order', ABC, [
    at('09:00', 'a exception'),
    want('09:01', { status: 'failed', health: 'critical', endedAt: '09:00', open: ['exception at a'] }),
    at('09:05', 'a activated'),
    want('09:06', {
      status: 'running',
      deviated: false,
      endedAt: null,
      open: [],
      steps: { a: { is: 'running x2', from: '09:05' } },
    }),
    at('09:10', 'a committed'),
    end(null, {
      deviated: false,
      steps: { a: 'committed x2', b: 'active' },
      alarms: ['09:00 exception at a (exception, critical) until 09:05'],
    }),
  ]);

  scenario('a re-run that reports by its commit alone is one visit more', ABC, [
    at('09:00', 'a exception'),
    at('09:05', 'a committed'),
    end(null, {
      steps: { a: 'committed x2', b: 'active' },
      alarms: ['09:00 exception at a (exception, critical) until 09:05'],
    }),
  ]);

  scenario('a failed step that fails again is another visit, and counts on its open alarm', ABC, [
    at('09:00', 'a exception'),
    at('09:05', 'a exception'),
    end(null, {
      status: 'failed',
      steps: { a: 'failed x2' },
      alarms: ['09:00 exception at a (exception, critical) x2'],
    }),
  ]);

  scenario('an event about the flow itself starts the instance and its start steps', ABC, [
    at('09:00', 'activated'),
    end(null, { status: 'running', startedAt: '09:00', steps: { a: 'active x1', b: 'idle' } }),
  ]);

  scenario('a step that is active becomes running with whatever it reports first', ABC, [
    at('09:00', 'a committed'),
    at('09:05', 'b params'),
    end(null, { steps: { b: { is: 'running x1', from: '09:00' } } }),
  ]);

  const again = (loop: string) => `
flow: work
steps: { a: { states: { fine: [broken], broken: [] } }, g: { gate: true }, b: {} }
connectors:
  ${loop}
  - { from: a, to: b, when: state == 'fine' }
`;
  for (const [said, loop] of [
    ['', "- { from: a, to: a, when: state == 'broken' }\n  - { from: b, to: g }"],
    [' through a gate', "- { from: a, to: g, when: state == 'broken' }\n  - { from: g, to: a }"],
  ] as const) {
    scenario(
      `what a visit brings back to its own step${said} is no arrival it lacked: it is followed`,
      again(loop),
      [
        at('09:00', 'a committed'),
        at('09:05', 'a activated'),
        at('09:10', 'a committed', {}, { state: 'broken' }),
        want('09:11', { steps: { a: 'active fine x3' } }),
        at('09:15', 'a committed'),
        end(null, {
          steps: { a: 'committed x3', b: 'active x1' },
          alarms: ['09:05 out-of-order at a (out-of-order, warning)'],
        }),
      ],
    );
  }
});
