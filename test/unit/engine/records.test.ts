/** What is stored of alarms and notices, and what the outside is told of, word for word. */
import { describe, expect, it } from 'vitest';
import { type Act, createWatch, encodeInstance } from '../../../engine/index.ts';
import {
  actRecord,
  instanceChange,
  instanceRecord,
  journalRecord,
  recordHarvest,
} from '../../../engine/records.ts';
import { at, defined, event } from './watching.ts';

const YAML = `
channel: desk
type: log
settings: {}
---
flow: f
group: clearing
steps:
  a:
    timers: { slow: { after: activated, in: 10m, until: committed } }
    on:
      committed:
        - do: { publish: "out.{flow.key}", data: { n: 1 } }
        - do: { publish: "out {flow.key}" }
        - do: [{ notify: desk, text: "done {flow.key}" }, { run: restart }, { notify: desk, text: again }]
      withdrawn: { do: { publish: never } }
`;

/** What is recorded at `now` once these reports have come; one instance is about as good as another. */
function recorded(reports: readonly (readonly [time: string, what: string])[], now: string) {
  const watch = createWatch({ definitions: defined(YAML), clock: at('09:00') });
  for (const [time, what] of reports) watch.take(event(time, what), at(time));
  const { alarms, changes, notices } = recordHarvest(watch.harvest(), at(now));
  const told = changes
    .filter(({ kind }) => kind !== 'instance')
    .map(({ kind, subject, body }) => ({ kind, subject, body: JSON.parse(body) }));
  return { alarms, told, notices };
}

const SLOW = [
  ['09:00', 'f/k/1 a activated'],
  ['09:11', 'f/other a activated'],
] as const;

describe('an alarm', () => {
  it('is stored with all that explains it, and told on a subject of its severity and flow', () => {
    const { alarms, told, notices } = recorded(SLOW, '09:11');
    const alarm = {
      id: 'f/k%2F1/a/slow/1',
      flow: 'f',
      key: 'k/1',
      step: 'a',
      name: 'slow',
      source: 'timer',
      severity: 'warning',
      group: 'clearing',
      tradingDay: '2026-11-23',
      text: 'a: timer slow ran out at 2026-11-23 09:10:00',
      count: 1,
      clearedBy: null,
    };
    const [first] = alarms;
    expect(first).toMatchObject({
      ...alarm,
      raisedAt: at('09:10'),
      lastAt: at('09:10'),
      clearedAt: null,
      late: true,
    });
    expect(JSON.parse(first?.why ?? '')).toMatchObject({
      rule: 'watch.yaml:10:15',
      cause: 'timer.slow',
      due: at('09:10'),
      values: [['status', 'running']],
    });
    const { tradingDay, group, ...rest } = alarm;
    const time = '2026-11-23T09:10:00.000Z';
    expect(told).toEqual([
      {
        kind: 'alarm',
        subject: 'milepost.alarm.warning.f',
        body: { ...rest, group, tradingDay, late: true, raisedAt: time, lastAt: time, clearedAt: null },
      },
    ]);
    expect(notices).toEqual([]);
  });

  it.each<[says: string, now: string, late: boolean]>([
    ['is in time for ten seconds', '09:10:10', false],
    ['is late after that: nothing was running when it was due', '09:10:10.001', true],
  ])('%s', (_, now, late) => {
    expect(recorded(SLOW, now).alarms.map((each) => each.late)).toEqual([late]);
  });

  it('that is only cleared, or that no due time raised, is never late', () => {
    const watch = createWatch({ definitions: defined(YAML), clock: at('09:00') });
    for (const [time, what] of SLOW) watch.take(event(time, what), at(time));
    watch.harvest();
    watch.take(event('09:20', 'f/k/1 a committed'), at('09:20'));
    const { alarms } = recordHarvest(watch.harvest(), at('09:40'));
    expect(alarms).toMatchObject([
      { name: 'slow', late: false, clearedAt: at('09:20'), clearedBy: 'committed' },
    ]);
    expect(recorded([['09:00', 'f/k a exception']], '10:00').alarms).toMatchObject([
      { name: 'exception', late: false },
    ]);
  });
});

describe('what rules ask for', () => {
  const committed = () => recorded([['09:00', 'f/k/1 a committed']], '09:00');

  it('is published where they say, and where no such subject can be, on one that tells so', () => {
    const body = { flow: 'f', key: 'k/1', time: '2026-11-23T09:00:00.000Z' };
    expect(committed().told).toEqual([
      { kind: 'publish', subject: 'out.k/1', body: { ...body, data: { n: 1 } } },
      {
        kind: 'publish',
        subject: 'milepost.illegal-subject',
        body: { ...body, data: null, subject: 'out k/1' },
      },
    ]);
  });

  it('is a notice each, whose id is the same whenever it is made', () => {
    expect(committed().notices).toEqual([
      { id: `f/k%2F1/desk/${at('09:00')}/2`, alarm: null, kind: 'notify', channel: 'desk', text: 'done k/1' },
      { id: `f/k%2F1/desk/${at('09:00')}/4`, alarm: null, kind: 'notify', channel: 'desk', text: 'again' },
    ]);
  });
});

describe('a subject that rules publish on', () => {
  it.each<[subject: string, legal: boolean]>([
    ['out', true],
    ['out.a.b', true],
    ['out.a b', false],
    ['out.*', false],
    ['out.>', false],
    ['.out', false],
    ['out.', false],
    ['out..a', false],
  ])('%s: %s', (subject, legal) => {
    const yaml = `flow: f\nsteps: { a: { on: { committed: { do: { publish: "{event.message}" } } } } }`;
    const watch = createWatch({ definitions: defined(yaml), clock: at('09:00') });
    watch.take(event('09:00', 'f/k a committed', { message: subject }), at('09:00'));
    const { changes } = recordHarvest(watch.harvest(), at('09:00'));
    const published = changes.filter(({ kind }) => kind === 'publish').map((change) => change.subject);
    expect(published).toEqual([legal ? subject : 'milepost.illegal-subject']);
  });
});

describe('an instance', () => {
  it.each<[says: string, reports: readonly string[], wanted: object]>([
    [
      'that runs',
      ['a activated'],
      {
        status: 'running',
        health: 'running',
        deviated: false,
        openAlarms: 0,
        hasTimers: true,
        endedAt: null,
      },
    ],
    [
      'that has failed',
      ['a exception'],
      {
        status: 'failed',
        health: 'critical',
        deviated: false,
        openAlarms: 1,
        hasTimers: false,
        endedAt: at('09:00'),
      },
    ],
    [
      'that left its definition',
      ['a committed', 'a activated'],
      { status: 'running', health: 'warning', deviated: true, openAlarms: 1, hasTimers: true, endedAt: null },
    ],
  ])('%s is stored with what it is searched by, and told with that', (_, reports, wanted) => {
    const watch = createWatch({ definitions: defined(YAML), clock: at('09:00') });
    for (const what of reports) watch.take(event('09:00', `f/k/1 ${what}`), at('09:00'));
    const watched = watch.instances.get('f/k/1');
    if (watched === undefined) throw new Error('it was made');
    const record = instanceRecord(watched, at('09:30'), 7);
    expect(record).toEqual({
      flow: 'f',
      key: 'k/1',
      revision: 'r1',
      group: 'clearing',
      tradingDay: '2026-11-23',
      startedAt: at('09:00'),
      updatedAt: at('09:30'),
      applied: 7,
      snapshot: encodeInstance(watched.instance),
      ...wanted,
    });
    const { kind, subject, body } = instanceChange(record);
    const { status, health, deviated, openAlarms, endedAt } = record;
    expect([kind, subject]).toEqual(['instance', 'milepost.status.f.k.1']);
    expect(JSON.parse(body)).toEqual({
      flow: 'f',
      key: 'k/1',
      group: 'clearing',
      tradingDay: '2026-11-23',
      startedAt: '2026-11-23T09:00:00.000Z',
      endedAt: endedAt === null ? null : '2026-11-23T09:00:00.000Z',
      status,
      health,
      deviated,
      openAlarms,
    });
  });
});

describe('what is kept in the journal', () => {
  const entry = { place: 3, clock: at('09:01'), backlog: true, receivedAt: at('09:02') };
  const said = { ...event('09:00', 'f/k a committed', { id: 'e1' }), key: 'k' };
  const common = { ...entry, flow: 'f', key: 'k', step: 'a', time: at('09:00') };

  it('of an event is what its producer has said, or its native form', () => {
    const record = { ...common, id: 'e1', digest: 'd', kind: 'committed' };
    expect(journalRecord(said, 'd', '{"its":"own"}', entry)).toEqual({ ...record, event: '{"its":"own"}' });
    const native =
      '{"id":"e1","flow":"f","key":"k","step":"a","event":"committed","time":"2026-11-23T09:00:00.000Z"}';
    expect(journalRecord(said, 'd', null, entry)).toEqual({ ...record, event: native });
  });

  it('of an act is the act; one that closes an alarm is about no step', () => {
    const done = { id: 'w1', flow: 'f', key: 'k', reason: 'because', by: 'ann', time: at('09:00') };
    const waive: Act = { ...done, kind: 'waive', day: null, step: 'a' };
    const close: Act = { ...done, kind: 'close', alarm: 'f/k/a/slow/1' };
    const kept = [waive, close].map((act) => actRecord(act, 'k', entry));
    expect(kept).toMatchObject([
      { ...common, id: 'w1', kind: 'waive', step: 'a' },
      { ...common, id: 'w1', kind: 'close', step: null },
    ]);
    expect(kept.map((each) => JSON.parse(each.event).act)).toEqual(['waive', 'close']);
  });
});
