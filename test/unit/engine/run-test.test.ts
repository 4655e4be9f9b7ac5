import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileDefinitions, linkTests, readDefinitions } from '../../../definitions/index.ts';
import { createCoverage, runTest, type TestOptions } from '../../../engine/index.ts';

const FLOW = `flow: transfer
title: T
steps:
  send:
    params: { OUT: { type: number } }
    on: { committed: { do: [{ notify: ops, text: "sent {OUT}" }, { publish: "t.sent" }] } }
  check:
    states: { waiting: [good, bad], good: [], bad: [] }
    params:
      OUT: { type: number, from: OUT }
      IN: { type: number, default: 0 }
      LOSS: { type: number, value: OUT - IN }
    timers: { stalled: { after: activated, in: 10m } }
    on:
      params: { when: LOSS > 50, do: { alarm: far-off } }
      committed:
        - { when: LOSS > 0, do: { alarm: short, severity: critical, text: "{LOSS} missing" } }
        - { when: LOSS < 0, do: { alarm: long } }
  done: { gate: true }
  unused: {}
connectors:
  - { from: send, to: check }
  - { from: check, to: done }
  - { from: check, to: unused, when: state == 'bad' }
---
`;
const HEAD = 'test: t\nkey: k\nday: 2026-11-23\n';

function compiled(text: string) {
  const sources = [{ file: 'a.yaml', text: FLOW + HEAD + text }];
  const { definitions, findings } = compileDefinitions(sources, 'r');
  if (definitions === null) throw new Error(findings.map(({ message }) => message).join('; '));
  const linked = linkTests(readDefinitions(sources).documents, definitions);
  const [only] = linked.tests;
  if (only === undefined) throw new Error(linked.findings.map(({ message }) => message).join('; '));
  return { definitions, test: only };
}

function run(text: string, options: TestOptions = {}) {
  const { definitions, test } = compiled(text);
  return runTest(definitions, test, options);
}

const GOOD = `timeline:
  - { at: "09:00", step: send, event: committed, params: { OUT: 100 } }
  - { after: 5m, step: check, event: committed, state: good, params: { IN: 100 } }
`;
const SHORT = GOOD.replace('IN: 100', 'IN: 90');

test('a test that holds has no failures and tells what happened', () => {
  const { failures, happenings } = run(
    `${GOOD}expect: { status: committed, health: normal, deviated: false, alarms: [], steps: { check: { status: committed, state: good, visits: 1, params: { LOSS: 0 } }, unused: idle } }\n`,
  );
  expect(failures).toEqual([]);
  expect(happenings.map((one) => (one.kind === 'step' ? `${one.step} ${one.to}` : one.kind))).toEqual([
    'event',
    'send active',
    'send running',
    'send committed',
    'check active',
    'notice',
    'event',
    'check running',
    'check committed',
    'done active',
    'done committed',
  ]);
});

describe('what is not as expected is told', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'status',
      'status: running',
      [{ kind: 'value', what: 'status', expected: 'running', actual: 'committed' }],
    ],
    ['health', 'health: normal', [{ what: 'health', actual: 'critical' }]],
    ['deviation', 'deviated: true', [{ what: 'deviated', actual: false }]],
    ['a state', 'steps: { check: { state: bad } }', [{ what: 'state', step: 'check', actual: 'good' }]],
    ['visits', 'steps: { check: { visits: 2 } }', [{ what: 'visits', actual: 1 }]],
    [
      'a derived value',
      'steps: { check: { params: { LOSS: 0 } } }',
      [{ what: 'param', name: 'LOSS', actual: 10 }],
    ],
    ['no such instance', 'key: other, status: committed', [{ what: 'status', actual: 'none' }]],
    ['an alarm that is missing', 'raised: stalled', [{ kind: 'alarm-missing', list: 'raised' }]],
    [
      'an alarm of another severity',
      'open: { alarm: short, severity: warning }',
      [
        { kind: 'alarm-missing', list: 'open' },
        { kind: 'alarm-surplus', list: 'open' },
      ],
    ],
    ['an alarm of another text', 'raised: { alarm: short, text: 11 missing }', [{ kind: 'alarm-missing' }]],
    ['an alarm of another time', 'raised: { alarm: short, raised: "09:04" }', [{ kind: 'alarm-missing' }]],
    [
      'an alarm too many',
      'alarms: []',
      [{ kind: 'alarm-surplus', list: 'alarms', alarm: { name: 'short' } }],
    ],
    ['an alarm that should not be', 'not-raised: short', [{ kind: 'alarm-surplus', list: 'not-raised' }]],
    ['an alarm that is still open', 'cleared: short', [{ kind: 'not-cleared' }]],
    [
      'a notice that is missing',
      'notified: { channel: ops, text: sent 99 }',
      [{ kind: 'notice-missing', there: [{ text: expect.stringContaining('sent 100') }] }],
    ],
    ['a notice too many', 'not-notified: ops', [{ kind: 'notice-surplus' }]],
    [
      'a publication that is missing',
      'published: t.done',
      [{ kind: 'publication-missing', there: ['t.sent'] }],
    ],
  ])('%s', (_, expected, failures) => {
    const outcome = run(`${SHORT}expect: { ${expected} }\n`);
    expect(outcome.failures).toMatchObject(failures);
    expect(outcome.failures).toHaveLength(failures.length);
    expect(outcome.failures[0]?.place).toMatchObject({ file: 'a.yaml', line: expect.any(Number) });
  });
});

test('what is due at a time belongs to what is expected at it, and what comes at it is in time', () => {
  const timeline = (rest: string) =>
    `timeline:\n  - { at: "09:00", step: send, event: committed, params: { OUT: 1 } }\n${rest}`;
  expect(
    run(timeline('  - { at: "09:10", expect: { open: { alarm: stalled, raised: "09:10" } } }\n')).failures,
  ).toEqual([]);
  const inTime =
    '  - { at: "09:10", step: check, event: params }\n  - { at: "09:10", expect: { alarms: [] } }\n';
  expect(run(timeline(inTime)).failures).toEqual([]);
});

test('an alarm that was raised twice takes two patterns, the one that asks more first', () => {
  const twice = `timeline:
  - { at: "09:00", step: send, event: committed, params: { OUT: 100 } }
  - { at: "09:20", step: check, event: committed, state: good, params: { IN: 10 } }
expect: { alarms: [stalled, far-off, short], open: [far-off, { alarm: short, text: 90 missing }] }
`;
  expect(run(twice).failures).toEqual([]);
});

test('an event that is rejected fails the test, unless it is to be', () => {
  const event = (more: string) =>
    `timeline: { at: "09:00", step: send, event: committed, params: { OUT: x }${more} }\nexpect: { status: none }\n`;
  expect(run(event('')).failures).toMatchObject([
    { kind: 'rejected', reason: expect.stringContaining('OUT') },
  ]);
  expect(run(event(', rejected: true')).failures).toEqual([]);
  const good =
    'timeline: { at: "09:00", step: send, event: committed, rejected: true }\nexpect: { key: other, status: none }\n';
  expect(run(good).failures).toMatchObject([{ kind: 'not-rejected' }]);
});

test('acts of operators are part of a test', () => {
  const text = `timeline:
  - { at: "09:00", step: unused, event: committed }
  - { at: "09:01", expect: { open: out-of-order } }
  - { at: "09:02", close: { alarm: out-of-order, by: Li Na } }
  - { at: "09:03", expect: { cleared: out-of-order } }
  - { at: "09:04", close: { alarm: out-of-order } }
  - { at: "09:05", waive: { step: send, reason: manual } }
`;
  expect(run(text).failures).toMatchObject([
    { kind: 'rejected', reason: expect.stringContaining('is open') },
  ]);
});

test('an event may come later than it happened', () => {
  const text = `timeline:
  - { at: "09:00", step: send, event: committed, params: { OUT: 1 } }
  - { at: "09:11", expect: { open: stalled } }
  - { at: "09:12", time: "09:05", step: check, event: committed, params: { IN: 1 } }
expect: { cleared: stalled, open: [] }
`;
  expect(run(text).failures).toEqual([]);
});

test('policies say who is told of alarms, at the first level and at the next', () => {
  const policies = `---
channel: sms
type: log
---
policy: p
people: { li: { addresses: { sms: "1" }, backup: wu }, wu: { addresses: { sms: "2" } } }
routes: { wait: 30s, levels: [{ to: li, over: sms }, { after: 10m, to: backup, over: sms }] }
`;
  const expected = `timeline:
  - { at: "09:00", step: send, event: committed, params: { OUT: 100 } }
  - { after: 5m, step: check, event: committed, state: good, params: { IN: 90 } }
  - { after: 20s, expect: { not-notified: sms } }
  - { after: 10s, expect: { notified: { channel: sms, to: li, text: 10 missing }, not-notified: { channel: sms, to: wu } } }
  - { after: 10m, expect: { notified: [{ channel: sms, to: wu }, ops] } }
expect: { not-notified: { channel: sms, to: wu } }
`;
  const { failures, happenings } = run(expected + policies);
  expect(failures).toMatchObject([{ kind: 'notice-surplus', notice: { to: 'wu', kind: 'escalated' } }]);
  const told = happenings.flatMap((one) =>
    one.kind === 'notice' ? [`${one.notice.channel} ${one.notice.to} ${one.notice.kind}`] : [],
  );
  expect(told).toEqual(['ops null notify', 'sms li raised', 'sms wu escalated']);
});

test('the same test has the same outcome, always', () => {
  const text = `${SHORT}expect: { alarms: [] }\n`;
  expect(JSON.stringify(run(text).failures)).toBe(JSON.stringify(run(text).failures));
});

test('coverage tells steps, connectors, rules and timers that were reached, and rules that were only asked', () => {
  const { definitions, test } = compiled(`${SHORT}expect: { raised: short }\n`);
  const coverage = createCoverage(definitions);
  runTest(definitions, test, { trace: coverage.trace });
  const of = (hit: boolean) =>
    coverage.items().flatMap(({ kind, name, hits }) => (hits > 0 === hit ? [`${kind} ${name}`] : []));
  expect(of(true)).toEqual([
    ...['step send', 'step check', 'step done'],
    ...['connector send->check#1', 'connector check->done#1'],
    ...['rule send/committed/1', 'rule check/params/1', 'rule check/committed/1'].filter(
      (name) => !name.includes('params'),
    ),
  ]);
  expect(of(false)).toEqual([
    'timer check/stalled',
    'step unused',
    'connector check->unused#1',
    'rule check/params/1',
    'rule check/committed/2',
  ]);
  expect(coverage.items().find(({ name }) => name === 'check/committed/2')).toMatchObject({
    hits: 0,
    asked: 1,
  });
});

test('the example of the page about tests holds, against the flow of the page about the language', () => {
  const page = (name: string) =>
    readFileSync(new URL(`../../../definitions/${name}`, import.meta.url), 'utf8');
  const yaml = (name: string) => /^```yaml\n([\s\S]*?)^```$/m.exec(page(name))?.[1] ?? '';
  const sources = [
    { file: 'README.md', text: yaml('README.md') },
    { file: 'tests.md', text: yaml('tests.md') },
  ];
  const { definitions } = compileDefinitions(sources, 'r');
  if (definitions === null) throw new Error('the pages have errors');
  const { tests, findings } = linkTests(readDefinitions(sources).documents, definitions);
  expect(findings).toEqual([]);
  expect(tests.flatMap((each) => runTest(definitions, each).failures)).toEqual([]);
  expect(tests).toHaveLength(1);
});
