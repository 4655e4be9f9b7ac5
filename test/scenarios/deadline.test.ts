/** Contract §3 and §4: deadlines, and how instances end, fail, are abandoned and open again. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

function due(deadline: string, more = ''): string {
  return `
flow: work
calendar: shfe
key: "{tradingDay}"
deadline: ${deadline}
${more}
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day: { from: "09:00", to: "15:00" }
`;
}
const TODAY = '2026-11-23';
const DAY = `work/${TODAY}`;
const SHANGHAI = { offset: '+08:00', keyed: false };

describe('deadline', () => {
  scenario(
    'an instance that has not ended by the deadline raises its alarm',
    due('{ at: "19:00" }'),
    [
      at('10:00', 'a committed'),
      end('20:00', {
        of: DAY,
        status: 'running',
        health: 'critical',
        alarms: [`19:00 deadline of ${DAY} (deadline, critical)`],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'it takes its severity',
    due('{ at: "19:00", severity: info }'),
    [
      at('10:00', 'a committed'),
      end('20:00', { of: DAY, alarms: [`19:00 deadline of ${DAY} (deadline, info)`] }),
    ],
    SHANGHAI,
  );

  scenario(
    'it clears when the instance ends',
    due('{ at: "19:00" }'),
    [
      at('10:00', 'a committed'),
      at('19:30', 'b committed'),
      end('20:00', {
        of: DAY,
        status: 'committed',
        health: 'normal',
        deviated: false,
        alarms: [`19:00 deadline of ${DAY} (deadline, critical) until 19:30`],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'an instance that ends at the exact deadline is in time',
    due('{ at: "19:00" }'),
    [at('10:00', 'a committed'), at('19:00', 'b committed'), end('20:00', { of: DAY, status: 'committed' })],
    SHANGHAI,
  );

  scenario(
    'it clears when the instance fails: that is an end too',
    due('{ at: "19:00" }'),
    [
      at('10:00', 'a committed'),
      at('19:30', 'b exception'),
      end('20:00', {
        of: DAY,
        status: 'failed',
        alarms: [
          `19:00 deadline of ${DAY} (deadline, critical) until 19:30`,
          `19:30 exception at b of ${DAY} (exception, critical)`,
        ],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'in counts from the start of the instance',
    due('{ in: 3h }'),
    [
      at('10:20', 'a committed'),
      end('20:00', { of: DAY, alarms: [`13:20 deadline of ${DAY} (deadline, critical)`] }),
    ],
    SHANGHAI,
  );

  scenario(
    "a session's anchor is a deadline as well",
    due('{ at: day.close + 1h }'),
    [
      at('10:20', 'a committed'),
      end('20:00', { of: DAY, alarms: [`16:00 deadline of ${DAY} (deadline, critical)`] }),
    ],
    SHANGHAI,
  );

  scenario(
    'an instance that is expected and never started misses its deadline too',
    due('{ at: "19:00" }', 'start: { by: "15:30" }'),
    [
      end('20:00', {
        of: DAY,
        status: 'expected',
        alarms: [
          `15:30 start-timeout of ${DAY} (start-timeout, warning)`,
          `19:00 deadline of ${DAY} (deadline, critical)`,
        ],
      }),
    ],
    { ...SHANGHAI, from: '08:00' },
  );

  scenario(
    'an instance that ended in time and runs again afterwards has kept it',
    due('{ at: "19:00" }'),
    [
      at('10:00', 'a committed'),
      at('18:00', 'b committed'),
      at('19:30', 'b activated'),
      end('20:00', {
        of: DAY,
        status: 'running',
        alarms: [`19:30 out-of-order at b of ${DAY} (out-of-order, warning)`],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'an instance that ended, runs again and has not ended by the deadline misses it',
    due('{ at: "19:00" }'),
    [
      at('10:00', 'a committed'),
      at('18:00', 'b exception'),
      at('18:30', 'b activated'),
      at('19:30', 'b committed'),
      end('20:00', {
        of: DAY,
        status: 'committed',
        alarms: [
          `18:00 exception at b of ${DAY} (exception, critical) until 18:30`,
          `19:00 deadline of ${DAY} (deadline, critical) until 19:30`,
        ],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'rules on deadline replace the default alarm and keep its source',
    due('{ at: "19:00" }', 'on: { deadline: { do: { alarm: too-late, text: "{status}" } } }'),
    [
      at('10:00', 'a committed'),
      at('19:30', 'b committed'),
      end('20:00', {
        of: DAY,
        alarms: [`19:00 too-late of ${DAY} (deadline, warning) "running" until 19:30`],
      }),
    ],
    SHANGHAI,
  );

  scenario(
    'an empty list silences it',
    due('{ at: "19:00" }', 'on: { deadline: [] }'),
    [at('10:00', 'a committed'), end('20:00', { of: DAY, health: 'running' })],
    SHANGHAI,
  );
});

const AB = `
flow: work
abandon: 2d
on: { committed: { do: { alarm: done, severity: info } }, exception: { do: { alarm: bad, severity: info } } }
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
`;

describe('how an instance ends', () => {
  scenario('committed: no step is active or running, and none failed', AB, [
    at('09:00', 'a committed'),
    want('09:01', { status: 'running', endedAt: null }),
    at('09:10', 'b committed'),
    end(null, {
      status: 'committed',
      startedAt: '09:00',
      endedAt: '09:10',
      alarms: ['09:10 done (expression, info)'],
    }),
  ]);

  scenario('failed: no step is active or running, and one failed', AB, [
    at('09:00', 'a committed'),
    at('09:10', 'b exception'),
    end(null, {
      status: 'failed',
      endedAt: '09:10',
      deviated: false,
      alarms: ['09:10 bad (exception, info)', '09:10 exception at b (exception, critical)'],
    }),
  ]);

  scenario(
    'while another step is active a failed step does not end it',
    AB.replace('connectors: [{ from: a, to: b }]', ''),
    [
      at('09:00', 'a exception'),
      want('09:01', { status: 'running', health: 'critical' }),
      at('09:10', 'b committed'),
      end(null, {
        status: 'failed',
        endedAt: '09:10',
        alarms: ['09:00 exception at a (exception, critical)', '09:10 bad (exception, info)'],
      }),
    ],
  );

  scenario('startedAt is the time of its first event, endedAt of its last, in the order they came', AB, [
    at('09:05', 'a activated'),
    at('09:01', 'a params'),
    at('09:10', 'a committed'),
    at('09:20', 'b committed'),
    at('09:30', 'b params'),
    end(null, { startedAt: '09:05', endedAt: '09:20', alarms: ['09:20 done (expression, info)'] }),
  ]);

  scenario('one that has failed runs again with a re-run', AB, [
    at('09:00', 'a exception'),
    want('09:01', { status: 'failed', endedAt: '09:00' }),
    at('09:10', 'a committed'),
    want('09:11', { status: 'running', endedAt: null }),
    at('09:20', 'b committed'),
    end(null, {
      status: 'committed',
      startedAt: '09:00',
      endedAt: '09:20',
      alarms: [
        '09:00 bad (exception, info)',
        '09:00 exception at a (exception, critical) until 09:10',
        '09:20 done (expression, info)',
      ],
    }),
  ]);

  scenario('one that has committed runs again with an out-of-order event', AB, [
    at('09:00', 'a committed'),
    at('09:10', 'b committed'),
    at('09:20', 'b activated'),
    want('09:21', { status: 'running', deviated: true, endedAt: null, steps: { b: 'running x2' } }),
    at('09:30', 'b committed'),
    end(null, {
      status: 'committed',
      endedAt: '09:30',
      alarms: ['09:10 done (expression, info) x2', '09:20 out-of-order at b (out-of-order, warning)'],
    }),
  ]);

  scenario('one that has ended does not run again with late params', AB, [
    at('09:00', 'a committed'),
    at('09:10', 'b committed'),
    at('09:20', 'a params'),
    end(null, { status: 'committed', endedAt: '09:10', alarms: ['09:10 done (expression, info)'] }),
  ]);

  scenario('without an event for as long as abandon says it ends as abandoned', AB, [
    at('20 09:00', 'a committed'),
    want('22 08:59', { status: 'running' }),
    end('23 09:00', { status: 'abandoned', health: 'normal', steps: { b: 'active' } }),
  ]);

  scenario(
    'a deadline that it has missed is over once it is abandoned',
    AB.replace('abandon: 2d\n', 'abandon: 2d\ndeadline: { in: 3h }\n'),
    [
      at('20 09:00', 'a committed'),
      want('20 13:00', { open: ['deadline'] }),
      end('23 09:00', {
        status: 'abandoned',
        health: 'normal',
        alarms: ['20 12:00 deadline (deadline, critical) until 22 09:00'],
      }),
    ],
  );

  scenario('each event begins the time of abandon anew', AB, [
    at('20 09:00', 'a committed'),
    at('21 09:00', 'b activated'),
    want('22 23:00', { status: 'running' }),
    end('23 10:00', { status: 'abandoned' }),
  ]);

  scenario('row 31t: by default an instance is abandoned after 30 days', AB.replace('abandon: 2d\n', ''), [
    at('2026-01-01T09:00:00Z', 'a committed'),
    want('2026-01-31T08:59:59Z', { status: 'running' }),
    end('2026-01-31T09:00:01Z', { status: 'abandoned' }),
  ]);

  scenario('one that was abandoned runs again when it hears of its step', AB, [
    at('20 09:00', 'a committed'),
    at('23 09:00', 'b activated'),
    end(null, { status: 'running', endedAt: null, steps: { b: 'running x1' } }),
  ]);

  scenario(
    'an expected instance that never starts is abandoned as well',
    `
flow: work
start: { by: "09:00" }
abandon: 2d
steps: { a: {} }
`,
    [
      want('22 23:59', { of: 'work/2026-11-21', status: 'expected' }),
      end('23 23:00', {
        of: 'work/2026-11-21',
        status: 'abandoned',
        startedAt: null,
        also: [{ of: 'work/2026-11-22', status: 'expected' }],
        alarms: [
          '21 09:00 start-timeout of work/2026-11-21 (start-timeout, warning)',
          '22 09:00 start-timeout of work/2026-11-22 (start-timeout, warning)',
          '09:00 start-timeout of work/2026-11-23 (start-timeout, warning)',
        ],
      }),
    ],
    { from: '21 00:00' },
  );
});
