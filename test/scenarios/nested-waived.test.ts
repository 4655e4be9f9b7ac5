/** A waiver of a step that nests a flow is one of that flow alone; and which days count when a watch begins. */
import { describe } from 'vitest';
import { act, at, end, from, scenario, want } from './timeline.ts';

const TWO = `
flow: day
steps: { l: { flow: left }, m: { flow: middle }, r: { flow: right } }
---
flow: left
steps: { s: {} }
---
flow: middle
steps: { s: {} }
---
flow: right
steps: { s: {} }
`;
const left = from('left/k');
const middle = from('middle/k');
const right = from('right/k');
const FAILED = (time: string, of: string) => `${time} exception at s of ${of}/k (exception, critical)`;

describe('a step that nests a flow is waived', () => {
  scenario('after its flow has failed: what that flow did is kept, given up', TWO, [
    middle('09:00', 's exception'),
    act('09:10', 'waive m'),
    end(null, {
      alarms: [`${FAILED('09:00', 'middle')} until 09:10`],
      also: [{ of: 'middle/k', status: 'abandoned', deviated: false }],
    }),
  ]);

  scenario('while others run: what those raised stays, and what they raise is raised', TWO, [
    left('09:00', 's exception'),
    middle('09:00', 's exception'),
    act('09:10', 'waive m'),
    want('09:11', { of: 'left/k', open: ['exception at s'] }),
    right('09:20', 's exception'),
    end(null, {
      alarms: [FAILED('09:00', 'left'), `${FAILED('09:00', 'middle')} until 09:10`, FAILED('09:20', 'right')],
      also: [
        { of: 'left/k', waivers: [] },
        { of: 'right/k', waivers: [] },
      ],
    }),
  ]);

  scenario(
    'and the first event of its flow starts all: that flow is there, in silence, and the others are judged',
    TWO,
    [
      act('08:00', 'waive l'),
      left('09:00', 's exception'),
      middle('09:00', 's exception'),
      end(null, {
        alarms: [FAILED('09:00', 'middle')],
        also: [
          { of: 'left/k', waivers: ['flow by ann'] },
          { of: 'middle/k', waivers: [] },
        ],
      }),
    ],
  );

  scenario(
    'the first of them, while all run: it runs on in silence, and the others are judged as ever',
    TWO,
    [
      left('09:00', 's activated'),
      middle('09:00', 's activated'),
      act('09:05', 'waive l'),
      left('09:10', 's exception'),
      middle('09:10', 's exception'),
      end(null, {
        alarms: [FAILED('09:10', 'middle')],
        also: [
          { of: 'left/k', status: 'failed', health: 'normal', waivers: ['flow by ann'] },
          { of: 'middle/k', status: 'failed', waivers: [] },
        ],
      }),
    ],
  );

  scenario('and taken back before its flow comes: that is judged as ever', TWO, [
    act('08:00', 'waive m'),
    act('08:10', 'waive r'),
    act('08:30', 'unwaive m'),
    middle('09:00', 's exception'),
    right('09:00', 's exception'),
    end(null, { alarms: [FAILED('09:00', 'middle')] }),
  ]);
});

describe('a step whose flow runs already', () => {
  scenario(
    'is running as soon as its turn comes, and commits with that flow',
    `
flow: day
steps: { a: {}, m: { flow: child } }
connectors: [{ from: a, to: m }]
---
flow: child
steps: { s: {} }
`,
    [
      act('08:00', 'waive m'),
      at('09:00', 'a committed'),
      from('child/k')('09:05', 's activated'),
      act('09:06', 'unwaive m'),
      at('09:10', 'a committed'),
      want('09:11', { status: 'running', steps: { m: 'running x2' } }),
      from('child/k')('09:20', 's committed'),
      end(null, {
        status: 'committed',
        steps: { m: { is: 'committed x2', to: '09:20' } },
        alarms: ['09:10 out-of-order at a (out-of-order, warning)'],
      }),
    ],
  );
});

describe('a watch that begins in the day', () => {
  const DAILY = 'flow: work\nkey: "{tradingDay}"\nstart: { by: "10:00" }\nsteps: { a: {} }\n';
  const LATE = '10:00 start-timeout of work/2026-11-23 (start-timeout, warning)';

  scenario('at the very due time judges the day', DAILY, [end('10:30', { status: 'none', alarms: [LATE] })], {
    from: '10:00',
  });

  scenario(
    'after the due time does not judge it, and does judge the next',
    DAILY,
    [
      end('24 10:30', {
        of: 'work/2026-11-23',
        status: 'none',
        alarms: ['24 10:00 start-timeout of work/2026-11-24 (start-timeout, warning)'],
      }),
    ],
    { from: '10:00:01' },
  );

  scenario(
    'at midnight creates the instance of the day that begins, and no other',
    DAILY,
    [
      want('00:01', { of: 'work/2026-11-23', status: 'expected' }),
      at('09:00', 'a committed'),
      end('23:59', { of: 'work/2026-11-24', status: 'none', instances: ['work/2026-11-23 committed'] }),
    ],
    { from: '00:00', keyed: false },
  );
});
