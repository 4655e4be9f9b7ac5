/** What a watch does beside deciding: days, its clock, backlogs, what is held back, ids. */
import { describe, expect, it } from 'vitest';
import { eventDigest } from '../../../checkpoints/index.ts';
import { type Act, createWatch } from '../../../engine/index.ts';
import { alarmsOf, at, defined, event, instancesOf, restarted, shown } from './watching.ts';
import { DAILY, TIMED, watching } from './watching-flows.ts';

const waive: Act = {
  kind: 'waive',
  id: 'w1',
  flow: 'timed',
  day: null,
  key: 'k',
  step: 'b',
  reason: 'not today',
  by: 'ann',
  time: at('09:00'),
};

describe('days are expected', () => {
  it.each<[says: string, begun: string, until: string, days: readonly string[]]>([
    ['a day that has begun, as long as its start is ahead', '15:29', '15:29', ['23']],
    ['also at the very moment when the start is due', '15:30', '15:30', ['23']],
    ['but none whose start was due before', '15:30:00.001', '23:59', []],
    ['the next day begins at midnight', '16:00', '24 00:00', ['24']],
    ['every day that begins while time passes', '12:00', '25 12:00', ['23', '24', '25']],
  ])('%s', (_, begun, until, days) => {
    const watch = watching(DAILY);
    watch.advance(at(begun));
    watch.advance(at(until));
    expect(instancesOf(watch)).toEqual(days.map((day) => `daily/2026-11-${day} expected`));
  });

  it.each<[says: string, clock: string | null, since: string | null, days: readonly string[]]>([
    ['never watched before: the day that has begun is judged', null, null, ['25']],
    [
      'watched before: those that began since the clock stood still, and no other',
      '23 12:00',
      '23 08:00',
      ['24', '25'],
    ],
    ['watched before, the clock at midnight: that day has begun already', '24 00:00', '23 08:00', ['25']],
    [
      'a flow that is new while a backlog is still to come: from when it was first watched',
      '23 12:00',
      '25 09:00',
      ['25'],
    ],
    [
      'a flow first watched at the very time of the clock: its day had begun, and was expected then',
      '25 09:00',
      '25 09:00',
      [],
    ],
    ['watched since, but without a clock: nothing was decided since', null, '25 09:30', ['25']],
  ])('after a restart: %s', (_, clock, since, days) => {
    const watch = createWatch({
      definitions: defined(DAILY),
      clock: clock === null ? null : at(clock),
      ...(since !== null && { since: new Map([['daily', at(since)]]) }),
    });
    watch.advance(at('25 10:00'));
    expect(instancesOf(watch)).toEqual(days.map((day) => `daily/2026-11-${day} expected`));
  });

  it('once: an instance that is there already stays as it is, and the days go on', () => {
    const watch = watching(DAILY);
    watch.advance(at('12:00'));
    watch.take(event('12:00', 'daily/2026-11-24 a activated'), at('12:00'));
    watch.advance(at('25 00:00'));
    expect(instancesOf(watch)).toEqual([
      'daily/2026-11-23 expected',
      'daily/2026-11-24 running',
      'daily/2026-11-25 expected',
    ]);
  });

  it('since when a flow is watched is told once, of those that are new', () => {
    const definitions = defined(`${DAILY}\n---\n${TIMED}`);
    const watch = createWatch({ definitions, clock: null, since: new Map([['timed', at('08:00')]]) });
    watch.begin(at('09:00'));
    expect(watch.harvest().watched).toEqual([{ flow: 'daily', since: at('09:00') }]);
    watch.begin(at('10:00'));
    watch.advance(at('11:00'));
    expect(watch.harvest().watched).toEqual([]);
  });
});

describe('the clock', () => {
  it('is not there before the first call, and nothing is due', () => {
    const watch = watching(TIMED);
    expect([watch.clock, watch.nextDue()]).toEqual([null, null]);
    expect(() => watch.flush()).toThrow('broken rule: a watch decides nothing before it has a clock');
  });

  it('never goes back', () => {
    const watch = watching(TIMED, '10:00');
    for (const [to, stands] of [
      ['09:00', '10:00'],
      ['10:00', '10:00'],
      ['10:01', '10:01'],
    ] as const) {
      watch.advance(at(to));
      expect(shown(watch.clock)).toBe(stands);
    }
    watch.take(event('09:30', 'timed/k a activated'), at('09:30'));
    expect(shown(watch.clock)).toBe('10:01');
  });

  it('decides what is due before an event, and leaves what is due at the same time to the event', () => {
    const watch = watching(TIMED);
    for (const key of ['k', 'l']) watch.take(event('09:00', `timed/${key} a activated`), at('09:00'));
    watch.take(event('09:10', 'timed/k a committed'), at('09:10'));
    expect(alarmsOf(watch.harvest())).toEqual([]);
    watch.take(event('09:10', 'timed/m b activated', { id: 'later' }), at('09:10:00.001'));
    expect(alarmsOf(watch.harvest())).toContain('09:10 slow of timed/l');
  });

  it('says when something is due next', () => {
    const watch = watching(`${DAILY}\n---\n${TIMED}`);
    watch.advance(at('09:00'));
    expect(shown(watch.nextDue())).toBe('15:30');
    watch.take(event('09:00', 'timed/k a activated'), at('09:00'));
    expect(shown(watch.nextDue())).toBe('09:10');
  });
});

describe('a backlog', () => {
  const FAMILY = `${TIMED}
---
flow: outer
deadline: { in: 5m }
steps: { n: { flow: inner }, z: {} }
---
flow: inner
steps: { x: { timers: { slow: { after: activated, in: 3m, until: committed } } } }
`;

  it('begins the clock where it never stood, and otherwise leaves it', () => {
    const fresh = watching(TIMED);
    fresh.take(event('08:00', 'timed/k a activated'), at('09:00'), true);
    fresh.take(event('08:30', 'timed/l a activated'), at('12:00'), true);
    expect(shown(fresh.clock)).toBe('09:00');
    expect(fresh.harvest().watched).toEqual([{ flow: 'timed', since: at('09:00') }]);
    const moved = watching(TIMED);
    moved.take(event('08:00', 'timed/k a activated'), at('09:00'), false);
    moved.take(event('08:30', 'timed/l a activated'), at('12:00'), false);
    expect(shown(moved.clock)).toBe('12:00');
  });

  it('makes nothing late but what its own instance had due before', () => {
    const watch = watching(TIMED, '09:00');
    for (const key of ['k', 'l']) watch.take(event('09:00', `timed/${key} a activated`), at('09:00'));
    watch.take(event('09:20', 'timed/k a committed'), at('12:00'), true);
    expect(alarmsOf(watch.harvest())).toEqual(['09:10 slow of timed/k until 09:20 committed']);
    watch.take(event('09:05', 'timed/l a committed'), at('12:00'), true);
    expect(alarmsOf(watch.harvest())).toEqual([]);
    watch.advance(at('12:00'));
    expect(alarmsOf(watch.harvest())).toEqual([]);
  });

  it('leaves an instance in time whose event happened when it was due', () => {
    const watch = watching(TIMED, '09:00');
    watch.take(event('09:00', 'timed/k a activated'), at('09:00'));
    watch.take(event('09:10', 'timed/k a committed'), at('12:00'), true);
    expect(alarmsOf(watch.harvest())).toEqual([]);
  });

  it('decides what a family had due in the order of time', () => {
    const watch = watching(FAMILY, '09:00');
    watch.take(event('09:00', 'inner/k x activated'), at('09:00'));
    watch.take(event('09:00', 'outer/l z activated'), at('09:00'));
    watch.take(event('09:30', 'outer/k z activated'), at('12:00'), true);
    expect(alarmsOf(watch.harvest())).toEqual(['09:03 slow of inner/k', '09:05 deadline of outer/k']);
    watch.take(event('09:04', 'inner/l x activated'), at('12:00'), true);
    expect(alarmsOf(watch.harvest())).toEqual([]);
    watch.take(event('09:31', 'inner/l x params'), at('12:00'), true);
    expect(alarmsOf(watch.harvest())).toEqual(
      ['09:05 deadline of outer/l', '09:07 slow of inner/l'].toSorted(),
    );
  });

  it('of a flow with disorder keeps its order by the clock', () => {
    const watch = watching(`${TIMED.replace('steps:', 'disorder: 5m\nsteps:')}`, '09:00');
    watch.take(event('09:00', 'timed/k a activated'), at('09:10'), true);
    expect([shown(watch.clock), watch.held().length]).toEqual(['09:10', 0]);
  });
});

describe('events of a flow with disorder', () => {
  const LATE = TIMED.replace('steps:', 'disorder: 5m\nsteps:');

  it.each<[says: string, time: string, held: boolean]>([
    ['wait until the clock is that far ahead', '09:06', true],
    ['are taken at once when it is', '09:05', false],
    ['and when they come later than that', '09:04:59.999', false],
  ])('%s', (_, time, held) => {
    const watch = watching(LATE, '09:10');
    const taken = watch.take(event(time, 'timed/k a activated'), at('09:10'));
    expect(taken.kind).toBe('accepted');
    expect(watch.held().map((each) => shown(each.time))).toEqual(held ? [time] : []);
    expect(instancesOf(watch)).toEqual(held ? [] : ['timed/k running']);
    watch.advance(at('09:11'));
    watch.advance(at('09:12'));
    expect(watch.held()).toEqual([]);
    expect(instancesOf(watch)).toEqual(['timed/k running']);
  });

  it('are decided in the order of their times, also after a restart', () => {
    const definitions = defined(LATE);
    const since = new Map([['timed', at('08:00')]]);
    const first = createWatch({ definitions, since, clock: at('09:10') });
    first.take(event('09:08', 'timed/k a committed'), at('09:10'));
    first.take(event('09:07', 'timed/k a activated'), at('09:10'));
    const watch = restarted(first, { definitions, since });
    expect(watch.held().map(({ kind }) => kind)).toEqual(['committed', 'activated']);
    watch.advance(at('09:14'));
    const instance = watch.instances.get('timed/k')?.instance;
    expect(instance?.deviations).toEqual([]);
    expect(instance?.steps.map(({ status }) => status)).toEqual(['committed', 'active']);
  });

  it('and their due times wait as long', () => {
    const watch = watching(LATE, '09:00');
    watch.take(event('08:50', 'timed/k a activated'), at('09:00'));
    expect(shown(watch.nextDue())).toBe('09:05');
    watch.advance(at('09:05'));
    expect(alarmsOf(watch.harvest())).toEqual([]);
    watch.advance(at('09:05:00.001'));
    expect(alarmsOf(watch.harvest())).toEqual(['09:00 slow of timed/k']);
  });

  it('are all let through by a flush, with what was due up to the clock and nothing after it', () => {
    const watch = watching(`${LATE}\n---\n${DAILY}`, '09:00');
    watch.take(event('08:50', 'timed/k a activated'), at('09:00'));
    watch.take(event('08:51', 'timed/l a activated'), at('09:00'));
    watch.take(event('08:59', 'timed/m a activated'), at('09:00'));
    watch.flush();
    expect(alarmsOf(watch.harvest())).toEqual(['09:00 slow of timed/k']);
    expect(watch.held()).toEqual([]);
    expect(shown(watch.nextDue())).toBe('09:06');
    watch.advance(at('09:15'));
    expect(alarmsOf(watch.harvest())).toEqual(['09:01 slow of timed/l', '09:09 slow of timed/m']);
  });

  it('of the same time are decided in the order in which they came', () => {
    const watch = watching(LATE, '09:10');
    watch.take(event('09:08', 'timed/k a committed'), at('09:10'));
    watch.take(event('09:08', 'timed/k b activated'), at('09:10'));
    watch.advance(at('09:20'));
    expect(watch.instances.get('timed/k')?.instance.deviations).toEqual([]);
  });

  it('may still stop what was due between them: nothing is decided before its time has come', () => {
    const watch = watching(LATE, '09:00');
    watch.take(event('08:57', 'timed/k a activated'), at('09:02:00.001'));
    watch.take(event('09:08', 'timed/k b activated'), at('09:10'));
    watch.take(event('09:06', 'timed/k a committed'), at('09:10'));
    watch.advance(at('09:20'));
    expect(alarmsOf(watch.harvest())).toEqual([]);
  });

  it('move a due time without its waiting less', () => {
    const again = LATE.replace(
      'until: committed } }',
      'until: committed } }, on: { params: { do: { start-timer: slow } } }',
    );
    const definitions = defined(again);
    const first = createWatch({ definitions, clock: at('09:00') });
    first.take(event('08:50', 'timed/k a activated'), at('09:00'));
    first.take(event('08:53', 'timed/k a params'), at('09:00'));
    const watch = restarted(first, { definitions, since: new Map([['timed', at('08:00')]]) });
    expect(shown(watch.nextDue())).toBe('09:08');
    for (const each of [first, watch]) {
      each.advance(at('09:07'));
      expect(alarmsOf(each.harvest())).toEqual([]);
      each.advance(at('09:09'));
      expect(alarmsOf(each.harvest())).toEqual(['09:03 slow of timed/k']);
    }
  });

  it('are flushed without what another flow, that waits for nothing, has due later', () => {
    const watch = watching(`${LATE}\n---\n${TIMED.replace('timed', 'prompt')}`, '09:00');
    watch.take(event('08:53', 'prompt/k a activated'), at('09:00'));
    watch.flush();
    expect(alarmsOf(watch.harvest())).toEqual([]);
    expect(shown(watch.nextDue())).toBe('09:03');
    watch.advance(at('09:04'));
    expect(alarmsOf(watch.harvest())).toEqual(['09:03 slow of prompt/k']);
  });

  it('a flush begins no day after the clock', () => {
    const watch = watching(`${LATE}\n---\n${DAILY}`);
    watch.advance(at('23:57'));
    watch.flush();
    expect(instancesOf(watch)).toEqual([]);
  });
});

describe('an id', () => {
  const first = event('09:00', 'timed/k a activated', { id: 'e1' });
  const other = { ...first, message: 'something else' };

  it('that is known is a repeat; with another content it is refused, and says of which instance', () => {
    const watch = watching(TIMED, '09:00');
    expect(watch.take(first, at('09:00'))).toMatchObject({ kind: 'accepted', digest: eventDigest(first) });
    expect(watch.take(first, at('09:00'))).toEqual({ kind: 'repeat' });
    expect(watch.take(other, at('09:00'))).toEqual({
      kind: 'refused',
      reason: 'id: another event of timed k had e1 before: give each event its own id',
    });
    expect(watch.take({ ...other, key: 'l' }, at('09:00')).kind).toBe('accepted');
  });

  it('is known from the store, and forgotten once what it came with is stored', () => {
    const watch = watching(TIMED, '09:00');
    watch.recall({ flow: 'timed', key: 'k' }, 'e1', eventDigest(first));
    expect(watch.take(first, at('09:00'))).toEqual({ kind: 'repeat' });
    watch.forget(watch.harvest());
    expect(watch.take(first, at('09:00')).kind).toBe('accepted');
  });

  it('of an act is known likewise', () => {
    const watch = watching(TIMED, '09:00');
    watch.take(first, at('09:00'));
    expect(watch.act(waive, at('09:00'))).toEqual({ kind: 'accepted', key: 'k' });
    expect(watch.act(waive, at('09:00'))).toEqual({ kind: 'repeat' });
    expect(watch.act({ ...waive, reason: 'another' }, at('09:00'))).toEqual({
      kind: 'refused',
      reason: 'id: something else of timed k had w1 before: give each act its own id',
    });
    expect(watch.act({ ...waive, key: null, day: '2026-11-23' }, at('09:00'))).toMatchObject({
      kind: 'refused',
    });
  });
});
