/** Contract §2 and §3: the parameters of steps. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const PIPE = `
flow: work
steps:
  send:
    params: { OUT: { type: number }, NOTE: { type: string } }
  mid: { gate: true }
  receive:
    params:
      POUT: { type: number, from: OUT }
      PIN: { type: number, default: 0 }
      LOSS: { type: number, value: POUT - PIN }
      FULL: { type: boolean, value: LOSS == 0 }
    on: { committed: { when: PIN < POUT, do: { alarm: short-transfer, severity: critical, text: "{PIN} of {POUT} bytes, {LOSS} lost" } } }
connectors:
  - { from: send, to: mid }
  - { from: mid, to: receive }
`;

const DIRECT = PIPE.replace(
  '  - { from: send, to: mid }\n  - { from: mid, to: receive }\n',
  '  - { from: send, to: receive }\n',
).replace('  mid: { gate: true }\n', '');

describe('params', () => {
  scenario('a param with from is copied from the step that led here, when activated', DIRECT, [
    at('09:00', 'send params', { OUT: 5 }),
    at('09:01', 'send committed', { OUT: 7 }),
    want('09:02', {
      steps: { receive: { is: 'active', params: { POUT: 7, PIN: 0, LOSS: 7, FULL: false } } },
    }),
    at('09:03', 'send params', { OUT: 9 }),
    end(null, { steps: { send: { params: { OUT: 9 } }, receive: { params: { POUT: 7 } } } }),
  ]);

  scenario('through a gate it is copied from the step before the gate', PIPE, [
    at('09:01', 'send committed', { OUT: 7 }),
    end(null, { steps: { receive: { is: 'active', params: { POUT: 7 } } } }),
  ]);

  scenario('reported values count, derived values follow them', DIRECT, [
    at('09:01', 'send committed', { OUT: 7 }),
    at('09:02', 'receive committed', { PIN: 4 }),
    end(null, {
      steps: { receive: { params: { POUT: 7, PIN: 4, LOSS: 3, FULL: false } } },
      alarms: ['09:02 short-transfer at receive (expression, critical) "4 of 7 bytes, 3 lost"'],
    }),
  ]);

  scenario('a reported value replaces a copied one', DIRECT, [
    at('09:01', 'send committed', { OUT: 7 }),
    at('09:02', 'receive committed', { POUT: 4, PIN: 4 }),
    end(null, { steps: { receive: { params: { POUT: 4, LOSS: 0, FULL: true } } } }),
  ]);

  scenario('a derived value cannot be reported', DIRECT, [
    at('09:01', 'send committed', { OUT: 7 }),
    at('09:02', 'receive params', { LOSS: 99 }),
    end(null, { steps: { receive: { params: { LOSS: 7 } } } }),
  ]);

  scenario(
    'a value that was never reported and has no default is null, and so is what is derived from it',
    DIRECT,
    [
      at('09:01', 'send committed'),
      end(null, {
        steps: {
          send: { params: { OUT: null, NOTE: null } },
          receive: { is: 'active', params: { POUT: null, PIN: 0, LOSS: null } },
        },
      }),
    ],
  );

  scenario('a step that began out of order has nothing to copy', DIRECT, [
    at('09:00', 'send activated', { OUT: 7 }),
    at('09:01', 'receive activated'),
    end(null, {
      steps: { receive: { params: { POUT: null } } },
      alarms: ['09:01 out-of-order at receive (out-of-order, warning)'],
    }),
  ]);

  scenario('a value of a wrong type refuses the whole event', DIRECT, [
    at('09:00', 'send activated'),
    at('09:01', 'send committed', { NOTE: 'x', OUT: 'seven' }),
    at('09:02', 'send params', { OUT: true }),
    end(null, {
      status: 'running',
      steps: { send: { is: 'running', params: { OUT: null, NOTE: null } } },
      rejected: [
        [2, /OUT/],
        [3, /OUT/],
      ],
    }),
  ]);

  scenario('null is no wrong type: it takes the value away', DIRECT, [
    at('09:00', 'send params', { OUT: 7 }),
    at('09:01', 'send params', { OUT: null }),
    end(null, { steps: { send: { params: { OUT: null } } } }),
  ]);

  scenario('an undeclared name is ignored', DIRECT, [
    at('09:00', 'send activated', { WEIGHT: 3, OUT: 1, constructor: 'x' }),
    end(null, { steps: { send: { is: 'running', params: { OUT: 1 } } } }),
  ]);

  scenario(
    'a loop copies from the step itself',
    `
flow: work
steps:
  a: { params: { N: { type: number, from: M, default: 1 }, M: { type: number, value: N * 2 } } }
  b: {}
connectors:
  - { from: a, to: a, when: visits < 3 }
  - { from: a, to: b, when: visits >= 3 }
`,
    [
      at('09:00', 'a committed'),
      want('09:01', { steps: { a: { is: 'active x2', params: { N: 2, M: 4 } } } }),
      at('09:02', 'a committed'),
      want('09:03', { steps: { a: { is: 'active x3', params: { N: 4, M: 8 } } } }),
      end(null, {}),
    ],
  );

  scenario(
    'at a join it is copied from the step that came last and has such a param',
    `
flow: work
steps:
  a: { params: { X: { type: number } } }
  b: { params: { X: { type: number } } }
  j: { params: { Y: { type: number, from: X } } }
connectors: [{ from: a, to: j }, { from: b, to: j }]
`,
    [
      at('09:00', 'b committed', { X: 2 }),
      at('09:01', 'a committed', { X: 1 }),
      end(null, { steps: { j: { is: 'active', params: { Y: 1 } } } }),
    ],
  );

  scenario(
    'set gives a param a value by a rule',
    DIRECT.replace(
      'params: { OUT: { type: number }, NOTE: { type: string } }',
      'params: { OUT: { type: number }, TRIES: { type: number, default: 0 } }\n    on: { state: { do: { set: TRIES, to: TRIES + 1 } } }',
    ),
    [
      at('09:00', 'send state x'),
      at('09:01', 'send state y'),
      at('09:02', 'send state y'),
      end(null, { steps: { send: { params: { TRIES: 2 } } } }),
    ],
  );

  scenario('numbers are exact in what is derived and shown', DIRECT, [
    at('09:01', 'send committed', { OUT: 0.3 }),
    at('09:02', 'receive params', { PIN: 0.1 }),
    end(null, { steps: { receive: { params: { POUT: 0.3, PIN: 0.1 } } } }),
  ]);
});
