/** Contract §3 and §4: required start times and expected instances. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

function starting(start: string, more = ''): string {
  return `
flow: work
calendar: shfe
start: ${start}
${more}
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: [2026-11-25]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day: { from: "09:00", to: "15:00" }
`;
}
const MONDAY = 'work/2026-11-23';
const TUESDAY = 'work/2026-11-24';
const SHANGHAI = { offset: '+08:00', keyed: false };
const SINCE_8 = { ...SHANGHAI, from: '08:00' };

describe('start.by', () => {
  scenario(
    'an instance that has not started by then raises start-timeout',
    starting('{ by: "15:30" }'),
    [
      want('15:31', {
        of: MONDAY,
        status: 'expected',
        health: 'warning',
        startedAt: null,
        open: ['start-timeout'],
      }),
      end('16:00', {
        of: MONDAY,
        status: 'expected',
        deviated: false,
        alarms: [`15:30 start-timeout of ${MONDAY} (start-timeout, warning)`],
        instances: [`${MONDAY} expected`],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'start-timeout takes the severity of start',
    starting('{ by: "15:30", severity: critical }'),
    [
      end('16:00', {
        of: MONDAY,
        health: 'critical',
        alarms: [`15:30 start-timeout of ${MONDAY} (start-timeout, critical)`],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'it clears when the instance starts',
    starting('{ by: "15:30" }'),
    [
      at('15:40', 'a activated'),
      end('16:00', {
        of: MONDAY,
        status: 'running',
        startedAt: '15:40',
        alarms: [`15:30 start-timeout of ${MONDAY} (start-timeout, warning) until 15:40`],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'an instance that starts in time raises nothing',
    starting('{ by: "15:30" }'),
    [at('15:00', 'a activated'), end('16:00', { of: MONDAY, status: 'running', health: 'running' })],
    SINCE_8,
  );

  scenario(
    'an event at the exact start time is in time',
    starting('{ by: "15:30" }'),
    [at('15:30', 'a activated'), end('16:00', { of: MONDAY, status: 'running' })],
    SINCE_8,
  );

  scenario(
    'grace moves the moment it is judged',
    starting('{ by: "15:30", grace: 10m }'),
    [
      want('15:39', { of: MONDAY, open: [] }),
      end('16:00', { of: MONDAY, alarms: [`15:40 start-timeout of ${MONDAY} (start-timeout, warning)`] }),
    ],
    SINCE_8,
  );

  scenario(
    'a start within the grace is in time',
    starting('{ by: "15:30", grace: 10m }'),
    [at('15:40', 'a activated'), end('16:00', { of: MONDAY, status: 'running' })],
    SINCE_8,
  );

  scenario(
    'any event of the instance starts it, out of order or about the flow',
    starting('{ by: "15:30" }'),
    [
      at('15:20', 'activated'),
      end('16:00', { of: MONDAY, status: 'running', startedAt: '15:20', steps: { a: 'active' } }),
    ],
    SINCE_8,
  );

  scenario(
    'an instance is expected on every trading day, and on no other',
    starting('{ by: "15:30" }'),
    [
      end('27 16:00', {
        of: MONDAY,
        instances: [
          'work/2026-11-20 expected',
          'work/2026-11-23 expected',
          'work/2026-11-24 expected',
          'work/2026-11-26 expected',
          'work/2026-11-27 expected',
        ],
        alarms: [
          '20 15:30 start-timeout of work/2026-11-20 (start-timeout, warning)',
          '15:30 start-timeout of work/2026-11-23 (start-timeout, warning)',
          '24 15:30 start-timeout of work/2026-11-24 (start-timeout, warning)',
          '26 15:30 start-timeout of work/2026-11-26 (start-timeout, warning)',
          '27 15:30 start-timeout of work/2026-11-27 (start-timeout, warning)',
        ],
      }),
    ],
    { ...SHANGHAI, from: '20 08:00' },
  );

  scenario(
    'an instance is created when its day starts: at the turn of the trading day',
    starting('{ by: "15:30" }'),
    [
      want('20:59', { of: TUESDAY, status: 'none' }),
      want('21:00:01', { of: TUESDAY, status: 'expected', health: 'normal' }),
      end('21:30', {
        of: TUESDAY,
        status: 'expected',
        alarms: [`15:30 start-timeout of ${MONDAY} (start-timeout, warning)`],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'an instance is created at its first due time where that is before its day starts',
    starting('{ by: "20:30", day: previous }'),
    [
      want('20:29', { of: TUESDAY, status: 'none' }),
      want('20:31', { of: TUESDAY, status: 'expected', open: ['start-timeout'] }),
      end('21:30', {
        of: TUESDAY,
        alarms: [`20:30 start-timeout of ${TUESDAY} (start-timeout, warning)`],
      }),
    ],
    { ...SHANGHAI, from: '20:00' },
  );

  scenario(
    'day: previous is the trading day before, over weekends and holidays',
    starting('{ by: "20:30", day: previous }'),
    [
      end('27 00:00', {
        of: MONDAY,
        alarms: [
          `20 20:30 start-timeout of ${MONDAY} (start-timeout, warning)`,
          `20:30 start-timeout of ${TUESDAY} (start-timeout, warning)`,
          '24 20:30 start-timeout of work/2026-11-26 (start-timeout, warning)',
          '26 20:30 start-timeout of work/2026-11-27 (start-timeout, warning)',
        ],
      }),
    ],
    { ...SHANGHAI, from: '20 20:00' },
  );

  scenario(
    'when a replay first watches a flow, a day already begun counts if its due time is still ahead',
    starting('{ by: "15:30" }'),
    [end('16:00', { of: MONDAY, alarms: [`15:30 start-timeout of ${MONDAY} (start-timeout, warning)`] })],
    { ...SHANGHAI, from: '15:29' },
  );

  scenario(
    'what was due before the watch began is not judged',
    starting('{ by: "15:30" }'),
    [end('20:00', { of: MONDAY, status: 'none', alarms: [], instances: [] })],
    { ...SHANGHAI, from: '15:31' },
  );

  scenario(
    'an instance of a day that was not judged starts by its events',
    starting('{ by: "15:30" }'),
    [at('16:00', 'a activated'), end('20:00', { of: MONDAY, status: 'running', alarms: [] })],
    { ...SHANGHAI, from: '15:31' },
  );

  scenario(
    'the key of an event that has none is that of the trading day of its time, the evening included',
    starting('{ by: "15:30" }'),
    [
      at('21:30', 'a activated'),
      end('24 16:00', {
        of: TUESDAY,
        status: 'running',
        startedAt: '21:30',
        instances: [`${TUESDAY} running`],
      }),
    ],
    { ...SHANGHAI, from: '21:15' },
  );

  scenario(
    'an instance with another key is no expected one',
    starting('{ by: "15:30" }', 'key: "eod-{tradingDay}"'),
    [
      at('15:00', 'a activated'),
      at('15:00', 'a activated', {}, { key: 'other' }),
      end('16:00', {
        of: 'work/eod-2026-11-23',
        status: 'running',
        instances: ['work/eod-2026-11-23 running', 'work/other running'],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'rules on start-timeout replace the default alarm and keep its source',
    starting(
      '{ by: "15:30" }',
      'on: { start-timeout: { do: { alarm: late-start, severity: critical, text: "{flow.key} of {flow.tradingDay}" } } }',
    ),
    [
      at('15:45', 'a activated'),
      end('16:00', {
        of: MONDAY,
        alarms: [
          `15:30 late-start of ${MONDAY} (start-timeout, critical) "2026-11-23 of 2026-11-23" until 15:45`,
        ],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'rules on created run when the instance is created',
    starting('{ by: "15:30" }', 'on: { created: { do: { alarm: awaited, severity: info } } }'),
    [
      want('09:00', { of: MONDAY, status: 'expected', open: ['awaited'] }),
      end('10:00', { of: MONDAY, alarms: [`08:00 awaited of ${MONDAY} (expression, info)`] }),
    ],
    SINCE_8,
  );
});

const AFTER = `
flow: pre-open
steps: { p: {} }
---
flow: work
start: { after: pre-open, in: 10m }
steps: { a: {} }
`;
const pre = from('pre-open/k');
const work = from('work/k');

describe('start.after', () => {
  scenario('an instance is expected when the instance of the other flow with the same key commits', AFTER, [
    pre('09:00', 'p activated'),
    want('09:01', { of: 'work/k', status: 'none' }),
    pre('09:05', 'p committed'),
    want('09:06', { of: 'work/k', status: 'expected', open: [] }),
    end('10:00', { alarms: ['09:15 start-timeout of work/k (start-timeout, warning)'] }),
  ]);

  scenario('a start in time raises nothing', AFTER, [
    pre('09:05', 'p committed'),
    work('09:15', 'a activated'),
    end('10:00', { of: 'work/k', status: 'running' }),
  ]);

  scenario('one that has started already is expected no more', AFTER, [
    work('09:00', 'a activated'),
    pre('09:05', 'p committed'),
    end('10:00', { of: 'work/k', status: 'running', startedAt: '09:00' }),
  ]);

  scenario('a failure of the other flow expects nothing', AFTER, [
    pre('09:05', 'p exception'),
    end('10:00', {
      instances: ['pre-open/k failed'],
      alarms: ['09:05 exception at p (exception, critical)'],
    }),
  ]);

  scenario('late, its alarm clears with the first event', AFTER, [
    pre('09:05', 'p committed'),
    work('09:30', 'a committed'),
    end('10:00', {
      of: 'work/k',
      status: 'committed',
      alarms: ['09:15 start-timeout of work/k (start-timeout, warning) until 09:30'],
    }),
  ]);
});
