import { describe, expect, it } from 'vitest';
import { readDefinitions } from '../../../definitions/read-definitions.ts';

/** `line:column code`, one for each finding. */
function findingsIn(text: string): readonly string[] {
  const { findings } = readDefinitions([{ file: 'a.yaml', text }]);
  return findings.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

function messagesIn(text: string): readonly string[] {
  return readDefinitions([{ file: 'a.yaml', text }]).findings.map(({ message }) => message);
}

const flow = (line: string) => `flow: f\nsteps: { a: , b: }\n${line}\n`;
const step = (body: string) => `flow: f\nsteps:\n  a: ${body}\n`;
const checkpoint = (line: string) => `checkpoint: c\n${line}\n`;
const calendar = (line: string) => `calendar: c\n${line}\n`;
const action = (body: string) => step(`{ on: { state: { do: ${body} } } }`);
const long = 'x'.repeat(65);

describe('YAML that is not read', () => {
  it.each([
    ['a quote left open', 'calendar: "c\nzone: UTC\n', ['1:11 yaml-syntax']],
    ['a bracket left open', 'calendar: c\nweekend: [sat\nzone: UTC\n', ['2:10 yaml-syntax']],
    ['a tab as indentation', 'calendar: c\nsessions:\n\tday: x\n', ['3:1 yaml-syntax']],
    ['a colon in a bare text', 'calendar: c\ntitle: one: two\n', ['2:8 yaml-syntax']],
    ['keys that do not line up', 'flow: f\nsteps:\n  a: {}\n b: {}\n', ['4:1 yaml-syntax']],
    [
      'an anchor and its alias',
      'calendar: c\nholidays: &h []\nworkdays: *h\n',
      ['2:11 anchor', '3:11 alias'],
    ],
    ['a tag', 'calendar: c\ntitle: !!str 5\n', ['2:8 tag']],
    ['a merge key', 'calendar: c\n<<: { zone: UTC }\n', ['2:1 merge-key']],
    ['YAML 1.1', '%YAML 1.1\n---\ncalendar: no\n', ['1:1 yaml-version']],
    ['a repeated key', 'calendar: c\nzone: UTC\nzone: UTC\n', ['3:1 repeated-key']],
    ['a repeated step', 'flow: f\nsteps:\n  a: {}\n  b: {}\n  a: {}\n', ['5:3 repeated-key']],
    ['a key that is a list', 'calendar: c\n? [a]\n: b\n', ['2:3 wrong-key']],
    ['a key that is a number', 'flow: f\nsteps:\n  a:\n  000001:\n', ['4:3 quote-it']],
    ['a key that is missing', 'calendar: c\n: b\n', ['2:1 wrong-key']],
  ])('%s', (_, text, expected) => {
    expect(findingsIn(text)).toEqual(expected);
  });

  it('says where a repeated key stood first', () => {
    expect(messagesIn('calendar: c\nzone: UTC\nzone: UTC\n')).toEqual([
      '"zone" stands here twice, first in line 2: keep one of them',
    ]);
  });
});

describe('documents', () => {
  it.each([
    ['no mapping', 'hello\n', ['1:1 wrong-type']],
    ['a list', '- flow: f\n', ['1:1 wrong-type']],
    ['an unknown kind', 'flwo: f\n', ['1:1 unknown-kind']],
    ['a kind that is a prototype name', '__proto__: f\n', ['1:1 unknown-kind']],
    ['a kind that does not come first', 'title: x\nflow: f\n', ['1:1 unknown-kind']],
    ['no name', 'calendar:\n', ['1:1 wrong-type']],
    ['a name that is a number', 'calendar: 2026\n', ['1:11 quote-it']],
    ['a name in capitals', 'calendar: SHFE\n', ['1:11 bad-name']],
    ['a name with a space', 'flow: end of day\nsteps: { a: }\n', ['1:7 bad-name']],
    ['a name that is too long', `calendar: ${long}\n`, ['1:11 bad-name']],
    ['a kind of no contents with a bad name', 'collector: A\n', ['1:1 not-evaluated', '1:12 bad-name']],
    ['two of a name', 'calendar: c\n---\ncalendar: c\n', ['3:11 duplicate-name']],
    [
      'a second of a name whose first is wrong',
      'calendar: c\nzone: 1\n---\ncalendar: c\n',
      ['2:7 quote-it', '4:11 duplicate-name'],
    ],
  ])('%s', (_, text, expected) => {
    expect(findingsIn(text)).toEqual(expected);
  });

  it.each([
    ['flwo: f\n', 'did you mean flow?'],
    ['title: x\nflow: f\n', 'put flow first'],
    [
      'something: f\n',
      'begin it with one of flow, checkpoint, calendar, view, policy, channel, collector, test',
    ],
  ])('says what to do about %j', (text, remedy) => {
    expect(messagesIn(text)[0]).toContain(remedy);
  });
});

describe('flows', () => {
  it.each([
    ['an unknown key', flow('calender: shfe'), ['3:1 unknown-key']],
    ['a key named like the prototype', flow('__proto__: 1'), ['3:1 unknown-key']],
    ['no steps', 'flow: f\n', ['1:1 missing-key']],
    ['steps that are empty', 'flow: f\nsteps:\n', ['2:1 missing-key']],
    ['steps that are a list', 'flow: f\nsteps: [a]\n', ['2:8 wrong-type']],
    ['a bad step name', 'flow: f\nsteps:\n  a b: {}\n', ['3:3 bad-name']],
    ['a title that is a number', flow('title: 2026'), ['3:8 quote-it']],
    ['a title in an unknown language', flow('title: { fr: Bonjour }'), ['3:10 unknown-key']],
    ['a title that says nothing', flow('title: {}'), ['3:8 missing-key']],
    ['a title with a control character', flow('title: "a\\x07"'), ['3:8 bad-text']],
    ['a group that is empty', flow('group: ""'), ['3:8 bad-name']],
    ['a key that is not quoted', flow('key: {tradingDay}'), ['3:6 quote-it']],
    ['a start without by or after', flow('start: { grace: 10m }'), ['3:8 missing-key']],
    ['a start that is misspelt', flow('start: { bye: "15:30" }'), ['3:10 unknown-key']],
    [
      'a start with both',
      flow('start: { by: "15:30", after: g, in: 1m }'),
      ['3:23 misplaced-key', '3:33 misplaced-key'],
    ],
    ['a start after without in', flow('start: { after: g }'), ['3:8 missing-key']],
    ['a start that is a text', flow('start: "15:30"'), ['3:8 wrong-type']],
    ['a time that does not exist', flow('start: { by: "25:30" }'), ['3:14 bad-time']],
    ['an anchor on the day before', flow('start: { by: day.open, day: previous }'), ['3:14 bad-time']],
    ['a day that is not known', flow('start: { by: "15:30", day: yesterday }'), ['3:28 unknown-word']],
    ['a severity that is misspelt', flow('deadline: { in: 3h, severity: critcal }'), ['3:31 unknown-word']],
    ['a deadline with both', flow('deadline: { at: "19:00", in: 3h }'), ['3:26 misplaced-key']],
    ['a duration without a unit', flow('disorder: 5'), ['3:11 bad-duration']],
    ['a duration in words', flow('abandon: a month'), ['3:10 bad-duration']],
    ['a split that is not known', flow('split: any'), ['3:8 unknown-word']],
    ['a connector without its end', flow('connectors: [{ from: a }]'), ['3:14 missing-key']],
    [
      'a connector with a limit of none',
      flow('connectors: [{ from: a, to: b, limit: 0 }]'),
      ['3:39 bad-number'],
    ],
    [
      'a connector with a fraction',
      flow('connectors: [{ from: a, to: b, limit: 1.5 }]'),
      ['3:39 bad-number'],
    ],
    [
      'a condition that is a truth value',
      flow('connectors: [{ from: a, to: b, when: true }]'),
      ['3:38 quote-it'],
    ],
    [
      'a connector with an event of steps',
      flow('connectors: { from: a, to: b, on: { committed: [] } }'),
      ['3:37 unknown-event'],
    ],
    [
      'connectors that are texts',
      flow('connectors:\n  - a -> b\n  - b -> a'),
      ['4:5 wrong-type', '5:5 wrong-type'],
    ],
    ['an event of steps', flow('on: { withdrawn: [] }'), ['3:7 unknown-event']],
    ['a timer event', flow('on: { timer.x: [] }'), ['3:7 unknown-event']],
    ['an event without rules', flow('on:\n  deadline:'), ['4:3 missing-rules']],
    ['setting a parameter', flow('on: { created: { do: { set: P, to: 0 } } }'), ['3:22 misplaced-action']],
    ['starting a timer', flow('on: { created: { do: { start-timer: t } } }'), ['3:22 misplaced-action']],
  ])('with %s', (_, text, expected) => {
    expect(findingsIn(text)).toEqual(expected);
  });

  it('finds everything in a file, in the order of the lines', () => {
    const text = `flow: Settlement
titel: x
start: { by: 15 }
steps:
  a: { gate: true, params: }
  b: { join: none }
connectors: { from: 1, to: b }
---
checkpoint: c
params: { P: {} }
`;
    expect(findingsIn(text)).toEqual([
      '1:7 bad-name',
      '2:1 unknown-key',
      '3:14 quote-it',
      '5:20 misplaced-key',
      '6:14 unknown-word',
      '7:21 quote-it',
      '10:11 missing-key',
    ]);
  });
});

describe('steps', () => {
  it.each([
    ['a text', step('receive-file'), ['3:6 wrong-type']],
    ['an unknown key', step('{ checkpiont: c }'), ['3:8 unknown-key']],
    ['a gate that is none', step('{ gate: false }'), ['3:14 unknown-word']],
    ['a gate in quotes', step('{ gate: "true" }'), ['3:14 wrong-type']],
    [
      'a gate with a body',
      step('{ gate: true, states: {}, timers: {}, as: b }'),
      ['3:20 misplaced-key', '3:32 misplaced-key', '3:44 misplaced-key'],
    ],
    ['a gate with a checkpoint', step('{ checkpoint: c, gate: true }'), ['3:8 misplaced-key']],
    ['a gate that gets an event', step('{ gate: true, on: { exception: [] } }'), ['3:26 unknown-event']],
    [
      'a gate that sets a parameter',
      step('{ gate: true, on: { committed: { do: { set: P, to: 1 } } } }'),
      ['3:43 misplaced-action'],
    ],
    ['a nested flow with parameters', step('{ flow: g, params: {} }'), ['3:17 misplaced-key']],
    ['a nested flow that is a gate', step('{ flow: g, gate: true }'), ['3:8 misplaced-key']],
    [
      'a nested flow that sets a parameter',
      step('{ flow: g, on: { committed: { do: { set: P, to: 1 } } } }'),
      ['3:40 misplaced-action'],
    ],
    ['each without a flow', step('{ each: [x] }'), ['3:8 misplaced-key']],
    ['each with nothing', step('{ flow: g, each: [] }'), ['3:23 empty-list']],
    ['each with numbers', step('{ flow: g, each: [1] }'), ['3:24 quote-it']],
    ['each with the same twice', step('{ flow: g, each: [x, x] }'), ['3:27 repeated-entry']],
    ['an end that is a word', step('{ end: yes }'), ['3:13 wrong-type']],
    ['a timer without in', step('{ timers: { t: { after: activated } } }'), ['3:18 missing-key']],
    [
      'a timer after something else',
      step('{ timers: { t: { after: done, in: 1m } } }'),
      ['3:30 unknown-word'],
    ],
    [
      'a timer of two kinds',
      step('{ timers: { t: { after: state, in: 1m, at: "16:00" } } }'),
      ['3:45 misplaced-key'],
    ],
    [
      'a timer at with until',
      step('{ timers: { t: { at: "16:00", until: committed } } }'),
      ['3:36 misplaced-key'],
    ],
    ['a timer name in capitals', step('{ timers: { T: } }'), ['3:18 bad-name']],
    ['rules of an unknown timer name', step('{ on: { timer.T: [] } }'), ['3:14 unknown-event']],
    ['an event of flows', step('{ on: { created: [] } }'), ['3:14 unknown-event']],
  ])('that are %s', (_, text, expected) => {
    expect(findingsIn(text)).toEqual(expected);
  });

  it('says what a gate cannot have', () => {
    expect(messagesIn(step('{ gate: true, states: {} }'))).toEqual([
      'states does not go with gate: remove one of them',
    ]);
  });
});

describe('actions', () => {
  it.each([
    ['nothing', '', '3:23 wrong-type'],
    ['an empty list', '[]', '3:27 empty-list'],
    ['an unknown action', '{ alrm: x }', '3:29 unknown-key'],
    ['no action', '{ severity: info }', '3:27 missing-key'],
    ['two actions in one', '{ alarm: x, clear: y }', '3:39 misplaced-key'],
    ['an alarm that is a number', '{ alarm: 7 }', '3:36 quote-it'],
    ['a text that is no string', '{ alarm: x, text: 5 }', '3:45 quote-it'],
    ['a text that is not quoted', '{ alarm: x, text: {PIN} }', '3:45 quote-it'],
    ['set without to', '{ set: P }', '3:27 missing-key'],
    ['set of no identifier', '{ set: my-param, to: 1 }', '3:34 bad-name'],
    ['a bad duration', '{ start-timer: t, in: soon }', '3:49 bad-duration'],
    ['a channel in capitals', '{ notify: Ops }', '3:37 bad-name'],
    ['data that is infinite', '{ publish: a, data: [.inf] }', '3:48 bad-number'],
  ])('that are %s', (_, body, expected) => {
    expect(findingsIn(action(body))).toEqual([expected]);
  });
});

describe('checkpoints', () => {
  it.each([
    ['a state without a line', checkpoint('states: { a: [b, c], b: }'), ['2:18 unknown-state']],
    ['a state that is a number', checkpoint('states: { 1: }'), ['2:11 quote-it']],
    ['a next state that is a number', checkpoint('states: { a: 1 }'), ['2:14 quote-it']],
    ['a state name that is too long', checkpoint(`states: { ${long}: }`), ['2:11 bad-name']],
    ['states that are a list', checkpoint('states: [a, b]'), ['2:9 wrong-type']],
    ['a parameter in short form', checkpoint('params: { P: number }'), ['2:14 wrong-type']],
    ['a parameter without a type', checkpoint('params: { P: {} }'), ['2:11 missing-key']],
    ['a parameter of an unknown type', checkpoint('params: { P: { type: numbr } }'), ['2:22 unknown-word']],
    ['a parameter that is no identifier', checkpoint('params: { a-b: { type: number } }'), ['2:11 bad-name']],
    [
      'a default of another type',
      checkpoint('params: { P: { type: number, default: "0" } }'),
      ['2:30 wrong-type'],
    ],
    [
      'a stock code that is not quoted',
      checkpoint('params: { P: { type: string, default: 000001 } }'),
      ['2:30 quote-it'],
    ],
    [
      'a default that is infinite',
      checkpoint('params: { P: { type: number, default: .inf } }'),
      ['2:39 bad-text'],
    ],
    [
      'a value and a default',
      checkpoint('params: { P: { type: number, default: 0, value: Q } }'),
      ['2:30 misplaced-key'],
    ],
    [
      'a value and a from',
      checkpoint('params: { P: { type: number, value: Q, from: R } }'),
      ['2:40 misplaced-key'],
    ],
    [
      'rules for a timer it has not',
      checkpoint('timers: { stalled: }\non: { timer.staled: [] }'),
      ['3:7 unknown-timer'],
    ],
    ['a key of flows', checkpoint('split: all'), ['2:1 unknown-key']],
  ])('with %s', (_, text, expected) => {
    expect(findingsIn(text)).toEqual(expected);
  });
});

describe('calendars', () => {
  it.each([
    ['a weekday that is none', calendar('weekend: [sat, snu]'), ['2:16 bad-weekday']],
    ['a date that does not exist', calendar('holidays: 2026-02-30'), ['2:11 bad-date']],
    ['a range that ends before it begins', calendar('holidays: [2026-02-02..2026-02-01]'), ['2:12 bad-date']],
    ['a date that is a number', calendar('workdays: 20260201'), ['2:11 bad-date']],
    ['a session without its end', calendar('sessions: { day: { from: "09:00" } }'), ['2:13 missing-key']],
    [
      'a session on another day',
      calendar('sessions: { day: { from: "09:00", to: "15:00", day: previous } }'),
      ['2:53 unknown-word'],
    ],
    ['a bad session name', calendar('sessions: { 9am: { from: "09:00", to: "15:00" } }'), ['2:13 bad-name']],
    ['a day that is no date', calendar('days: { Friday: { day: { to: "11:30" } } }'), ['2:9 bad-date']],
    ['a day that changes nothing', calendar('days: { 2026-02-13: {} }'), ['2:9 missing-key']],
    [
      'a session of a day that changes nothing',
      calendar('days: { 2026-02-13: { day: {} } }'),
      ['2:23 missing-key'],
    ],
    ['a turn of one digit', calendar('turn: 9:00'), ['2:7 bad-time']],
    ['a last day that is none', calendar('valid-until: 2026'), ['2:14 bad-date']],
    ['a zone that is a number', calendar('zone: 8'), ['2:7 quote-it']],
    ['a key with a hyphen in the wrong place', calendar('nonight: 2026-09-30'), ['2:1 unknown-key']],
  ])('with %s', (_, text, expected) => {
    expect(findingsIn(text)).toEqual(expected);
  });
});

describe('remedies', () => {
  it.each([
    [flow('calender: shfe'), 'a flow has no key "calender": did you mean calendar?'],
    [
      flow('key: {tradingDay}'),
      'a key is due here, and { begins a mapping: quote it, such as "clearing-{tradingDay}"',
    ],
    [flow('title: 000001'), 'a title is due here, and 000001 is a number in YAML: quote it, "000001"'],
    [
      flow('on:\n  deadline:'),
      'rules are missing here: add one, such as { do: { alarm: short-transfer } }, or write [] to silence the event',
    ],
    [step('{ timers: { t: { after: state } } }'), 'a timer with after needs in: add `in: 10m`'],
    [checkpoint('states: { a: lost }'), 'the state "lost" has no line of its own: add a line `lost: []`'],
    [checkpoint('on: { comitted: [] }'), 'a step has no event "comitted": did you mean committed?'],
    ['calendar: "c\n', 'broken YAML (this " is not closed): close it, or put the text in quotes'],
  ])('%j', (text, message) => {
    expect(messagesIn(text)).toContain(message);
  });

  it('stays on one line, whatever the text it quotes', () => {
    const messages = messagesIn(`"a\\n\\e[31mb": 1\n---\nflow: "x\\ny"\nsteps: { "a\\nb": }\n`);
    expect(messages).toHaveLength(3);
    for (const message of messages) expect(message).toMatch(/^[\x20-\x7e…]+$/);
  });
});
