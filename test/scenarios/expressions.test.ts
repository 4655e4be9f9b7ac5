/** Contract §3: what expressions see, and what happens when they fail. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

function guarded(when: string, params = 'N: { type: number }'): string {
  return `
flow: work
group: clearing
steps:
  first-step: { states: { x: [y], y: [] }, params: { M: { type: number, default: 4 } } }
  a: { params: { ${params} } }
  b: {}
  c: {}
connectors:
  - { from: first-step, to: a }
  - { from: a, to: b, when: "${when}" }
  - { from: a, to: c }
`;
}
const begun = at('09:00', 'first-step committed', { M: 6 });

/** Expressions over the committing step `a` with N = 3, and whether the connector to `b` is then taken. */
const SEEN: readonly (readonly [string, boolean])[] = [
  ['N == 3', true],
  ['N > 3', false],
  ["status == 'committed'", true],
  ['visits == 1', true],
  ["event.event == 'committed'", true],
  ["event.step == 'a'", true],
  ["event.message == 'hello'", true],
  ["event.source == 'app'", true],
  ["flow.key == 'k'", true],
  ["flow.group == 'clearing'", true],
  ["flow.tradingDay == '2026-11-23'", true],
  ['steps.first_step.M == 6', true],
  ["steps.first_step.state == 'x'", true],
  ["steps.first_step.status == 'committed'", true],
  ["steps.b.status == 'idle'", true],
  ["state == 'ready'", true],
  ['N > 1 and N < 5 or 1 > 2', true],
  ["state in ['ready', 'set']", true],
];

describe('what an expression sees', () => {
  for (const [when, taken] of SEEN) {
    scenario(`${when} is ${taken}`, guarded(when), [
      begun,
      at('09:05', 'a committed', { N: 3 }, { state: 'ready', message: 'hello', source: 'app' }),
      end(null, { steps: { b: taken ? 'active' : 'idle', c: 'active' }, alarms: [] }),
    ]);
  }
});

describe('expressions that fail at run time', () => {
  scenario(
    'one that reads a parameter without a value counts as false and raises expression-error at the source step',
    guarded('N > 3'),
    [
      begun,
      at('09:05', 'a committed'),
      end(null, {
        status: 'running',
        deviated: false,
        steps: { b: 'idle', c: 'active' },
        alarms: ['09:05 expression-error at a (expression-error, warning)'],
      }),
    ],
  );

  scenario(
    'one that reads a parameter without a value is false as well where it is negated',
    guarded('not (N > 3)'),
    [
      begun,
      at('09:05', 'a committed'),
      end(null, {
        steps: { b: 'idle', c: 'active' },
        alarms: ['09:05 expression-error at a (expression-error, warning)'],
      }),
    ],
  );

  scenario('one that divides by zero counts as false', guarded('10 / N > 3'), [
    begun,
    at('09:05', 'a committed', { N: 0 }),
    end(null, {
      steps: { b: 'idle', c: 'active' },
      alarms: ['09:05 expression-error at a (expression-error, warning)'],
    }),
  ]);

  scenario(
    'expression-error clears when the same expression is next evaluated',
    `
flow: work
steps: { a: { params: { N: { type: number } }, on: { state: { when: N > 3, do: { alarm: big } } } } }
`,
    [
      at('09:00', 'a state x'),
      want('09:01', { health: 'warning', open: ['expression-error at a'] }),
      at('09:02', 'a params', { N: 1 }),
      want('09:03', { open: ['expression-error at a'] }),
      at('09:04', 'a state y'),
      end(null, {
        health: 'running',
        alarms: ['09:00 expression-error at a (expression-error, warning) until 09:04'],
      }),
    ],
  );

  scenario(
    'while it goes on failing the alarm stays open and counts',
    `
flow: work
steps: { a: { params: { N: { type: number } }, on: { state: { when: N > 3, do: { alarm: big } } } } }
`,
    [
      at('09:00', 'a state x'),
      at('09:02', 'a state y'),
      end(null, { alarms: ['09:00 expression-error at a (expression-error, warning) x2'] }),
    ],
  );

  scenario(
    'another expression that succeeds does not clear it',
    `
flow: work
steps: { a: { params: { N: { type: number } }, on: { state: { when: N > 3, do: { alarm: big } }, params: { when: 1 > 2, do: { alarm: other } } } } }
`,
    [
      at('09:00', 'a state x'),
      at('09:02', 'a params', { N: 1 }),
      end(null, { alarms: ['09:00 expression-error at a (expression-error, warning)'] }),
    ],
  );

  scenario(
    'a set whose expression fails leaves the value and raises expression-error',
    `
flow: work
steps: { a: { params: { N: { type: number }, S: { type: number, default: 1 } }, on: { state: { do: { set: S, to: N + 1 } } } } }
`,
    [
      at('09:00', 'a state x'),
      end(null, {
        steps: { a: { params: { S: 1 } } },
        alarms: ['09:00 expression-error at a (expression-error, warning)'],
      }),
    ],
  );

  scenario(
    'a rule that fails does not stop the rules behind it',
    `
flow: work
steps: { a: { params: { N: { type: number } }, on: { state: [{ when: N > 3, do: { alarm: big } }, { do: { alarm: second } }] } } }
`,
    [
      at('09:00', 'a state x'),
      end(null, {
        alarms: [
          '09:00 expression-error at a (expression-error, warning)',
          '09:00 second at a (expression, warning)',
        ],
      }),
    ],
  );

  scenario(
    'a rule of a flow that fails has no step',
    `
flow: work
on: { committed: { when: steps.a.N > 3, do: { alarm: big } } }
steps: { a: { params: { N: { type: number } } } }
`,
    [
      at('09:00', 'a committed'),
      end(null, { status: 'committed', alarms: ['09:00 expression-error (expression-error, warning)'] }),
    ],
  );
});
