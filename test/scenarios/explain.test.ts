/** What `explain` tells: the story of steps, and for every alarm that did not come the reason why not. */
import { describe, expect, test } from 'vitest';
import type { Happening, Moment, Silence } from '../../engine/index.ts';
import { explained } from './explained.ts';
import { at, type Entry, from } from './timeline.ts';

const TRANSFER = `
flow: f
steps:
  a:
    states: { waiting: [loading], loading: [done], done: [] }
    params: { IN: { type: number }, OUT: { type: number, default: 100 } }
    timers:
      stalled: { after: activated, in: 10m }
      hung: { after: state, in: 5m, until: committed }
      cut-off: { at: "16:10" }
      by-hand: { in: 1m }
    on:
      committed:
        - when: IN < OUT
          do: { alarm: short, severity: critical }
      exception: []
      timer.hung: { do: { publish: hung } }
  b: {}
  c: { timers: { late: { at: "15:30" } } }
connectors:
  - { from: a, to: a, when: state == 'waiting', limit: 2 }
  - { from: a, to: b, when: state != 'waiting' }
  - { from: b, to: c, when: 1 > 2 }
`;

const TRANSFERRED: readonly Entry[] = [
  at('15:00', 'a activated'),
  at('15:01', 'a state loading'),
  at('15:04', 'a state done', { IN: 100 }),
  at('15:05', 'a committed'),
];

const DAILY = `
flow: f
key: "{tradingDay}"
start: { by: "09:00" }
deadline: { at: "10:00" }
steps: { a: {} }
on: { start-timeout: { do: { alarm: late-start } } }
`;

const DAY = '2026-11-23';
const daily = from(`f/${DAY}`);

const CHOICE = `
flow: f
split: event
steps:
  a: { timers: { slow: { after: activated, in: 10m } } }
  b: {}
`;

const NESTED = `
flow: f
steps: { a: { flow: g } }
---
flow: g
steps: { x: {} }
`;

/** `name: reason` with times as they stand in the timeline and spans in minutes. */
function said({ alarm, reason }: Silence): string {
  const facts = Object.entries(reason).flatMap(([name, value]) => {
    if (name === 'kind' || name === 'times') return [];
    if (name === 'asked')
      return [`${value.expression} (${Object.entries(value.values).map((pair) => pair.join(' '))})`];
    if (name === 'cause') return [`by ${value.event ?? value.kind}`];
    if (name === 'connectors')
      return value.map((one: { to: string; count: number }) => `${one.to} ${one.count}`);
    if (name === 'early' || name === 'left') return [`${name} ${value / 60_000}`];
    return [/^\d{4}-.*Z$/.test(value) ? value.slice(11, 16) : String(value)];
  });
  return [`${alarm}:`, reason.kind, ...facts].join(' ');
}

describe('an alarm that was not raised says why', () => {
  const cases: readonly [
    reason: string,
    what: Parameters<typeof explained>[0],
    step: string | null,
    wanted: readonly string[],
  ][] = [
    [
      'its condition was false, its timer stopped, its time of day kept, its event silenced or replaced',
      { yaml: TRANSFER, entries: TRANSFERRED, until: '15:20' },
      'a',
      [
        'stalled: stopped 15:10 15:01 early 9 by state',
        'hung: replaced scenario.yaml:17:7',
        'cut-off: in-time 16:10 15:05 early 65 committed',
        'by-hand: not-armed rule',
        'out-of-order: all-in-order 4',
        'illegal-state: all-legal 2',
        'exception: silenced exception',
        'loop-limit: below-limit a 0',
        'dead-end: went-on 15:05 b',
        'expression-error: none-failed 3',
        'short: false 15:05 IN < OUT (IN 100,OUT 100)',
      ],
    ],
    [
      'the step was not reached, nor can it be when its time comes',
      { yaml: TRANSFER, entries: [...TRANSFERRED, at('15:06', 'b committed')], until: '15:40' },
      'c',
      ['late: unreachable 15:30', 'out-of-order: all-in-order 0', 'exception: not-happened exception'],
    ],
    [
      'its time is still ahead, and nothing has been committed',
      { yaml: TRANSFER, entries: TRANSFERRED.slice(0, 1) },
      'a',
      [
        'stalled: counting 15:10 left 10',
        'hung: replaced scenario.yaml:17:7',
        'cut-off: counting 16:10 left 70',
        'by-hand: not-armed rule',
        'out-of-order: all-in-order 1',
        'illegal-state: all-legal 0',
        'exception: silenced exception',
        'loop-limit: below-limit a 0',
        'dead-end: not-happened committed',
        'expression-error: none-failed 0',
        'short: not-happened committed',
      ],
    ],
    [
      'it started and ended in time',
      {
        yaml: DAILY,
        entries: [daily('08:30', 'a activated'), daily('09:40', 'a committed')],
        key: DAY,
        from: '00:00',
        until: '12:00',
      },
      null,
      [
        'deadline: in-time 10:00 09:40 early 20 ended',
        'exception: not-happened exception',
        'late-start: in-time 09:00 08:30 early 30 started',
      ],
    ],
    [
      'it was given up before',
      {
        yaml: DAILY.replace('steps:', 'abandon: 30m\nsteps:'),
        entries: [daily('08:30', 'a activated')],
        key: DAY,
        from: '08:00',
        until: '12:00',
      },
      null,
      [
        'deadline: dropped 10:00 09:00 abandoned',
        'exception: not-happened exception',
        'late-start: in-time 09:00 08:30 early 30 started',
      ],
    ],
    [
      'another branch won',
      { yaml: CHOICE, entries: [at('15:00', 'b activated')], until: '16:00' },
      'a',
      [
        'slow: stopped 15:10 15:00 early 10 by activated',
        'out-of-order: all-in-order 0',
        'exception: not-happened exception',
      ],
    ],
    [
      'the nested instance tells of it',
      { yaml: NESTED, entries: [from('g/k')('15:00', 'x exception')], until: '16:00' },
      'a',
      ['out-of-order: all-in-order 1', 'exception: told-below g'],
    ],
  ];
  test.each(cases)('%s', (_, what, step, wanted) => {
    const { explanation } = explained(what);
    const chapter = explanation.chapters.find((one) => one.step === step);
    expect(chapter?.silences.map(said)).toEqual(wanted);
  });

  test('an operator has waived it', () => {
    const waive = {
      act: 'waive',
      id: 'w1',
      flow: 'f',
      key: 'k',
      step: 'a',
      reason: 'holiday',
      by: 'Li',
      time: '2026-11-23T15:02:00Z',
    };
    const { explanation } = explained({
      yaml: TRANSFER,
      entries: [at('15:00', 'a activated')],
      acts: [waive],
      step: 'a',
      until: '16:20',
    });
    const [chapter] = explanation.chapters;
    expect(chapter?.alarms).toEqual([]);
    expect(chapter?.silences.map(said)).toContain('stalled: waived Li holiday 15:02');
    expect(chapter?.story.some(({ cause }) => cause.kind === 'waived' && cause.by === 'Li')).toBe(true);
  });
});

/** A moment as one line. */
function line({ at: time, cause, happenings }: Moment): string {
  const what = cause.kind === 'event' ? `${cause.step ?? 'flow'} ${cause.event}` : cause.kind;
  return [`${time.slice(11, 16)} ${what}`, ...happenings.map(happened)].join(' | ');
}

function happened(one: Happening): string {
  switch (one.kind) {
    case 'rule':
      return `rule ${one.event} ${one.held} ${one.does.join(', ')}`.trimEnd();
    case 'connector':
      return `to ${one.to} ${one.asked.value}`;
    case 'armed':
    case 'stopped':
    case 'ran-out':
    case 'moot':
      return `${one.kind} ${one.timer}`;
    case 'state':
      return `${one.to} ${one.verdict}`;
    case 'alarm':
      return `${one.change} ${one.name}`;
    case 'taken':
      return `taken ${one.to}`;
    case 'ended':
      return one.as;
    default:
      return one.kind;
  }
}

test('a step tells moment by moment what came and what it did', () => {
  const entries = [
    ...TRANSFERRED.slice(0, 2),
    at('15:04', 'a committed', { IN: 60 }),
    at('15:06', 'a state waiting'),
    at('15:07', 'a params', { IN: 61 }, { time: '2026-11-23T15:03:00Z' }),
  ];
  const { explanation } = explained({ yaml: TRANSFER, entries, step: 'a', until: '15:15' });
  expect(explanation.chapters.map(({ step, visits }) => [step, visits])).toEqual([['a', 2]]);
  const [chapter] = explanation.chapters;
  expect(chapter?.story.map(line)).toEqual([
    '15:00 a activated | armed cut-off | activated | armed stalled | running',
    '15:01 a state | stopped stalled | loading legal | armed hung',
    '15:04 a committed | committed | stopped hung | rule committed true alarm short | to a false | to b true | taken b | raised short',
    '15:06 a state | began | armed stalled | raised out-of-order',
    '15:03 a params | stopped stalled',
  ]);
  expect(chapter?.alarms.map(({ name, why }) => [name, why.expression, why.values])).toEqual([
    ['short', 'IN < OUT', { IN: 60, OUT: 100 }],
    ['out-of-order', null, { status: 'committed', expected: 'b' }],
  ]);
});

test('every step has its chapter after that of the instance, and the instance tells of its start', () => {
  const { explanation } = explained({ yaml: TRANSFER, entries: TRANSFERRED });
  expect(explanation.chapters.map(({ step, status }) => `${step} ${status}`)).toEqual([
    'null running',
    'a committed',
    'b active',
    'c idle',
  ]);
  expect(explanation.chapters[0]?.story.map(line)).toEqual(['15:00 expected', '15:00 a activated | status']);
});

test('an alarm of a connector is told with the step it leaves', () => {
  const yaml = `
flow: f
steps: { a: { params: { N: { type: number, default: 3 } } }, b: {} }
connectors:
  - from: a
    to: b
    on: { taken: { when: N < 5, do: { alarm: few } }, refused: { do: { alarm: none } } }
`;
  const { explanation } = explained({ yaml, entries: [at('15:00', 'a committed')] });
  const [flow, a] = explanation.chapters;
  expect(flow?.alarms).toEqual([]);
  expect(a?.alarms.map(({ name, why }) => [name, why.values])).toEqual([['few', { N: 3 }]]);
  expect(a?.silences.map(said)).toContain('none: not-happened refused');
});
