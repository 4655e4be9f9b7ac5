import { describe, expect, test } from 'vitest';
import { compressDefinitions } from '../../adapters/demo/compress.ts';
import { tellHistory } from '../../adapters/demo/history.ts';
import { historyOf, type Round } from '../../adapters/demo/round.ts';
import { tellStory } from '../../adapters/demo/story.ts';
import { createReplay, type ReplayReport } from '../../engine/index.ts';
import { compiled, EXAMPLE, roundFrom, shfe } from './demo-files.ts';

const DAY = 86_400_000;
const SUNDAY = Date.parse('2026-11-22T06:00:00Z');
const FRIDAY = Date.parse('2026-11-20T06:00:00Z');
const AFTER_HOLIDAYS = Date.parse('2026-10-12T06:00:00Z');

/** All that was reported up to the beginning of the round, and then nothing but what is due: every day is judged. */
function remember(round: Round): ReplayReport {
  const events = tellHistory(round).flatMap((message) => message.events);
  const from = Math.min(...events.map(({ time }) => time)) - 1000;
  const definitions = compiled(compressDefinitions(EXAMPLE, round));
  const replay = createReplay(definitions, { from, until: round.start - 1 });
  for (const { event } of events.sort((a, b) => a.time - b.time)) replay.line(JSON.stringify(event));
  return replay.finish();
}

describe('the days behind the demo', () => {
  test.each([
    ['on a Sunday, which itself counts', SUNDAY, '2026-10-27', '2026-11-22', 20, '2026-11-23'],
    ['on a Friday: Monday is played', FRIDAY, '2026-10-26', '2026-11-20', 20, '2026-11-23'],
    [
      'after a week of holidays: as many as are young enough',
      AFTER_HOLIDAYS,
      '2026-09-15',
      '2026-10-12',
      14,
      '2026-10-13',
    ],
  ])('are the trading days before it, %s', (_, now, first, last, count, played) => {
    const round = roundFrom(now, 5);
    const history = historyOf(round);
    expect(history.map(({ tradingDay }) => tradingDay)).toEqual(round.earlier.slice(1));
    expect([history[0]?.tradingDay, history.at(-1)?.tradingDay, history.length]).toEqual([
      first,
      last,
      count,
    ]);
    expect(round.tradingDay).toBe(played);
    const real = shfe(compiled(EXAMPLE));
    expect(round.earlier.filter((day) => !real.isTradingDay(day) && day !== round.date)).toEqual([]);
    // the calendar that is served has the same days, and no other between them
    const served = shfe(compiled(compressDefinitions(EXAMPLE, round)));
    for (const { tradingDay, start } of history) expect(served.startOf(tradingDay)).toBe(start);
    expect(round.earlier.slice(0, -1).map((day) => served.next(day))).toEqual(round.earlier.slice(1));
    expect(served.next(round.date)).toBe(round.tradingDay);
    expect(round.start - (history[0]?.start ?? 0)).toBeLessThan(30 * DAY);
  });

  test('are told of in the first round only; in a later one nothing is expected on the days between', () => {
    const first = roundFrom(FRIDAY, 5);
    const week = roundFrom(first.end + 7 * DAY, 5, first);
    expect([week.date, week.tradingDay, historyOf(week)]).toEqual(['2026-11-27', '2026-11-30', []]);
    const definitions = compiled(compressDefinitions(EXAMPLE, week));
    const replay = createReplay(definitions, { from: first.end, until: week.start - 1 });
    expect(replay.finish()).toEqual({ instances: [], alarms: [], rejected: [] });
  });

  test.each([SUNDAY, FRIDAY, AFTER_HOLIDAYS])('end well, and what was raised has recovered', (now) => {
    const round = roundFrom(now, 5);
    const { instances, alarms, rejected } = remember(round);
    expect(rejected).toEqual([]);
    expect(instances.filter(({ status }) => status !== 'committed')).toEqual([]);
    expect(instances).toHaveLength(12 * historyOf(round).length);
    expect(alarms.filter(({ clearedAt }) => clearedAt === null)).toEqual([]);
  });

  test('tell a story: a file that is late, one that is short, a long step, a deadline missed, a step skipped', () => {
    const round = roundFrom(SUNDAY, 5);
    const { instances, alarms } = remember(round);
    const told = alarms.map(({ flow, key, step, name }) => [key.replace(/^.*2026-/, ''), flow, step, name]);
    expect(told).toEqual([
      ['10-29/cffex', 'exchange-file', 'receive', 'short-transfer'],
      ['11-05/dce', 'exchange-file', 'receive', 'stalled'],
      ['11-10', 'backup', 'dump', 'slow'],
      ['11-16/csrc', 'report', 'rejected', 'no-answer'],
      ['11-16/csrc', 'report', null, 'deadline'],
      ['11-16', 'settlement', null, 'deadline'],
      ['11-18', 'trading-day', 'session', 'slow-orders'],
      ['11-19', 'trading-day', 'session', 'illegal-state'],
    ]);
    const skipped = instances.filter(
      ({ flow, steps }) => flow === 'margin' && steps.calls?.status === 'idle',
    );
    expect(skipped.map(({ key }) => key)).toEqual(['clearing-2026-11-12']);
    expect(instances.filter(({ deviated }) => deviated).map(({ key }) => key)).toEqual([
      'trading-2026-11-19',
    ]);
  });

  test('are the same each time, of one length or another, and no two of them alike', () => {
    const round = roundFrom(SUNDAY, 5);
    expect(tellHistory(round)).toEqual(tellHistory(roundFrom(SUNDAY, 5)));
    const contents = (minutes: number) =>
      tellHistory(roundFrom(SUNDAY, minutes)).map(({ events }) =>
        events.map(({ event: { time, ...rest } }) => rest),
      );
    expect(contents(60)).toEqual(contents(5));
    const spans = remember(round)
      .instances.filter(({ flow }) => flow === 'settlement')
      .map(({ startedAt, endedAt }) => Date.parse(endedAt ?? '') - Date.parse(startedAt ?? ''));
    expect(new Set(spans).size).toBe(spans.length);
  });

  test('say how long today takes: no flow is far from what is usual', () => {
    const round = roundFrom(SUNDAY, 5);
    const definitions = compiled(compressDefinitions(EXAMPLE, round));
    const replay = createReplay(definitions, { from: round.start, until: round.end - 1 });
    for (const { event } of tellStory(round)) replay.line(JSON.stringify(event));
    const today = spansOf(replay.finish());
    const before = spansOf(remember(round));
    expect([...before.keys()].sort()).toEqual([...today.keys()].sort());
    for (const [flow, [took = Number.NaN]] of today) {
      const earlier = (before.get(flow) ?? []).toSorted((a, b) => a - b);
      const usual = earlier[earlier.length >> 1] ?? Number.NaN;
      expect(took / usual, flow).toBeGreaterThan(0.6);
      expect(took / usual, flow).toBeLessThan(1.6);
    }
  });
});

/** How long the instances of each flow took, ms; of flows that are there once a day. */
function spansOf({ instances }: ReplayReport): ReadonlyMap<string, readonly number[]> {
  const once = instances.filter(({ key }) => !key.includes('/'));
  return new Map(
    [...Map.groupBy(once, ({ flow }) => flow)].map(([flow, those]) => [
      flow,
      those.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')),
    ]),
  );
}
