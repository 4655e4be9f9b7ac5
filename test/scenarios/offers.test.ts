/** Contract §3, `split: event`: what is offered through gates, at the start and by an end step, and what winning it means. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

/** `b` and `c` stand behind the gate together, `d` beside it; every connector tells when it is taken. */
const GATED = `
flow: work
steps:
  a: { split: event }
  g: { gate: true }
  b: {}
  c: {}
  d: {}
connectors:
  - { from: a, to: g, on: { taken: { do: { alarm: to-g } } } }
  - { from: g, to: b, on: { taken: { do: { alarm: to-b } } } }
  - { from: g, to: c, on: { taken: { do: { alarm: to-c } } } }
  - { from: a, to: d, on: { taken: { do: { alarm: to-d } } } }
`;

const TAKEN = (time: string, connector: string) => `${time} ${connector} (expression, warning)`;

describe('a gate that is offered', () => {
  scenario('is taken with all that it offers: each connector once, when the first of them reports', GATED, [
    at('09:00', 'a committed'),
    want('09:05', { open: [] }),
    at('09:10', 'b committed'),
    want('09:15', { steps: { g: 'committed', b: 'committed', c: 'active', d: 'withdrawn' } }),
    at('09:20', 'c committed'),
    end(null, {
      status: 'committed',
      steps: { c: 'committed x1' },
      alarms: [TAKEN('09:10', 'to-b'), TAKEN('09:10', 'to-c'), TAKEN('09:10', 'to-g')],
    }),
  ]);

  scenario(
    'offers only what its true connectors lead to',
    GATED.replace('{ from: g, to: c,', '{ from: g, to: c, when: 1 > 2,'),
    [
      at('09:00', 'a committed'),
      want('09:05', { steps: { b: 'active', c: 'idle', d: 'active' } }),
      at('09:10', 'b committed'),
      end(null, {
        status: 'committed',
        steps: { c: 'idle', d: 'withdrawn' },
        alarms: [TAKEN('09:10', 'to-b'), TAKEN('09:10', 'to-g')],
      }),
    ],
  );

  scenario(
    'with split: first offers its first true connector alone',
    GATED.replace('g: { gate: true }', 'g: { gate: true, split: first }'),
    [at('09:00', 'a committed'), end(null, { steps: { b: 'active', c: 'idle', d: 'active' } })],
  );

  scenario(
    'with split: event is a choice of its own: what lost it is withdrawn too',
    GATED.replace('g: { gate: true }', 'g: { gate: true, split: event }'),
    [
      at('09:00', 'a committed'),
      at('09:10', 'b activated'),
      end(null, {
        steps: { g: 'committed', b: 'running', c: 'withdrawn', d: 'withdrawn' },
        alarms: [TAKEN('09:10', 'to-b'), TAKEN('09:10', 'to-g')],
      }),
    ],
  );

  scenario('is withdrawn with all that it offered when another branch wins', GATED, [
    at('09:00', 'a committed'),
    at('09:10', 'd committed'),
    end(null, {
      status: 'committed',
      steps: { g: 'withdrawn', b: 'withdrawn', c: 'withdrawn', d: 'committed' },
      alarms: [TAKEN('09:10', 'to-d')],
    }),
  ]);

  scenario(
    'as the only offer, with nothing behind it, does not hold the instance open',
    `
flow: work
steps: { a: { split: event }, g: { gate: true } }
connectors: [{ from: a, to: g }]
`,
    [
      at('09:00', 'a committed'),
      end(null, { status: 'committed', endedAt: '09:00', steps: { g: 'active' } }),
    ],
  );

  scenario(
    'by an end step does not hold the instance open, nor does what it stands for',
    `
flow: work
steps: { a: { split: event, end: true }, g: { gate: true }, b: {} }
connectors: [{ from: a, to: g }, { from: g, to: b }]
`,
    [
      at('09:00', 'a committed'),
      want('09:05', { status: 'committed', steps: { g: 'active', b: 'active' } }),
      at('09:10', 'b activated'),
      end(null, { status: 'running', steps: { g: 'committed', b: 'running' } }),
    ],
  );
});

/** Behind the first gate stands a step and another gate. */
const NESTED = `
flow: work
steps:
  a: { split: event }
  g: { gate: true }
  b: {}
  h: { gate: true }
  d: {}
  e: {}
  z: {}
connectors:
  - { from: a, to: g }
  - { from: g, to: b }
  - { from: g, to: h, on: { taken: { do: { alarm: to-h } } } }
  - { from: h, to: d, on: { taken: { do: { alarm: to-d } } } }
  - { from: h, to: e, on: { taken: { do: { alarm: to-e } } } }
  - { from: a, to: z }
`;

describe('a gate behind a gate that is offered', () => {
  scenario('goes on with it, and so does what stands behind both', NESTED, [
    at('09:00', 'a committed'),
    want('09:05', { steps: { g: 'active', h: 'active', d: 'active', e: 'active', z: 'active' } }),
    at('09:10', 'b activated'),
    want('09:11', { steps: { g: 'committed', h: 'committed', d: 'active', e: 'active', z: 'withdrawn' } }),
    at('09:20', 'd committed'),
    end(null, {
      steps: { d: 'committed', e: 'active' },
      alarms: [TAKEN('09:10', 'to-d'), TAKEN('09:10', 'to-e'), TAKEN('09:10', 'to-h')],
    }),
  ]);

  scenario(
    'with split: event goes on too, and what it offers still waits for the first to report',
    NESTED.replace('h: { gate: true }', 'h: { gate: true, split: event }'),
    [
      at('09:00', 'a committed'),
      at('09:10', 'b activated'),
      want('09:11', { steps: { h: 'committed', d: 'active', e: 'active' }, open: ['to-h'] }),
      at('09:20', 'd committed'),
      end(null, {
        steps: { h: { is: 'committed', to: '09:10' }, d: 'committed', e: 'withdrawn' },
        alarms: [TAKEN('09:10', 'to-h'), TAKEN('09:20', 'to-d')],
      }),
    ],
  );

  scenario('is passed when the step behind it reports first', NESTED, [
    at('09:00', 'a committed'),
    at('09:10', 'd activated'),
    end(null, {
      steps: { g: 'committed', h: 'committed', b: 'active', d: 'running', e: 'active', z: 'withdrawn' },
      alarms: [TAKEN('09:10', 'to-d'), TAKEN('09:10', 'to-e'), TAKEN('09:10', 'to-h')],
    }),
  ]);
});

describe('what is offered', () => {
  scenario(
    'by a gate that was passed long ago does not pass it again',
    `
flow: work
steps: { a: {}, g: { gate: true, split: event, on: { committed: { do: { alarm: passed } } } }, b: {}, c: {} }
connectors: [{ from: a, to: g }, { from: g, to: b }, { from: g, to: c }]
`,
    [
      at('09:00', 'a committed'),
      at('09:10', 'b activated'),
      end(null, {
        steps: { g: { is: 'committed', to: '09:00' }, b: 'running', c: 'withdrawn' },
        alarms: [TAKEN('09:00', 'passed').replace('passed', 'passed at g')],
      }),
    ],
  );

  scenario(
    'copies its values from the step that offers it',
    `
flow: work
steps:
  a: { split: event, params: { N: { type: number } } }
  b: { params: { N: { type: number, from: N } } }
  c: {}
connectors: [{ from: a, to: b }, { from: a, to: c }]
`,
    [at('09:00', 'a committed', { N: 7 }), end(null, { steps: { b: { is: 'active', params: { N: 7 } } } })],
  );

  scenario(
    'at the start copies nothing: no step leads to it',
    `
flow: work
split: event
steps:
  a: { params: { N: { type: number, from: N, default: 1 } } }
  b: { params: { N: { type: number, value: 40 + 2 } } }
`,
    [at('09:00', 'activated'), end(null, { steps: { a: { is: 'active', params: { N: 1 } } } })],
  );

  scenario(
    'at the start behind the first step, a gate: that gate is taken, and the others are withdrawn',
    `
flow: work
split: event
steps: { g: { gate: true }, b: {}, c: {} }
connectors: [{ from: g, to: b }]
`,
    [
      at('09:00', 'activated'),
      want('09:01', { steps: { g: 'active', b: 'active', c: 'active' } }),
      at('09:10', 'b committed'),
      end(null, { status: 'committed', steps: { g: 'committed', b: 'committed', c: 'withdrawn' } }),
    ],
  );

  scenario(
    'and lost, and reported late all the same: its next turn is a turn of its own, and not absorbed',
    `
flow: work
steps: { a: { split: event }, b: {}, c: {} }
connectors: [{ from: a, to: b }, { from: a, to: c }, { from: c, to: a }]
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'c activated'),
      at('09:02', 'b committed'),
      want('09:03', { steps: { b: 'committed x2' }, open: ['out-of-order at b'] }),
      at('09:04', 'c committed'),
      at('09:05', 'a committed'),
      end(null, {
        steps: { b: 'active x3', c: 'active x2' },
        alarms: ['09:02 out-of-order at b (out-of-order, warning)'],
      }),
    ],
  );
});

describe('a step behind an offered gate that reported before the choice', () => {
  const overtaken = (step: string) => `08:55 out-of-order at ${step} (out-of-order, warning)`;
  const plain = GATED.replaceAll(/, on: {[^}]*} } }/g, '');

  scenario('has won it: the gate is passed with what else it offers, the other branch is withdrawn', plain, [
    at('08:50', 'a activated'),
    at('08:55', 'b committed'),
    at('09:00', 'a committed'),
    want('09:01', { steps: { g: 'committed', b: 'committed x1', c: 'active', d: 'withdrawn' } }),
    at('09:10', 'c committed'),
    end(null, { status: 'committed', alarms: [overtaken('b')] }),
  ]);

  scenario('has won it while it still runs', plain, [
    at('08:50', 'a activated'),
    at('08:55', 'b activated'),
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    end(null, {
      steps: { g: 'committed', b: 'committed x1', c: 'active', d: 'withdrawn' },
      alarms: [overtaken('b')],
    }),
  ]);

  scenario(
    'has won it alone where the gate is a choice too',
    plain.replace('g: { gate: true }', 'g: { gate: true, split: event }'),
    [
      at('08:50', 'a activated'),
      at('08:55', 'b committed'),
      at('09:00', 'a committed'),
      end(null, {
        status: 'committed',
        steps: { g: 'committed', b: 'committed x1', c: 'withdrawn', d: 'withdrawn' },
        alarms: [overtaken('b')],
      }),
    ],
  );

  scenario(
    'and so did one of the other branch: the first in the file wins, the other wins the next choice',
    `
flow: work
steps: { a: { split: event }, g: { gate: true }, b: {}, h: { gate: true }, d: {} }
connectors: [{ from: a, to: g }, { from: g, to: b }, { from: a, to: h }, { from: h, to: d }]
`,
    [
      at('08:50', 'a activated'),
      at('08:55', 'd committed'),
      at('08:55', 'b committed'),
      at('09:00', 'a committed'),
      want('09:01', { status: 'committed', steps: { g: 'committed', h: 'withdrawn', d: 'committed x1' } }),
      at('09:10', 'a committed'),
      end(null, {
        status: 'committed',
        steps: { g: 'withdrawn', b: 'withdrawn x2', h: 'committed', d: 'committed x1' },
        alarms: [overtaken('b'), overtaken('d'), '09:10 out-of-order at a (out-of-order, warning)'],
      }),
    ],
  );
});
