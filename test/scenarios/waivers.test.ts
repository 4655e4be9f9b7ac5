/** "Not today": what operators excuse, before, while and after it happens; and taking it back. */
import { describe } from 'vitest';
import { act, at, end, scenario, want } from './timeline.ts';

const TODAY = { day: '2026-11-23' };
const DAILY = `
flow: work
key: "{tradingDay}"
calendar: weekdays
start: { by: "10:00" }
deadline: { at: "12:00" }
steps:
  a: { timers: { slow: { after: activated, in: 10m } } }
  b: { timers: { slow: { after: activated, in: 10m } } }
connectors: [{ from: a, to: b }]
---
calendar: weekdays
weekend: [sat, sun]
`;
const NOT_KEYED = { from: '08:00', keyed: false };
const TODAYS = 'work/2026-11-23';
const LATE = `10:00 start-timeout of ${TODAYS} (start-timeout, warning)`;
const OVERDUE = `12:00 deadline of ${TODAYS} (deadline, critical)`;

describe('a flow is waived', () => {
  scenario('before its day begins: nothing is raised on that day, and the next one is not excused', DAILY, [
    act('20 17:00', 'waive', TODAY),
    want('23 10:30', { of: TODAYS, status: 'expected', open: [], waivers: ['flow by ann'] }),
    end('24 10:30', {
      of: TODAYS,
      status: 'expected',
      alarms: ['24 10:00 start-timeout of work/2026-11-24 (start-timeout, warning)'],
    }),
  ]);

  scenario(
    'while it is expected: nothing is raised',
    DAILY,
    [act('09:00', 'waive', TODAY), end('13:00', { of: TODAYS, status: 'expected', health: 'normal' })],
    NOT_KEYED,
  );

  scenario(
    'after its alarm: the alarm clears',
    DAILY,
    [
      want('10:01', { of: TODAYS, open: ['start-timeout'] }),
      act('10:30', 'waive', TODAY),
      end('13:00', {
        of: TODAYS,
        status: 'expected',
        health: 'normal',
        corrected: false,
        alarms: [`${LATE} until 10:30`],
      }),
    ],
    NOT_KEYED,
  );

  scenario(
    'while it runs: it runs on in silence, and no step is passed',
    DAILY,
    [
      at('09:00', 'a activated'),
      act('09:05', 'waive', TODAY),
      at('09:30', 'a committed'),
      want('09:31', { of: TODAYS, steps: { b: 'active' } }),
      at('12:30', 'b exception'),
      end('13:00', { of: TODAYS, status: 'failed', health: 'normal', waivers: ['flow by ann'] }),
    ],
    NOT_KEYED,
  );

  scenario(
    'and starts all the same: its steps wait for their reports as ever',
    DAILY,
    [
      act('09:00', 'waive', TODAY),
      at('10:30', 'a activated'),
      want('10:31', { of: TODAYS, steps: { a: 'running x1', b: 'idle' } }),
      at('10:40', 'a committed'),
      at('10:50', 'b committed'),
      end('13:00', { of: TODAYS, status: 'committed', deviated: false, steps: { a: 'committed x1' } }),
    ],
    NOT_KEYED,
  );

  scenario('by its key as well as by its day', DAILY, [
    act('09:00', 'waive', { key: '2026-11-23' }),
    end('13:00', { of: TODAYS, status: 'expected' }),
  ]);

  scenario(
    'and tells nobody and starts nothing, whatever its rules ask for',
    `
flow: work
steps: { a: { on: { exception: [{ do: { run: restart } }, { do: { alarm: bad } }] } } }
`,
    [act('08:59', 'waive'), at('09:00', 'a exception'), end(null, { status: 'failed' })],
  );
});

describe('a waiver is refused', () => {
  scenario('for a day that is no trading day', DAILY, [
    act('20 17:00', 'waive', { day: '2026-11-21' }),
    act('20 17:00', 'waive', { key: '2026-11-22' }),
    end(null, {
      status: 'none',
      instances: [],
      rejected: [
        [1, /day: 2026-11-21 is no trading day of flow work/],
        [2, /key: 2026-11-22 is no trading day/],
      ],
    }),
  ]);

  scenario('for a step that is not there, with those that are', DAILY, [
    act('20 17:00', 'waive nope', TODAY),
    end(null, {
      status: 'none',
      instances: [],
      rejected: [[1, /step: flow work has no step nope, its steps are a, b/]],
    }),
  ]);

  scenario('for a flow that is not there, whether a day or a key is named', DAILY, [
    act('20 17:00', 'waive', { flow: 'wrok', ...TODAY }),
    act('20 17:00', 'waive', { flow: 'wrok', key: 'k' }),
    end(null, {
      status: 'none',
      instances: [],
      rejected: [
        [1, /flow: no flow is called wrok/],
        [2, /flow: no flow is called wrok/],
      ],
    }),
  ]);

  scenario('for a day of a flow whose keys name none', 'flow: work\nsteps: { a: {} }\n', [
    act('09:00', 'waive', TODAY),
    end(null, {
      status: 'none',
      instances: [],
      rejected: [[1, /day: flow work has no instance a day, give the key/]],
    }),
  ]);

  scenario('back where nothing is waived', DAILY, [
    act('20 17:00', 'unwaive', TODAY),
    act('20 17:10', 'waive', TODAY),
    act('20 17:20', 'unwaive a', TODAY),
    end(null, {
      of: TODAYS,
      waivers: ['flow by ann'],
      rejected: [
        [1, /flow: it is not waived/],
        [3, /step: it is not waived/],
      ],
    }),
  ]);
});

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
  scenario('before its turn: it is passed when that comes, and what follows does not wait', LINE, [
    act('08:00', 'waive b'),
    at('09:00', 'a committed'),
    end('09:05', {
      status: 'running',
      deviated: false,
      steps: { b: { is: 'committed x1', from: '09:00', to: '09:00' }, c: 'active x1' },
      waivers: ['b by ann'],
      visits: ['a 1 committed 09:00-09:00', 'b 1 committed 09:00-09:00 waived', 'c 1 active 09:00-'],
    }),
  ]);

  scenario('where it is the first: the first event of another starts the instance behind it', LINE, [
    act('08:00', 'waive a'),
    at('09:00', 'b activated'),
    end(null, { deviated: false, steps: { a: 'committed x1', b: 'running x1' } }),
  ]);

  scenario('while it waits: it is passed at once', LINE, [
    at('09:00', 'a committed'),
    want('09:15', { open: ['slow at b'] }),
    act('09:20', 'waive b'),
    end('09:25', {
      corrected: false,
      steps: { b: { is: 'committed x1', to: '09:20' }, c: { is: 'active', from: '09:20' } },
      alarms: [`${STALLED('09:10', 'b')} until 09:20`],
    }),
  ]);

  scenario('while it runs: it goes on, and what it does raises nothing', LINE, [
    at('09:00', 'a activated'),
    act('09:05', 'waive a'),
    want('09:06', { steps: { a: 'running', b: 'idle' } }),
    at('09:07', 'a committed'),
    end('09:08', { steps: { a: 'committed x1', b: 'active' } }),
  ]);

  scenario('after it committed: nothing changes', LINE, [
    at('09:00', 'a committed'),
    act('09:01', 'waive a'),
    end('09:05', { steps: { a: { is: 'committed x1', to: '09:00' }, b: 'active x1' } }),
  ]);

  scenario(
    'after it failed: the failure stays a visit, what it reported stays known, the flow goes on',
    LINE.replace('{ from: a, to: b }', '{ from: a, to: b, when: N == 7 }'),
    [
      at('09:00', 'a exception', { N: 7 }),
      want('09:01', { status: 'failed', open: ['exception at a'] }),
      act('09:10', 'waive a'),
      end('09:15', {
        status: 'running',
        health: 'running',
        steps: { a: { is: 'committed x2', params: { N: 7 } }, b: 'active x1' },
        visits: ['a 1 failed 09:00-09:00', 'a 2 committed 09:10-09:10 waived', 'b 1 active 09:10-'],
        alarms: ['09:00 exception at a (exception, critical) until 09:10'],
      }),
    ],
  );

  scenario(
    'at its dead end: the instance has not failed by it',
    LINE.replace('{ from: a, to: b }', '{ from: a, to: b, when: N == 7 }'),
    [
      at('09:00', 'a committed'),
      want('09:01', { status: 'failed', open: ['dead-end at a'] }),
      act('09:10', 'waive a'),
      end(null, { status: 'committed', alarms: ['09:00 dead-end at a (dead-end, critical) until 09:10'] }),
    ],
  );

  scenario(
    'and passed without a connector that is true: that is no dead end',
    LINE.replace('{ from: b, to: c }', "{ from: b, to: c, when: state == 'good' }"),
    [
      act('08:00', 'waive b'),
      at('09:00', 'a committed'),
      end(null, { status: 'committed', deviated: false, steps: { b: 'committed', c: 'idle' } }),
    ],
  );

  scenario(
    'and reports late: its values are kept, nothing moves, nothing is raised',
    LINE.replace('  b:', '  b:').replace('b: { timers', 'b: { params: { M: { type: number } }, timers'),
    [
      act('08:00', 'waive b'),
      at('09:00', 'a committed'),
      at('09:10', 'c committed'),
      want('09:11', { status: 'committed' }),
      at('09:20', 'b activated', { M: 3 }),
      at('09:30', 'b exception'),
      at('09:40', 'b committed'),
      end(null, {
        status: 'committed',
        health: 'normal',
        deviated: false,
        steps: { b: { is: 'committed x1', params: { M: 3 } }, c: 'committed x1' },
      }),
    ],
  );

  scenario('and reports before its turn: that is followed in silence, and the arrival absorbed', LINE, [
    act('08:00', 'waive b'),
    at('09:00', 'a activated'),
    at('09:01', 'b committed'),
    want('09:02', { steps: { b: 'committed x1', c: 'active' } }),
    at('09:05', 'a committed'),
    end(null, { deviated: true, steps: { b: 'committed x1', c: 'active x1' } }),
  ]);

  scenario(
    'before a join: the join does not wait for it',
    `
flow: work
steps: { a: {}, b: {}, c: {} }
connectors: [{ from: a, to: c }, { from: b, to: c }]
`,
    [act('08:00', 'waive b'), at('09:00', 'a committed'), end(null, { steps: { c: 'active x1' } })],
  );

  scenario(
    'in a loop: it is passed every time',
    `
flow: work
steps: { a: { params: { N: { type: number } } }, b: {} }
connectors: [{ from: a, to: b, when: N < 2 }, { from: b, to: a }]
`,
    [
      act('08:00', 'waive b'),
      at('09:00', 'a committed', { N: 1 }),
      want('09:01', { steps: { a: 'active x2', b: 'committed x1' } }),
      at('09:10', 'a committed', { N: 1 }),
      end(null, { deviated: false, steps: { a: 'active x3', b: 'committed x2' } }),
    ],
  );

  scenario(
    'where it leads back to itself: it is passed once, not for ever',
    `
flow: work
steps: { a: { states: { x: [y], y: [] } }, b: {} }
connectors: [{ from: a, to: a, when: state == 'x' }, { from: a, to: b, when: state == 'x' }]
`,
    [
      act('08:00', 'waive a'),
      at('09:00', 'activated'),
      end(null, { steps: { a: 'committed x1', b: 'active' } }),
    ],
  );

  scenario(
    'where it was offered beside one that reported, through a gate: it is passed when that is taken',
    `
flow: work
split: event
steps: { g: { gate: true }, a: {}, b: {}, c: {}, z: {} }
connectors: [{ from: g, to: a }, { from: g, to: b }, { from: b, to: z }]
`,
    [
      act('08:00', 'waive b'),
      at('09:00', 'activated'),
      want('09:01', { steps: { a: 'active', b: 'active', c: 'active' } }),
      at('09:10', 'a activated'),
      end(null, { steps: { a: 'running', b: 'committed', c: 'withdrawn', z: 'active' } }),
    ],
  );

  scenario(
    'where it is only offered: it stays so, and another branch may win',
    `
flow: work
split: event
steps: { a: { timers: { slow: { after: activated, in: 10m } } }, b: {} }
`,
    [
      at('09:00', 'activated'),
      act('09:01', 'waive a'),
      want('09:20', { steps: { a: 'active', b: 'active' } }),
      at('09:30', 'b committed'),
      end(null, { status: 'committed', steps: { a: 'withdrawn', b: 'committed' } }),
    ],
  );

  scenario('and only that one: the others and the flow itself are judged as ever', LINE, [
    act('08:00', 'waive b'),
    at('09:00', 'a committed'),
    end('11:30', {
      alarms: [STALLED('09:10', 'c'), '11:00 deadline (deadline, critical)'],
    }),
  ]);

  scenario(
    'with a time of day: it raises nothing',
    `
flow: work
steps: { a: {}, b: { timers: { cut: { at: "10:00" } } } }
connectors: [{ from: a, to: b }]
`,
    [at('09:00', 'a activated'), act('09:30', 'waive b'), end('11:00', { steps: { b: 'idle' } })],
  );
});

describe('a waiver is taken back', () => {
  scenario(
    'in time: the flow is judged as if nothing had been said',
    DAILY,
    [
      act('09:00', 'waive', TODAY),
      act('09:30', 'unwaive', TODAY),
      end('13:00', { of: TODAYS, waivers: [], alarms: [LATE, OVERDUE] }),
    ],
    NOT_KEYED,
  );

  scenario(
    'after a due time passed: that is raised now, with its own time',
    DAILY,
    [
      act('09:00', 'waive', TODAY),
      act('11:00', 'unwaive', TODAY),
      want('11:01', { of: TODAYS, open: ['start-timeout'] }),
      end('11:30', { of: TODAYS, alarms: [LATE] }),
    ],
    NOT_KEYED,
  );

  scenario(
    'after it had cleared an alarm: the alarm comes again while its cause is there',
    DAILY,
    [
      act('10:30', 'waive', TODAY),
      act('10:40', 'unwaive', TODAY),
      end('11:00', { of: TODAYS, alarms: [`${LATE} until 10:30`, LATE] }),
    ],
    NOT_KEYED,
  );

  scenario(
    'after the flow started: what had cleared does not come again',
    DAILY,
    [
      act('10:30', 'waive', TODAY),
      at('10:35', 'a activated'),
      act('10:40', 'unwaive', TODAY),
      end('10:44', { of: TODAYS, alarms: [`${LATE} until 10:30`] }),
    ],
    NOT_KEYED,
  );

  scenario('of a step before its turn: it is waited for', LINE, [
    act('08:00', 'waive b'),
    act('08:30', 'unwaive b'),
    at('09:00', 'a committed'),
    end('09:15', { steps: { b: 'active', c: 'idle' }, alarms: [STALLED('09:10', 'b')] }),
  ]);

  scenario('of a step that was passed: its report is a re-run, in order, and counts again', LINE, [
    act('08:00', 'waive b'),
    at('09:00', 'a committed'),
    act('09:05', 'unwaive b'),
    at('09:06', 'b activated'),
    want('09:07', { deviated: false, steps: { b: 'running x2', c: 'active' } }),
    at('09:08', 'b exception'),
    end('09:09', { alarms: ['09:08 exception at b (exception, critical)'] }),
  ]);

  scenario('and given again, with another name: the last one stands', LINE, [
    act('08:00', 'waive b'),
    act('08:10', 'waive b', { key: 'k', by: 'bob' }),
    end(null, { waivers: ['b by bob'] }),
  ]);
});
