import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileDefinitions, type Document, linkDefinitions } from '../../../definitions/index.ts';

const codes = (text: string) =>
  compileDefinitions([{ file: 'a.yaml', text }], 'r').findings.map((finding) => finding.code);

test('extension functions are unknown without an extension module', () => {
  expect(
    codes(`flow: f
steps: { a: { on: { committed: { when: onHoliday(), do: { call: repair, with: { n: 1 } } } } } }`),
  ).toEqual(['unknown-function', 'unknown-handler']);
});

describe('one mistake is said once', () => {
  test('where a checkpoint type is used by several steps', () => {
    expect(
      codes(`checkpoint: c
on: { committed: { when: PIN > 1, do: { alarm: x } } }
---
flow: f
steps: { a: { checkpoint: c }, b: { checkpoint: c } }`),
    ).toEqual(['unknown-name']);
  });

  test('where a checkpoint type is unknown, and everything it would bring with it', () => {
    expect(
      codes(`flow: f
steps:
  a: { checkpoint: recieve, on: { timer.slow: [{ when: PIN > 1, do: [{ set: PIN, to: 1 }, { cancel-timer: slow }] }] } }
  b: { params: { X: { type: number, from: PIN } } }
connectors: [{ from: a, to: b, when: PIN > 1 and steps.a.POUT > 1 }]`),
    ).toEqual(['unknown-checkpoint']);
  });

  test('where a connector ends nowhere, and its steps cannot be reached', () => {
    expect(
      codes(`flow: f
steps: { a: {}, b: {}, c: {} }
connectors: [{ from: a, to: bb }, { from: b, to: c }, { from: c, to: b }]`),
    ).toEqual(['unknown-step']);
  });

  test('where a document could not be read, and others name it', () => {
    expect(
      codes(`checkpoint: c
colour: red
---
calendar: shfe
wekend: [sat]
---
flow: f
calendar: shfe
start: { after: g, in: 1m }
steps: { a: { checkpoint: c, params: { X: { type: number } } }, b: { flow: g } }
connectors: [{ from: a, to: b, when: PIN > Y }, { from: a, to: nowhere }]
---
flow: g
steps: []`),
    ).toEqual(['unknown-key', 'unknown-key', 'unknown-step', 'wrong-type']);
  });
});

test('a channel that is not among those defined is a warning, where there are any', () => {
  const rule = 'flow: f\nsteps: { a: { on: { committed: { do: { notify: opps } } } } }';
  expect(codes(rule)).toEqual([]);
  expect(codes(`${rule}\n---\nchannel: ops\ntype: bell`)).toEqual(['unknown-channel']);
  expect(codes(`${rule}\n---\nchannel: opps\ntype: bell`)).toEqual([]);
});

test('findings come in the order of files and places', () => {
  const file = (name: string) => ({
    file: name,
    text: `flow: ${name}\ncalendar: x\nsteps: { a: { checkpoint: c }, b: { flow: z } }`,
  });
  const { definitions, findings } = compileDefinitions([file('b'), file('a')], 'r');
  expect(definitions).toBeNull();
  expect(findings.map(({ at, code }) => `${at.file}:${at.line} ${code}`)).toEqual([
    'a:2 unknown-calendar',
    'a:3 unknown-checkpoint',
    'a:3 unknown-flow',
    'b:2 unknown-calendar',
    'b:3 unknown-checkpoint',
    'b:3 unknown-flow',
  ]);
});

test('a warning leaves the definitions in force', () => {
  const { definitions, findings } = compileDefinitions(
    [{ file: 'a.yaml', text: 'flow: f\nsteps: { a: { timers: { t: {} } } }' }],
    'r',
  );
  expect(findings.map((finding) => finding.severity)).toEqual(['warning']);
  expect(definitions?.flows.size).toBe(1);
});

test('a flow of a thousand steps in a row with a join of all of them is linked', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `s${index}`);
  const text = [
    'flow: f',
    'steps:',
    ...names.map((name) => `  ${name}: {}`),
    '  join: {}',
    'connectors:',
    ...names.slice(1).map((name, index) => `  - { from: s${index}, to: ${name} }`),
    ...names.map((name) => `  - { from: ${name}, to: join }`),
  ].join('\n');
  const { definitions } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
  const join = definitions?.flows.get('f')?.steps[1000];
  expect(join?.reach.map((row) => row.filter(Boolean).length)).toEqual(names.map((_, index) => index + 1));
});

describe('whatever the documents', () => {
  const at = { file: 'a.yaml', line: 1, column: 1 };
  const word = fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', '', 'a-b', 'a_b', 'state');
  const source = fc.oneof(
    fc.constantFrom(
      'X',
      'X + Y',
      'steps.a.X > 1',
      "state == 'x'",
      '{key}',
      '{key}/{each}',
      '{tradingDay}',
      '{X}',
      '',
      '1/0',
    ),
    fc.string({ maxLength: 12 }),
  );
  const located = <T>(value: fc.Arbitrary<T>) => value.map((each) => ({ value: each, at }));
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const span = fc.constant({ days: 1, ms: 5 });
  const severity = maybe(fc.constantFrom('info' as const, 'critical' as const));
  const moment = located(
    fc.oneof(
      fc.constant({ kind: 'time' as const, time: 0, day: 'same' as const }),
      word.map((session) => ({
        kind: 'anchor' as const,
        session,
        edge: 'open' as const,
        sign: 1 as const,
        offset: { days: 0, ms: 0 },
      })),
    ),
  );
  const type = fc.constantFrom('string' as const, 'number' as const, 'boolean' as const);
  const param = fc.record({
    ...{ at: fc.constant(at), name: word, type, title: fc.constant(null), unit: fc.constant(null) },
    ...{
      default: maybe(fc.constantFrom(1, 'x', true)),
      from: maybe(located(word)),
      value: maybe(located(source)),
    },
  });
  const action = fc.oneof(
    fc.record({
      at: fc.constant(at),
      kind: fc.constant('alarm' as const),
      name: word,
      severity,
      text: maybe(located(source)),
    }),
    fc.record({ at: fc.constant(at), kind: fc.constant('clear' as const), name: word }),
    fc.record({ at: fc.constant(at), kind: fc.constant('set' as const), param: word, to: located(source) }),
    fc.record({
      at: fc.constant(at),
      kind: fc.constant('start-timer' as const),
      name: word,
      in: maybe(span),
    }),
    fc.record({
      at: fc.constant(at),
      kind: fc.constant('publish' as const),
      subject: located(source),
      data: fc.jsonValue(),
    }),
    fc.record({
      at: fc.constant(at),
      kind: fc.constant('call' as const),
      handler: word,
      with: fc.jsonValue(),
    }),
  );
  const on = fc.array(
    fc.record({
      at: fc.constant(at),
      event: fc.oneof(
        fc.constantFrom('committed', 'exception'),
        word.map((name) => `timer.${name}`),
      ),
      rules: fc.array(
        fc.record({
          at: fc.constant(at),
          when: maybe(located(source)),
          actions: fc.array(action, { maxLength: 3 }),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  );
  const states = fc.array(
    fc.record({ at: fc.constant(at), name: word, next: fc.array(located(word), { maxLength: 2 }) }),
    { maxLength: 3 },
  );
  const timers = fc.array(
    fc.record({
      ...{ at: fc.constant(at), name: word, after: maybe(fc.constant('state' as const)), in: maybe(span) },
      ...{ moment: maybe(moment), until: maybe(fc.constant('committed' as const)), severity },
    }),
    { maxLength: 2 },
  );
  const body = { states, params: fc.array(param, { maxLength: 3 }), timers, on };
  const split = fc.constantFrom('all' as const, 'first' as const, 'event' as const);
  const step = fc.record({
    ...{
      at: fc.constant(at),
      name: word,
      title: fc.constant(null),
      as: maybe(located(word)),
      checkpoint: maybe(located(word)),
    },
    ...{
      gate: fc.boolean(),
      flow: maybe(located(word)),
      key: maybe(located(source)),
      each: fc.array(located(word), { maxLength: 3 }),
    },
    ...{ split, join: fc.constantFrom('all' as const, 'any' as const), end: fc.boolean(), ...body },
  });
  const connector = fc.record({
    ...{ at: fc.constant(at), from: located(word), to: located(word), when: maybe(located(source)) },
    ...{ limit: maybe(fc.constant(1)), on },
  });
  const start = fc.oneof(
    fc.record({
      at: fc.constant(at),
      severity,
      kind: fc.constant('by' as const),
      by: moment,
      grace: maybe(span),
    }),
    fc.record({
      at: fc.constant(at),
      severity,
      kind: fc.constant('after' as const),
      after: located(word),
      in: span,
    }),
  );
  const deadline = fc.record({ at: fc.constant(at), severity, kind: fc.constant('at' as const), moment });
  const head = { at: fc.constant(at), name: word, title: fc.constant(null) };
  const flow = fc.record({
    ...{
      ...head,
      kind: fc.constant('flow' as const),
      group: maybe(word),
      labels: fc.constant({}),
      calendar: maybe(located(word)),
      key: maybe(located(source)),
    },
    ...{
      start: maybe(start),
      deadline: maybe(deadline),
      disorder: maybe(span),
      abandon: maybe(span),
      source: maybe(located(word)),
      states,
      split,
      on,
    },
    ...{ steps: fc.array(step, { maxLength: 4 }), connectors: fc.array(connector, { maxLength: 5 }) },
  });
  const checkpoint = fc.record({ ...head, kind: fc.constant('checkpoint' as const), ...body });
  const calendar = fc.record({
    ...{
      ...head,
      kind: fc.constant('calendar' as const),
      zone: maybe(located(fc.constantFrom('UTC', 'Asia/Shanghai', 'x'))),
    },
    ...{
      weekend: fc.constant([]),
      holidays: fc.constant([]),
      workdays: fc.constant([]),
      noNight: fc.constant([]),
    },
    ...{
      sessions: fc.constant([]),
      days: fc.constant([]),
      turn: fc.constant(null),
      validUntil: fc.constant(null),
    },
  });
  const documents: fc.Arbitrary<readonly Document[]> = fc.array(fc.oneof(flow, flow, checkpoint, calendar), {
    maxLength: 5,
  });

  test('linking never throws, says the same twice, and gives definitions exactly where there is no error', () => {
    fc.assert(
      fc.property(documents, (given) => {
        const { definitions, findings } = linkDefinitions(given, 'r');
        expect(definitions === null).toBe(findings.some((finding) => finding.severity === 'error'));
        expect(linkDefinitions(given, 'r').findings).toEqual(findings);
        for (const { code, message } of findings) expect([code, message]).not.toContain('');
      }),
      { numRuns: 300 },
    );
  });
});
