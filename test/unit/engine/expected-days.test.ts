/** Which days a flow with `start.by` is expected on, and from when. */
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../../definitions/index.ts';
import { type ExpectedDay, firstExpected, nextExpected, startDue } from '../../../engine/expected-days.ts';
import { at, defined, shown } from './watching.ts';

const NIGHTS = `
calendar: nights
weekend: [sat, sun]
no-night: NONE
turn: "00:00"
sessions:
  night: { from: "21:00", to: "23:00", day: next }
  day: { from: "09:00", to: "15:00" }
---
flow: f
calendar: nights
START
steps: { a: {} }
`;

/** A flow on weekdays with such a start; evenings of the ranges given have no night session. */
function flowWith(start: string, none = '[2026-11-24]'): Flow {
  const flow = defined(NIGHTS.replace('START', start).replace('NONE', none)).flows.get('f');
  if (flow === undefined) throw new Error('the flow is defined');
  return flow;
}

const BY = 'start: { by: "15:30" }';
const EVENING = 'start: { by: "22:00", day: previous }';
const NIGHT = 'start: { by: night.open + 5m }';

/** The key, and from when it is expected. */
function told(expected: ExpectedDay | null): string | null {
  return expected === null ? null : `${expected.key} from ${shown(expected.from)}`;
}

describe('the first day to expect', () => {
  it.each<[says: string, start: string, clock: string, firstWatch: boolean, expected: string | null]>([
    ['is none without a time to start by', '', '12:00', true, null],
    ['is the day that has begun, at first watch, from then on', BY, '12:00', true, '2026-11-23 from 12:00'],
    ['also when its start is due this very moment', BY, '15:30', true, '2026-11-23 from 15:30'],
    ['is the next one a millisecond later', BY, '15:30:00.001', true, '2026-11-24 from 24 00:00'],
    ['is the next one where the flow was watched before', BY, '12:00', false, '2026-11-24 from 24 00:00'],
    [
      'is the one after that where the next begins this moment',
      BY,
      '24 00:00',
      false,
      '2026-11-25 from 25 00:00',
    ],
    ['begins with the weekend before it', BY, '27 16:00', true, '2026-11-30 from 28 00:00'],
    ['begins before its day where its start is due before', EVENING, '12:00', false, '2026-11-24 from 22:00'],
    [
      'counts from its start on where that is the evening before',
      EVENING,
      '22:00',
      true,
      '2026-11-24 from 22:00',
    ],
    [
      'passes over a day that lacks the session it starts with',
      NIGHT,
      '24 12:00',
      false,
      '2026-11-26 from 25 21:05',
    ],
  ])('%s', (_, start, clock, firstWatch, expected) => {
    expect(told(firstExpected(flowWith(start), at(clock), firstWatch))).toBe(expected);
  });

  it('is looked for among the days of more than a year, and no longer', () => {
    const flow = flowWith(NIGHT, '[2026-11-01..2030-12-31]');
    expect(() => firstExpected(flow, at('12:00'), true)).toThrow(
      `broken rule: no day of flow f begins after ${at('12:00')}`,
    );
    expect(() => nextExpected(flow, '2026-11-23')).toThrow(
      'broken rule: flow f is due to start on no day after 2026-11-23',
    );
  });
});

describe('the day after', () => {
  it.each<[says: string, start: string, after: string, expected: string]>([
    ['is the next trading day, with the weekend before it', BY, '2026-11-27', '2026-11-30 from 28 00:00'],
    ['is not one that lacks the session it starts with', NIGHT, '2026-11-24', '2026-11-26 from 25 21:05'],
    [
      'is expected from its deadline on where that comes first',
      `${EVENING}\ndeadline: { at: "21:00", day: previous }`,
      '2026-11-23',
      '2026-11-24 from 21:00',
    ],
    [
      'is expected from its beginning on where the deadline comes later',
      `${BY}\ndeadline: { at: "19:00" }`,
      '2026-11-23',
      '2026-11-24 from 24 00:00',
    ],
    [
      'does not look at a deadline that counts from the start',
      `${BY}\ndeadline: { in: 3h }`,
      '2026-11-23',
      '2026-11-24 from 24 00:00',
    ],
  ])('%s', (_, start, after, expected) => {
    expect(told(nextExpected(flowWith(start), after))).toBe(expected);
  });
});

describe('the start of a day is due', () => {
  it.each<[says: string, start: string, day: string, due: string | null]>([
    ['never without a time to start by', '', '2026-11-23', null],
    ['never on a day that lacks its session', NIGHT, '2026-11-25', null],
    ['at its time', BY, '2026-11-23', '15:30'],
    ['at the end of its grace', 'start: { by: "15:30", grace: 10m }', '2026-11-23', '15:40'],
    ['that long after the session opens', NIGHT, '2026-11-24', '21:05'],
  ])('%s', (_, start, day, due) => {
    expect(shown(startDue(flowWith(start), day))).toBe(due);
  });
});
