/** Contract §3 and §4: what rules of the flow see, what `clear` clears, and rules for expressions that fail. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

/** Every rule of the flow tells what it sees: the flow's own state, never a step's. */
const TELLING = `
flow: work
key: "{tradingDay}"
start: { by: "08:00" }
deadline: { at: "10:00" }
states: { calm: [busy], busy: [calm] }
on:
  created: { do: { alarm: c, text: "{state} {status} {event.event} {event.step}" } }
  start-timeout: { do: { alarm: s, text: "{state} {status} {event.event} {event.step}" } }
  activated: { do: { alarm: a, text: "{state} {status} {event.event} {event.step}" } }
  state: { do: { alarm: t, text: "{state} {status} {event.event} {event.step}" } }
  exception: { do: { alarm: e, text: "{state} {status} {event.event} {event.message}" } }
  deadline: { do: { alarm: d, text: "{state} {status} {event.event} {event.step}" } }
  committed: { do: { alarm: f, text: "{state} {status} {event.event} {event.step}" } }
steps:
  a: { states: { one: [] } }
  b: { states: { two: [] } }
`;
const OF = 'work/2026-11-23';

describe('a rule of the flow', () => {
  scenario(
    'sees the state of the flow and the event that it is about, whatever happens',
    TELLING,
    [
      at('09:00', 'a committed'),
      at('09:10', 'state busy'),
      at('09:20', 'exception', {}, { message: 'no power' }),
      at('10:30', 'b committed'),
      end(null, {
        of: OF,
        alarms: [
          `00:00 c of ${OF} (expression, warning) "calm expected created ?"`,
          `08:00 s of ${OF} (start-timeout, warning) "calm expected start-timeout ?" until 09:00`,
          `09:00 a of ${OF} (expression, warning) "calm running committed a"`,
          `09:10 t of ${OF} (expression, warning) "busy running state ?"`,
          `09:20 e of ${OF} (exception, warning) "busy running exception no power"`,
          `10:00 d of ${OF} (deadline, warning) "busy running deadline ?" until 10:30`,
          `10:30 f of ${OF} (expression, warning) "busy committed committed b"`,
        ],
      }),
    ],
    { from: '00:00', keyed: false },
  );

  scenario(
    'on state does not run for a state that the table does not name, nor for the same one again',
    `
flow: work
states: { calm: [busy], busy: [] }
on: { state: { do: { alarm: told } } }
steps: { a: {} }
`,
    [
      at('09:00', 'state broken'),
      at('09:01', 'state calm'),
      end(null, {
        alarms: [
          '09:00 illegal-state (illegal-state, critical) "illegal state: calm to broken, which the table does not name"',
        ],
      }),
    ],
  );

  scenario(
    'on state runs for any state where the flow has no table',
    `
flow: work
on: { state: { do: { alarm: told, text: "{state}" } } }
steps: { a: {} }
`,
    [
      at('09:00', 'state calm'),
      at('09:01', 'state broken'),
      end(null, { alarms: ['09:00 told (expression, warning) "broken" x2'] }),
    ],
  );
});

describe('an exception of the flow', () => {
  scenario(
    'has its message in the text, and clears when the flow says that it is active again',
    'flow: work\nsteps: { a: {} }\n',
    [
      at('09:00', 'exception', {}, { message: 'no power' }),
      at('09:05', 'state calm'),
      want('09:06', { open: ['exception'] }),
      at('09:10', 'activated'),
      end(null, { alarms: ['09:00 exception (exception, critical) "exception: no power" until 09:10'] }),
    ],
  );
});

describe('a default alarm', () => {
  scenario(
    'of a step names it, the first as well as the second, and that of the flow names none',
    'flow: work\ndeadline: { in: 1h }\nsteps: { a: {}, b: {}, c: {} }\n',
    [
      at('09:00', 'a exception'),
      at('09:01', 'b exception', {}, { message: 'no file' }),
      end('10:30', {
        alarms: [
          '09:00 exception at a (exception, critical) "a: exception"',
          '09:01 exception at b (exception, critical) "b: exception: no file"',
          '10:00 deadline (deadline, critical) "not finished by 2026-11-23 10:00:00"',
        ],
      }),
    ],
  );
});

const CLEARING = `
flow: work
on:
  state: { do: { clear: odd } }
steps:
  a:
    on:
      params: [{ do: { alarm: odd } }, { do: { alarm: other } }]
      state: { do: { clear: odd } }
  b:
    on:
      params: { do: { alarm: odd } }
      state: { do: { clear: odd } }
  c: { on: { state: { do: { clear: odd } } } }
`;
const ODD = (step: string, until: string) => `09:00 odd at ${step} (expression, warning)${until}`;
const OTHER = '09:00 other at a (expression, warning)';

describe('clear', () => {
  const raised = [at('09:00', 'a params', { N: 1 }), at('09:00', 'b params', { N: 1 })];

  scenario("by a rule of a step clears that step's alarm of the name, and no other", CLEARING, [
    ...raised,
    at('09:10', 'b state x'),
    end(null, { alarms: [ODD('a', ''), OTHER, ODD('b', ' until 09:10')] }),
  ]);

  scenario('by a rule of the first step does so too', CLEARING, [
    ...raised,
    at('09:10', 'a state x'),
    end(null, { alarms: [ODD('a', ' until 09:10'), OTHER, ODD('b', '')] }),
  ]);

  scenario('by a step that has no alarm of the name clears it wherever it is open', CLEARING, [
    ...raised,
    at('09:10', 'c state x'),
    end(null, { alarms: [ODD('a', ' until 09:10'), OTHER, ODD('b', ' until 09:10')] }),
  ]);

  scenario('by a rule of the flow that has none clears it at all steps', CLEARING, [
    ...raised,
    at('09:10', 'state x'),
    end(null, { alarms: [ODD('a', ' until 09:10'), OTHER, ODD('b', ' until 09:10')] }),
  ]);

  scenario(
    "by a rule of the flow clears the flow's own alarm, and leaves that of a step",
    CLEARING.replace('on:\n  state:', 'on:\n  exception: { do: { alarm: odd } }\n  state:'),
    [
      at('09:00', 'a params', { N: 1 }),
      at('09:05', 'exception'),
      at('09:10', 'state x'),
      end(null, {
        alarms: [ODD('a', ''), OTHER, '09:05 odd (exception, warning) until 09:10'],
      }),
    ],
  );
});

describe('a rule for expression-error', () => {
  const failing = (rules: string) => `
flow: work
steps:
  a: {}
  b:
    params: { N: { type: number } }
    on:
      committed: [{ when: N > 1, do: { alarm: big } }, { do: { alarm: done } }]
      expression-error: ${rules}
`;
  const DONE = '09:00 done at b (expression, warning)';

  scenario(
    'of the step runs instead of the default alarm, and knows what failed',
    failing('{ do: { alarm: broken, text: "{event.event}: {event.message}" } }'),
    [
      at('09:00', 'b committed'),
      end(null, {
        alarms: [
          `09:00 broken at b (expression-error, warning) "expression-error: 'N' has no value yet, in N > 1"`,
          DONE,
        ],
      }),
    ],
  );

  scenario('clears when the same expression is next evaluated', failing('{ do: { alarm: broken } }'), [
    at('09:00', 'b committed'),
    at('09:10', 'b committed', { N: 1 }),
    end(null, {
      alarms: [
        '09:00 broken at b (expression-error, warning) until 09:10',
        `${DONE} x2`,
        '09:10 out-of-order at b (out-of-order, warning)',
      ],
    }),
  ]);

  scenario('that is empty silences it', failing('[]'), [
    at('09:00', 'b committed'),
    end(null, { alarms: [DONE] }),
  ]);

  scenario(
    'that fails itself goes no further',
    failing('[{ when: N > 2, do: { alarm: huge } }, { do: { alarm: broken } }]'),
    [
      at('09:00', 'b committed'),
      end(null, { alarms: ['09:00 broken at b (expression-error, warning)', DONE] }),
    ],
  );

  scenario(
    'of the flow runs for expressions of the flow alone',
    `
flow: work
on:
  state: { when: flow.group == 'x' and steps.a.N > 1, do: { alarm: big } }
  expression-error: { do: { alarm: broken, text: "{event.event}" } }
steps:
  a: { params: { N: { type: number } }, on: { committed: { when: N > 1, do: { alarm: big } } } }
group: x
`,
    [
      at('09:00', 'state calm'),
      at('09:10', 'a committed'),
      end(null, {
        alarms: [
          '09:00 broken (expression-error, warning) "expression-error"',
          '09:10 expression-error at a (expression-error, warning)',
        ],
      }),
    ],
  );
});

describe('what a rule sees of the event', () => {
  const told = 'text: "{event.event} {event.step} {event.message} {event.source}"';

  scenario(
    'of a timer: its name and its step, the first as well as the second',
    `
flow: work
steps:
  a: { timers: { slow: { after: activated, in: 10m } }, on: { timer.slow: { do: { alarm: x, ${told} } } } }
  b: { timers: { slow: { after: activated, in: 20m } }, on: { timer.slow: { do: { alarm: x, ${told} } } } }
`,
    [
      at('09:00', 'activated'),
      end('09:30', {
        alarms: [
          '09:10 x at a (timer, warning) "timer.slow a ? ?"',
          '09:20 x at b (timer, warning) "timer.slow b ? ?"',
        ],
      }),
    ],
  );

  scenario(
    'of a nested flow: that it started, committed or failed, and at which step',
    `
flow: day
steps:
  a: { flow: child, on: { activated: { do: { alarm: x, ${told} } }, committed: { do: { alarm: y, ${told} } } } }
  b: { flow: other, on: { exception: { do: { alarm: z, ${told} } } } }
---
flow: child
steps: { s: {} }
---
flow: other
steps: { s: {} }
`,
    [
      from('child/k')('09:00', 's activated'),
      from('child/k')('09:10', 's committed'),
      from('other/k')('09:20', 's exception'),
      end(null, {
        alarms: [
          '09:00 x at a (expression, warning) "activated a ? ?"',
          '09:10 y at a (expression, warning) "committed a ? ?"',
          '09:20 z at b (exception, warning) "exception b ? ?"',
          '09:20 exception at s of other/k (exception, critical)',
        ],
      }),
    ],
  );

  scenario(
    'of a report: what it carried',
    `
flow: work
steps: { a: { on: { exception: { do: { alarm: x, ${told} } } } } }
`,
    [
      at('09:00', 'a exception', {}, { message: 'no file', source: 'host-1' }),
      end(null, { alarms: ['09:00 x at a (exception, warning) "exception a no file host-1"'] }),
    ],
  );
});
