/** Contract §3 and §4: due times that fall together, that no longer matter, or that a day does not have. */
import { describe } from 'vitest';
import { act, at, end, scenario, want } from './timeline.ts';

describe('of two that are due at the same moment', () => {
  scenario(
    'the one that was started first fires first, and may still stop the other',
    `
flow: work
steps:
  a:
    timers: { x: { after: activated, in: 10m }, y: { after: activated, in: 10m } }
    on: { timer.x: [{ do: { cancel-timer: y } }, { do: { alarm: first } }] }
`,
    [at('09:00', 'activated'), end('09:30', { alarms: ['09:10 first at a (timer, warning)'] })],
  );

  scenario(
    'a timer fires before the instance is given up',
    `
flow: work
abandon: 1h
steps: { a: { timers: { slow: { after: activated, in: 1h } } } }
`,
    [
      at('09:00', 'activated'),
      end('10:30', { status: 'abandoned', alarms: ['10:00 slow at a (timer, warning)'] }),
    ],
  );
});

describe('a timer', () => {
  scenario(
    'after: committed fires though its step is over, and after: exception too',
    `
flow: work
steps:
  a: { timers: { quiet: { after: committed, in: 10m } } }
  b: { timers: { broken: { after: exception, in: 10m } } }
`,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b exception'),
      end('09:30', {
        alarms: [
          '09:05 exception at b (exception, critical)',
          '09:10 quiet at a (timer, warning)',
          '09:15 broken at b (timer, warning)',
        ],
      }),
    ],
  );

  scenario(
    'with a time of day is silent once its step has committed, though a loop may lead back to it',
    `
flow: work
steps: { a: { timers: { cut: { at: "10:00" } } }, b: {} }
connectors: [{ from: a, to: b }, { from: b, to: a }]
`,
    [at('09:00', 'a committed'), end('11:00', { steps: { a: 'committed', b: 'active' } })],
  );

  scenario(
    'that a late report proves wrong clears alone: neither that of another step nor what failed when it fired',
    `
flow: work
steps:
  a:
    params: { N: { type: number } }
    timers: { slow: { after: activated, in: 10m } }
    on: { timer.slow: [{ when: N > 1, do: { alarm: x } }, { do: { alarm: slow } }] }
  b: { timers: { slow: { after: activated, in: 10m } } }
  c: {}
`,
    [
      at('09:00', 'activated'),
      at('09:20', 'c activated'),
      at('09:05', 'a activated'),
      end(null, {
        corrected: true,
        alarms: [
          '09:10 expression-error at a (expression-error, warning)',
          '09:10 slow at a (timer, warning) until 09:10',
          '09:10 slow at b (timer, warning)',
        ],
      }),
    ],
  );
});

const NIGHTLY = `
flow: work
calendar: shop
key: "{tradingDay}"
START
steps: { a: { timers: { lights: { at: night.close + 8h } } } }
---
calendar: shop
sessions: { night: { from: "21:00", to: "02:30", day: next }, day: { from: "09:00", to: "15:00" } }
no-night: [2026-11-24]
`;

describe('a time that the day does not have', () => {
  scenario(
    'of a timer: it does not run that day, and does on the one before',
    NIGHTLY.replace('START\n', ''),
    [
      at('24 10:00', 'activated'),
      at('25 10:00', 'activated'),
      end('25 20:00', {
        of: 'work/2026-11-25',
        alarms: ['24 10:30 lights at a of work/2026-11-24 (timer, warning)'],
      }),
    ],
    { keyed: false },
  );

  scenario(
    'of a start or a deadline: neither is due that day, and both are on the one before',
    NIGHTLY.replace('START', 'start: { by: night.open }\ndeadline: { at: night.close }'),
    [
      end('25 20:00', {
        of: 'work/2026-11-24',
        status: 'expected',
        alarms: [
          '21:00 start-timeout of work/2026-11-24 (start-timeout, warning)',
          '24 02:30 deadline of work/2026-11-24 (deadline, critical)',
        ],
      }),
    ],
    { from: '08:00' },
  );
});

describe('an instance that was given up before anything came', () => {
  scenario(
    'starts with its first event like any other, and is in order',
    'flow: work\nkey: "{tradingDay}"\nstart: { by: "10:00" }\nabandon: 12h\nsteps: { a: {}, b: {} }\nconnectors: [{ from: a, to: b }]\n',
    [
      want('13:00', { of: 'work/2026-11-23', status: 'abandoned', startedAt: null }),
      at('14:00', 'a committed'),
      end('14:30', {
        of: 'work/2026-11-23',
        status: 'running',
        deviated: false,
        startedAt: '14:00',
        endedAt: null,
        steps: { a: 'committed x1', b: 'active' },
        alarms: ['10:00 start-timeout of work/2026-11-23 (start-timeout, warning) until 14:00'],
      }),
    ],
    { from: '00:00', keyed: false },
  );
});

describe('an operator closes an alarm', () => {
  scenario('and that one alone', 'flow: work\nsteps: { a: {}, b: {} }\n', [
    at('09:00', 'a exception'),
    at('09:01', 'b exception'),
    act('09:10', 'close', { key: 'k', alarm: 'work/k/a/exception/1' }),
    act('09:11', 'close', { key: 'k', alarm: 'work/k/a/exception/1' }),
    act('09:12', 'close', { key: 'other', alarm: 'work/other/a/exception/1' }),
    want('09:13', { open: ['exception at b'] }),
    end(null, {
      alarms: [
        '09:00 exception at a (exception, critical) until 09:10',
        '09:01 exception at b (exception, critical)',
      ],
      rejected: [
        [4, /alarm: work\/k\/a\/exception\/1 is not open/],
        [5, /alarm: work\/other\/a\/exception\/1 is not open/],
      ],
    }),
  ]);
});
