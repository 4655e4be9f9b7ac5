import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LINT_CODES, lintDefinitions, NO_EXTENSIONS } from '../../../definitions/index.ts';

const PAGE = readFileSync(new URL('../../../definitions/lint.md', import.meta.url), 'utf8');
const CHAPTERS = PAGE.split(/^## /m).slice(1);

/** What lint says of a text: code and line. */
function lint(text: string): readonly string[] {
  const options = { extensions: NO_EXTENSIONS, today: () => '2026-06-01' };
  return lintDefinitions([{ file: 'a.yaml', text }], options).map(({ at, code }) => `${at.line} ${code}`);
}
const codes = (text: string) => lint(text).map((line) => line.split(' ')[1]);

describe('the page about lint', () => {
  test('has a chapter for every code, in their order', () => {
    expect(CHAPTERS.map((chapter) => chapter.slice(0, 5))).toEqual(Object.keys(LINT_CODES));
  });

  test.each(CHAPTERS.map((chapter) => [chapter.slice(0, 5), chapter]))(
    '%s: its example has it',
    (code, chapter) => {
      const yaml = /^```yaml\n([\s\S]*?)^```$/m.exec(chapter)?.[1] ?? '';
      expect([...new Set(codes(yaml))]).toEqual([code]);
    },
  );

  test('the first example shows how a warning is accepted', () => {
    const yaml = /^```yaml\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] ?? '';
    expect(lint(yaml)).toEqual([]);
    expect(codes(yaml.replace(/^ *# milepost.*\n/m, ''))).toEqual(['MP301']);
  });
});

describe('conditions', () => {
  const connector = (when: string, step = '') => `flow: f
states: { open: [closed], closed: [] }
steps:
  a:
    states: { waiting: [done, broken], done: [], broken: [waiting] }
    params: { N: { type: number }, M: { type: number }, T: { type: string }, B: { type: boolean } }
    ${step}
  b: { states: { good: [bad], bad: [] } }
connectors: { from: a, to: b, when: "${when}" }
`;
  test.each([
    ["state == 'done' and state == 'broken'", ['MP101']],
    ["not (state in ['waiting', 'done', 'broken'])", ['MP101']],
    ["state == 'dnoe'", ['MP103']],
    ["state != 'dnoe' and N > 1", ['MP103']],
    ["flow.state == 'shut'", ['MP103']],
    ["steps.b.state == 'good' and steps.b.state == 'bad'", ['MP101']],
    ["steps.b.status == 'done'", ['MP101']],
    ["state in ['done', 'waiting', 'broken']", ['MP105']],
    ['N > 5 and N < 5', ['MP101']],
    ['N >= 5 and N <= 5', []],
    ['N > 5 and N < 6', []],
    ['N == -1 and N > 0', ['MP101']],
    ['visits < 1', ['MP101']],
    ["T == 'x' and T == 'y'", ['MP101']],
    ["T != 'x' and T != 'y'", []],
    ['B and not B', ['MP101']],
    ['B == true or not B', ['MP105']],
    ['1 > 2', ['MP101']],
    ['N > M and N < M', []],
    ['N > 5 and N + M < 5', []],
    ['N > 5 and abs(N) < 5', []],
    ['if(N > 1, false, false)', []],
    ['N > 1 ? false : N > 2', ['MP101']],
    ['event.step == "a"'.replaceAll('"', "'"), []],
  ])('%s', (when, expected) => {
    expect(codes(connector(when))).toEqual(expected);
  });

  test('too many cases are given up', () => {
    const params = Array.from({ length: 40 }, (_, n) => `P${n}: { type: boolean }`).join(', ');
    const when = Array.from({ length: 40 }, (_, n) => `P${n}`).join(' and ');
    const text = `flow: f\nsteps: { a: { params: { ${params} } }, b: {} }\nconnectors: { from: a, to: b, when: ${when} and not P0 }\n`;
    expect(codes(text)).toEqual([]);
  });

  test('a connector behind one that is not always true is not shadowed', () => {
    const flow = (first: string, second: string) =>
      `flow: f\nsteps: { a: { split: first, params: { N: { type: number } } }, b: {}, c: {} }\nconnectors: [{ from: a, to: b${first} }, { from: a, to: c${second} }]\n`;
    expect(codes(flow(', when: N > 5', ', when: N > 0'))).toEqual([]);
    expect(codes(flow(', when: N > 5', ''))).toEqual([]);
    expect(codes(flow('', ', when: N > 5'))).toEqual(['MP104']);
    expect(codes(flow(', when: N > 0', ', when: N > 0'))).toEqual(['MP104']);
    expect(codes(flow('', ', when: N > 5').replace('split: first, ', ''))).toEqual([]);
  });

  test('rules that exclude each other may raise the same alarm', () => {
    const flow = (first: string, second: string) =>
      `flow: f\nsteps: { a: { params: { N: { type: number }, M: { type: number } }, on: { params: [{ when: ${first}, do: { alarm: x } }, { when: ${second}, do: { alarm: x, severity: critical } }] } } }\n`;
    expect(codes(flow('N > 5 and N <= 10', 'N > 10'))).toEqual([]);
    expect(codes(flow('N > M', 'N <= M'))).toEqual([]);
    expect(codes(flow('N > M', 'N > M'))).toEqual(['MP106']);
  });

  test('rules for an event without a default alarm, a raise among others, and an empty list are no silencing', () => {
    const flow = (on: string) =>
      `flow: f\nsteps: { a: { timers: { t: { after: activated, in: 1m } }, on: { ${on} } } }\n`;
    expect(codes(flow('committed: { do: { run: x } }'))).toEqual([]);
    expect(codes(flow('timer.t: []'))).toEqual([]);
    expect(codes(flow('timer.t: [{ do: { run: x } }, { do: { alarm: t } }]'))).toEqual([]);
    expect(codes(flow('exception: { do: { run: x } }'))).toEqual(['MP107']);
  });
});

describe('times', () => {
  const HALF = 'calendar: c\nsessions: { day: { from: "09:00", to: "15:00" } }\n';
  test.each([
    [
      'deadline: { at: day.close + 1h }\nsteps: { a: { timers: { t: { at: "16:00" } } } }',
      ['MP201', 'MP206'],
    ],
    [
      'start: { by: "09:00" }\ndeadline: { at: day.close + 1h }\nsteps: { a: { timers: { t: { at: "15:59" } } } }',
      [],
    ],
    ['start: { by: day.close }\nsteps: { a: { timers: { t: { at: "14:59" } } } }', ['MP202']],
    ['start: { by: day.open }\ndeadline: { in: 30d }\nsteps: { a: {} }', ['MP205']],
    ['start: { by: "20:30", day: previous }\nsteps: { a: {} }', ['MP204']],
    ['key: "x-{tradingDay}"\nsteps: { a: {} }', ['MP206']],
    ['steps: { a: {} }', []],
  ])('%s', (flow, expected) => {
    expect(codes(`flow: f\ncalendar: c\n${flow}\n---\n${HALF}`).toSorted()).toEqual(expected);
  });

  test('what is due before on some days only is not told', () => {
    const text = `flow: f\ncalendar: c\nstart: { by: day.close - 1h }\nsteps: { a: { timers: { t: { at: "12:00" } } } }\n---\n${HALF}days: { 2026-06-03: { day: { to: "12:30" } } }\n`;
    expect(codes(text)).toEqual([]);
    expect(codes(text.replace('"12:00"', '"11:00"'))).toEqual(['MP202']);
  });
});

describe('loops', () => {
  test('one limit on the way is enough; each loop without one is told once', () => {
    const flow = (...limits: readonly string[]) =>
      `flow: f\nsteps: { a: {}, b: {}, c: {} }\nconnectors:\n  - { from: a, to: b${limits[0] ?? ''} }\n  - { from: b, to: c${limits[1] ?? ''} }\n  - { from: c, to: a${limits[2] ?? ''} }\n  - { from: b, to: b${limits[3] ?? ''} }\n`;
    expect(lint(flow())).toEqual(['6 MP301', '7 MP301']);
    expect(lint(flow('', ', limit: 2'))).toEqual(['7 MP301']);
    expect(lint(flow(', limit: 1', '', '', ', limit: 1'))).toEqual([]);
  });
});

describe('titles', () => {
  test('plain texts are told where most titles have both languages', () => {
    const both = 'title: { en: A, zh: 甲 }';
    expect(lint(`flow: f\n${both}\nsteps:\n  a: { ${both} }\n  b: { title: B }\n`)).toEqual(['5 MP401']);
    expect(lint('flow: f\ntitle: A\nsteps: { a: { title: B } }\n')).toEqual([]);
  });
});

describe('comments that ignore', () => {
  const LOOP = 'flow: f\nsteps: { a: {}, b: {} }\nconnectors:\n  - { from: a, to: b }\n';
  test.each([
    ['in the same line', '  - { from: b, to: a } # milepost-ignore MP301 bounded elsewhere\n', []],
    [
      'above, among other comments',
      '  # milepost-ignore MP301 bounded\n  # by the exchange\n\n  - { from: b, to: a }\n',
      [],
    ],
    ['several codes', '  - { from: b, to: a } # milepost-ignore MP105, MP301: bounded\n', []],
    ['without a reason', '  - { from: b, to: a } # milepost-ignore MP301\n', ['MP301', 'MP001']],
    ['without a code', '  - { from: b, to: a } # milepost-ignore\n', ['MP301', 'MP001']],
    ['of another code', '  - { from: b, to: a } # milepost-ignore MP101 why\n', ['MP301', 'MP002']],
    [
      'in another line',
      '  # milepost-ignore MP301 why\n  - { from: a, to: b }\n  - { from: b, to: a }\n',
      ['MP002', 'MP301'],
    ],
    ['of an error', '  - { from: b, to: c } # milepost-ignore unknown-step why\n', ['unknown-step', 'MP002']],
  ])('%s', (_, text, expected) => {
    expect(codes(LOOP + text)).toEqual(expected);
  });

  test('warnings of reading and linking can be ignored too', () => {
    const text =
      'flow: f\nsteps: { a: { timers: { t: { in: 1m } } } } # milepost-ignore timer-never-starts a handler of ours does\n';
    expect(codes(text)).toEqual([]);
  });
});

test('wrong tests are found by lint', () => {
  expect(codes('flow: f\nsteps: { a: {} }\n---\ntest: t\nkey: k\nexpect: { steps: { b: idle } }\n')).toEqual([
    'unknown-step',
  ]);
});

test('with an error nothing is said that may only follow from it', () => {
  expect(
    codes(
      'flow: f\nsteps: { a: {}, b: {} }\nconnectors: [{ from: a, to: b }, { from: b, to: a }, { from: c, to: a }]\n',
    ),
  ).toEqual(['unknown-step']);
});
