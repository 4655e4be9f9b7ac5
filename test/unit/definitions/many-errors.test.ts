import { describe, expect, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';

interface File {
  readonly file: string;
  readonly text: string;
}

/** Compiles files in which «code» stands before everything that must be found, and nothing else may be. */
function expectExactly(files: readonly File[]): void {
  const wanted = files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => {
      let removed = 0;
      return [...line.matchAll(/«([^»]+)»/g)].map(({ 0: mark, 1: code, index: offset }) => {
        const column = offset - removed + 1;
        removed += mark.length;
        return `${file}:${index + 1}:${column} ${code}`;
      });
    }),
  );
  const sources = files.map(({ file, text }) => ({ file, text: text.replace(/«[^»]+»/g, '') }));
  const { definitions, findings } = compileDefinitions(sources, 'r');
  expect(findings.map(({ at, code }) => `${at.file}:${at.line}:${at.column} ${code}`)).toEqual(wanted);
  expect(definitions).toBeNull();
}

type Case = readonly [title: string, text: string];

function finds(cases: readonly Case[]): void {
  test.each(cases)('%s', (_, text) => expectExactly([{ file: 'a.yaml', text }]));
}

describe('one run finds all that is wrong with a flow', () => {
  finds([
    [
      'an unknown key, checkpoint and step, and a bad condition',
      `flow: settlement
key: "clearing-{tradingDay}"
start: { by: "15:30" }
steps:
  receive: { checkpoint: «unknown-checkpoint»recieve-file }
  open: { gate: true, «unknown-key»statess: {} }
connectors:
  - { from: receive, to: «unknown-step»opn, when: PIN «expression-syntax»= 3 }`,
    ],
    [
      'wrong values of keys of the flow beside unknown names',
      `flow: f
title: «quote-it»2026
calendar: «unknown-calendar»shfe
start: { by: «bad-time»"25:30", grace: «bad-duration»10 }
key: «bad-key-template»clearing
steps: { a: {}, b: {} }
connectors: [{ from: a, to: «unknown-step»c }, { from: a, to: b, limit: «bad-number»0 }]`,
    ],
    [
      'a start without its duration, and a flow that is not there',
      `flow: f
start: «missing-key»{ after: «unknown-flow»g }
steps: { a: { flow: «unknown-flow»h, each: [x, «repeated-entry»x], key: «bad-key-template»"x/{each}" } }`,
    ],
    [
      'both ends of a connector, its condition and its limit',
      `flow: f
steps: { a: {}, b: {} }
connectors:
  - { from: «bad-name»a b, to: «unknown-step»c, when: «unknown-name»flow.x == 'x', limit: «wrong-type»many }
  - { from: «unknown-step»aa, to: b, when: «type-mismatch»steps.b.status }`,
    ],
    [
      'in a connector without an end',
      `flow: f
steps: { a: {}, b: {} }
connectors:
  - «missing-key»{ from: a, when: «unknown-name»N > 1, on: { taken: { do: «unknown-timer»{ cancel-timer: x } } } }`,
    ],
    [
      'a step that is a text beside others',
      `flow: f
steps:
  a: «wrong-type»receive-file
  b: { checkpoint: «unknown-checkpoint»c, join: «unknown-word»none }
connectors: [{ from: a, to: b, when: N > 1 }, { from: b, to: «unknown-step»cc }]`,
    ],
    [
      'repeated keys, and what stands in the first of them',
      `flow: f
steps:
  a: { checkpoint: «unknown-checkpoint»c }
  b: {}
  «repeated-key»a: {}
connectors: [{ from: a, to: b, when: visits «expression-syntax»= 1 }]`,
    ],
  ]);
});

describe('one run finds all that is wrong with a step', () => {
  finds([
    [
      'parameters, timers and rules',
      `flow: f
steps:
  a:
    params:
      N: { type: «unknown-word»numbr, unit: «quote-it»5 }
      M: { type: number, value: «unknown-name»K + 1 }
      «reserved-name»state: { type: string }
    timers:
      slow: { after: activated, in: «bad-duration»10 }
      late: { at: «unknown-session»day.close }
    on:
      «unknown-timer»timer.lat: { do: { alarm: x } }
      «unknown-event»comitted: { when: M > 1 and «unknown-name»L > 1, do: { alarm: x, text: «unknown-name»"{J}" } }`,
    ],
    [
      'actions, whichever of their keys is wrong',
      `flow: f
steps:
  a:
    params: { N: { type: number }, D: { type: number, value: N } }
    timers: { slow: {} }
    on:
      exception:
        - do:
            - { set: «bad-name»a-b, to: «unknown-name»X }
            - «unknown-param»{ set: M, to: «bad-text»"" }
            - «derived-param»{ set: D, to: N, «unknown-key»when: N > 1 }
            - { publish: «quote-it»5, data: x }
            - «unknown-timer»{ start-timer: slo, in: «bad-duration»x }
            - { start-timer: slow, in: «bad-duration»x }
        - «missing-key»{ when: «unknown-name»K > 1 }`,
    ],
    [
      'states and what may follow them',
      `flow: f
steps:
  a:
    states: { waiting: [«unknown-state»recieved], received: «quote-it»1 }
    params: { N: { type: number, value: «type-mismatch»status } }
    as: «quote-it»1
    title: «missing-key»{}`,
    ],
    [
      'a parameter whose keys do not go together, and its expression',
      `flow: f
steps:
  a:
    params:
      N: { type: number, «misplaced-key»default: 1, value: «unknown-name»K }
      M: { type: number, «wrong-type»default: "x", title: «quote-it»1 }
connectors: { from: a, to: «unknown-step»b, when: N > 1 and M == 'x' and «unknown-name»L > 1 }`,
    ],
  ]);
});

describe('one run finds all that is wrong with types and calendars', () => {
  finds([
    [
      'a checkpoint type that a flow uses',
      `checkpoint: c
«unknown-key»titel: x
params: { N: { type: number, unit: «quote-it»5 } }
timers: { slow: { in: 5m } }
on: { «unknown-timer»timer.slw: [], committed: { when: «unknown-name»M > 1, do: { alarm: «quote-it»5 } } }
---
flow: f
steps: { a: { checkpoint: c } }
connectors: { from: a, to: a, when: «unknown-name»K > 1 }`,
    ],
    [
      'a calendar, and a flow that has it',
      `calendar: shfe
zone: «unknown-zone»Asia/Shangai
weekend: [sat, «bad-weekday»snu]
holidays: [«bad-date»2026-02-30, 2026-10-01]
sessions: { day: { from: "09:00", to: «bad-time»"15:70" } }
days: { 2026-02-13: { «unknown-session»dya: { to: "11:30" } }, «bad-date»2026-02-30: { day: { to: "11:30" } } }
---
flow: f
calendar: shfe
deadline: { at: day.close, severity: «unknown-word»high }
steps: { a: { timers: { t: { at: «unknown-session»night.close } } } }`,
    ],
    [
      'dates that contradict each other, and one that is none',
      `«holiday-and-workday»calendar: shfe
holidays: [2026-10-01, «bad-date»2026-13-01]
workdays: 2026-10-01
valid-until: «bad-date»2026-02-30`,
    ],
    [
      'documents whose name is wrong or taken',
      `flow: «bad-name»Settlement
on: { created: { when: «unknown-name»x == 'x', do: { alarm: x } } }
steps: { a: { flow: g } }
---
checkpoint: c
on: { committed: { when: «unknown-name»N > 1, do: { alarm: x } } }
---
checkpoint: «duplicate-name»c
on: { committed: { when: visits «expression-syntax»= 1, do: { alarm: x } } }`,
    ],
  ]);
});

describe('what may only follow from a mistake is not said', () => {
  finds([
    [
      'of steps that a lost connector may lead to',
      `flow: f
steps: { a: {}, b: {}, c: {} }
connectors: [{ from: a, to: «quote-it»1 }, { from: b, to: c }, { from: c, to: b }, { from: a, to: «unknown-step»d }]`,
    ],
    [
      'of parameters, timers and alarms of a step that has a key too many',
      `flow: f
steps:
  a: { «unknown-key»colour: red, on: { timer.slow: { do: [{ set: N, to: M }, { cancel-timer: slow }, { clear: z }] } } }
connectors: { from: a, to: a, when: N > 1 and steps.a.M > 1 }`,
    ],
    [
      'but of what the misspelt key cannot have been meant for',
      `flow: f
steps:
  a: { «unknown-key»titel: x, on: { «unknown-timer»timer.slow: { when: «unknown-name»N > 1, do: { alarm: z } } } }`,
    ],
    [
      'of a parameter whose type is lost',
      `flow: f
steps: { a: { params: { N: { type: «unknown-word»text } }, on: { exception: { when: N, do: { set: N, to: 1 } } } } }
connectors: { from: a, to: a, when: N > 1 and «unknown-name»M > 1 }`,
    ],
    [
      'of names of a step whose name is wrong',
      `flow: f
steps: { «bad-name»a b: { checkpoint: «unknown-checkpoint»c }, d: {} }
connectors: { from: ab, to: d, when: «type-mismatch»steps.ab.N > 1 or visits }`,
    ],
    [
      'of alarms and timers that a lost action may raise and start',
      `flow: f
steps:
  a: { timers: { t: {} }, on: { state: { do: [{ clear: x }, { «unknown-key»alrm: x }] } } }
  b: { checkpoint: «unknown-checkpoint»c }`,
    ],
    [
      'of sessions of a calendar that is lost',
      `flow: f
«unknown-key»calender: shfe
steps: { a: { timers: { t: { at: day.close } }, as: «quote-it»1 } }`,
    ],
    [
      'of documents that a missing line hides',
      `flow: f
steps: { a: { checkpoint: c }, b: { checkpoint: «unknown-checkpoint»d } }
«unknown-key»checkpoint: c
«unknown-key»params: {}`,
    ],
    [
      'of documents whose YAML is broken, but of others',
      `checkpoint: c
params: «yaml-syntax»{ N: 
---
flow: f
steps: { a: { checkpoint: c }, b: { checkpoint: «unknown-checkpoint»d } }`,
    ],
    [
      'of any document where one has no name',
      `flow: f
steps: { a: { checkpoint: c, timers: { t: { after: activated, in: «bad-duration»5 } } } }
---
checkpoint: «bad-name»C`,
    ],
  ]);
});

test('errors in one file hide nothing in another', () => {
  expectExactly([
    { file: 'a.yaml', text: 'checkpoint: c\nparams: { N: { type: «unknown-word»nmber } }\n' },
    {
      file: 'b.yaml',
      text: 'flow: f\nsteps: { a: { checkpoint: c }, b: { checkpoint: «unknown-checkpoint»d } }\nconnectors: { from: a, to: b, when: N > 1 and «unknown-name»M > 1 }\n',
    },
    { file: 'c.yaml', text: 'calendar: k\nweekend: «bad-weekday»never\nzone: «unknown-zone»Nowhere\n' },
  ]);
});
