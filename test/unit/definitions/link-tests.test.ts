import { describe, expect, test } from 'vitest';
import { compileDefinitions, linkTests, readDefinitions, type TestCase } from '../../../definitions/index.ts';

const FLOWS = `flow: settlement
calendar: shfe
key: "clearing-{tradingDay}"
states: { open: [closed], closed: [] }
steps:
  receive:
    states: { waiting: [received], received: [] }
    params: { PIN: { type: number } }
    timers: { stalled: { after: activated, in: 10m } }
    on: { committed: { when: PIN < 5, do: [{ alarm: short }, { notify: on-call }] } }
  margin: { flow: margin }
---
flow: margin
calendar: shfe
steps: { rates: {} }
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: [2026-10-01..2026-10-07]
no-night: [2026-09-30]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day: { from: "09:00", to: "15:00" }
turn: "20:00"
---
`;
const LINES = FLOWS.split('\n').length - 1;

/** What is found in a test, its lines counted from its own first. */
function link(text: string): { readonly tests: readonly TestCase[]; readonly found: readonly string[] } {
  const sources = [{ file: 'a.yaml', text: FLOWS + text }];
  const { definitions, findings } = compileDefinitions(sources, 'r');
  const linked =
    definitions === null
      ? { tests: [], findings: [] }
      : linkTests(readDefinitions(sources).documents, definitions);
  const found = [...findings, ...linked.findings].map(
    ({ at, code }) => `${at.line - LINES}:${at.column} ${code}`,
  );
  return { tests: linked.tests, found };
}

const HEAD = 'test: t\nflow: settlement\nday: 2026-09-30\n';
const times = (timeline: string, more = ''): readonly string[] => {
  const { tests, found } = link(`${HEAD}${more}timeline:\n${timeline}expect: { alarms: [] }\n`);
  expect(found).toEqual([]);
  return (tests[0]?.entries ?? []).map(({ time }) => new Date(time).toISOString());
};

describe('times of a test', () => {
  test('are those of the trading day in the zone of the flow; the clock begins with the day', () => {
    expect(times('  - { at: "15:10", event: activated }\n  - { after: 1h30m, event: activated }\n')).toEqual([
      '2026-09-30T07:10:00.000Z',
      '2026-09-30T08:40:00.000Z',
      '2026-09-30T08:40:00.000Z',
    ]);
    expect(link(`${HEAD}expect: { alarms: [] }\n`).tests[0]?.from).toBe(
      Date.parse('2026-09-29T20:00:00+08:00'),
    );
  });

  test('may hang on a session, lie on the day before or after, or be instants', () => {
    expect(
      times(
        [
          '  - { at: "21:00", day: previous, event: activated }',
          '  - { at: night.close - 30m, event: activated }',
          '  - { at: day.close + 20m, event: activated }',
          '  - { at: 2026-09-30T23:00:00+08:00, event: activated }',
          '  - { at: day.open, day: next, event: activated }',
          '  - { at: "10:00", day: 2026-10-09, event: activated }\n',
        ].join('\n'),
      ).slice(0, -1),
    ).toEqual([
      '2026-09-29T13:00:00.000Z',
      '2026-09-29T18:00:00.000Z',
      '2026-09-30T07:20:00.000Z',
      '2026-09-30T15:00:00.000Z',
      '2026-10-08T01:00:00.000Z',
      '2026-10-09T02:00:00.000Z',
    ]);
  });

  test('what comes at a time stands before what is expected at it', () => {
    const { tests } = link(
      `${HEAD}timeline:\n  - { at: "09:00", expect: { status: none } }\n  - { at: "09:00", event: activated }\n`,
    );
    expect(tests[0]?.entries.map(({ kind }) => kind)).toEqual(['event', 'expect', 'expect']);
  });
});

test('the instance is that of the day, that of the key, or that of the parent which shares its key', () => {
  const { tests } = link(
    `${HEAD}timeline:\n  - { at: "09:00", flow: margin, step: rates, event: committed }\nexpect: [{ alarms: [] }, { flow: margin, key: other, status: none }]\n`,
  );
  const [event, expected] = tests[0]?.entries ?? [];
  expect(event).toMatchObject({ event: { flow: 'margin', key: 'clearing-2026-09-30', id: 't-1' } });
  expect(expected).toMatchObject({ expect: [{ key: 'clearing-2026-09-30' }, { key: 'other' }] });
});

describe('what is wrong with a test has a place', () => {
  test.each([
    ['a flow that is not there', 'test: t\nflow: settlment\nexpect: { alarms: [] }\n', ['2:7 unknown-flow']],
    ['no flow where there are several', 'test: t\nexpect: { key: a, status: none }\n', ['1:1 missing-flow']],
    [
      'a day without trading',
      'test: t\nflow: settlement\nday: 2026-10-03\nexpect: { alarms: [] }\n',
      ['3:6 no-trading-day'],
    ],
    [
      'a time without a day',
      'test: t\nflow: settlement\nkey: k\ntimeline: { at: "09:00", expect: { status: none } }\n',
      ['4:17 missing-day'],
    ],
    [
      'nothing expected',
      `${HEAD}timeline: { at: "09:00", event: activated }\n`,
      ['1:1 test-expects-nothing'],
    ],
    [
      'an entry that goes back',
      `${HEAD}timeline: [{ at: "09:00", event: activated }, { at: "08:00", expect: { status: none } }]\n`,
      ['4:53 time-goes-back'],
    ],
    [
      'an end before the last entry',
      `${HEAD}timeline: { at: "09:00", event: activated }\nuntil: "08:00"\nexpect: { alarms: [] }\n`,
      ['5:8 time-goes-back'],
    ],
    [
      'at and after together',
      `${HEAD}timeline: { at: "09:00", after: 5m, event: activated }\nexpect: { alarms: [] }\n`,
      ['4:26 misplaced-key'],
    ],
    [
      'a session that the day lacks',
      'test: t\nflow: settlement\nday: 2026-10-08\ntimeline: { at: night.open, expect: { status: none } }\n',
      ['4:17 unknown-session'],
    ],
    [
      'a step that is not there',
      `${HEAD}timeline: { at: "09:00", step: recieve, event: committed }\nexpect: { steps: { chek: idle } }\n`,
      ['4:32 unknown-step', '5:20 unknown-step'],
    ],
    [
      'a parameter that is not there',
      `${HEAD}timeline: { at: "09:00", step: receive, params: { PINN: 1 } }\nexpect: { steps: { receive: { params: { POUT: 1 } } } }\n`,
      ['4:51 unknown-param', '5:41 unknown-param'],
    ],
    [
      'an alarm that nothing can raise',
      `${HEAD}expect: { not-raised: shrt, raised: [stalled, short, deadline] }\n`,
      ['4:23 unknown-alarm'],
    ],
    [
      'a state that is not in the table',
      `${HEAD}expect: { state: shut, steps: { receive: { state: lost } } }\n`,
      ['4:18 unknown-state', '4:51 unknown-state'],
    ],
    [
      'a value of the wrong kind',
      `${HEAD}timeline: { at: "09:00" }\nexpect: { status: done }\n`,
      ['4:11 missing-key', '5:19 unknown-word'],
    ],
    ['a channel that no rule notifies', `${HEAD}expect: { notified: on-cal }\n`, ['4:21 unknown-channel']],
    [
      'a wrong id of an event',
      `${HEAD}timeline: { at: "09:00", event: committed }\nexpect: { alarms: [] }\n`,
      ['4:11 bad-event'],
    ],
  ])('%s', (_, text, expected) => {
    expect(link(text).found).toEqual(expected);
  });
});

test('a test that is wrong is left out, and the others stay', () => {
  const { tests, found } = link(
    `${HEAD}expect: { raised: nothing }\n---\ntest: good\nflow: settlement\nday: 2026-09-30\nexpect: { notified: on-call }\n`,
  );
  expect(tests.map(({ name }) => name)).toEqual(['good']);
  expect(found).toHaveLength(1);
});
