import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileDefinitions, readDefinitions } from '../../../definitions/index.ts';

/** A part of a document without mistakes, and one mistake of a kind made in it, found where « stands. */
interface Mistake {
  readonly title: string;
  readonly code: string;
  readonly right: string;
  readonly wrong: string;
}

const SOUND = `flow: settlement
title: Settlement
calendar: shfe
key: "clearing-{tradingDay}"
start: { by: "15:30", grace: 10m }
deadline: { at: day.close + 4h }
steps:
  receive: { checkpoint: receive-file, join: any }
  check:
    title: Check
    states: { waiting: [done], done: [] }
    params: { N: { type: number, default: 0 }, D: { type: number, value: N + 1 } }
    timers: { slow: { after: activated, in: 10m }, late: { at: "16:10" } }
    on:
      timer.slow: { do: { alarm: slow, text: "{N} left" } }
      committed: { when: N > 2, do: [{ set: N, to: D + 3 }, { cancel-timer: late }] }
  ready: { gate: true, end: true }
  report: { flow: report, each: [cfmmc, csrc], key: "{key}/{each}" }
connectors:
  - { from: receive, to: check, when: PIN > 4, limit: 3 }
  - { from: check, to: ready, when: N > 5 }
  - { from: ready, to: report }
on: { deadline: { do: { alarm: over } } }
---
checkpoint: receive-file
title: File
states: { idle: [busy], busy: [] }
params: { PIN: { type: number, unit: bytes } }
on: { exception: { when: PIN > 6, do: { alarm: lost, severity: critical } } }
---
flow: report
start: { after: settlement, in: 1m }
steps: { write: { title: Write }, send: { checkpoint: receive-file } }
connectors: { from: write, to: send }
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: [2026-10-01]
sessions: { day: { from: "09:00", to: "15:00" } }
days: { 2026-02-13: { day: { to: "11:30" } } }
`;

const of = (title: string, code: string, right: string, wrong: string): Mistake => ({
  title,
  code,
  right,
  wrong,
});

const MISTAKES: readonly Mistake[] = [
  of('an unknown key of a flow', 'unknown-key', 'title: Settlement', '«titel: Settlement'),
  of('an unknown key of a step', 'unknown-key', 'title: Check', '«titel: Check'),
  of('an unknown key of a gate', 'unknown-key', 'end: true', '«statess: {}'),
  of('an unknown key of a type', 'unknown-key', 'title: File', '«titel: File'),
  of('an unknown calendar', 'unknown-calendar', 'calendar: shfe\nkey', 'calendar: «shfee\nkey'),
  of('a bad key', 'bad-key-template', '"clearing-{tradingDay}"', '«"clearing-{day}"'),
  of('a bad time of day', 'bad-time', '"15:30"', '«"25:30"'),
  of('a bad duration', 'bad-duration', 'grace: 10m', 'grace: «10'),
  of('a bad moment', 'bad-time', 'day.close + 4h', '«day.close + 4'),
  of(
    'an unknown checkpoint',
    'unknown-checkpoint',
    'checkpoint: receive-file, join',
    'checkpoint: «recieve, join',
  ),
  of(
    'an unknown checkpoint of another flow',
    'unknown-checkpoint',
    'send: { checkpoint: receive-file',
    'send: { checkpoint: «file',
  ),
  of('an unknown word', 'unknown-word', 'join: any', 'join: «none'),
  of('a bad state successor', 'unknown-state', '[done], done', '[«dne], done'),
  of('a bad state successor of a type', 'unknown-state', 'idle: [busy]', 'idle: [«bsy]'),
  of(
    'a value of the wrong type',
    'wrong-type',
    'timers: { slow: { after: activated, in: 10m }',
    'timers: { slow: «10',
  ),
  of('a default of the wrong type', 'wrong-type', 'default: 0', '«default: "0"'),
  of('a bad duration of a timer', 'bad-duration', 'in: 10m }, late', 'in: «soon }, late'),
  of('a bad time of a timer', 'bad-time', '"16:10"', '«"16:70"'),
  of('an unknown timer of a rule', 'unknown-timer', 'timer.slow', '«timer.slw'),
  of('an unknown timer of an action', 'unknown-timer', '{ cancel-timer: late }', '«{ cancel-timer: lat }'),
  of('an unknown name in a text', 'unknown-name', '"{N} left"', '«"{X} left"'),
  of('an unknown name in a condition', 'unknown-name', 'when: N > 2', 'when: «M > 2'),
  of('an unknown name in a value', 'unknown-name', 'value: N + 1', 'value: «M + 1'),
  of('an unknown name in an action', 'unknown-name', 'to: D + 3', 'to: «E + 3'),
  of('an unknown parameter', 'unknown-param', '{ set: N', '«{ set: K'),
  of('an unknown event', 'unknown-event', 'on: { deadline', 'on: { «deadlin'),
  of('an alarm without a name', 'quote-it', 'alarm: slow', 'alarm: «5'),
  of('an unknown nested flow', 'unknown-flow', 'flow: report, each', 'flow: «reprt, each'),
  of('an entry that is there twice', 'repeated-entry', '[cfmmc, csrc]', '[cfmmc, «cfmmc]'),
  of('a bad key of a nested flow', 'bad-key-template', '"{key}/{each}"', '«"{each}"'),
  of('an unknown beginning of a connector', 'unknown-step', 'from: receive', 'from: «recieve'),
  of('an unknown end of a connector', 'unknown-step', 'to: ready', 'to: «redy'),
  of('a bad name at the end of a connector', 'bad-name', 'to: report }', 'to: «re port }'),
  of('a bad limit', 'bad-number', 'limit: 3', 'limit: «0'),
  of('a bad expression', 'expression-syntax', 'PIN > 4', 'PIN «= 4'),
  of('an expression of the wrong type', 'type-mismatch', 'N > 5', '«visits'),
  of('a bad expression of a type', 'expression-syntax', 'PIN > 6', 'PIN «= 6'),
  of('a unit of the wrong type', 'quote-it', 'unit: bytes', 'unit: «5'),
  of('an unknown severity', 'unknown-word', 'severity: critical', 'severity: «high'),
  of('an unknown flow to start after', 'unknown-flow', 'after: settlement', 'after: «setlement'),
  of('an unknown zone', 'unknown-zone', 'Asia/Shanghai', '«Asia/Shangai'),
  of('a bad weekday', 'bad-weekday', '[sat, sun]', '[sat, «snu]'),
  of('a bad date', 'bad-date', '2026-10-01', '«2026-02-30'),
  of('a bad time of a session', 'bad-time', '"15:00"', '«"15:70"'),
  of('an unknown session of a day', 'unknown-session', 'day: { to: "11', '«dya: { to: "11'),
];

function plant(mistakes: readonly Mistake[]): { readonly text: string; readonly wanted: readonly string[] } {
  const marked = mistakes.reduce((text, { title, right, wrong }) => {
    expect(text.split(right).length, title).toBe(2);
    return text.replace(right, wrong.replace('«', `«${title}»`));
  }, SOUND);
  const wanted = marked.split('\n').flatMap((line, index) => {
    let removed = 0;
    return [...line.matchAll(/«([^»]+)»/g)].map(({ 0: mark, 1: title, index: offset }) => {
      const column = offset - removed + 1;
      removed += mark.length;
      return `${index + 1}:${column} ${mistakes.find((one) => one.title === title)?.code}`;
    });
  });
  return { text: marked.replace(/«[^»]+»/g, ''), wanted };
}

function found(text: string): readonly string[] {
  const { findings } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
  return findings.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

test('the document has no mistake before any is made in it', () => {
  expect(found(SOUND)).toEqual([]);
});

test.each(MISTAKES)('$title is found, and nothing that only follows from it', (mistake) => {
  const { text, wanted } = plant([mistake]);
  expect(found(text)).toEqual(wanted);
});

test('of any mistakes made in one document each is found, nothing else, and nothing twice', () => {
  // Two mistakes in the same words cannot both be made.
  const words = MISTAKES.map((mistake) => ({ mistake, at: SOUND.indexOf(mistake.right) }));
  const apart = (one: (typeof words)[number], other: (typeof words)[number]) =>
    one.at + one.mistake.right.length <= other.at || other.at + other.mistake.right.length <= one.at;
  const some = fc
    .uniqueArray(fc.constantFrom(...words), { minLength: 2, maxLength: 12 })
    .map((chosen) =>
      chosen.filter((one, index) => chosen.slice(0, index).every((before) => apart(one, before))),
    )
    .map((chosen) => chosen.map(({ mistake }) => mistake));
  fc.assert(
    fc.property(some, (mistakes) => {
      const { text, wanted } = plant(mistakes);
      expect(found(text)).toEqual(wanted);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('whatever the reader cannot read of a document without mistakes, the linker says nothing that follows', () => {
  const words = [...SOUND.matchAll(/"[^"\n]*"|\{[^{}\n]*\}|\[[^\]\n]*\]|[A-Za-z0-9][\w.+-]*/g)];
  const others = ['[]', 'a b', '!x', 'flow'];
  let broken = 0;
  for (const { 0: word, index } of words) {
    for (const other of [...others, `${word.replaceAll('"', '')}x`]) {
      const text = SOUND.slice(0, index) + other + SOUND.slice(index + word.length);
      const read = readDefinitions([{ file: 'a.yaml', text }]).findings;
      if (read.length === 0) continue;
      broken += 1;
      const added = found(text).length - read.length;
      // A document of another kind reads what it can as what it is not.
      if (!(other === 'flow' && word === 'checkpoint')) expect([text, added]).toEqual([text, 0]);
    }
  }
  expect(broken).toBeGreaterThan(300);
});

test('a document with any few characters lost or doubled is compiled without throwing, to null where there is an error', () => {
  const cut = fc.tuple(fc.nat(SOUND.length), fc.nat(12), fc.constantFrom('', ' ', '\n', ': ', '[', '}', '5'));
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
      const text = cuts.reduce(
        (before, [at, length, put]) => before.slice(0, at) + put + before.slice(at + length),
        SOUND,
      );
      const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
      expect(definitions === null).toBe(findings.some(({ severity }) => severity === 'error'));
    }),
    { numRuns: 300, seed: 2 },
  );
});
