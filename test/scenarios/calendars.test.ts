/** Contract §3: which trading day an instance counts to. */
import { describe } from 'vitest';
import { at, end, scenario } from './timeline.ts';

const SHFE = (more = '') => `
flow: work
calendar: shfe
key: "{tradingDay}"
steps: { a: { timers: { shut: { at: day.close } } } }
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: [2026-11-25]
workdays: [2026-11-28]
no-night: [2026-11-26]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day: { from: "09:00", to: "15:00" }
${more}`;

/** When an event happens in Shanghai, and the trading day it counts to; the turn is at 21:00. */
const DAYS: readonly (readonly [string, string, string])[] = [
  ['in the day session', '23 10:00', '2026-11-23'],
  ['in the early morning', '23 01:00', '2026-11-23'],
  ['before the turn', '23 20:59:59.999', '2026-11-23'],
  ['at the turn', '23 21:00', '2026-11-24'],
  ['after midnight of a night session', '24 02:00', '2026-11-24'],
  ['in the evening before a holiday: the trading day after it', '24 22:00', '2026-11-26'],
  ['on a holiday', '25 12:00', '2026-11-26'],
  ['on a Friday evening: a Saturday that is a workday', '27 22:00', '2026-11-28'],
  ['on a workday in spite of the weekend', '28 10:00', '2026-11-28'],
  ['on a Saturday evening', '28 22:00', '2026-11-30'],
  ['on a Sunday', '29 12:00', '2026-11-30'],
];

describe('the trading day of an instance', () => {
  for (const [when, time, day] of DAYS) {
    scenario(
      `${when} it is ${day}`,
      SHFE(),
      [
        at(time, 'a committed'),
        end(null, { of: `work/${day}`, status: 'committed', instances: [`work/${day} committed`] }),
      ],
      { offset: '+08:00', keyed: false },
    );
  }

  scenario(
    'an instance that starts at night has its timers on its trading day',
    SHFE(),
    [
      at('20 22:00', 'a activated'),
      end('23 16:00', {
        of: 'work/2026-11-23',
        startedAt: '20 22:00',
        alarms: ['15:00 shut at a of work/2026-11-23 (timer, warning)'],
      }),
    ],
    { offset: '+08:00', keyed: false },
  );

  scenario(
    'without a calendar every day counts, in UTC, from midnight',
    SHFE().replace('calendar: shfe\nkey', 'key').replace('day.close', '"23:59"'),
    [
      at('21 23:59:59.999', 'a committed'),
      at('22 00:00', 'a committed'),
      end(null, {
        of: 'work/2026-11-22',
        instances: ['work/2026-11-21 committed', 'work/2026-11-22 committed'],
      }),
    ],
    { keyed: false },
  );

  scenario(
    'turn says from when the next trading day counts',
    SHFE('turn: "18:00"').replace('day.close', 'day.close + 4h'),
    [
      at('23 17:59', 'a activated'),
      at('23 18:00', 'a activated'),
      end('23 18:01', {
        of: 'work/2026-11-24',
        instances: ['work/2026-11-23 running', 'work/2026-11-24 running'],
      }),
    ],
    { offset: '+08:00', keyed: false },
  );
});
