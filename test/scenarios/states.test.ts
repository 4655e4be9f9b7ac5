/** Contract §4: state legality, for steps and for flows. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const FILE = `
flow: work
steps:
  a:
    states: { waiting: [receiving], receiving: [received, broken], broken: [receiving], received: [] }
    on: { state: { do: { alarm: moved, severity: info } } }
connectors: []
`.replace('    on: { state: { do: { alarm: moved, severity: info } } }\n', '');

const FLOW = `
flow: work
states: { calm: [busy], busy: [calm, over], over: [] }
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b, when: flow.state == 'busy' }, { from: a, to: b, when: flow.state != 'busy' }]
`;

describe('states', () => {
  scenario('a step begins in the first state of its table', FILE, [
    at('09:00', 'a activated'),
    end(null, { steps: { a: 'running waiting' } }),
  ]);

  scenario('a change that the table allows is taken over without alarm', FILE, [
    at('09:00', 'a state receiving'),
    at('09:01', 'a state broken'),
    at('09:02', 'a state receiving'),
    at('09:03', 'a committed', {}, { state: 'received' }),
    end(null, { status: 'committed', deviated: false, steps: { a: 'committed received x1' } }),
  ]);

  scenario('an illegal but known state is taken over with its alarm', FILE, [
    at('09:00', 'a activated'),
    at('09:01', 'a state received'),
    end(null, {
      deviated: true,
      health: 'critical',
      steps: { a: 'running received' },
      alarms: ['09:01 illegal-state at a (illegal-state, critical)'],
    }),
  ]);

  scenario('an unknown state raises its alarm and is not taken over', FILE, [
    at('09:00', 'a state receiving'),
    at('09:01', 'a state melted'),
    end(null, {
      deviated: true,
      steps: { a: 'running receiving' },
      alarms: ['09:01 illegal-state at a (illegal-state, critical)'],
    }),
  ]);

  scenario('illegal-state clears with a later legal change of that step', FILE, [
    at('09:00', 'a state received'),
    at('09:01', 'a state receiving'),
    want('09:02', { open: ['illegal-state at a'], steps: { a: 'running receiving' } }),
    at('09:03', 'a state broken'),
    end(null, {
      deviated: true,
      steps: { a: 'running broken' },
      alarms: ['09:00 illegal-state at a (illegal-state, critical) x2 until 09:03'],
    }),
  ]);

  scenario('the same state again is no change: it neither raises nor clears illegal-state', FILE, [
    at('09:00', 'a state received'),
    at('09:01', 'a state received'),
    end(null, { alarms: ['09:00 illegal-state at a (illegal-state, critical)'] }),
  ]);

  scenario('an illegal state that comes with the commit is judged and the step commits', FILE, [
    at('09:00', 'a activated'),
    at('09:01', 'a committed', {}, { state: 'received' }),
    end(null, {
      status: 'committed',
      deviated: true,
      steps: { a: 'committed received' },
      alarms: ['09:01 illegal-state at a (illegal-state, critical)'],
    }),
  ]);

  scenario(
    'rules for state run when an event carries a known state that is illegal',
    FILE.replace(
      'connectors: []',
      '    on: { state: { do: { alarm: moved, severity: info, text: "{state}" } } }',
    ).replace(/connectors.*\n/, ''),
    [
      at('09:00', 'a state received'),
      end(null, {
        alarms: [
          '09:00 illegal-state at a (illegal-state, critical)',
          '09:00 moved at a (expression, info) "received"',
        ],
      }),
    ],
  );

  scenario('every name is a legal state value, of objects too', FILE, [
    at('09:00', 'a state __proto__'),
    at('09:01', 'a state constructor'),
    end(null, {
      steps: { a: 'running waiting' },
      alarms: ['09:00 illegal-state at a (illegal-state, critical) x2'],
    }),
  ]);
});

describe("a flow's own states", () => {
  scenario('an event without a step moves the state of the flow', FLOW, [
    at('09:00', 'state busy'),
    at('09:01', 'state calm'),
    end(null, { status: 'running', startedAt: '09:00', deviated: false, steps: { a: 'active' } }),
  ]);

  scenario(
    'an illegal state of the flow raises an alarm without a step, cleared by the next legal change',
    FLOW,
    [
      at('09:00', 'state over'),
      want('09:01', { deviated: true, open: ['illegal-state'] }),
      at('09:02', 'state busy'),
      want('09:03', { open: ['illegal-state'] }),
      at('09:04', 'state over'),
      end(null, { alarms: ['09:00 illegal-state (illegal-state, critical) x2 until 09:04'] }),
    ],
  );

  scenario('an unknown state of the flow is not taken over', FLOW, [
    at('09:00', 'state busy'),
    at('09:01', 'state lost'),
    at('09:02', 'state over'),
    end(null, { alarms: ['09:01 illegal-state (illegal-state, critical) until 09:02'] }),
  ]);

  scenario('an exception of the flow raises its alarm without a step', FLOW, [
    at('09:00', 'a activated'),
    at('09:01', 'exception'),
    end(null, {
      health: 'critical',
      steps: { a: 'running' },
      alarms: ['09:01 exception (exception, critical)'],
    }),
  ]);

  scenario('a flow event of a kind that only steps have is refused', FLOW, [
    at('09:00', 'a activated'),
    at('09:01', 'committed'),
    at('09:02', 'params', { N: 1 }),
    end(null, {
      status: 'running',
      rejected: [
        [2, /step/],
        [3, /step/],
      ],
    }),
  ]);
});
