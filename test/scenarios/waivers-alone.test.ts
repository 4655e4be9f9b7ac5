/** What a waiver leaves alone: other steps, their alarms and waivers, and an instance that is over. */
import { describe } from 'vitest';
import { act, at, end, scenario, want } from './timeline.ts';

const LINE = `
flow: work
deadline: { in: 2h }
steps:
  a: { params: { N: { type: number, default: 0 } }, timers: { slow: { after: activated, in: 10m } } }
  b: { timers: { slow: { after: activated, in: 10m } } }
  c: { timers: { slow: { after: activated, in: 10m } } }
connectors: [{ from: a, to: b }, { from: b, to: c }]
`;
const STALLED = (time: string, step: string) => `${time} slow at ${step} (timer, warning)`;

describe('a step is waived', () => {
  scenario('and another one too: each stands for itself, and each is taken back by itself', LINE, [
    act('08:00', 'waive a'),
    act('08:01', 'waive b'),
    act('08:02', 'waive c'),
    act('08:03', 'unwaive b'),
    end(null, { waivers: ['a by ann', 'c by ann'] }),
  ]);

  scenario(
    'beside another whose alarm is open: that alarm stays, and is not raised again',
    `
flow: work
steps:
  a: { timers: { slow: { after: activated, in: 10m } } }
  b: { timers: { slow: { after: activated, in: 10m } } }
`,
    [
      at('09:00', 'activated'),
      want('09:15', { open: ['slow at a', 'slow at b'] }),
      act('09:20', 'waive a'),
      end('09:30', {
        health: 'warning',
        steps: { a: 'committed', b: 'active' },
        alarms: [`${STALLED('09:10', 'a')} until 09:20`, STALLED('09:10', 'b')],
      }),
    ],
  );

  scenario(
    'of an instance that was given up: it stays as it was left',
    LINE.replace('deadline: { in: 2h }', 'abandon: 1h').replace(
      'b: { timers: { slow: { after: activated, in: 10m } } }',
      'b: {}',
    ),
    [
      at('09:00', 'a committed'),
      want('10:30', { status: 'abandoned' }),
      act('11:00', 'waive b'),
      end('11:30', { status: 'abandoned', steps: { b: 'active', c: 'idle' } }),
    ],
  );

  scenario(
    'after another has failed: the failure of the flow is not told a second time',
    `
flow: work
on: { exception: { do: { alarm: failed-flow } } }
steps: { a: {}, b: {} }
`,
    [
      at('09:00', 'b committed'),
      at('09:01', 'a exception'),
      act('09:10', 'waive b'),
      end(null, {
        status: 'failed',
        alarms: ['09:01 failed-flow (exception, warning)', '09:01 exception at a (exception, critical)'],
      }),
    ],
  );

  scenario(
    'after it failed, with a value that it had copied',
    LINE.replace('b: { timers', 'b: { params: { N: { type: number, from: N } }, timers'),
    [
      at('09:00', 'a committed', { N: 7 }),
      at('09:05', 'b exception'),
      act('09:10', 'waive b'),
      end(null, {
        steps: { b: { is: 'committed x2', params: { N: 7 } }, c: 'active' },
        alarms: ['09:05 exception at b (exception, critical) until 09:10'],
      }),
    ],
  );

  scenario(
    'beside two others that are waived: each of them is passed or silent, and this one is judged',
    `
flow: work
steps:
  a: { timers: { slow: { after: activated, in: 10m } } }
  b: { timers: { slow: { after: activated, in: 10m } } }
  c: { timers: { slow: { after: activated, in: 10m } } }
  d: {}
connectors: [{ from: a, to: d }, { from: b, to: d }, { from: c, to: d }]
`,
    [
      at('09:00', 'a activated'),
      at('09:00', 'c activated'),
      act('09:01', 'waive a'),
      act('09:01', 'waive c'),
      act('09:01', 'waive d'),
      at('09:20', 'a exception'),
      at('09:21', 'c exception'),
      at('09:22', 'b committed'),
      end(null, {
        health: 'normal',
        steps: { a: 'failed', b: 'committed', c: 'failed', d: 'idle' },
        alarms: [`${STALLED('09:10', 'b')} until 09:22`],
      }),
    ],
  );
});
