/** A late event amends what it proves wrong, and nothing else: the alarm was a mistake, and the instance says so. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

const TIMED = (timer: string) => `
flow: work
steps: { a: { timers: { slow: ${timer} } }, b: {} }
connectors: [{ from: a, to: b }]
`;
const SLOW = (until: string) => `09:10 slow at a (timer, warning) until ${until}`;
/** 09:20 by the clock: what follows comes late */
const later = at('09:20', 'b params');

describe('a timer that the next event stops', () => {
  const yaml = TIMED('{ after: activated, in: 10m }').replace('b: {}', 'b: { on: { out-of-order: [] } }');

  scenario('a report in time, told late: its alarm was a mistake', yaml, [
    at('09:00', 'activated'),
    later,
    want('09:20', { open: ['slow at a'], corrected: false }),
    at('09:05', 'a activated'),
    end(null, { corrected: true, steps: { a: 'running' }, alarms: [SLOW('09:10')] }),
  ]);

  scenario('a report at the very due time is in time', yaml, [
    at('09:00', 'activated'),
    later,
    at('09:10', 'a activated'),
    end(null, { corrected: true, alarms: [SLOW('09:10')] }),
  ]);

  scenario('a report after the due time proves nothing: the alarm stays until the commit', yaml, [
    at('09:00', 'activated'),
    later,
    at('09:11', 'a activated'),
    want('09:20', { open: ['slow at a'] }),
    at('09:21', 'a committed'),
    end(null, { corrected: false, alarms: [SLOW('09:21')] }),
  ]);

  scenario('a failure in time, told late, would have stopped it too', yaml, [
    at('09:00', 'activated'),
    later,
    at('09:05', 'a exception'),
    end(null, { corrected: true, alarms: ['09:05 exception at a (exception, critical)', SLOW('09:10')] }),
  ]);

  scenario(
    'a withdrawal in time, told late, would have stopped it too',
    'flow: work\nsplit: event\nsteps: { a: { timers: { slow: { after: activated, in: 10m } } }, b: {}, c: {} }\n',
    [
      at('09:00', 'activated'),
      want('09:20', { open: ['slow at a'] }),
      at('09:05', 'c activated'),
      end(null, { corrected: true, steps: { a: 'withdrawn' }, alarms: [SLOW('09:10')] }),
    ],
  );
});

describe('a timer until: committed', () => {
  const yaml = TIMED('{ after: activated, in: 10m, until: committed }').replace(
    'b: {}',
    'b: { on: { out-of-order: [] } }',
  );

  scenario('a mere report in time does not stop it, so nothing was wrong', yaml, [
    at('09:00', 'activated'),
    later,
    at('09:05', 'a activated'),
    want('09:20', { open: ['slow at a'] }),
    at('09:25', 'a committed'),
    end(null, { corrected: false, alarms: [SLOW('09:25')] }),
  ]);

  scenario('a commit in time, told late: its alarm was a mistake', yaml, [
    at('09:00', 'a activated'),
    later,
    want('09:20', { open: ['slow at a'] }),
    at('09:08', 'a committed'),
    end(null, {
      corrected: true,
      steps: { a: { is: 'committed', to: '09:08' } },
      alarms: [SLOW('09:10')],
    }),
  ]);

  scenario('a failure in time, told late: a failure stops every timer', yaml, [
    at('09:00', 'a activated'),
    later,
    at('09:08', 'a exception'),
    end(null, { corrected: true, alarms: ['09:08 exception at a (exception, critical)', SLOW('09:10')] }),
  ]);

  scenario(
    'an alarm that was raised twice is wrong only if the first was',
    `
flow: work
steps: { a: { states: { x: [y], y: [x] }, timers: { slow: { after: state, in: 10m, until: committed } } }, b: {} }
`,
    [
      at('09:00', 'a state y'),
      at('09:15', 'a state x'),
      at('09:40', 'b params'),
      at('09:20', 'a committed'),
      end(null, { corrected: false, alarms: ['09:10 slow at a (timer, warning) x2 until 09:20'] }),
    ],
  );
});

describe('a time of day', () => {
  const yaml = TIMED('{ at: "16:10" }').replace('b: {}', 'b: { on: { out-of-order: [] } }');

  scenario('a commit in time, told late: its alarm was a mistake', yaml, [
    at('09:00', 'a activated'),
    at('16:20', 'b params'),
    want('16:20', { open: ['slow at a'] }),
    at('16:05', 'a committed'),
    end(null, { corrected: true, alarms: ['16:10 slow at a (timer, warning) until 16:10'] }),
  ]);

  scenario('a mere report in time does not stop it', yaml, [
    at('09:00', 'a activated'),
    at('16:20', 'b params'),
    at('16:05', 'a params'),
    end(null, { corrected: false, alarms: ['16:10 slow at a (timer, warning)'] }),
  ]);
});

const DAILY = `
flow: work
start: { by: "10:00" }
deadline: { at: "12:00" }
steps: { a: {}, b: {} }
`;
const TODAYS = 'work/2026-11-23';
const CLOCK = { from: '08:00', keyed: false };

describe('the start and the end of a flow', () => {
  const lateStart = (until: string) =>
    `10:00 start-timeout of ${TODAYS} (start-timeout, warning) until ${until}`;

  scenario(
    'a start in time, told late: its alarm was a mistake',
    DAILY,
    [
      want('10:30', { of: TODAYS, open: ['start-timeout'] }),
      at('09:58', 'a activated'),
      end('10:31', { of: TODAYS, startedAt: '09:58', corrected: true, alarms: [lateStart('10:00')] }),
    ],
    CLOCK,
  );

  scenario(
    'a start after its time: its alarm was right',
    DAILY,
    [
      want('10:30', { of: TODAYS, open: ['start-timeout'] }),
      at('10:01', 'a activated'),
      end('10:31', { of: TODAYS, corrected: false, alarms: [lateStart('10:01')] }),
    ],
    CLOCK,
  );

  const overdue = (until: string) => `12:00 deadline of ${TODAYS} (deadline, critical) until ${until}`;

  scenario(
    'an end in time, told late: its alarm was a mistake',
    DAILY,
    [
      at('09:00', 'a committed'),
      want('12:30', { of: TODAYS, open: ['deadline'] }),
      at('11:59', 'b committed'),
      end('12:31', { of: TODAYS, endedAt: '11:59', corrected: true, alarms: [overdue('12:00')] }),
    ],
    CLOCK,
  );

  scenario(
    'the last event told was in time, but another was not: the alarm was right',
    DAILY,
    [
      at('09:00', 'a activated'),
      at('12:10', 'a committed'),
      at('11:59', 'b committed'),
      end('12:31', { of: TODAYS, endedAt: '12:10', corrected: false, alarms: [overdue('12:00')] }),
    ],
    CLOCK,
  );
});

describe('nested flows', () => {
  scenario(
    "the child's report in time, told late, amends the timer of the step that nests it",
    `
flow: day
steps: { m: { flow: margin, timers: { slow: { after: activated, in: 10m } } } }
---
flow: margin
steps: { x: {} }
`,
    [
      at('09:00', 'activated'),
      want('09:20', { open: ['slow at m'] }),
      from('margin/k')('09:05', 'x activated'),
      end(null, {
        corrected: true,
        alarms: ['09:10 slow at m (timer, warning) until 09:10'],
        also: [{ of: 'margin/k', corrected: false }],
      }),
    ],
  );
});
