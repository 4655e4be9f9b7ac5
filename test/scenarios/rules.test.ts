/** Contract §3: trigger tables and default alarms. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

/** A flow whose step `a` has these rules. */
function ruled(on: string, more = ''): string {
  return `
flow: work
steps:
  a: { states: { x: [y], y: [] }, params: { N: { type: number, default: 0 } }, timers: { t: { after: activated, in: 10m, until: committed } }, on: { ${on} } }
  b: {}
connectors:
  - { from: a, to: b }
${more}`;
}

const SAID = 'do: { alarm: said, severity: info }';

/** An event of a step, what makes it happen at 09:05 to `a`, and the source of an alarm that a rule on it raises. */
const EVENTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['params', 'a params', ['09:05 said at a (expression, info)']],
  ['state', 'a state y', ['09:05 said at a (expression, info)']],
  ['committed', 'a committed', ['09:05 said at a (expression, info)']],
  ['exception', 'a exception', ['09:05 said at a (exception, info)']],
  ['illegal-state', 'a state z', ['09:05 said at a (illegal-state, info)']],
];

describe('trigger tables of a step', () => {
  for (const [event, what, alarms] of EVENTS) {
    scenario(`a rule on ${event} runs when that happens`, ruled(`${event}: { ${SAID} }`), [
      at('09:00', 'a activated'),
      at('09:05', what, event === 'params' ? { N: 1 } : {}),
      end('09:06', { alarms }),
    ]);
  }

  scenario('a rule on activated runs when a visit begins', ruled(`activated: { ${SAID} }`), [
    at('09:00', 'a params', { N: 1 }),
    at('09:05', 'a activated'),
    end('09:06', { alarms: ['09:00 said at a (expression, info)'] }),
  ]);

  scenario('a rule on out-of-order runs when that happens', ruled(`out-of-order: { ${SAID} }`), [
    at('09:00', 'a committed'),
    at('09:05', 'a activated'),
    end('09:06', { deviated: true, alarms: ['09:05 said at a (out-of-order, info)'] }),
  ]);

  scenario('a rule on a timer runs when it fires', ruled(`timer.t: { ${SAID} }`), [
    at('09:00', 'a activated'),
    end('10:00', { alarms: ['09:10 said at a (timer, info)'] }),
  ]);

  scenario(
    'a rule on withdrawn runs when another branch wins',
    ruled(`withdrawn: { ${SAID} }`).replace('steps:', 'split: event\nsteps:\n  c: {}'),
    [
      at('09:00', 'activated'),
      at('09:05', 'c activated'),
      end('09:06', { steps: { a: 'withdrawn' }, alarms: ['09:05 said at a (expression, info)'] }),
    ],
  );

  scenario(
    'a rule on loop-limit runs at the source step',
    ruled(`loop-limit: { ${SAID} }`).replace('to: b }', 'to: a, limit: 1 }').replace('  b: {}\n', ''),
    [
      at('09:00', 'a committed'),
      at('09:05', 'a committed'),
      end('09:06', {
        deviated: true,
        steps: { a: 'active x3' },
        alarms: ['09:05 said at a (loop-limit, info)'],
      }),
    ],
  );

  scenario(
    'a rule on dead-end runs at the source step',
    ruled(`dead-end: { ${SAID} }`).replace('to: b }', 'to: b, when: N > 5 }'),
    [
      at('09:00', 'a activated'),
      at('09:05', 'a committed'),
      end('09:06', { status: 'failed', deviated: true, alarms: ['09:05 said at a (dead-end, info)'] }),
    ],
  );

  scenario(
    'the rules of an event run in order, each sees what the ones before it set',
    ruled(
      'params: [{ do: { set: N, to: N + 1 } }, { when: N == 3, do: [{ set: N, to: N * 10 }, { alarm: three, text: "{N}" }] }, { when: N == 30, do: { alarm: thirty } }]',
    ),
    [
      at('09:00', 'a activated'),
      at('09:05', 'a params', { N: 2 }),
      end('09:06', {
        steps: { a: { params: { N: 30 } } },
        alarms: ['09:05 thirty at a (expression, warning)', '09:05 three at a (expression, warning) "30"'],
      }),
    ],
  );

  scenario(
    'a rule without when always holds, one whose when is false does nothing',
    ruled('params: [{ when: N > 5, do: { alarm: big } }, { do: { alarm: any } }]'),
    [
      at('09:00', 'a activated'),
      at('09:05', 'a params', { N: 2 }),
      end('09:06', { alarms: ['09:05 any at a (expression, warning)'] }),
    ],
  );

  scenario(
    'the rules of the checkpoint type come before those of the step',
    `
checkpoint: file
params: { N: { type: number, default: 0 } }
on: { params: { do: { set: N, to: N + 1 } } }
---
flow: work
steps: { a: { checkpoint: file, on: { params: { when: N == 3, do: { alarm: three } } } } }
`,
    [
      at('09:00', 'a activated'),
      at('09:05', 'a params', { N: 2 }),
      end('09:06', {
        steps: { a: { params: { N: 3 } } },
        alarms: ['09:05 three at a (expression, warning)'],
      }),
    ],
  );

  scenario(
    "the step's rules come on top of those of its type, for the same event",
    `
checkpoint: file
on: { committed: { do: { alarm: of-type } } }
---
flow: work
steps: { a: { checkpoint: file, on: { committed: { do: { alarm: of-step } } } } }
`,
    [
      at('09:05', 'a committed'),
      end('09:06', {
        alarms: ['09:05 of-step at a (expression, warning)', '09:05 of-type at a (expression, warning)'],
      }),
    ],
  );

  scenario(
    'clear clears an alarm of the step by its name',
    ruled('params: [{ when: N > 5, do: { alarm: big } }, { when: N == 1, do: { clear: big } }]'),
    [
      at('09:00', 'a activated'),
      at('09:05', 'a params', { N: 7 }),
      at('09:06', 'a params', { N: 8 }),
      want('09:07', { open: ['big at a'] }),
      at('09:08', 'a params', { N: 1 }),
      end('09:09', { alarms: ['09:05 big at a (expression, warning) x2 until 09:08'] }),
    ],
  );

  scenario(
    'clear clears what otherwise only a hand clears',
    ruled('committed: { do: { clear: out-of-order } }'),
    [
      at('09:00', 'a committed'),
      at('09:05', 'a activated'),
      at('09:06', 'a committed'),
      end('09:07', {
        deviated: true,
        alarms: ['09:05 out-of-order at a (out-of-order, warning) until 09:06'],
      }),
    ],
  );

  scenario(
    'a text may name whatever an expression may',
    ruled(
      'committed: { do: { alarm: said, text: "{flow.key} {flow.tradingDay} {status} {state} {visits} {steps.b.status} {event.time} {event.message} {N}" } }',
    ),
    [
      at('09:05', 'a committed', { N: 1.5 }, { message: 'ok', state: 'y' }),
      end('09:06', {
        alarms: [
          '09:05 said at a (expression, warning) "k 2026-11-23 committed y 1 idle 2026-11-23 09:05:00 ok 1.5"',
        ],
      }),
    ],
  );
});

describe('trigger tables of a flow', () => {
  const flow = (on: string) => `
flow: work
states: { x: [y], y: [] }
on: { ${on} }
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
`;

  scenario('a rule on activated runs when the instance starts, once', flow(`activated: { ${SAID} }`), [
    at('09:00', 'a activated'),
    at('09:01', 'a committed'),
    end(null, { alarms: ['09:00 said (expression, info)'] }),
  ]);

  scenario('a rule on committed runs when the instance ends so', flow(`committed: { ${SAID} }`), [
    at('09:00', 'a committed'),
    at('09:01', 'b committed'),
    end(null, { alarms: ['09:01 said (expression, info)'] }),
  ]);

  scenario(
    'a rule on state runs when the state of the flow changes',
    flow(`state: { do: { alarm: said, text: "{flow.state} {state}" } }`),
    [
      at('09:00', 'a activated'),
      at('09:01', 'state y'),
      end(null, { alarms: ['09:01 said (expression, warning) "y y"'] }),
    ],
  );

  scenario(
    'a rule on illegal-state replaces the default alarm of the flow',
    flow(`illegal-state: { ${SAID} }`),
    [
      at('09:00', 'a activated'),
      at('09:01', 'state z'),
      end(null, { deviated: true, alarms: ['09:01 said (illegal-state, info)'] }),
    ],
  );

  scenario('an alarm raised by a rule of a flow has no step', flow(`activated: { do: { alarm: said } }`), [
    at('09:00', 'a activated'),
    end(null, { alarms: ['09:00 said (expression, warning)'] }),
  ]);
});

describe('trigger tables of a connector', () => {
  const connector = (on: string) => `
flow: work
steps: { a: { params: { N: { type: number, default: 0 } } }, b: {}, c: {} }
connectors:
  - { from: a, to: b, when: N > 1, on: { ${on} } }
  - { from: a, to: c, when: N <= 1 }
`;

  scenario(
    'a rule on taken runs when it is followed, and its alarm has no step',
    connector(`taken: { ${SAID} }`),
    [
      at('09:00', 'a committed', { N: 2 }),
      end(null, { steps: { b: 'active' }, alarms: ['09:00 said (expression, info)'] }),
    ],
  );

  scenario('a rule on refused runs when it is false', connector(`refused: { ${SAID} }`), [
    at('09:00', 'a committed', { N: 1 }),
    end(null, { steps: { c: 'active' }, alarms: ['09:00 said (expression, info)'] }),
  ]);

  scenario('a rule on evaluated runs whatever comes of it', connector(`evaluated: { ${SAID} }`), [
    at('09:00', 'a committed', { N: 1 }),
    end(null, { steps: { c: 'active' }, alarms: ['09:00 said (expression, info)'] }),
  ]);

  scenario('a rule on taken does not run when it is refused', connector(`taken: { ${SAID} }`), [
    at('09:00', 'a committed', { N: 1 }),
    end(null, { alarms: [] }),
  ]);
});

describe('default alarms', () => {
  scenario(
    'a rule for the event replaces the default alarm, even one whose when is false',
    ruled('exception: { when: N > 5, do: { alarm: big-trouble, severity: critical } }'),
    [at('09:00', 'a exception', { N: 1 }), end(null, { status: 'failed', health: 'normal', alarms: [] })],
  );

  scenario(
    'an empty list silences it',
    ruled('exception: [], out-of-order: [], illegal-state: [], timer.t: []'),
    [
      at('09:00', 'a activated'),
      at('09:20', 'a state z'),
      at('09:21', 'a committed'),
      at('09:22', 'a exception'),
      end('10:00', { status: 'running', deviated: true, steps: { a: 'failed x2', b: 'active' }, alarms: [] }),
    ],
  );

  scenario('rules for one event leave the default alarms of others', ruled('exception: []'), [
    at('09:00', 'a activated'),
    end('10:00', { alarms: ['09:10 t at a (timer, warning)'] }),
  ]);
});
