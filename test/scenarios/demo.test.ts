import { describe, expect, test } from 'vitest';
import { compressDefinitions } from '../../adapters/demo/compress.ts';
import { APPLICATION_NAMES, tellStory } from '../../adapters/demo/story.ts';
import { compileDefinitions, type Definitions, type Moment } from '../../definitions/index.ts';
import { createReplay, createWatch, type ReplayReport } from '../../engine/index.ts';
import { compiled, EXAMPLE, play, REAL, roundFrom, shfe } from './demo-files.ts';

const AFTERNOON = Date.parse('2026-11-22T06:00:00Z');

describe('the definitions of the futures company', () => {
  test('have nothing to find fault with', () => {
    expect(compileDefinitions(EXAMPLE, 'test').findings).toEqual([]);
  });

  test.each([
    ['2026-01-04', false, 'a make-up working day on a Sunday'],
    ['2026-02-14', false, 'a make-up working day on a Saturday'],
    ['2026-02-23', false, 'the last day of the Spring Festival'],
    ['2026-02-24', true, 'the day after it'],
    ['2026-10-07', false, 'the last day of the National Day holiday'],
    ['2026-10-08', true, 'the day after it'],
    ['2026-10-10', false, 'a make-up working day on a Saturday'],
    ['2026-11-24', true, 'a plain Tuesday'],
  ])('count %s as a trading day: %s, %s', (day, trading) => {
    expect(shfe(compiled(EXAMPLE)).isTradingDay(day)).toBe(trading);
  });

  test('have 242 trading days in 2026, seven of them without a night session', () => {
    const calendar = shfe(compiled(EXAMPLE));
    const days: string[] = [];
    for (let day = calendar.next('2025-12-31'); day < '2027-01-01'; day = calendar.next(day)) days.push(day);
    expect(days).toHaveLength(242);
    expect(days.filter((day) => calendar.session(day, 'night') === null)).toEqual([
      '2026-01-05',
      '2026-02-24',
      '2026-04-07',
      '2026-05-06',
      '2026-06-22',
      '2026-09-28',
      '2026-10-08',
    ]);
  });

  test.each([
    ['2026-11-20T22:00:00+08:00', '2026-11-23', 'Friday night'],
    ['2026-11-21T01:00:00+08:00', '2026-11-23', 'Friday night, after midnight'],
    ['2026-11-23T19:59:59+08:00', '2026-11-23', 'Monday, before the switch'],
    ['2026-11-23T20:00:00+08:00', '2026-11-24', 'Monday, at the switch'],
  ])('count %s to %s: %s', (time, day) => {
    expect(shfe(compiled(EXAMPLE)).dayOf(Date.parse(time))).toBe(day);
  });

  test('raise an alarm for all that is expected and does not come', () => {
    const replay = createReplay(compiled(EXAMPLE), { from: REAL.start, until: REAL.end - 1 });
    expect(replay.finish().alarms.map(brief)).toEqual([
      'pre-open start-timeout',
      'pre-open deadline',
      'trading-night start-timeout',
      'trading-night deadline',
      'bank-transfer late-start',
      'trading-day start-timeout',
      'trading-day deadline',
      'settlement start-timeout',
      'bank-transfer deadline',
      'settlement deadline',
    ]);
  });

  test('expect no night session on the evening before a holiday, and the pre-open checks all the same', () => {
    const from = Date.parse('2026-09-30T20:00:00+08:00');
    const replay = createReplay(compiled(EXAMPLE), { from, until: Date.parse('2026-10-08T08:00:00+08:00') });
    expect(replay.finish().alarms.map(brief)).toEqual(['pre-open start-timeout', 'pre-open deadline']);
  });
});

describe('the story', () => {
  test('goes wrong in four ways and in no other', () => {
    const report = play(compiled(EXAMPLE), REAL);
    expect(report.rejected).toEqual([]);
    expect(report.alarms).toEqual([
      {
        flow: 'trading-night',
        key: 'trading-2026-11-24',
        step: 'session',
        name: 'illegal-state',
        source: 'illegal-state',
        severity: 'critical',
        text: 'session: illegal state: trading to auction',
        count: 1,
        raisedAt: '2026-11-23T15:40:00.000Z',
        clearedAt: '2026-11-23T16:00:00.000Z',
      },
      {
        flow: 'bank-transfer',
        key: 'funds-2026-11-24',
        step: null,
        name: 'late-start',
        source: 'start-timeout',
        severity: 'warning',
        text: 'bank transfers of 2026-11-24 have not opened at 08:30',
        count: 1,
        raisedAt: '2026-11-24T00:30:00.000Z',
        clearedAt: '2026-11-24T00:52:00.000Z',
      },
      {
        flow: 'exchange-file',
        key: 'clearing-2026-11-24/dce',
        step: 'receive',
        name: 'short-transfer',
        source: 'expression',
        severity: 'critical',
        text: '7340032 of 12582912 bytes arrived, 5242880 are missing',
        count: 1,
        raisedAt: '2026-11-24T07:50:00.000Z',
        clearedAt: '2026-11-24T08:10:00.000Z',
      },
      {
        flow: 'settlement',
        key: 'clearing-2026-11-24',
        step: 'statements',
        name: 'out-of-order',
        source: 'out-of-order',
        severity: 'warning',
        text: 'statements: out of order: reported while idle',
        count: 1,
        raisedAt: '2026-11-24T09:10:00.000Z',
        clearedAt: null,
      },
    ]);
  });

  test('brings every flow to its end, and marks those that left their definition', () => {
    const { instances } = play(compiled(EXAMPLE), REAL);
    expect(instances.map(({ flow, key, status }) => `${flow}/${key} ${status}`)).toEqual([
      'backup/clearing-2026-11-24 committed',
      'bank-transfer/funds-2026-11-24 committed',
      'exchange-file/clearing-2026-11-24/cffex committed',
      'exchange-file/clearing-2026-11-24/dce committed',
      'exchange-file/clearing-2026-11-24/shfe committed',
      'margin/clearing-2026-11-24 committed',
      'pre-open/trading-2026-11-24 committed',
      'report/clearing-2026-11-24/cfmmc committed',
      'report/clearing-2026-11-24/csrc committed',
      'settlement/clearing-2026-11-24 committed',
      'trading-day/trading-2026-11-24 committed',
      'trading-night/trading-2026-11-24 committed',
    ]);
    const deviated = instances.filter((instance) => instance.deviated).map(({ flow }) => flow);
    expect(deviated).toEqual(['settlement', 'trading-night']);
  });

  test('has each of its applications, and an id of its own for each event', () => {
    const story = tellStory(REAL);
    expect(new Set(story.map(({ application }) => application))).toEqual(new Set(APPLICATION_NAMES));
    expect(new Set(story.map(({ event }) => event.id)).size).toBe(story.length);
    expect(story.length).toBeGreaterThanOrEqual(60);
  });
});

describe('a day in minutes', () => {
  test.each([0.5, 5, 60, 600])('tells in %d minutes what happens in 24 hours', (minutes) => {
    const round = roundFrom(AFTERNOON, minutes);
    const real = play(compiled(EXAMPLE), REAL);
    const short = play(compiled(compressDefinitions(EXAMPLE, round)), round);
    const [inReal, inShort] = [outline(real, REAL.tradingDay), outline(short, round.tradingDay)];
    expect(inShort).toEqual(inReal);
    short.alarms.forEach(({ raisedAt }, index) => {
      const expected = (Date.parse(real.alarms[index]?.raisedAt ?? '') - REAL.start) / round.factor;
      expect(Math.abs(Date.parse(raisedAt) - round.start - expected)).toBeLessThanOrEqual(1);
    });
  });

  test('has every start, deadline and timer of the example, at its pace', () => {
    const round = roundFrom(AFTERNOON, 5);
    const real = dues(compiled(EXAMPLE), REAL.tradingDay, REAL.start);
    const short = dues(compiled(compressDefinitions(EXAMPLE, round)), round.tradingDay, round.start);
    expect([...short.keys()]).toEqual([...real.keys()]);
    expect(real.size).toBeGreaterThan(40);
    for (const [name, ms] of real)
      expect(short.get(name), name).toBe(Math.max(1, Math.round(ms / round.factor)));
  });

  test.each(Array.from({ length: 24 }, (_, hour) => hour))('can begin at any hour: %d:59 UTC', (hour) => {
    for (const minutes of [5, 600]) {
      const round = roundFrom(Date.parse('2026-11-22T00:59:30Z') + hour * 3_600_000, minutes);
      const calendar = shfe(compiled(compressDefinitions(EXAMPLE, round)));
      expect(calendar.startOf(round.tradingDay)).toBe(round.start);
      expect(calendar.dayOf(round.end)).toBe(round.tradingDay);
      expect(calendar.format(round.end - 1).slice(0, 10)).toBe(round.date);
    }
  });

  test('expects nothing more once it is over', () => {
    const round = roundFrom(AFTERNOON, 5);
    const definitions = compiled(compressDefinitions(EXAMPLE, round));
    const later = { ...round, end: round.end + 30 * 86_400_000 };
    expect(play(definitions, later).alarms).toHaveLength(4);
  });

  test('is the next trading day in the next round, and goes wrong in the same ways', () => {
    const first = roundFrom(AFTERNOON, 5);
    const second = roundFrom(first.end + 60_000, 5, first);
    expect(second.tradingDay > first.tradingDay).toBe(true);
    const definitions = compiled(compressDefinitions(EXAMPLE, second));
    const since = new Map([...definitions.flows.keys()].map((flow) => [flow, first.start]));
    // The clock of the engine still stands where the first round was left.
    const watch = createWatch({ definitions, since, clock: first.end });
    watch.advance(second.start + 30_000);
    const expected = [...watch.instances.values()].map(({ instance }) => `${instance.flow} ${instance.key}`);
    expect(expected.sort()).toEqual([
      `bank-transfer funds-${second.tradingDay}`,
      `pre-open trading-${second.tradingDay}`,
      `settlement clearing-${second.tradingDay}`,
      `trading-day trading-${second.tradingDay}`,
      `trading-night trading-${second.tradingDay}`,
    ]);
  });
});

function brief({ flow, step, name }: { flow: string; step: string | null; name: string }): string {
  return step === null ? `${flow} ${name}` : `${flow} ${step} ${name}`;
}

/** All that does not depend on the pace and the day. */
function outline(report: ReplayReport, tradingDay: string): unknown {
  const { instances, alarms, rejected } = report;
  const dayless = JSON.stringify({
    rejected,
    alarms: alarms.map(({ raisedAt, clearedAt, ...rest }) => ({ ...rest, cleared: clearedAt !== null })),
    instances: instances.map(({ startedAt, endedAt, steps, ...rest }) => ({
      ...rest,
      steps: Object.entries(steps).map(([name, step]) => [
        name,
        step.status,
        step.state,
        step.visits,
        step.params,
      ]),
    })),
  });
  return JSON.parse(dayless.replaceAll(tradingDay, 'DAY'));
}

/** Every due time and span of the definitions, ms; due times from the beginning of the day. */
function dues(definitions: Definitions, day: string, start: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const flow of definitions.flows.values()) {
    const moment = (name: string, one: Moment) =>
      found.set(`${flow.name} ${name}`, (flow.calendar.resolve(day, one) ?? Number.NaN) - start);
    const span = (name: string, { days, ms }: { days: number; ms: number }) =>
      found.set(`${flow.name} ${name}`, days * 86_400_000 + ms);
    if (flow.start?.kind === 'by') moment('start', flow.start.moment);
    if (flow.start?.kind === 'by' && flow.start.grace.ms > 0) span('grace', flow.start.grace);
    if (flow.start?.kind === 'after') span('start after', flow.start.in);
    if (flow.deadline?.kind === 'at') moment('deadline', flow.deadline.moment);
    if (flow.deadline?.kind === 'in') span('deadline in', flow.deadline.in);
    for (const step of flow.steps) {
      for (const timer of step.timers) {
        if (timer.moment !== null) moment(`${step.name} ${timer.name}`, timer.moment);
        if (timer.in !== null) span(`${step.name} ${timer.name}`, timer.in);
      }
    }
  }
  return found;
}
