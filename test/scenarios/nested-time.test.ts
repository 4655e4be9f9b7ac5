/** Contract §3 and §4: required starts, deadlines, timers and calendars where flows are nested. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

const NESTED = `
flow: day
calendar: shfe
start: { by: "09:00" }
steps:
  a: {}
  m: { flow: margin, timers: { slow: { after: activated, in: 30m } } }
connectors: [{ from: a, to: m }]
---
flow: margin
calendar: shfe
deadline: { at: "17:00" }
steps: { x: { timers: { cut: { at: day.close + 30m } } }, y: {} }
connectors: [{ from: x, to: y }]
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day: { from: "09:00", to: "15:00" }
`;
const KEY = '2026-11-23';
const SINCE_8 = { offset: '+08:00', from: '08:00', keyed: false };
const margin = from(`margin/${KEY}`);

describe('time in nested flows', () => {
  scenario(
    'a timer of a nested step counts from its activation and is stopped by the first sign of its child',
    NESTED,
    [
      at('08:30', 'a committed'),
      margin('08:50', 'x activated'),
      end('10:00', { of: `day/${KEY}`, health: 'running', steps: { m: 'running' } }),
    ],
    SINCE_8,
  );

  scenario(
    'a timer of a nested step fires where its child gives no sign',
    NESTED,
    [
      at('08:30', 'a committed'),
      want('09:01', { of: `margin/${KEY}`, status: 'expected' }),
      margin('09:10', 'x activated'),
      margin('09:20', 'x committed'),
      margin('09:30', 'y committed'),
      end('10:00', {
        of: `day/${KEY}`,
        status: 'committed',
        health: 'normal',
        alarms: [`09:00 slow at m of day/${KEY} (timer, warning) until 09:30`],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'timers with a time of day and the deadline of a child are of the day of its parent',
    NESTED,
    [
      at('08:30', 'a committed'),
      margin('08:50', 'x activated'),
      end('18:00', {
        of: `day/${KEY}`,
        health: 'critical',
        alarms: [
          `15:30 cut at x of margin/${KEY} (timer, warning)`,
          `17:00 deadline of margin/${KEY} (deadline, critical)`,
        ],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'a child that nobody started misses its deadline too',
    NESTED,
    [
      at('08:30', 'a committed'),
      end('18:00', {
        of: `margin/${KEY}`,
        status: 'expected',
        alarms: [
          `09:00 slow at m of day/${KEY} (timer, warning)`,
          `17:00 deadline of margin/${KEY} (deadline, critical)`,
        ],
      }),
    ],
    SINCE_8,
  );

  scenario(
    "a child's first event starts a parent that is late, and clears its start-timeout",
    NESTED,
    [
      margin('09:30', 'x activated'),
      end('09:59', {
        of: `day/${KEY}`,
        status: 'running',
        startedAt: '09:30',
        alarms: [
          `09:00 start-timeout of day/${KEY} (start-timeout, warning) until 09:30`,
          `09:30 out-of-order at m of day/${KEY} (out-of-order, warning)`,
        ],
      }),
    ],
    SINCE_8,
  );

  scenario(
    'a child that is expected again has its deadline anew',
    `
flow: day
steps: { a: {}, m: { flow: margin }, z: { end: true } }
connectors:
  - { from: a, to: m }
  - { from: m, to: z }
  - { from: z, to: m, when: state == 'again' }
---
flow: margin
deadline: { in: 1h }
steps: { x: {}, y: {} }
connectors: [{ from: x, to: y }]
`,
    [
      at('08:00', 'a committed'),
      from('margin/k')('08:10', 'x committed'),
      from('margin/k')('08:20', 'y committed'),
      at('10:00', 'z committed', {}, { state: 'again' }),
      from('margin/k')('10:30', 'x committed'),
      want('11:29', { of: 'margin/k', status: 'running', startedAt: '10:30', open: [] }),
      end('12:00', {
        of: 'margin/k',
        steps: { x: 'committed', y: 'active' },
        alarms: ['11:30 deadline of margin/k (deadline, critical)'],
      }),
    ],
  );
});
