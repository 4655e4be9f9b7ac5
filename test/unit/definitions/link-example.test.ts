import { beforeAll, describe, expect, test } from 'vitest';
import { compileDefinitions, type Flow, type Scope } from '../../../definitions/index.ts';

const SETTLEMENT = `
checkpoint: receive-file
states:
  waiting:   [receiving]
  receiving: [received, broken]
  broken:    [receiving]
  received:  []
params:
  POUT: { type: number, unit: bytes, from: POUT }
  PIN:  { type: number, unit: bytes, default: 0 }
  LOSS: { type: number, value: POUT - PIN }
on:
  committed:
    - when: PIN < POUT
      do: { alarm: short-transfer, severity: critical, text: "{PIN} of {POUT} bytes" }
---
flow: settlement
title: { en: End-of-day settlement, zh: 日终结算 }
group: clearing
calendar: shfe
key: "clearing-{tradingDay}"
start: { by: "15:30" }
deadline: { at: "19:00" }
disorder: 5s
abandon: 30d
steps:
  receive:
    checkpoint: receive-file
    timers:
      stalled: { after: activated, in: 10m }
      cut-off: { at: "16:10" }
  open:    { gate: true }
  margin:  { flow: margin }
  reports: { flow: report, each: [cfmmc, csrc] }
  done:    { gate: true }
connectors:
  - { from: receive, to: receive, when: state == 'broken', limit: 3 }
  - { from: receive, to: open, when: state != 'broken' }
  - { from: open, to: margin }
  - { from: open, to: reports }
  - { from: margin, to: done }
  - { from: reports, to: done }
on:
  start-timeout: { do: { alarm: late-start, severity: warning } }
---
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: [2026-10-01, 2026-10-02, 2026-10-05..2026-10-07]
workdays: []
no-night: [2026-09-30]
sessions:
  night: { from: "21:00", to: "02:30", day: next }
  day:   { from: "09:00", to: "15:00" }
days: { 2026-02-13: { day: { to: "11:30" } } }
turn: "20:00"
valid-until: 2026-12-31
---
flow: margin
start: { after: settlement, in: 10m }
steps: { call: {} }
---
flow: report
steps: { send: {} }
`;

let settlement: Flow;
let margin: Flow;
let report: Flow;

beforeAll(() => {
  const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text: SETTLEMENT }], 'r1');
  expect(findings).toEqual([]);
  const flow = (name: string): Flow => {
    const found = definitions?.flows.get(name);
    if (found === undefined) throw new Error(`the example has a flow ${name}`);
    return found;
  };
  expect(definitions?.revision).toBe('r1');
  [settlement, margin, report] = [flow('settlement'), flow('margin'), flow('report')];
});

/** A scope of the settlement in which the step `receive` has these values. */
function scope(own: number, params: readonly (number | null)[], state: string | null = null): Scope {
  const idle = { status: 'idle', state: null, visits: 0, params: [] };
  return {
    own,
    steps: [{ status: 'running', state, visits: 1, params }, idle, idle, idle, idle],
    flow: {
      key: 'clearing-2026-11-23',
      group: 'clearing',
      tradingDay: '2026-11-23',
      startedAt: Date.parse('2026-11-23T07:30:00Z'),
      state: null,
      status: 'running',
    },
    event: {
      id: '1',
      event: 'committed',
      step: 'receive',
      time: Date.parse('2026-11-23T07:31:05Z'),
      state,
      params: [['PIN', 5]],
      message: null,
      source: 'ftp',
    },
  };
}

describe('the settlement of the design', () => {
  test('has its key, its times and its tolerance', () => {
    expect(settlement.key).toEqual({ before: 'clearing-', after: '', hasDay: true });
    expect(settlement.start).toMatchObject({ kind: 'by', severity: 'warning', grace: { days: 0, ms: 0 } });
    expect(settlement.deadline).toMatchObject({ kind: 'at', severity: 'critical' });
    expect(settlement.disorder).toBe(5000);
    expect(settlement.abandon).toEqual({ days: 30, ms: 0 });
    expect(settlement.calendar.zone).toBe('Asia/Shanghai');
  });

  test('starts at the step that only its own loop leads to', () => {
    expect(settlement.startSteps).toEqual([0]);
  });

  test('takes states, parameters and rules from the checkpoint type', () => {
    const [receive] = settlement.steps;
    expect(receive?.states?.initial).toBe('waiting');
    expect(receive?.params.map((param) => param.name)).toEqual(['POUT', 'PIN', 'LOSS']);
    expect(receive?.on.get('committed')?.map((rule) => rule.id)).toEqual(['receive/committed/1']);
  });

  test('gives the timers their severity', () => {
    expect(settlement.steps[0]?.timers.map(({ name, after, severity }) => [name, after, severity])).toEqual([
      ['stalled', 'activated', 'warning'],
      ['cut-off', null, 'warning'],
    ]);
  });

  test('hears events for the steps that are checkpoints', () => {
    expect([...settlement.byEventName]).toEqual([['receive', [0]]]);
  });

  test('knows the keys of what it nests, and they know it', () => {
    expect(settlement.steps[2]?.nested).toEqual({ flow: 'margin', suffixes: [''] });
    expect(settlement.steps[3]?.nested).toEqual({ flow: 'report', suffixes: ['/cfmmc', '/csrc'] });
    expect(margin.parents).toEqual([{ flow: 'settlement', step: 2, suffix: '' }]);
    expect(report.parents).toEqual([
      { flow: 'settlement', step: 3, suffix: '/cfmmc' },
      { flow: 'settlement', step: 3, suffix: '/csrc' },
    ]);
  });

  test('knows who starts after it', () => {
    expect(settlement.followers).toEqual(['margin']);
    expect(margin.start).toMatchObject({ kind: 'after', flow: 'settlement', in: { days: 0, ms: 600_000 } });
  });

  test('decides a rule and fills its text from the values of the step', () => {
    const rule = settlement.steps[0]?.on.get('committed')?.[0];
    expect(rule?.when?.run(scope(0, [10, 4, null]))).toBe(true);
    expect(rule?.when?.run(scope(0, [4, 4, null]))).toBe(false);
    const action = rule?.actions[0];
    expect(action?.kind === 'alarm' && action.text?.run(scope(0, [10, 4, null]))).toBe('4 of 10 bytes');
  });

  test('decides its connectors by the state of their source', () => {
    const taken = (state: string) =>
      settlement.connectors.slice(0, 2).map((each) => each.when?.run(scope(0, [], state)));
    expect(taken('broken')).toEqual([true, false]);
    expect(taken('received')).toEqual([false, true]);
  });
});

describe('names', () => {
  /** Compiles `{text}` as the text of an alarm of a rule of step `a` and fills it. */
  function filled(text: string, given: Scope, where: 'step' | 'flow' = 'step'): string {
    const rule = `on: { exception: { do: { alarm: x, text: "${text}" } } }`;
    const source = `
flow: f
group: clearing
calendar: shanghai
steps:
  receive-file:
    params:
      POUT: { type: number }
      PIN: { type: number }
      LOSS: { type: number, value: POUT - PIN }
      DOUBLE: { type: number, value: LOSS * 2 }
    ${where === 'step' ? rule : ''}
  b: { params: { FAR: { type: number, value: steps.receive_file.LOSS + 1 } } }
${where === 'flow' ? rule : ''}
---
calendar: shanghai
zone: Asia/Shanghai`;
    const { definitions, findings } = compileDefinitions([{ file: 'a.yaml', text: source }], 'r');
    expect(findings).toEqual([]);
    const flow = definitions?.flows.get('f');
    const on = where === 'flow' ? flow?.on : flow?.steps[0]?.on;
    const action = on?.get('exception')?.[0]?.actions[0];
    if (action?.kind !== 'alarm' || action.text === null)
      throw new Error('the rule has an alarm with a text');
    return action.text.run(given);
  }

  const cases: readonly [string, string][] = [
    ['{POUT} {PIN}', '10 4'],
    ['{LOSS} {DOUBLE}', '6 12'],
    ['{steps.receive_file.LOSS} {steps.b.FAR}', '6 7'],
    ['{state} {status} {visits}', 'broken running 1'],
    ['{steps.b.state} {steps.b.status} {steps.b.visits}', '? idle 0'],
    ['{event.id} {event.event} {event.step} {event.source} {event.message}', '1 committed receive ftp ?'],
    ['{event.key} {event.flow} {event.state}', 'clearing-2026-11-23 f broken'],
    ['{event.params.PIN} {event.params.OTHER}', '5 ?'],
    ['{flow.key} {flow.group} {flow.tradingDay}', 'clearing-2026-11-23 clearing 2026-11-23'],
    ['{flow.state} {flow.status}', '? running'],
    ['{event.time} {flow.startedAt}', '2026-11-23 15:31:05 2026-11-23 15:30:00'],
  ];
  test.each(cases)('%s becomes %s', (text, wanted) => {
    expect(filled(text, scope(0, [10, 4, null, null], 'broken'))).toBe(wanted);
  });

  test('of rules of the flow are those of the flow', () => {
    expect(
      filled('{state} {status} {steps.receive_file.DOUBLE}', scope(-1, [10, 4, null, null]), 'flow'),
    ).toBe('? running 12');
  });

  test('of derived parameters have no value as long as what they are made of has none', () => {
    expect(filled('{LOSS} {DOUBLE} {steps.b.FAR}', scope(0, [10, null, null, null]))).toBe('? ? ?');
  });

  test('of functions may be parameters too, since a function is followed by brackets', () => {
    const text =
      'flow: f\nsteps: { a: { params: { min: { type: number }, D: { type: number, value: "min(min, 3)" } } } }';
    const { definitions } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
    expect(definitions?.flows.get('f')?.steps[0]?.params[1]?.value?.run(scope(0, [5, null]))).toBe(3);
  });

  test('of derived parameters may build on each other a hundred times', () => {
    const chain = Array.from(
      { length: 100 },
      (_, n) => `P${n + 1}: { type: number, value: "((((P${n} + 1) * 1) + 1) - 1)" }`,
    );
    const text = `flow: f\nsteps: { a: { params: { P0: { type: number }, ${chain.join(', ')} } } }`;
    const { definitions } = compileDefinitions([{ file: 'a.yaml', text }], 'r');
    expect(definitions?.flows.get('f')?.steps[0]?.params[100]?.value?.run(scope(-1, [5]))).toBe(105);
  });
});
