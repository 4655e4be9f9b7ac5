/** The day's ledger: what every expected flow has come to, at a moment of the day or after it. */
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../checkpoints/index.ts';
import { compileDefinitions } from '../../../definitions/index.ts';
import { createReplay, healthOf, type LedgerRow, ledger } from '../../../engine/index.ts';

const DAY = '2026-11-23';

const DAILY = `
flow: work
title: Work
start: { by: "10:00" }
deadline: { at: "12:00" }
steps: { a: { timers: { slow: { after: activated, in: 10m } } }, b: {}, g: { gate: true } }
connectors: [{ from: a, to: b }, { from: b, to: g }]
`;
const FOLLOWER = `${DAILY}
---
flow: next
start: { after: work, in: 30m }
steps: { c: {} }
---
flow: last
start: { after: next, in: 30m }
steps: { d: {} }
`;
const NESTED = `
flow: work
start: { by: "10:00" }
steps: { m: { flow: margin } }
---
flow: margin
steps: { x: {}, y: { timers: { slow: { after: activated, in: 10m } } } }
connectors: [{ from: x, to: y }]
`;

type Line = Readonly<Record<string, unknown>>;

const time = (clock: string) => `${clock.includes(' ') ? clock.replace(' ', 'T') : `${DAY}T${clock}`}:00Z`;
const ms = (clock: string) => Number(parseTime(time(clock)));

function event(clock: string, step: string, kind: string, more: Line = {}): Line {
  return {
    id: `${step} ${kind} ${clock}`,
    flow: 'work',
    key: DAY,
    step,
    event: kind,
    time: time(clock),
    ...more,
  };
}

function waive(clock: string, more: Line = {}): Line {
  const said = { reason: 'no trading', by: 'ann', time: time(clock) };
  return { act: 'waive', id: `w ${clock}`, flow: 'work', day: DAY, ...said, ...more };
}

interface Asked {
  readonly yaml?: string;
  readonly lines?: readonly Line[];
  readonly now: string;
  /** since when the flows are watched */
  readonly since?: string;
  readonly day?: string;
}

/** The rows of the day after these lines, looked at `now`. */
function rows({
  yaml = DAILY,
  lines = [],
  now,
  since = `2026-11-23 00:00`,
  day = DAY,
}: Asked): readonly LedgerRow[] {
  const { definitions, findings } = compileDefinitions([{ file: 'flows.yaml', text: yaml }], 'r1');
  if (definitions === null) throw new Error(JSON.stringify(findings));
  const replay = createReplay(definitions, { from: ms(since), until: ms(now) });
  for (const line of lines) replay.line(JSON.stringify(line));
  expect(replay.finish().rejected).toEqual([]);
  const entries = [...replay.watch.instances.values()]
    .filter(({ instance }) => instance.tradingDay === day)
    .map(({ flow, instance }) => ({ flow, instance, health: healthOf(instance) }));
  const watched = new Map([...definitions.flows.keys()].map((flow) => [flow, ms(since)]));
  return ledger({ definitions, entries, day, now: ms(now), since: watched });
}

/** The row of a flow. */
function row(asked: Asked, flow = 'work'): LedgerRow {
  const found = rows(asked).find((one) => one.flow === flow);
  if (found === undefined) throw new Error(`the day has no row of ${flow}`);
  return found;
}

const DONE = [event('09:00', 'a', 'committed'), event('09:30', 'b', 'committed')];

describe('what a row comes to', () => {
  const cases: readonly (readonly [string, Asked, Partial<LedgerRow>])[] = [
    [
      'before it is due: not due',
      { now: '09:00' },
      { status: 'not-due', late: false, key: DAY, waitingFor: [] },
    ],
    ['at the very due time: not due', { now: '10:00' }, { status: 'not-due', late: false }],
    [
      'past its due time: waiting for its start, since then',
      { now: '10:01' },
      {
        status: 'waiting',
        late: true,
        health: 'warning',
        waitingFor: [{ step: null, title: null, since: `${DAY}T10:00:00.000Z` }],
        openAlarms: 1,
      },
    ],
    [
      'when the day is over without a start: missing',
      { now: '2026-11-24 08:00' },
      { status: 'missing', late: true },
    ],
    [
      'while a step reports: running',
      { now: '09:05', lines: [event('09:00', 'a', 'activated')] },
      { status: 'running', late: false, startedAt: `${DAY}T09:00:00.000Z`, waitingFor: [] },
    ],
    [
      'while none reports: waiting for the steps that are expected, since when',
      { now: '09:05', lines: [event('09:00', 'a', 'committed')] },
      {
        status: 'waiting',
        late: false,
        waitingFor: [{ step: 'b', title: null, since: `${DAY}T09:00:00.000Z` }],
      },
    ],
    [
      'past its deadline and still running: late',
      { now: '12:01', lines: [event('09:00', 'a', 'activated'), event('09:01', 'a', 'params')] },
      { status: 'running', late: true, health: 'critical' },
    ],
    ['committed in time: on time', { now: '13:00', lines: DONE }, { status: 'on-time', late: false }],
    [
      'started late: late',
      { now: '13:00', lines: [event('10:01', 'a', 'committed'), event('10:05', 'b', 'committed')] },
      { status: 'late', late: true },
    ],
    [
      'ended late: late',
      { now: '13:00', lines: [event('09:00', 'a', 'committed'), event('12:01', 'b', 'committed')] },
      { status: 'late', late: true },
    ],
    [
      'failed: failed',
      { now: '13:00', lines: [event('09:00', 'a', 'exception')] },
      { status: 'failed', late: false, health: 'critical' },
    ],
    [
      'due before it was watched: unknown',
      { now: '11:30', since: '11:00' },
      { status: 'unknown', health: 'unknown' },
    ],
    ['an earlier day than the watch: unknown', { now: '11:30', day: '2026-11-20' }, { status: 'unknown' }],
    ['a later day: not due', { now: '11:30', day: '2026-11-25' }, { status: 'not-due' }],
  ];
  it.each(cases)('%s', (_, asked, wanted) => {
    expect(row(asked)).toMatchObject(wanted);
  });
});

describe('what is waived', () => {
  const WAIVER = { step: null, by: 'ann', reason: 'no trading' };
  const cases: readonly (readonly [string, Asked, Partial<LedgerRow>])[] = [
    ['before it is due: excused', { now: '09:00', lines: [waive('08:00')] }, { status: 'excused' }],
    [
      'past its due time: excused, and waits for nothing',
      { now: '11:00', lines: [waive('08:00')] },
      { status: 'excused', health: 'normal', waitingFor: [], openAlarms: 0 },
    ],
    [
      'when the day is over: excused, not missing',
      { now: '2026-11-24 08:00', lines: [waive('11:00')] },
      { status: 'excused' },
    ],
    [
      'failed: excused',
      { now: '13:00', lines: [event('09:00', 'a', 'exception'), waive('09:30')] },
      { status: 'excused', health: 'normal' },
    ],
    [
      'running all the same: running',
      { now: '10:45', lines: [waive('08:00'), event('10:30', 'a', 'activated')] },
      { status: 'running' },
    ],
    [
      'in time all the same: on time',
      { now: '13:00', lines: [waive('08:00'), ...DONE] },
      { status: 'on-time' },
    ],
  ];
  it.each(cases)('%s', (_, asked, wanted) => {
    expect(row(asked)).toMatchObject({ ...wanted, waivers: [WAIVER] });
  });

  it('a step of it: that is said, and the row is judged as ever', () => {
    const lines = [waive('08:00', { step: 'b' }), event('09:00', 'a', 'committed')];
    expect(row({ now: '09:05', lines })).toMatchObject({
      status: 'on-time',
      waivers: [{ ...WAIVER, step: 'b', at: `${DAY}T08:00:00.000Z` }],
    });
  });
});

describe('what a late event has proved wrong', () => {
  const started = { id: 'up', flow: 'work', key: DAY, event: 'activated', time: time('09:00') };
  const clock = { id: 'clock', flow: 'work', key: '2026-11-22', event: 'activated', time: time('09:20') };

  it('a report in time, told late: the row is corrected', () => {
    const lines = [started, clock, event('09:05', 'a', 'activated')];
    expect(row({ now: '09:30', lines })).toMatchObject({ corrected: true, openAlarms: 0, late: false });
  });

  it('a report after its time: it is not', () => {
    const lines = [started, clock, event('09:15', 'a', 'activated')];
    expect(row({ now: '09:30', lines })).toMatchObject({ corrected: false, openAlarms: 1 });
  });

  it('a start in time, told late: corrected, and on time', () => {
    const lines = [{ ...clock, time: time('10:20') }, ...DONE];
    expect(row({ now: '10:30', lines })).toMatchObject({ corrected: true, status: 'on-time', late: false });
  });

  it('in a nested instance: it has no row of its own, so that of its parent is corrected', () => {
    const inMargin = { flow: 'margin' };
    const lines = [
      event('09:00', 'x', 'committed', inMargin),
      clock,
      event('09:05', 'y', 'activated', inMargin),
    ];
    const found = rows({ yaml: NESTED, now: '09:30', lines });
    expect(found.map(({ flow, key, corrected }) => ({ flow, key, corrected }))).toEqual([
      { flow: 'work', key: DAY, corrected: true },
    ]);
  });
});

describe('flows that follow others and nest others', () => {
  const nextOf = (asked: Asked) => row({ ...asked, yaml: FOLLOWER }, 'next');

  it('before the other has ended: not due', () => {
    expect(nextOf({ now: '09:00' })).toMatchObject({ status: 'not-due', startDue: null, key: DAY });
  });

  it('after it has ended: not due, then waiting, also once its alarm is raised', () => {
    expect(nextOf({ now: '09:40', lines: DONE })).toMatchObject({
      status: 'not-due',
      startDue: `${DAY}T10:00:00.000Z`,
    });
    expect(nextOf({ now: '10:10', lines: DONE })).toMatchObject({
      status: 'waiting',
      late: true,
      openAlarms: 1,
    });
  });

  it('started after its time: late', () => {
    const lines = [...DONE, event('10:10', 'c', 'committed', { flow: 'next' })];
    expect(nextOf({ now: '11:00', lines })).toMatchObject({ status: 'late' });
  });

  it('when the day is over and the other never ended: missing; excused where the other is', () => {
    const now = '2026-11-24 08:00';
    expect(nextOf({ now })).toMatchObject({ status: 'missing', waivers: [] });
    expect(nextOf({ now, lines: [waive('09:00')] })).toMatchObject({
      status: 'excused',
      waivers: [{ by: 'ann' }],
    });
    expect(row({ now, yaml: FOLLOWER, lines: [waive('09:00')] }, 'last')).toMatchObject({
      status: 'excused',
    });
  });
});

it('the worst comes first, then what is due first', () => {
  const yaml = `${DAILY}\n---\nflow: early\nstart: { by: "08:00" }\nsteps: { a: {} }\n---\nflow: bad\nstart: { by: "11:00" }\nsteps: { a: {} }\n`;
  const failed = event('07:30', 'a', 'exception', { flow: 'bad' });
  const early = event('07:00', 'a', 'activated', { flow: 'early' });
  expect(rows({ yaml, now: '07:45', lines: [early, failed] }).map(({ flow }) => flow)).toEqual([
    'bad',
    'early',
    'work',
  ]);
});
