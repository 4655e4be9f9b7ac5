/** The flows that explanations are tested with; places in the tests are lines and columns of these. */
import { expect } from 'vitest';
import { explained } from '../../scenarios/explained.ts';
import type { Entry } from '../../scenarios/timeline.ts';
import { silencesOf, storyOf } from './explaining.ts';

/** An operator's act on this Monday. */
export function act(kind: string, time: string, fields: object = {}): object {
  const said = { flow: 'f', key: 'k', reason: 'holiday', by: 'Li' };
  return { act: kind, id: `${kind} ${time}`, ...said, time: `2026-11-23T${time}:00Z`, ...fields };
}

/** A log, and all that is said of an instance after it. */
export interface Told {
  readonly says: string;
  readonly yaml: string;
  readonly entries: readonly Entry[];
  readonly acts?: readonly object[];
  /** the instance; default: f/k */
  readonly of?: string;
  readonly from?: string;
  readonly until?: string;
  /** by step; `` is the instance itself */
  readonly stories: Readonly<Record<string, readonly string[]>>;
  readonly silences: Readonly<Record<string, readonly string[]>>;
}

/** Explains the log, and holds what is said to what is told here. */
export function holdTo({ of = 'f/k', stories, silences, says: _, ...what }: Told): void {
  const [flow = '', ...key] = of.split('/');
  const { explanation } = explained({ ...what, flow, key: key.join('/') });
  for (const [step, story] of Object.entries(stories))
    expect(storyOf(explanation, step === '' ? null : step), `the story of ${step}`).toEqual(story);
  for (const [step, reasons] of Object.entries(silences))
    expect(silencesOf(explanation, step === '' ? null : step), `silent at ${step}`).toEqual(reasons);
}

export const RULES = `
flow: f
steps:
  a:
    states: { one: [two], two: [three], three: [] }
    params: { N: { type: number }, M: { type: number, default: 4 } }
    timers:
      slow: { after: activated, in: 10m }
      again: { after: state, in: 5m, until: committed }
      spare: { in: 1m, until: committed }
    on:
      params:
        - { when: N > M, do: [{ alarm: big }, { set: M, to: N }, { clear: other }] }
        - { do: { start-timer: spare, in: 2m } }
      state: { do: [{ cancel-timer: spare }, { start-timer: slow }] }
      timer.spare: []
      timer.again: { do: [{ cancel-timer: slow }, { alarm: stuck }] }
`;

export const TELLING = `
channel: desk
type: log
settings: {}
---
flow: f
steps:
  a:
    on:
      committed:
        - when: visits > 1
          do: { alarm: again }
        - do: [{ publish: "out.{flow.key}", data: done }, { notify: desk }, { run: restart }]
`;

export const FLOW = `
flow: f
states: { open: [shut], shut: [] }
deadline: { in: 1h }
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
on: { state: { when: state == 'gone', do: { alarm: gone } }, committed: { do: { alarm: over } } }
`;

export const JOIN = `
flow: f
steps: { a: {}, b: {}, j: {}, g: { gate: true } }
connectors: [{ from: a, to: j }, { from: b, to: j }, { from: j, to: g }]
`;

export const OFFER = `
flow: f
steps: { s: { split: event }, a: { timers: { slow: { after: activated, in: 10m } } }, b: {} }
connectors: [{ from: s, to: a }, { from: s, to: b }]
`;

export const NESTED = `
flow: f
steps: { a: {}, n: { flow: g, key: "{key}/n", on: { exception: { when: visits > 5, do: { alarm: often } } } }, m: { flow: g, key: "{key}/m", timers: { cut: { at: "15:30" } } } }
connectors: [{ from: a, to: n }, { from: a, to: m }]
---
flow: g
steps: { x: {} }
---
flow: h
start: { after: f, in: 10m }
deadline: { in: 5m }
steps: { x: {} }
`;

export const CONNECTORS = `
flow: f
steps: { a: { params: { N: { type: number } }, split: first }, b: {}, c: {} }
connectors:
  - { from: a, to: b, when: N > 1, on: { evaluated: { when: N > 5, do: { alarm: far } }, refused: { do: { alarm: no } } } }
  - { from: a, to: c, limit: 1, on: { taken: { when: N > 7, do: { alarm: other } } } }
  - { from: c, to: a }
`;

export const FAILING = `
flow: f
steps:
  a:
    params: { N: { type: number } }
    on:
      exception: { when: N > 1, do: { alarm: bad } }
      expression-error: []
      params: { when: N > 9, do: { alarm: great } }
  b: { end: true }
  g: { gate: true }
connectors: [{ from: a, to: g }, { from: g, to: b, when: 1 > 2 }, { from: b, to: a, limit: 3 }]
`;

export const TURNS = `
flow: f
steps: { a: { params: { N: { type: number } }, on: { exception: [{ when: N > 5, do: { alarm: odd } }, { do: { publish: oh } }] } }, b: {}, c: {} }
connectors: [{ from: a, to: b, when: N == 1 }, { from: a, to: c, when: N != 1 }, { from: b, to: a }]
`;

export const LACKING = `
calendar: c
sessions: { night: { from: "21:00", to: "23:00", day: next } }
turn: "00:00"
no-night: 2026-11-22
---
flow: lead
steps: { a: {} }
---
flow: f
calendar: c
start: { after: lead, in: 10m }
deadline: { at: night.close }
steps: { a: {} }
`;

export const NIGHTS = `
calendar: c
sessions: { night: { from: "21:00", to: "23:00", day: next }, day: { from: "09:00", to: "15:00" } }
turn: "00:00"
no-night: 2026-11-22
---
flow: f
calendar: c
key: "{tradingDay}"
start: { by: day.open + 7h }
deadline: { at: night.close }
steps: { a: { timers: { open: { at: night.open }, close: { at: day.close + 1h }, rare: { in: 1m } } } }
`;
