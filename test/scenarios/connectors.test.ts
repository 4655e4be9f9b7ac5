/** Contract §3: what is followed when a step commits: split, gates, ends, limits. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

function branches(split: string): string {
  return `
flow: work
steps:
  a: { ${split === '' ? '' : `split: ${split}, `}params: { N: { type: number } } }
  b: {}
  c: {}
  d: {}
connectors:
  - { from: a, to: b, when: N > 1 }
  - { from: a, to: c, when: N > 2 }
  - { from: a, to: d, when: N > 3 }
`;
}

describe('split: all and first', () => {
  scenario('by default all connectors that are true are followed', branches(''), [
    at('09:00', 'a committed', { N: 3 }),
    end(null, { steps: { b: 'active', c: 'active', d: 'idle' } }),
  ]);

  scenario('split: all says the same', branches('all'), [
    at('09:00', 'a committed', { N: 4 }),
    end(null, { steps: { b: 'active', c: 'active', d: 'active' } }),
  ]);

  scenario('split: first follows the first true one in the order of the file', branches('first'), [
    at('09:00', 'a committed', { N: 4 }),
    end(null, { steps: { b: 'active', c: 'idle', d: 'idle' } }),
  ]);

  scenario(
    'split: first passes over connectors that are false',
    branches('first').replace('N > 1', 'N > 9'),
    [at('09:00', 'a committed', { N: 4 }), end(null, { steps: { b: 'idle', c: 'active', d: 'idle' } })],
  );

  scenario(
    'a step with connectors of which none is true is at a dead end, and the instance fails',
    branches('all'),
    [
      at('09:00', 'a committed', { N: 0 }),
      end(null, {
        status: 'failed',
        deviated: true,
        health: 'critical',
        endedAt: '09:00',
        steps: { a: 'committed', b: 'idle' },
        alarms: ['09:00 dead-end at a (dead-end, critical)'],
      }),
    ],
  );

  scenario(
    'a dead end does not end an instance in which another step is still active',
    `
flow: work
steps: { a: {}, b: {}, c: {} }
connectors: [{ from: a, to: c, when: 1 > 2 }]
`,
    [
      at('09:00', 'a committed'),
      want('09:01', { status: 'running', open: ['dead-end at a'] }),
      at('09:05', 'b committed'),
      end(null, { status: 'failed', endedAt: '09:05', alarms: ['09:00 dead-end at a (dead-end, critical)'] }),
    ].map((entry) => entry),
  );

  scenario('the connectors of a failed step are not followed', branches('all'), [
    at('09:00', 'a exception', { N: 4 }),
    end(null, {
      status: 'failed',
      steps: { b: 'idle', c: 'idle' },
      alarms: ['09:00 exception at a (exception, critical)'],
    }),
  ]);

  scenario(
    'two connectors may join the same two steps; each is a connector of its own',
    `
flow: work
steps: { a: { params: { N: { type: number } } }, b: {} }
connectors:
  - { from: a, to: b, when: N == 1 }
  - { from: a, to: b, when: N == 2 }
`,
    [at('09:00', 'a committed', { N: 2 }), end(null, { steps: { b: 'active x1' } })],
  );
});

const RACE = `
flow: work
steps:
  a: { split: event }
  b: { timers: { slow: { after: activated, in: 10m } }, on: { withdrawn: { do: { alarm: lost } } } }
  c: { on: { withdrawn: { do: { alarm: lost } } } }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
`;

const GATED = `
flow: work
steps:
  a: { split: event }
  g: { gate: true, on: { withdrawn: { do: { alarm: lost } }, committed: { do: { alarm: passed } } } }
  b: {}
  c: {}
  d: {}
connectors:
  - { from: a, to: g }
  - { from: g, to: b }
  - { from: g, to: c }
  - { from: a, to: d }
`;

describe('split: event', () => {
  scenario('every true target is offered, the first of them to report wins, the others are withdrawn', RACE, [
    at('09:00', 'a committed'),
    want('09:01', { steps: { b: 'active x1', c: 'active x1' } }),
    at('09:05', 'c activated'),
    want('09:06', { steps: { b: { is: 'withdrawn x1', to: '09:05' }, c: 'running x1' } }),
    at('09:07', 'c committed'),
    end('10:00', {
      status: 'committed',
      deviated: false,
      alarms: ['09:05 lost at b (expression, warning)'],
    }),
  ]);

  scenario('a timer of an offered step runs; its alarm clears when the step is withdrawn', RACE, [
    at('09:00', 'a committed'),
    at('09:15', 'c activated'),
    end('10:00', {
      alarms: ['09:10 slow at b (timer, warning) until 09:15', '09:15 lost at b (expression, warning)'],
    }),
  ]);

  scenario('the first to report may do so with its commit', RACE, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    end(null, {
      status: 'committed',
      steps: { b: 'committed', c: 'withdrawn' },
      alarms: ['09:05 lost at c (expression, warning)'],
    }),
  ]);

  scenario('only true targets are offered', RACE.replace('to: b }', 'to: b, when: 1 > 2 }'), [
    at('09:00', 'a committed'),
    end(null, { steps: { b: 'idle x0', c: 'active' } }),
  ]);

  scenario(
    'what is offered is active at once, whatever its join',
    `
flow: work
steps: { a: { split: event }, x: {}, b: {}, c: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: x, to: b }
`,
    [at('09:00', 'a committed'), end(null, { steps: { x: 'active', b: 'active x1', c: 'active x1' } })],
  );

  scenario('a gate that is offered stands for the steps behind it', GATED, [
    at('09:00', 'a committed'),
    want('09:01', { open: [], steps: { g: 'active', b: 'active', c: 'active', d: 'active' } }),
    at('09:05', 'd activated'),
    end(null, {
      steps: { g: 'withdrawn', b: 'withdrawn', c: 'withdrawn', d: 'running' },
      alarms: ['09:05 lost at g (expression, warning)'],
    }),
  ]);

  scenario('the first of the steps behind an offered gate to report takes that branch', GATED, [
    at('09:00', 'a committed'),
    at('09:05', 'b activated'),
    end(null, {
      deviated: false,
      steps: { g: { is: 'committed', to: '09:05' }, b: 'running x1', c: 'active x1', d: 'withdrawn' },
      alarms: ['09:05 passed at g (expression, warning)'],
    }),
  ]);

  scenario(
    'split: event on the flow offers the start steps, and the first to report wins',
    `
flow: work
split: event
steps: { a: {}, b: {} }
`,
    [
      at('09:00', 'activated'),
      want('09:01', { steps: { a: 'active', b: 'active' } }),
      at('09:05', 'b committed'),
      end(null, { status: 'committed', deviated: false, steps: { a: 'withdrawn', b: 'committed x1' } }),
    ],
  );

  scenario(
    'split: event on the flow: the first event of the instance wins at once',
    `
flow: work
split: event
steps: { a: {}, b: {} }
`,
    [
      at('09:00', 'a activated'),
      end(null, { status: 'running', deviated: false, steps: { a: 'running x1', b: 'withdrawn' } }),
    ],
  );
});

const END = `
flow: work
steps:
  a: { end: true, params: { N: { type: number, default: 0 } } }
  b: {}
connectors: [{ from: a, to: b, when: N > 1 }]
`;

describe('gates and ends', () => {
  scenario(
    'a gate commits as soon as it is activated',
    `
flow: work
steps: { a: {}, g: { gate: true }, h: { gate: true }, b: {} }
connectors: [{ from: a, to: g }, { from: g, to: h }, { from: h, to: b }]
`,
    [
      at('09:00', 'a committed'),
      end(null, {
        steps: {
          g: { is: 'committed x1', from: '09:00', to: '09:00' },
          h: { is: 'committed x1', to: '09:00' },
          b: { is: 'active', from: '09:00' },
        },
      }),
    ],
  );

  scenario(
    'a gate as start step commits when the instance starts',
    `
flow: work
steps: { g: { gate: true }, a: {}, b: {} }
connectors: [{ from: g, to: a }, { from: g, to: b }]
`,
    [
      at('09:00', 'a activated'),
      end(null, { deviated: false, steps: { g: 'committed x1', a: 'running x1', b: 'active x1' } }),
    ],
  );

  scenario(
    'a gate as the last step ends the instance',
    `
flow: work
steps: { a: {}, g: { gate: true } }
connectors: [{ from: a, to: g }]
`,
    [
      at('09:00', 'a committed'),
      end(null, { status: 'committed', endedAt: '09:00', steps: { g: 'committed' } }),
    ],
  );

  scenario(
    'an event for a gate is refused: it has none of its own',
    `
flow: work
steps: { a: {}, g: { gate: true } }
connectors: [{ from: a, to: g }]
`,
    [
      at('09:00', 'a activated'),
      at('09:01', 'g committed'),
      end(null, { steps: { g: 'idle' }, rejected: [[2, /gate/]] }),
    ],
  );

  scenario('end: true: no true connector is no dead end', END, [
    at('09:00', 'a committed'),
    end(null, { status: 'committed', deviated: false, steps: { b: 'idle' } }),
  ]);

  scenario('end: true: a true connector is followed and its target holds the instance open', END, [
    at('09:00', 'a committed', { N: 2 }),
    end(null, { status: 'running', steps: { b: 'active' } }),
  ]);

  scenario(
    'end: true with split: event: what it offers does not hold the instance open',
    END.replace('end: true', 'end: true, split: event'),
    [
      at('09:00', 'a committed', { N: 2 }),
      want('09:01', { status: 'committed', endedAt: '09:00', steps: { b: 'active' } }),
      at('09:10', 'b activated'),
      want('09:11', { status: 'running', deviated: false, endedAt: null, steps: { b: 'running x1' } }),
      at('09:20', 'b committed'),
      end(null, { status: 'committed', deviated: false, endedAt: '09:20' }),
    ],
  );

  scenario(
    'where loops leave no start step, the first step in the file is one',
    `
flow: work
steps: { a: { end: true }, b: {} }
connectors: [{ from: a, to: b, when: visits < 2 }, { from: b, to: a }]
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed'),
      want('09:06', { steps: { a: 'active x2' } }),
      at('09:10', 'a committed'),
      end(null, { status: 'committed', deviated: false, steps: { a: 'committed x2', b: 'committed x1' } }),
    ],
  );
});

const LIMIT = `
flow: work
steps: { a: {}, b: {} }
connectors:
  - { from: a, to: a, when: state == 'broken', limit: 2 }
  - { from: a, to: b, when: state != 'broken' }
`;

describe('limit', () => {
  const broken = { state: 'broken' };
  scenario(
    'a connector with limit: n may be taken n times; each further time raises loop-limit at its source, and it is taken',
    LIMIT,
    [
      at('09:00', 'a committed', {}, broken),
      at('09:01', 'a committed', {}, broken),
      want('09:02', { deviated: false, open: [], steps: { a: 'active x3' } }),
      at('09:03', 'a committed', {}, broken),
      want('09:04', { deviated: true, open: ['loop-limit at a'], steps: { a: 'active x4' } }),
      at('09:05', 'a committed', {}, broken),
      at('09:06', 'a committed', {}, { state: 'fine' }),
      end(null, {
        steps: { a: 'committed x5', b: 'active' },
        alarms: ['09:03 loop-limit at a (loop-limit, warning) x2'],
      }),
    ],
  );
});
