import { describe, expect, it } from 'vitest';
import type {
  CalendarDocument,
  CheckpointDocument,
  Document,
  FlowDocument,
} from '../../../definitions/document.ts';
import { formatFinding, readDefinitions } from '../../../definitions/read-definitions.ts';
import { EXAMPLE } from './read-example.ts';

const HOUR = 3_600_000;

function read(text: string): { documents: readonly Document[]; lines: readonly string[] } {
  const { documents, findings } = readDefinitions([{ file: 'a.yaml', text }]);
  return { documents, lines: findings.map(formatFinding) };
}

function one<K extends Document['kind']>(kind: K, text: string): Extract<Document, { kind: K }> {
  const { documents, lines } = read(text);
  expect(lines).toEqual([]);
  const found = documents.find((document) => document.kind === kind);
  // The search above is by kind.
  return found as Extract<Document, { kind: K }>;
}

function step(body: string): FlowDocument['steps'][number] | undefined {
  return one('flow', `flow: f\nsteps:\n  a: ${body}\n`).steps[0];
}

describe('the example of the reference', () => {
  it('reads without a finding, as a checkpoint, a flow and a calendar', () => {
    const { documents, lines } = read(EXAMPLE);
    expect(lines).toEqual([]);
    expect(documents.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'checkpoint receive-file',
      'flow settlement',
      'calendar shfe',
    ]);
  });

  it('gives the checkpoint with its states, parameters and rules', () => {
    const checkpoint: CheckpointDocument = one('checkpoint', EXAMPLE);
    expect(checkpoint.states.map(({ name, next }) => [name, next.map(({ value }) => value)])).toEqual([
      ['waiting', ['receiving']],
      ['receiving', ['received', 'broken']],
      ['broken', ['receiving']],
      ['received', []],
    ]);
    expect(checkpoint.params).toMatchObject([
      { name: 'POUT', type: 'number', unit: 'bytes', from: { value: 'POUT' }, default: null, value: null },
      { name: 'PIN', default: 0, from: null },
      { name: 'LOSS', value: { value: 'POUT - PIN', at: { file: 'a.yaml', line: 10, column: 32 } } },
    ]);
    expect(checkpoint.on).toEqual([
      {
        at: { file: 'a.yaml', line: 12, column: 3 },
        event: 'committed',
        rules: [
          {
            at: { file: 'a.yaml', line: 13, column: 7 },
            when: { value: 'PIN < POUT', at: { file: 'a.yaml', line: 13, column: 13 } },
            actions: [
              {
                at: { file: 'a.yaml', line: 14, column: 11 },
                kind: 'alarm',
                name: 'short-transfer',
                severity: 'critical',
                text: { value: '{PIN} of {POUT} bytes', at: { file: 'a.yaml', line: 14, column: 62 } },
              },
            ],
          },
        ],
      },
    ]);
  });

  it('gives the flow with its times, steps and connectors', () => {
    const flow: FlowDocument = one('flow', EXAMPLE);
    expect(flow).toMatchObject({
      at: { line: 16, column: 1 },
      title: { en: 'End-of-day settlement', zh: '日终结算' },
      group: 'clearing',
      calendar: { value: 'shfe', at: { line: 19, column: 11 } },
      key: { value: 'clearing-{tradingDay}' },
      start: { kind: 'by', by: { value: { kind: 'time', time: 15.5 * HOUR, day: 'same' } }, grace: null },
      deadline: { kind: 'at', moment: { value: { kind: 'time', time: 19 * HOUR } }, severity: null },
      disorder: { days: 0, ms: 5000 },
      abandon: { days: 30, ms: 0 },
      states: [],
      split: 'all',
    });
    expect(flow.steps).toMatchObject([
      {
        name: 'receive',
        at: { line: 26, column: 3 },
        checkpoint: { value: 'receive-file' },
        gate: false,
        timers: [
          { name: 'stalled', after: 'activated', in: { days: 0, ms: 600_000 }, moment: null, until: null },
          { name: 'cut-off', after: null, in: null, moment: { value: { kind: 'time' } } },
        ],
      },
      { name: 'open', gate: true, split: 'all', join: 'all', end: false },
      { name: 'margin', flow: { value: 'margin' }, key: null, each: [] },
      { name: 'reports', flow: { value: 'report' }, each: [{ value: 'cfmmc' }, { value: 'csrc' }] },
      { name: 'done', gate: true },
    ]);
    expect(flow.connectors).toHaveLength(6);
    expect(flow.connectors[0]).toMatchObject({
      from: { value: 'receive' },
      to: { value: 'receive' },
      when: { value: "state == 'broken'" },
      limit: 3,
      on: [],
    });
    expect(flow.on.map(({ event, rules }) => [event, rules.length])).toEqual([['start-timeout', 1]]);
  });

  it('gives the calendar with its dates and sessions', () => {
    const calendar: CalendarDocument = one('calendar', EXAMPLE);
    expect(calendar).toMatchObject({
      zone: { value: 'Asia/Shanghai' },
      weekend: [6, 7],
      holidays: [
        { from: '2026-10-01', to: '2026-10-01' },
        { from: '2026-10-02', to: '2026-10-02' },
        { from: '2026-10-05', to: '2026-10-07' },
      ],
      workdays: [],
      noNight: [{ from: '2026-09-30', to: '2026-09-30' }],
      sessions: [
        { name: 'night', from: 21 * HOUR, to: 2.5 * HOUR, day: 'next' },
        { name: 'day', from: 9 * HOUR, to: 15 * HOUR, day: 'same' },
      ],
      days: [{ date: '2026-02-13', sessions: [{ name: 'day', from: null, to: 11.5 * HOUR }] }],
      turn: 20 * HOUR,
      validUntil: { value: '2026-12-31' },
    });
  });
});

describe('short forms', () => {
  it('takes a step of which nothing is said for a plain checkpoint step', () => {
    const { steps } = one('flow', 'flow: f\nsteps:\n  settle:\n  check: {}\n');
    expect(steps).toMatchObject([
      { name: 'settle', at: { line: 3, column: 3 }, checkpoint: null, gate: false, flow: null, states: [] },
      { name: 'check', at: { line: 4, column: 3 } },
    ]);
  });

  it('lets one item stand alone where a list is due', () => {
    const calendar = one('calendar', 'calendar: c\nweekend: sun\nholidays: 2026-01-01\n');
    expect(calendar).toMatchObject({ weekend: [7], holidays: [{ from: '2026-01-01', to: '2026-01-01' }] });
    const flow = one(
      'flow',
      `flow: f
steps: { a: { flow: g, each: x }, b: { states: { s: t, t: } } }
connectors: { from: a, to: b, on: { taken: { do: { clear: late } } } }
on: { committed: { do: { run: stop } } }
`,
    );
    expect(flow.steps).toMatchObject([
      { each: [{ value: 'x' }] },
      { states: [{ next: [{ value: 't' }] }, { next: [] }] },
    ]);
    expect(flow.connectors).toMatchObject([{ on: [{ rules: [{ actions: [{ kind: 'clear' }] }] }] }]);
    expect(flow.on).toMatchObject([{ rules: [{ actions: [{ kind: 'run' }] }] }]);
  });

  it('takes a section with nothing in it for an empty one', () => {
    const flow = one(
      'flow',
      'flow: f\nstates:\nsteps: { a: { params: , timers: , on: } }\nconnectors:\non:\n',
    );
    expect(flow).toMatchObject({
      states: [],
      connectors: [],
      on: [],
      steps: [{ params: [], timers: [], on: [] }],
    });
    expect(one('calendar', 'calendar: c\nholidays:\nsessions:\ndays:\n')).toMatchObject({
      holidays: [],
      sessions: [],
      days: [],
    });
  });

  it('keeps an event with an empty list of rules, which silences its alarm', () => {
    expect(one('flow', 'flow: f\nsteps: { a: }\non: { deadline: [] }\n').on).toMatchObject([
      { event: 'deadline', rules: [] },
    ]);
  });

  it('takes dates, times and words such as yes and off for text, as YAML 1.2 does', () => {
    const flow = one(
      'flow',
      'flow: no\ntitle: 2026-10-01\ngroup: off\nstart: { by: 15:30 }\nsteps: { a: { as: yes } }\n',
    );
    expect(flow).toMatchObject({
      name: 'no',
      title: '2026-10-01',
      group: 'off',
      steps: [{ as: { value: 'yes' } }],
    });
  });
});

describe('times', () => {
  it.each([
    [
      '{ by: "21:00", day: previous, grace: 10m, severity: critical }',
      {
        kind: 'by',
        severity: 'critical',
        by: { value: { day: 'previous' } },
        grace: { days: 0, ms: 600_000 },
      },
    ],
    [
      '{ by: day.open - 5m }',
      { kind: 'by', by: { value: { kind: 'anchor', session: 'day', edge: 'open', sign: -1 } } },
    ],
    ['{ after: pre-open, in: 1d }', { kind: 'after', after: { value: 'pre-open' }, in: { days: 1, ms: 0 } }],
  ])('reads start: %s', (start, expected) => {
    expect(one('flow', `flow: f\nstart: ${start}\nsteps: { a: }\n`).start).toMatchObject(expected);
  });

  it.each([
    [
      '{ at: day.close + 20m }',
      { kind: 'at', moment: { value: { kind: 'anchor', edge: 'close', sign: 1 } } },
    ],
    ['{ in: 3h, severity: info }', { kind: 'in', in: { days: 0, ms: 3 * HOUR }, severity: 'info' }],
  ])('reads deadline: %s', (deadline, expected) => {
    expect(one('flow', `flow: f\ndeadline: ${deadline}\nsteps: { a: }\n`).deadline).toMatchObject(expected);
  });

  it.each([
    [
      '{ after: state, in: PT1M, until: committed }',
      { after: 'state', in: { days: 0, ms: 60_000 }, until: 'committed' },
    ],
    ['{ at: "09:00", day: previous }', { after: null, moment: { value: { kind: 'time', day: 'previous' } } }],
    [
      '{ in: 5m, severity: info }',
      { after: null, moment: null, in: { days: 0, ms: 300_000 }, severity: 'info' },
    ],
    ['{}', { after: null, moment: null, in: null, until: null, severity: null }],
    ['', { after: null, moment: null, in: null }],
  ])('reads a timer %s', (timer, expected) => {
    expect(step(`{ timers: { t: ${timer} } }`)?.timers).toMatchObject([{ name: 't', ...expected }]);
  });
});

describe('actions', () => {
  it.each([
    ['{ alarm: late }', { kind: 'alarm', name: 'late', severity: null, text: null }],
    [
      '{ text: "{PIN}", severity: info, alarm: late }',
      { kind: 'alarm', severity: 'info', text: { value: '{PIN}' } },
    ],
    ['{ clear: late }', { kind: 'clear', name: 'late' }],
    ['{ set: PIN, to: POUT * 2 }', { kind: 'set', param: 'PIN', to: { value: 'POUT * 2' } }],
    ['{ set: PIN, to: 0 }', { kind: 'set', to: { value: '0' } }],
    ['{ set: PIN, to: true }', { kind: 'set', to: { value: 'true' } }],
    ['{ start-timer: t, in: 5s }', { kind: 'start-timer', name: 't', in: { days: 0, ms: 5000 } }],
    ['{ start-timer: t }', { kind: 'start-timer', in: null }],
    ['{ cancel-timer: t }', { kind: 'cancel-timer', name: 't' }],
    [
      '{ publish: a.b, data: { n: [1, x, null, { y: true }] } }',
      { kind: 'publish', subject: { value: 'a.b' }, data: { n: [1, 'x', null, { y: true }] } },
    ],
    ['{ publish: a.b }', { kind: 'publish', data: null }],
    ['{ notify: on-call, text: late }', { kind: 'notify', channel: 'on-call', text: { value: 'late' } }],
    ['{ run: restart agent }', { kind: 'run', operation: 'restart agent' }],
    ['{ call: onShort, with: 5 }', { kind: 'call', handler: 'onShort', with: 5 }],
  ])('reads %s', (action, expected) => {
    expect(step(`{ on: { committed: { do: ${action} } } }`)?.on[0]?.rules[0]?.actions).toMatchObject([
      expected,
    ]);
  });

  it('takes any key in data for data, __proto__ too', () => {
    const action = step(
      '{ on: { state: { do: { call: h, with: { __proto__: { polluted: 1 }, constructor: 2 } } } } }',
    )?.on[0]?.rules[0]?.actions[0];
    const given = action?.kind === 'call' ? action.with : null;
    expect(JSON.stringify(given)).toBe('{"__proto__":{"polluted":1},"constructor":2}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('names', () => {
  it('takes names of the prototype for plain names', () => {
    const { states, params } = one(
      'checkpoint',
      'checkpoint: constructor\nstates: { __proto__: [toString], toString: }\nparams: { __proto__: { type: string } }\n',
    );
    expect(states.map(({ name }) => name)).toEqual(['__proto__', 'toString']);
    expect(params.map(({ name }) => name)).toEqual(['__proto__']);
    expect(one('flow', 'flow: f\nsteps: { constructor: , toString: }\n').steps).toHaveLength(2);
  });

  it('lets one name stand for documents of different kinds', () => {
    const { documents, lines } = read('flow: a\nsteps: { a: }\n---\ncheckpoint: a\n---\ncalendar: a\n');
    expect(lines).toEqual([]);
    expect(documents).toHaveLength(3);
  });

  it('says where the first of two documents of a name stands, across files', () => {
    const { documents, findings } = readDefinitions([
      { file: 'a.yaml', text: 'calendar: c\n' },
      { file: 'b.yaml', text: '# again\ncalendar: c\n' },
    ]);
    expect(documents.map(({ at }) => at.file)).toEqual(['a.yaml']);
    expect(findings.map(formatFinding)).toEqual([
      'b.yaml:2:11: error: there is a calendar "c" already, at a.yaml:1:1: rename or remove one',
    ]);
  });

  it('gives states any name of 1 to 64 characters', () => {
    const { states } = one(
      'checkpoint',
      `checkpoint: c\nstates: { 等待: [in progress], in progress: , ${'x'.repeat(64)}: }\n`,
    );
    expect(states).toHaveLength(3);
  });
});

describe('files', () => {
  it('gives the good documents beside the broken ones, of a file and of all files', () => {
    const { documents, findings } = readDefinitions([
      {
        file: 'a.yaml',
        text: 'calendar: a\n---\ncalendar: "b\n---\ncalendar: c\nzone: 5\n---\ncalendar: d\n',
      },
      { file: 'b.yaml', text: '[[[\n' },
      { file: 'c.yaml', text: 'calendar: e\n' },
    ]);
    expect(documents.map(({ name }) => name)).toEqual(['a', 'd', 'e']);
    expect(findings.map(({ at, code }) => `${at.file}:${at.line} ${code}`)).toEqual([
      'a.yaml:3 yaml-syntax',
      'a.yaml:6 quote-it',
      'b.yaml:1 yaml-syntax',
    ]);
  });

  it.each([
    ['a byte order mark', '\uFEFFcalendar: c\n'],
    ['Windows line ends', 'calendar: c\r\nzone: UTC\r\ntitle: |\r\n  one\r\n'],
    ['a %YAML directive', '%YAML 1.2\n---\ncalendar: c\n'],
    ['document ends and empty documents', '---\n---\ncalendar: c\n...\n---\n# nothing\n...\n'],
    ['no line end at the end', 'calendar: c'],
    ['comments only around it', '# above\ncalendar: c # beside\n# below'],
  ])('reads a file with %s', (_, text) => {
    expect(one('calendar', text)).toMatchObject({ name: 'c' });
  });

  it('counts columns after a byte order mark as without one', () => {
    expect(read('\uFEFFcalendar: 5\n').lines[0]).toMatch(/^a\.yaml:1:11: error: /);
  });

  it.each([[[]], [[{ file: 'a.yaml', text: '' }]], [[{ file: 'a.yaml', text: '---\n# nothing\n---\n' }]]])(
    'warns where there is no document at all: %j',
    (sources) => {
      const { documents, findings } = readDefinitions(sources);
      expect(documents).toEqual([]);
      expect(findings).toMatchObject([{ severity: 'warning', code: 'no-documents' }]);
    },
  );

  it.each(['collector'])('keeps the name of a %s and says it is not evaluated', (kind) => {
    const { documents, findings } = readDefinitions([
      { file: 'a.yaml', text: `${kind}: x\nanything: [1, { b: 2 }]\n` },
    ]);
    expect(documents).toEqual([{ kind, at: { file: 'a.yaml', line: 1, column: 1 }, name: 'x' }]);
    expect(findings).toMatchObject([
      { severity: 'warning', code: 'not-evaluated', at: { line: 1, column: 1 } },
    ]);
  });
});
