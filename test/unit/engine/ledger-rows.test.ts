/** The day's ledger beyond its status words: the order of rows, flows that share a day, and what has no due time. */
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../checkpoints/index.ts';
import { type Crowd, createReplay, healthOf, type LedgerRow, ledger } from '../../../engine/index.ts';
import { compile } from '../../scenarios/timeline.ts';

const DAY = '2026-11-23';
const time = (clock: string) => (clock.includes('T') ? clock : `${DAY}T${clock}:00Z`);
const ms = (clock: string) => Number(parseTime(time(clock)));

type Line = Readonly<Record<string, unknown>>;

let lines = 0;
function event(clock: string, flow: string, step: string | null, kind: string, more: Line = {}): Line {
  const place = step === null ? {} : { step };
  return { id: `e${lines++}`, flow, key: DAY, ...place, event: kind, time: time(clock), ...more };
}

function rows(yaml: string, now: string, said: readonly Line[] = [], since = '00:00'): readonly LedgerRow[] {
  const definitions = compile(yaml);
  const replay = createReplay(definitions, { from: ms(since), until: ms(now) });
  for (const line of said) replay.line(JSON.stringify(line));
  expect(replay.finish().rejected).toEqual([]);
  const entries = [...replay.watch.instances.values()]
    .filter(({ instance }) => instance.tradingDay === DAY)
    .map(({ flow, instance }) => ({ flow, instance, health: healthOf(instance) }));
  const watched = new Map([...definitions.flows.keys()].map((flow) => [flow, ms(since)]));
  return ledger({ definitions, entries, day: DAY, now: ms(now), since: watched });
}

const only = (yaml: string, now: string, said?: readonly Line[]) => rows(yaml, now, said)[0];
const starts = (name: string, by: string) => `flow: ${name}\nstart: { by: "${by}" }\nsteps: { a: {} }\n`;

describe('the rows of a day', () => {
  it('begin with the worst, go on by the time they are due, then by flow and key, however they were defined', () => {
    const yaml = [
      starts('z', '09:00'),
      starts('y', '08:00'),
      starts('b', '09:00'),
      starts('worst', '10:00'),
      starts('bad', '07:00'),
      'flow: free\nsteps: { a: {} }\n',
    ].join('---\n');
    const said = [
      event('05:00', 'free', 'a', 'activated', { key: 'k2' }),
      event('05:00', 'free', 'a', 'activated', { key: 'k1' }),
      event('06:00', 'free', 'a', 'activated', { key: 'k0' }),
      event('06:30', 'worst', 'a', 'exception'),
    ];
    expect(rows(yaml, '07:30', said).map(({ flow, key, health }) => `${flow} ${key} ${health}`)).toEqual([
      `worst ${DAY} critical`,
      `bad ${DAY} warning`,
      'free k1 running',
      'free k2 running',
      'free k0 running',
      `y ${DAY} normal`,
      `b ${DAY} normal`,
      `z ${DAY} normal`,
    ]);
  });

  it('say whether the instance left its definition', () => {
    const yaml =
      'flow: work\nstart: { by: "10:00" }\nsteps: { a: {}, b: {} }\nconnectors: [{ from: a, to: b }]\n';
    const good = event('09:00', 'work', 'a', 'committed');
    expect(only(yaml, '09:30', [good])?.deviated).toBe(false);
    expect(only(yaml, '09:30', [good, event('09:10', 'work', 'a', 'committed')])?.deviated).toBe(true);
    expect(rows(yaml, '09:30', [], '09:00').map(({ deviated, corrected }) => [deviated, corrected])).toEqual([
      [false, false],
    ]);
  });

  it('have the deadline of the day, or the one that counts from the start, and are late after it', () => {
    const within = 'flow: work\nstart: { by: "10:00" }\ndeadline: { in: 2h }\nsteps: { a: {} }\n';
    expect(only(within, '09:00')?.deadline).toBeNull();
    const started = [event('09:00', 'work', 'a', 'activated')];
    expect(only(within, '10:59', started)).toMatchObject({ deadline: `${DAY}T11:00:00.000Z`, late: false });
    expect(only(within, '11:01', started)).toMatchObject({ late: true });
    const done = [event('09:00', 'work', 'a', 'activated'), event('11:00', 'work', 'a', 'committed')];
    expect(only(within, '13:00', done)).toMatchObject({ status: 'on-time', late: false });
  });

  it('of which nothing is there say so in every column', () => {
    const yaml =
      'flow: work\ngroup: ops\ntitle: Work\nstart: { by: "08:00" }\ndeadline: { at: "12:00" }\nsteps: { a: {} }\n';
    const nothing = {
      late: false,
      deviated: false,
      corrected: false,
      waivers: [],
      waitingFor: [],
      startedAt: null,
      endedAt: null,
      openAlarms: 0,
    };
    const times = { startDue: `${DAY}T08:00:00.000Z`, deadline: `${DAY}T12:00:00.000Z` };
    const unwatched = {
      ...nothing,
      ...times,
      flow: 'work',
      group: 'ops',
      key: DAY,
      health: 'unknown',
      status: 'unknown',
    };
    expect(rows(yaml, '09:30', [], '09:00')).toMatchObject([unwatched]);
    const follower = `${yaml}---\nflow: next\nstart: { after: work, in: 30m }\nsteps: { a: {} }\n`;
    expect(rows(follower, '07:30').find(({ flow }) => flow === 'next')).toMatchObject({
      ...nothing,
      flow: 'next',
      key: DAY,
      health: 'normal',
      status: 'not-due',
      startDue: null,
      deadline: null,
    });
  });

  it('of a flow with many instances are one for all of them, beside those of the instances that are given', () => {
    const definitions = compile(
      'flow: order\ntitle: Order\nsteps: { a: {} }\n---\nflow: outer\nsteps: { m: { flow: inner } }\n---\nflow: inner\nsteps: { x: {} }\n',
    );
    const crowd = { flow: 'order', status: 'running', health: 'running', count: 90, openAlarms: 0 } as const;
    const found = (crowds: readonly Crowd[]) =>
      ledger({ definitions, entries: [], crowds, day: DAY, now: ms('09:00'), since: new Map() });
    const failed = { ...crowd, status: 'failed', health: 'critical', count: 3, openAlarms: 4 } as const;
    expect(found([crowd, failed])).toMatchObject([
      {
        flow: 'order',
        title: 'Order',
        key: null,
        status: 'running',
        health: 'critical',
        openAlarms: 4,
        many: { expected: 0, running: 90, committed: 0, failed: 3, abandoned: 0 },
      },
    ]);
    const status = (...of: Crowd['status'][]) =>
      found(of.map((one) => ({ ...crowd, status: one })))[0]?.status;
    expect(status('expected')).toBe('not-due');
    expect(status('expected', 'committed')).toBe('running');
    expect(status('committed')).toBe('on-time');
    expect(status('committed', 'abandoned')).toBe('failed');
    expect(
      found([
        { ...crowd, flow: 'inner' },
        { ...crowd, flow: 'gone' },
      ]),
    ).toEqual([]);
  });

  it('wait for steps, never for a gate that is only offered', () => {
    const yaml = `
flow: work
start: { by: "10:00" }
steps: { a: { split: event }, g: { gate: true }, b: {}, c: {} }
connectors: [{ from: a, to: g }, { from: g, to: b }, { from: a, to: c }]
`;
    const found = only(yaml, '09:30', [event('09:00', 'work', 'a', 'committed')]);
    expect(found?.waitingFor.map(({ step }) => step)).toEqual(['b', 'c']);
  });

  it('that were given up are missing where nothing ever came, and failed where something did', () => {
    const yaml = `${starts('work', '10:00')}abandon: 12h\n`;
    expect(only(yaml, '13:00')).toMatchObject({ status: 'missing' });
    const came = [event('09:00', 'work', 'a', 'activated')];
    expect(only(yaml, '22:00', came)).toMatchObject({ status: 'failed' });
  });

  it('without a due time: running while they run, and none where nothing is expected', () => {
    const yaml =
      'flow: free\nsteps: { a: {} }\n---\nflow: closed\ncalendar: shut\nstart: { by: "10:00" }\nsteps: { a: {} }\n---\ncalendar: shut\nholidays: [2026-11-23]\n';
    expect(rows(yaml, '11:00')).toEqual([]);
    expect(rows(yaml, '11:00', [event('09:00', 'free', 'a', 'activated')])).toMatchObject([
      { flow: 'free', status: 'running', startDue: null, deadline: null, late: false },
    ]);
  });
});

describe('a flow that follows another', () => {
  const yaml = `
flow: other
start: { by: "10:00" }
steps: { a: {} }
---
flow: lead
start: { by: "10:00" }
steps: { a: {} }
---
flow: next
start: { after: lead, in: 30m }
steps: { a: {} }
`;
  const next = (now: string, said: readonly Line[]) =>
    rows(yaml, now, said).find(({ flow, key }) => flow === 'next' && key === DAY);

  it('is due after the one that it follows, not after any other of the day', () => {
    const others = [event('07:00', 'other', 'a', 'committed'), event('07:10', 'lead', 'a', 'activated')];
    expect(next('08:00', others)?.startDue).toBeNull();
    expect(next('08:00', [...others, event('07:20', 'lead', 'a', 'committed')])?.startDue).toBe(
      `${DAY}T07:50:00.000Z`,
    );
  });

  it('is due after the instance of its own key, not after another of the same flow', () => {
    const more = { key: 'extra' };
    const said = [event('01:00', 'lead', 'a', 'committed', more), event('07:10', 'lead', 'a', 'committed')];
    expect(next('08:00', said)?.startDue).toBe(`${DAY}T07:40:00.000Z`);
    expect(next('08:00', said.slice(0, 1))?.startDue).toBeNull();
  });

  it('is not excused by a waiver of a step, nor by that of another flow', () => {
    const waive = (more: Line) => ({
      act: 'waive',
      id: `w${lines++}`,
      day: DAY,
      reason: 'r',
      by: 'ann',
      time: time('06:00'),
      ...more,
    });
    expect(next('08:00', [waive({ flow: 'lead', step: 'a' }), waive({ flow: 'other' })])?.status).toBe(
      'not-due',
    );
    expect(next('08:00', [waive({ flow: 'lead' })])?.status).toBe('excused');
  });
});
