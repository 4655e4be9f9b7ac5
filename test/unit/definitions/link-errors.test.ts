import { describe, expect, test } from 'vitest';
import { compileDefinitions, type Finding } from '../../../definitions/index.ts';

/** Compiles a source in which § marks where the finding must be, and compares it with everything that was found. */
function expectFinding(
  source: string,
  wanted: { code: string; says: string; severity: Finding['severity'] },
): void {
  const before = source.slice(0, source.indexOf('§')).split('\n');
  const at = { file: 'a.yaml', line: before.length, column: (before.at(-1) ?? '').length + 1 };
  const { definitions, findings } = compileDefinitions(
    [{ file: 'a.yaml', text: source.replace('§', '') }],
    'r',
  );
  expect(findings.map(({ message, ...finding }) => finding)).toEqual([
    { at, severity: wanted.severity, code: wanted.code },
  ]);
  expect(findings[0]?.message).toContain(wanted.says);
  expect(definitions === null).toBe(wanted.severity === 'error');
}

type Case = readonly [title: string, code: string, says: string, source: string];

function refuses(cases: readonly Case[]): void {
  test.each(cases)('%s: %s', (_, code, says, source) =>
    expectFinding(source, { code, says, severity: 'error' }),
  );
}

/** A flow of one step `a` with these lines in its body. */
const step = (body: string, rest = '') => `flow: f\nsteps:\n  a:\n    ${body}\n${rest}`;
/** A step with a number N, a timer and this action on exception. */
const action = (text: string) =>
  step(
    `{ params: { N: { type: number }, D: { type: number, value: N + 1 } }, timers: { slow: {} }, on: { exception: { do: [${text}, { start-timer: slow, in: 1m }] } } }`,
  );
/** A flow whose last connector has this condition, on a step `c` with a string M. */
const when = (text: string) => `flow: f
steps: { a-b: { params: { N: { type: number } } }, a_b: {}, c: { params: { M: { type: string } } } }
connectors:
  - { from: a-b, to: a_b }
  - { from: a_b, to: c }
  - from: c
    to: c
    when: ${text}
`;

describe('names that stand for nothing are refused where they stand', () => {
  refuses([
    [
      'a calendar',
      'unknown-calendar',
      "did you mean 'shfe'?",
      `calendar: shfe\n---\nflow: f\ncalendar: §shfee\nsteps: { a: {} }`,
    ],
    [
      'a calendar, where there is none',
      'unknown-calendar',
      'none is defined',
      `flow: f\ncalendar: §shfe\nsteps: { a: {} }`,
    ],
    [
      'a checkpoint type',
      'unknown-checkpoint',
      "did you mean 'receive-file'?",
      `checkpoint: receive-file\n---\nflow: f\nsteps: { a: { checkpoint: §recieve-file } }`,
    ],
    [
      'a nested flow',
      'unknown-flow',
      "did you mean 'margin'?",
      `flow: f\nsteps: { a: { flow: §margn } }\n---\nflow: margin\nsteps: { a: {} }`,
    ],
    [
      'a flow to start after',
      'unknown-flow',
      "did you mean 'pre-open'?",
      `flow: f\nstart: { after: §preopen, in: 1m }\nsteps: { a: {} }\n---\nflow: pre-open\nsteps: { a: {} }`,
    ],
    [
      'where a connector begins',
      'unknown-step',
      "did you mean 'receive'?",
      `flow: f\nsteps: { receive: {}, b: {} }\nconnectors:\n  - { from: §recieve, to: b }`,
    ],
    [
      'where a connector ends',
      'unknown-step',
      "use one of 'receive', 'b'",
      `flow: f\nsteps: { receive: {}, b: {} }\nconnectors:\n  - { from: receive, to: §nowhere }`,
    ],
    [
      'the timer of an event',
      'unknown-timer',
      "did you mean 'slow'?",
      step('{ timers: { slow: { after: activated, in: 1m } }, on: { §timer.slw: { do: { alarm: x } } } }'),
    ],
    [
      'the timer of a start-timer',
      'unknown-timer',
      "did you mean 'slow'?",
      action('§{ start-timer: slo, in: 1m }'),
    ],
    [
      'the timer of a cancel-timer',
      'unknown-timer',
      "did you mean 'slow'?",
      action('§{ cancel-timer: slo }'),
    ],
    ['the parameter of a set', 'unknown-param', "did you mean 'N'?", action('§{ set: M, to: 1 }')],
    ['a handler', 'unknown-handler', 'extension module', action('§{ call: repair }')],
    ['a function', 'unknown-function', "'holiday'", when('§holiday()')],
    [
      'the session of a timer',
      'unknown-session',
      "did you mean 'day'?",
      `calendar: c\nsessions: { day: { from: "09:00", to: "15:00" } }\n---\nflow: f\ncalendar: c\nsteps: { a: { timers: { t: { at: §dya.close } } } }`,
    ],
    [
      'the session of a start',
      'unknown-session',
      'default calendar',
      `flow: f\nstart: { by: §day.open }\nsteps: { a: {} }`,
    ],
    [
      'the session of a deadline',
      'unknown-session',
      'default calendar',
      `flow: f\ndeadline: { at: §day.open + 5m }\nsteps: { a: {} }`,
    ],
    ['an own parameter', 'unknown-name', "did you mean 'M'?", when("§MM == 'x'")],
    [
      'a parameter of another step, written as an own one',
      'unknown-name',
      'write steps.a_b.X',
      `flow: f\nsteps: { a-b: { params: { X: { type: number } } }, c: {} }\nconnectors: [{ from: a-b, to: c }, { from: c, to: c, when: §X > 1 }]`,
    ],
    ['a step in an expression', 'unknown-name', "did you mean 'c'?", when("§steps.d.M == 'x'")],
    [
      'a parameter of a step in an expression',
      'unknown-name',
      "parameter of step 'c'",
      when("§steps.c.K == 'x'"),
    ],
    ['a step name that two steps become', 'unknown-name', "'a-b' or 'a_b'", when("§steps.a_b.state == 'x'")],
    ['half a step name', 'unknown-name', 'steps.NAME.PARAMETER', when("§steps.c == 'x'")],
    ['a part of event', 'unknown-name', "did you mean 'time'?", when('§event.tme > 1')],
    ['event.params without a name', 'unknown-name', 'event.params.NAME', when('§event.params == 1')],
    ['a part of flow', 'unknown-name', "did you mean 'group'?", when("§flow.grup == 'x'")],
    ['a dot on anything else', 'unknown-name', 'only event, flow and steps', when('§M.length > 1')],
    [
      'visits of a flow',
      'unknown-name',
      'steps.NAME.visits',
      `flow: f\nsteps: { a: {} }\non: { committed: { when: §visits > 1, do: { alarm: x } } }`,
    ],
    [
      'a name in a text',
      'unknown-name',
      "did you mean 'N'?",
      step(
        'on:\n      exception:\n        do:\n          alarm: x\n          text: is §{M} {N}\n    params: { N: { type: number } }',
      ),
    ],
    [
      'a name in published data',
      'unknown-name',
      "did you mean 'N'?",
      action('§{ publish: a.b, data: { x: ["{M}"] } }'),
    ],
    [
      'a step in an unused checkpoint type, own parameters',
      'unknown-name',
      "did you mean 'PIN'?",
      `checkpoint: c\nparams: { PIN: { type: number } }\non: { committed: { when: §PINN > 1 and steps.any.thing > 1, do: { alarm: x } } }`,
    ],
  ]);
});

describe('types that can be known are checked', () => {
  refuses([
    ['a condition that gives a number', 'type-mismatch', 'true or false', when('§visits + 1')],
    ['a set of another type', 'type-mismatch', 'a number is due', action('{ set: N, to: §event.step }')],
    [
      'a derived parameter of another type',
      'type-mismatch',
      'a string is due',
      step('{ params: { N: { type: number }, S: { type: string, value: §N + 1 } } }'),
    ],
    [
      'a copy of another type',
      'from-type',
      "'X' of step 'a' is a number",
      `flow: f\nsteps:\n  a: { params: { X: { type: number } } }\n  g: { gate: true }\n  b: { params: { Y: { type: string, from: §X } } }\nconnectors: [{ from: a, to: g }, { from: g, to: b }]`,
    ],
  ]);
});

describe('parameters', () => {
  refuses([
    ...['state', 'status', 'visits', 'event', 'flow', 'steps', 'and', 'or', 'not', 'in'].map(
      (name): Case => [
        `are not named ${name}`,
        'reserved-name',
        'another name',
        step(`{ params: { §${name}: { type: number } } }`),
      ],
    ),
    ['that are derived are not set', 'derived-param', "computed by 'value'", action('§{ set: D, to: 1 }')],
    [
      'that are derived are not made of themselves',
      'derived-circle',
      "'A' -> 'A'",
      step('{ params: { A: { type: number, value: §A + 1 } } }'),
    ],
    [
      'that are derived are not made of each other, across steps',
      'derived-circle',
      "'A' -> 'B' -> 'A'",
      `flow: f\nsteps:\n  a: { params: { A: { type: number, value: §steps.b.B } } }\n  b: { params: { B: { type: number, value: steps.a.A } } }`,
    ],
    [
      'that are derived cost little to read',
      'derived-cost',
      "'P4' computes more than 100",
      step(
        `{ params: { P0: { type: number }, ${['P0', 'P1', 'P2', 'P3', 'P4', 'P5'].map((from, n) => `P${n + 1}: { type: number, value: ${n === 3 ? '§' : ''}${from} + ${from} + ${from} + ${from} + ${from} + ${from} }`).join(', ')} } }`,
      ),
    ],
  ]);
});

describe('keys', () => {
  refuses([
    [
      'name the day once',
      'bad-key-template',
      'more than once',
      `flow: f\nkey: §"{tradingDay}/{tradingDay}"\nsteps: { a: {} }`,
    ],
    ['name nothing else', 'bad-key-template', '{day}', `flow: f\nkey: §"x-{day}"\nsteps: { a: {} }`],
    [
      'have no lone brace',
      'bad-key-template',
      'lone brace',
      `flow: f\nkey: §"x-{tradingDay}}"\nsteps: { a: {} }`,
    ],
    [
      'have no empty part',
      'bad-key-template',
      'empty part',
      `flow: f\nkey: §"x//{tradingDay}"\nsteps: { a: {} }`,
    ],
    [
      'do not end with a slash',
      'bad-key-template',
      'empty part',
      `flow: f\nkey: §"{tradingDay}/"\nsteps: { a: {} }`,
    ],
    [
      'of a daily flow name the day',
      'bad-key-template',
      'the same every day',
      `flow: f\nkey: §clearing\nstart: { by: "09:00" }\nsteps: { a: {} }`,
    ],
    ...(
      [
        ['begin with {key}', 'must begin with {key}', 'key: §"x/{key}"'],
        ['go on with a slash', "go on with '/'", 'key: §"{key}-x"'],
        ['name {each} only where there is a list', "has no 'each'", 'key: §"{key}/{each}"'],
        ['name {each} where there is one', 'name {each} once', 'key: §"{key}/x", each: [p, q]'],
        ['name {each} once', 'name {each} once', 'key: §"{key}/{each}/{each}", each: [p, q]'],
        ['name nothing else', '{tradingDay}', 'key: §"{key}/{tradingDay}"'],
        ['have no empty part', 'empty part', 'key: §"{key}/x/"'],
      ] as const
    ).map(
      ([title, says, body]): Case => [
        `of nested flows ${title}`,
        'bad-key-template',
        says,
        `flow: f\nsteps: { a: { flow: g, ${body} } }\n---\nflow: g\nsteps: { a: {} }`,
      ],
    ),
    [
      'of entries are short enough',
      'bad-key-template',
      'longer than 256',
      `flow: f\nsteps: { a: { flow: g, key: §"{key}/${'x'.repeat(220)}/{each}", each: [${'y'.repeat(40)}] } }\n---\nflow: g\nsteps: { a: {} }`,
    ],
    [
      'of entries are one part',
      'bad-each',
      'one part',
      `flow: f\nsteps: { a: { flow: g, each: [p, §q/r] } }\n---\nflow: g\nsteps: { a: {} }`,
    ],
  ]);
});

describe('flows hang together without circles and without two that could claim one key', () => {
  const leaf = '\n---\nflow: g\nsteps: { a: {} }';
  refuses([
    [
      'a flow that nests itself',
      'nesting-circle',
      "'f' -> 'f'",
      `flow: f\nsteps: { a: { flow: §f, key: "{key}/x" } }`,
    ],
    [
      'flows that nest each other',
      'nesting-circle',
      "'f' -> 'g' -> 'f'",
      `flow: f\nsteps: { a: { flow: g } }\n---\nflow: g\nsteps: { a: { flow: §f } }`,
    ],
    [
      'a flow that starts after itself',
      'start-circle',
      "'f' -> 'f'",
      `flow: f\nstart: { after: §f, in: 1m }\nsteps: { a: {} }`,
    ],
    [
      'flows that start after each other',
      'start-circle',
      "'f' -> 'g' -> 'h' -> 'f'",
      `flow: f\nstart: { after: g, in: 1m }\nsteps: { a: {} }\n---\nflow: g\nstart: { after: h, in: 1m }\nsteps: { a: {} }\n---\nflow: h\nstart: { after: §f, in: 1m }\nsteps: { a: {} }`,
    ],
    [
      'two steps with the same key',
      'ambiguous-key',
      "step 'b' of flow 'f' and step 'a' of flow 'f' at a.yaml:2:21 could claim",
      `flow: f\nsteps: { a: { flow: g }, b: { flow: §g } }${leaf}`,
    ],
    [
      'two flows with the same key',
      'ambiguous-key',
      "step 'a' of flow 'h' and step 'a' of flow 'f'",
      `flow: f\nsteps: { a: { flow: g, key: "{key}/x" } }\n---\nflow: h\nsteps: { a: { flow: §g, key: "{key}/x" } }${leaf}`,
    ],
    [
      'a key that ends with nothing more',
      'ambiguous-key',
      'could claim the same key',
      `flow: f\nsteps: { a: { flow: g, key: "{key}/x" }, b: { flow: §g } }${leaf}`,
    ],
    [
      'a key that ends like another',
      'ambiguous-key',
      'could claim the same key',
      `flow: f\nsteps: { a: { flow: g, key: "{key}/x" }, b: { flow: §g, key: "{key}/y/x" } }${leaf}`,
    ],
    [
      'an entry that ends like another key',
      'ambiguous-key',
      'could claim the same key',
      `flow: f\nsteps: { a: { flow: g, each: [p, q] }, b: { flow: §g, key: "{key}/p" } }${leaf}`,
    ],
  ]);

  test('keys of which none ends with another are told apart', () => {
    const text = `flow: f\nsteps: { a: { flow: g, key: "{key}/x" }, b: { flow: g, key: "{key}/y" }, c: { flow: g, each: [p, xx] } }${leaf}`;
    expect(compileDefinitions([{ file: 'a.yaml', text }], 'r').findings).toEqual([]);
  });
});

describe('graphs', () => {
  refuses([
    [
      'have no loop of gates alone',
      'gate-loop',
      'never end',
      `flow: f\nsteps:\n  a: {}\n  §g: { gate: true }\nconnectors: [{ from: a, to: g }, { from: g, to: g }]`,
    ],
  ]);
});

test('every step that nothing leads to from the start is reported', () => {
  const text = `flow: f
steps: { a: {}, b: {}, c: {}, d: {} }
connectors: [{ from: a, to: b }, { from: c, to: d }, { from: d, to: c }]`;
  const { findings } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
  expect(findings.map(({ at, code }) => [at.line, at.column, code])).toEqual([
    [2, 24, 'unreachable-step'],
    [2, 31, 'unreachable-step'],
  ]);
});

describe('actions', () => {
  refuses([
    ['start no timer without a time', 'timer-without-time', "add 'in'", action('§{ start-timer: slow }')],
    ['publish on no wildcard', 'bad-subject', 'words between dots', action('{ publish: §a.* }')],
    ['publish on no empty token', 'bad-subject', 'words between dots', action('{ publish: §a..b }')],
  ]);
});

describe('what is legal but of no use is a warning', () => {
  const cases: readonly Case[] = [
    [
      'an alarm that nothing raises',
      'unknown-alarm',
      "did you mean 'short'?",
      step('{ on: { exception: { do: { alarm: short } }, committed: { do: §{ clear: shirt } } } }'),
    ],
    [
      'a copy that no step can give',
      'from-nowhere',
      "'b'",
      `flow: f\nsteps:\n  a: {}\n  b: { params: { Y: { type: string, from: §X } } }\nconnectors: [{ from: a, to: b }]`,
    ],
    [
      'a timer that nothing starts',
      'timer-never-starts',
      'start-timer: slow',
      step('{ timers: { §slow: { in: 5m } } }'),
    ],
  ];
  test.each(cases)('%s: %s', (_, code, says, source) =>
    expectFinding(source, { code, says, severity: 'warning' }),
  );
});
