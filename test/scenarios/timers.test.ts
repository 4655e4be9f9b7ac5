/** Contract §3 and §4: timers of steps. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

function timed(timer: string, more = ''): string {
  return `
flow: work
steps:
  s: {}
  a: { timers: { t: ${timer} }${more} }
  b: {}
connectors:
  - { from: s, to: a }
  - { from: a, to: b }
`;
}

describe('timers that count from a moment of the step', () => {
  scenario(
    'after: activated counts from the arrival, and fires with its due time',
    timed('{ after: activated, in: 10m }'),
    [
      at('09:00', 's committed'),
      end('12:00', { health: 'warning', steps: { a: 'active' }, alarms: ['09:10 t at a (timer, warning)'] }),
    ],
  );

  scenario('a timer takes its severity', timed('{ after: activated, in: 10m, severity: critical }'), [
    at('09:00', 's committed'),
    end('12:00', { health: 'critical', alarms: ['09:10 t at a (timer, critical)'] }),
  ]);

  scenario("it is stopped by the step's next event", timed('{ after: activated, in: 10m }'), [
    at('09:00', 's committed'),
    at('09:05', 'a params'),
    end('12:00', { steps: { a: 'running' } }),
  ]);

  scenario('an event of another step does not stop it', timed('{ after: activated, in: 10m }'), [
    at('09:00', 's committed'),
    at('09:05', 'b activated'),
    end('12:00', {
      alarms: ['09:05 out-of-order at b (out-of-order, warning)', '09:10 t at a (timer, warning)'],
    }),
  ]);

  scenario(
    'until: committed: it is stopped by that only',
    timed('{ after: activated, in: 10m, until: committed }'),
    [
      at('09:00', 's committed'),
      at('09:05', 'a activated'),
      at('09:11', 'a committed'),
      end('12:00', { alarms: ['09:10 t at a (timer, warning) until 09:11'] }),
    ],
  );

  scenario(
    'until: committed: a commit in time stops it',
    timed('{ after: activated, in: 10m, until: committed }'),
    [at('09:00', 's committed'), at('09:09', 'a committed'), end('12:00', { alarms: [] })],
  );

  scenario('an event at the exact due time is in time', timed('{ after: activated, in: 10m }'), [
    at('09:00', 's committed'),
    at('09:10', 'a activated'),
    end('12:00', { alarms: [] }),
  ]);

  scenario('an event a millisecond after the due time is late', timed('{ after: activated, in: 10m }'), [
    at('09:00', 's committed'),
    at('09:10:00.001', 'a activated'),
    want('09:11', { open: ['t at a'] }),
    at('09:12', 'a committed'),
    end('12:00', { alarms: ['09:10 t at a (timer, warning) until 09:12'] }),
  ]);

  scenario(
    'its alarm clears when the step commits, not when it reports',
    timed('{ after: activated, in: 10m }'),
    [
      at('09:00', 's committed'),
      at('09:20', 'a activated'),
      at('09:25', 'a params'),
      want('09:26', { open: ['t at a'] }),
      at('09:30', 'a committed'),
      end('12:00', { alarms: ['09:10 t at a (timer, warning) until 09:30'] }),
    ],
  );

  scenario(
    'a failure stops all timers of the visit, until: committed too',
    timed('{ after: activated, in: 10m, until: committed }'),
    [
      at('09:00', 's committed'),
      at('09:05', 'a exception'),
      end('12:00', { status: 'failed', alarms: ['09:05 exception at a (exception, critical)'] }),
    ],
  );

  scenario(
    'a failure leaves the timer alarm that was raised before open',
    timed('{ after: activated, in: 10m, until: committed }'),
    [
      at('09:00', 's committed'),
      at('09:15', 'a exception'),
      end('12:00', {
        alarms: ['09:10 t at a (timer, warning)', '09:15 exception at a (exception, critical)'],
      }),
    ],
  );

  scenario('a visit begins its timers anew', timed('{ after: activated, in: 10m }'), [
    at('09:00', 's committed'),
    at('09:05', 'a exception'),
    at('09:20', 'a activated'),
    end('12:00', {
      alarms: ['09:05 exception at a (exception, critical) until 09:20', '09:30 t at a (timer, warning)'],
    }),
  ]);

  scenario('it fires once in a visit', timed('{ after: activated, in: 10m, until: committed }'), [
    at('09:00', 's committed'),
    at('09:15', 'a activated'),
    at('09:40', 'a params'),
    end('12:00', { alarms: ['09:10 t at a (timer, warning)'] }),
  ]);

  scenario(
    'after: state counts from each change of the state',
    timed('{ after: state, in: 10m }', ', states: { x: [y], y: [x] }'),
    [
      at('09:00', 's committed'),
      at('09:30', 'a state y'),
      at('09:35', 'a state x'),
      end('12:00', { alarms: ['09:45 t at a (timer, warning)'] }),
    ],
  );

  scenario(
    'after: params counts from the values',
    timed('{ after: params, in: 10m }', ', params: { N: { type: number } }'),
    [
      at('09:00', 's committed'),
      at('09:30', 'a params', { N: 1 }),
      end('12:00', { alarms: ['09:40 t at a (timer, warning)'] }),
    ],
  );

  scenario(
    'after: exception counts from the failure, and the re-run stops it',
    timed('{ after: exception, in: 10m }'),
    [
      at('09:00', 's committed'),
      at('09:30', 'a exception'),
      want('09:41', { open: ['exception at a', 't at a'] }),
      at('09:45', 'a activated'),
      at('09:50', 'a exception'),
      at('09:55', 'a activated'),
      at('10:00', 'a committed'),
      end('12:00', {
        alarms: [
          '09:30 exception at a (exception, critical) until 09:45',
          '09:40 t at a (timer, warning) until 10:00',
          '09:50 exception at a (exception, critical) until 09:55',
        ],
      }),
    ],
  );

  scenario(
    'the timer of a step that is withdrawn stops',
    timed('{ after: activated, in: 10m, until: committed }')
      .replace('s: {}', 's: { split: event }')
      .replace('{ from: a, to: b }', '{ from: s, to: b }'),
    [
      at('09:00', 's committed'),
      at('09:05', 'b activated'),
      end('12:00', { steps: { a: 'withdrawn' }, alarms: [] }),
    ],
  );

  scenario(
    'rules on timer.<name> replace the default alarm, and may look at the step',
    timed(
      '{ after: activated, in: 10m }',
      `, on: { timer.t: [{ when: status == 'active', do: { alarm: no-sign, severity: critical } }, { when: status == 'running', do: { alarm: slow } }] }`,
    ),
    [at('09:00', 's committed'), end('12:00', { alarms: ['09:10 no-sign at a (timer, critical)'] })],
  );

  scenario(
    'start-timer starts a timer by a rule, with its own or another time, cancel-timer stops it',
    timed(
      '{ in: 10m }',
      `, on: { params: [{ when: event.message == 'start', do: { start-timer: t } }, { when: event.message == 'soon', do: { start-timer: t, in: 1m } }, { when: event.message == 'stop', do: { cancel-timer: t } }] }`,
    ),
    [
      at('09:00', 's committed'),
      at('09:30', 'a params', {}, { message: 'start' }),
      at('09:35', 'a params', {}, { message: 'stop' }),
      at('10:00', 'a params', {}, { message: 'start' }),
      at('10:01', 'a params', {}, { message: 'soon' }),
      end('12:00', { alarms: ['10:02 t at a (timer, warning)'] }),
    ],
  );

  scenario(
    'a time of 24h and one of 1d differ on the day the clock changes',
    `
flow: work
calendar: berlin
steps:
  a: { timers: { hours: { after: activated, in: 24h, until: committed }, day: { after: activated, in: 1d, until: committed } } }
---
calendar: berlin
zone: Europe/Berlin
`,
    [
      at('2026-10-24T12:00:00+02:00', 'a activated'),
      end('2026-10-26T12:00:00+01:00', {
        alarms: [
          '2026-10-25 10:00 hours at a (timer, warning)',
          '2026-10-25 11:00 day at a (timer, warning)',
        ],
      }),
    ],
  );
});

const CUTOFF = `
flow: work
calendar: shfe
key: "{tradingDay}"
steps:
  s: { params: { N: { type: number, default: 0 } } }
  a: { timers: { cut: { at: "16:10" } } }
  b: {}
  c: { timers: { cut: { at: "16:20" } } }
connectors:
  - { from: s, to: a, when: N == 0 }
  - { from: s, to: b, when: N == 1 }
  - { from: a, to: c }
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day: { from: "09:00", to: "15:00" }
days: { 2026-11-24: { day: { to: "11:30" } } }
`;
const SHANGHAI = { offset: '+08:00' };

describe('timers with a time of day', () => {
  scenario(
    'at fires at that time of the day of the instance',
    CUTOFF,
    [
      at('09:00', 's committed'),
      end('18:00', { alarms: ['16:10 cut at a (timer, warning)', '16:20 cut at c (timer, warning)'] }),
    ],
    SHANGHAI,
  );

  scenario(
    'at fires even where the step is not active yet',
    CUTOFF,
    [
      at('09:00', 's activated'),
      end('18:00', {
        steps: { a: 'idle' },
        alarms: ['16:10 cut at a (timer, warning)', '16:20 cut at c (timer, warning)'],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'events of the step do not stop it, its commit does',
    CUTOFF,
    [
      at('09:00', 's committed'),
      at('10:00', 'a activated'),
      at('16:15', 'a committed'),
      at('16:20', 'c committed'),
      end('18:00', { status: 'committed', alarms: ['16:10 cut at a (timer, warning) until 16:15'] }),
    ],
    SHANGHAI,
  );

  scenario(
    'at does not fire where the step has committed',
    CUTOFF,
    [
      at('09:00', 's committed'),
      at('10:00', 'a committed'),
      at('11:00', 'c committed'),
      end('18:00', { alarms: [] }),
    ],
    SHANGHAI,
  );

  scenario(
    'at does not fire where the step can no longer be reached',
    CUTOFF,
    [
      at('09:00', 's committed', { N: 1 }),
      end('18:00', { status: 'running', steps: { a: 'idle', b: 'active' }, alarms: [] }),
    ],
    SHANGHAI,
  );

  scenario(
    'at fires for a step that failed, and for one behind it: they may still run',
    CUTOFF,
    [
      at('09:00', 's committed'),
      at('10:00', 'a exception'),
      end('18:00', {
        status: 'failed',
        alarms: [
          '10:00 exception at a (exception, critical)',
          '16:10 cut at a (timer, warning)',
          '16:20 cut at c (timer, warning)',
        ],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'at does not run in an instance that has not started',
    CUTOFF.replace('key: "{tradingDay}"', 'start: { by: "20:00" }'),
    [end('19:00', { of: 'work/2026-11-23', status: 'expected', alarms: [] })],
    { ...SHANGHAI, from: '08:00' },
  );

  scenario(
    'at fires in an instance that starts after it, with its due time',
    CUTOFF,
    [
      at('17:00', 's activated'),
      end('18:00', { alarms: ['16:10 cut at a (timer, warning)', '16:20 cut at c (timer, warning)'] }),
    ],
    SHANGHAI,
  );

  scenario(
    "a session's anchor moves with the session of that day",
    CUTOFF.replace('at: "16:10"', 'at: day.close + 20m').replace('at: "16:20"', 'at: day.open - 1m'),
    [
      at('24 08:00', 's activated'),
      end('24 18:00', {
        alarms: ['24 08:59 cut at c (timer, warning)', '24 11:50 cut at a (timer, warning)'],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'a night session anchors on the evening before the trading day',
    CUTOFF.replace('at: "16:10"', 'at: night.open + 10m').replace('at: "16:20"', 'at: night.close'),
    [
      at('20:30', 's activated', {}, { key: '2026-11-24' }),
      end('24 18:00', {
        of: 'work/2026-11-24',
        alarms: [
          '21:10 cut at a of work/2026-11-24 (timer, warning)',
          '24 02:30 cut at c of work/2026-11-24 (timer, warning)',
        ],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'the day of the instance is the one in its key, whenever its events come',
    CUTOFF,
    [
      at('20 18:00', 's activated', {}, { key: '2026-11-23' }),
      end('23 18:00', {
        of: 'work/2026-11-23',
        alarms: [
          '16:10 cut at a of work/2026-11-23 (timer, warning)',
          '16:20 cut at c of work/2026-11-23 (timer, warning)',
        ],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'a time of day that a clock change skips falls at the moment the clock jumps',
    `
flow: work
calendar: berlin
key: "{tradingDay}"
steps: { a: { timers: { t: { at: "02:30" } } } }
---
calendar: berlin
zone: Europe/Berlin
`,
    [
      at('2026-03-29T00:30:00+01:00', 'a activated'),
      end('2026-03-29T12:00:00+02:00', { alarms: ['2026-03-29 01:00 t at a (timer, warning)'] }),
    ],
  );

  scenario(
    'a time of day that occurs twice falls at the first',
    `
flow: work
calendar: berlin
key: "{tradingDay}"
steps: { a: { timers: { t: { at: "02:30" } } } }
---
calendar: berlin
zone: Europe/Berlin
`,
    [
      at('2026-10-25T00:30:00+02:00', 'a activated'),
      end('2026-10-25T12:00:00+01:00', { alarms: ['2026-10-25 00:30 t at a (timer, warning)'] }),
    ],
  );
});
