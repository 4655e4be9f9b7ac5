import { describe, expect, it } from 'vitest';
import { compileDefinitions, type Definitions } from '../../../definitions/index.ts';
import { type AlarmPoint, explains } from '../../../engine/notifying/explains.ts';

const TEXT = `
flow: settlement
start: { by: "15:30" }
deadline: { at: "19:00" }
steps:
  receive: { timers: { stalled: { after: activated, in: 10m }, cut-off: { at: "16:10" } } }
  check: { timers: { cut-off: { at: "16:30" }, slow: { after: activated, in: 5m } } }
  margin: { flow: margin, timers: { overdue: { after: activated, in: 1h } } }
  reports: { flow: report, each: [a, b] }
  side: { timers: { cut-off: { at: "16:40" } } }
connectors:
  - { from: receive, to: check }
  - { from: check, to: margin }
  - { from: margin, to: reports }
---
flow: margin
start: { by: "17:00" }
deadline: { at: "18:00" }
steps: { compute: { timers: { cut-off: { at: "17:30" }, slow: { after: activated, in: 5m } } } }
---
flow: report
start: { by: "18:00" }
deadline: { in: 1h }
steps: { write: }
---
flow: archive
start: { after: settlement, in: 10m }
deadline: { at: "21:00" }
steps: { store: { timers: { cut-off: { at: "20:00" } } } }
---
flow: other
deadline: { at: "19:00" }
steps: { a: { timers: { cut-off: { at: "16:00" } } }, b: { timers: { cut-off: { at: "16:05" } } } }
connectors: [{ from: a, to: b }, { from: b, to: a, when: "false" }]
`;

const DEFINITIONS: Definitions = (() => {
  const { definitions, findings } = compileDefinitions([{ file: 'f.yaml', text: TEXT }], 'r1');
  if (definitions === null) throw new Error(JSON.stringify(findings));
  return definitions;
})();

/** `settlement:receive exception`, `report/a start-timeout`, `settlement:check cut-off`. */
function point(text: string): AlarmPoint {
  const [where = '', name = ''] = text.split(' ');
  const [instance = '', step = null] = where.split(':');
  const [flow = '', entry] = instance.split('/');
  const key = entry === undefined ? '2026-11-23' : `2026-11-23/${entry}`;
  const sources = [
    'exception',
    'start-timeout',
    'deadline',
    'dead-end',
    'out-of-order',
    'illegal-state',
    'expression',
  ];
  return { flow, key, step, name, source: (sources.find((source) => source === name) ?? 'timer') as 'timer' };
}

describe('an alarm upstream', () => {
  it.each([
    // within the flow
    ['settlement:receive exception', 'settlement deadline', true],
    ['settlement:receive stalled', 'settlement deadline', true],
    ['settlement:receive exception', 'settlement:check cut-off', true],
    ['settlement:receive exception', 'settlement:side cut-off', false],
    ['settlement:check exception', 'settlement:receive cut-off', false],
    ['settlement:receive exception', 'settlement:check slow', false],
    ['settlement:receive stalled', 'settlement:receive cut-off', false],
    ['settlement start-timeout', 'settlement deadline', true],
    ['settlement deadline', 'settlement start-timeout', false],
    // into nested flows behind it
    ['settlement:receive exception', 'margin start-timeout', true],
    ['settlement:receive exception', 'margin deadline', true],
    ['settlement:receive exception', 'margin:compute cut-off', true],
    ['settlement:receive exception', 'margin:compute slow', false],
    ['settlement:receive exception', 'report/a start-timeout', true],
    ['settlement:receive exception', 'report/b deadline', false],
    ['settlement:side exception', 'margin start-timeout', false],
    ['settlement:margin exception', 'margin deadline', false],
    ['settlement start-timeout', 'margin start-timeout', true],
    // out of nested flows
    ['margin:compute exception', 'settlement deadline', true],
    ['margin start-timeout', 'settlement:margin overdue', true],
    ['margin deadline', 'report/a start-timeout', true],
    ['margin:compute slow', 'report/b start-timeout', true],
    ['report/a exception', 'margin deadline', false],
    ['margin start-timeout', 'settlement start-timeout', false],
    // flows that start after it
    ['settlement:receive exception', 'archive start-timeout', true],
    ['margin:compute exception', 'archive deadline', true],
    ['margin:compute exception', 'archive:store cut-off', true],
    ['settlement deadline', 'archive start-timeout', true],
    ['archive:store exception', 'settlement deadline', false],
    // what holds nothing back, and what is no lateness
    ['settlement:receive out-of-order', 'settlement deadline', false],
    ['settlement:receive illegal-state', 'settlement deadline', false],
    ['settlement:receive expression', 'settlement deadline', false],
    ['settlement:receive exception', 'settlement:check exception', false],
    ['settlement:receive exception', 'other deadline', false],
    ['other:a cut-off', 'other:b cut-off', true],
    ['other:b cut-off', 'other:a cut-off', true],
    ['other:a cut-off', 'other:a cut-off', false],
  ])('%s explains %s: %s', (root, late, expected) => {
    expect(explains(DEFINITIONS, point(root), point(late))).toBe(expected);
  });

  it('explains nothing under another key', () => {
    const late = { ...point('settlement deadline'), key: '2026-11-24' };
    expect(explains(DEFINITIONS, point('settlement:receive exception'), late)).toBe(false);
  });

  it('explains nothing in flows that are not there any more', () => {
    const gone = { ...point('settlement:receive exception'), flow: 'gone' };
    expect(explains(DEFINITIONS, gone, { ...point('settlement deadline'), flow: 'gone' })).toBe(false);
  });
});
