/** A watch and its store: what it wants from there, what was begun under earlier definitions, what it forgets. */
import { describe, expect, it } from 'vitest';
import { type Act, createWatch, newInstance, type Watch } from '../../../engine/index.ts';
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

describe('a watch wants from the store', () => {
  const YAML = `
flow: outer
key: "o-{tradingDay}"
start: { by: "15:30" }
steps: { n: { flow: inner } }
---
flow: inner
steps: { x: {} }
---
flow: alone
steps: { x: {} }
`;
  const family = ['outer o-2026-11-23', 'inner o-2026-11-23'];

  it.each<
    [says: string, found: readonly ReturnType<typeof event>[], acts: readonly Act[], wants: readonly string[]]
  >([
    ['nothing where nothing comes', [], [], []],
    ['the instance of an event', [event('09:00', 'alone/k x activated')], [], ['alone k']],
    ['its family too', [event('09:00', 'inner/o-2026-11-23 x activated')], [], family],
    [
      'also where the flow gives the key',
      [event('09:00', 'outer/- n activated', { step: null })],
      [],
      family,
    ],
    [
      'also where the event is to be refused: its instance may know better',
      [event('09:00', 'alone/k y activated')],
      [],
      ['alone k'],
    ],
    ['nothing where there is no key either', [event('09:00', 'alone/- x activated')], [], []],
    ['the instance of an act', [], [{ ...waive, flow: 'alone', key: 'q' }], ['alone q']],
    [
      'the instance of an act about a day',
      [],
      [{ ...waive, flow: 'outer', key: null, day: '2026-11-23' }],
      family,
    ],
    [
      'nothing for an act about a day that the flow does not have',
      [],
      [{ ...waive, flow: 'alone', key: null, day: '2026-11-23' }],
      [],
    ],
  ])('%s', (_, events, acts, wants) => {
    const watch = watching(YAML, '16:00');
    watch.begin(at('16:00'));
    const wanted = watch.wants(events, at('16:00'), acts).map(({ flow, key }) => `${flow} ${key}`);
    expect(wanted.toSorted()).toEqual(wants.toSorted());
  });

  it('the days that begin until the clock, before the first time from when it stood', () => {
    const since = new Map([['outer', at('08:00')]]);
    const watch = createWatch({ definitions: defined(YAML), since, clock: at('16:00') });
    const keys = (clock: string) => watch.wants([], at(clock)).map(({ flow, key }) => `${flow} ${key}`);
    expect(keys('23:59')).toEqual([]);
    expect(keys('24 00:00')).toEqual(['outer o-2026-11-24', 'inner o-2026-11-24']);
    expect(keys('25 08:00')).toHaveLength(4);
    watch.advance(at('24 00:00'));
    expect(keys('24 23:00')).toEqual([]);
    expect(keys('25 00:00')).toEqual(['outer o-2026-11-25', 'inner o-2026-11-25']);
  });

  it('no day that has begun, also when its instance has ended and is forgotten', () => {
    const watch = watching(DAILY);
    watch.advance(at('12:00'));
    watch.take(event('12:00', 'daily/2026-11-23 a committed'), at('12:00'));
    watch.forget(watch.harvest());
    expect([instancesOf(watch), watch.wants([], at('13:00'))]).toEqual([[], []]);
  });

  it('nothing that is in memory, and what is held back', () => {
    const watch = watching('flow: f\ndisorder: 5m\nsteps: { x: {} }', '09:00');
    watch.take(event('08:00', 'f/k x activated'), at('09:00'));
    watch.take(event('08:59', 'f/l x activated'), at('09:00'));
    expect(watch.wants([event('09:00', 'f/k x committed')], at('09:00'))).toEqual([{ flow: 'f', key: 'l' }]);
    expect(watch.wants([], at('09:00'))).toEqual([{ flow: 'f', key: 'l' }]);
  });
});

describe('an instance of an earlier revision', () => {
  const before = defined('flow: f\nsteps: { old: {}, z: {} }\nconnectors: [{ from: old, to: z }]', 'r0');
  const now = defined('flow: f\nsteps: { new: {} }');
  const since = new Map([['f', at('08:00')]]);

  function adopted(): Watch {
    const first = createWatch({ definitions: before, since, clock: at('09:00') });
    first.take(event('09:00', 'f/k old activated'), at('09:00'));
    return restarted(first, { definitions: now, since, earlier: new Map([['r0', before]]) });
  }

  it('goes on by the steps that it began with; a new one has the new steps', () => {
    const watch = adopted();
    expect(watch.take(event('09:01', 'f/k old committed'), at('09:01')).kind).toBe('accepted');
    expect(watch.instances.get('f/k')?.instance).toMatchObject({
      revision: 'r0',
      steps: [{ status: 'committed' }, { status: 'active' }],
    });
    expect(watch.take(event('09:01', 'f/k new activated'), at('09:01'))).toMatchObject({ kind: 'refused' });
    expect(watch.take(event('09:01', 'f/l old activated'), at('09:01'))).toMatchObject({ kind: 'refused' });
    expect(watch.take(event('09:01', 'f/l new activated'), at('09:01')).kind).toBe('accepted');
    expect(watch.instances.get('f/l')?.instance.revision).toBe('r1');
  });

  it('is not taken into memory where its definitions are not at hand', () => {
    const stored = adopted().instances.get('f/k');
    const watch = createWatch({ definitions: now, since, clock: at('09:00') });
    if (stored === undefined) throw new Error('it was adopted');
    expect(() => watch.adopt(stored.instance)).toThrow('broken rule: flow f of revision r0 is not loaded');
  });

  it('has its due times from the moment it is in memory', () => {
    const definitions = defined(TIMED);
    const first = createWatch({ definitions, clock: at('09:00') });
    first.take(event('09:00', 'timed/k a activated'), at('09:00'));
    const watch = restarted(first, { definitions, since: new Map([['timed', at('08:00')]]) });
    expect(shown(watch.nextDue())).toBe('09:10');
    watch.advance(at('10:00'));
    expect(alarmsOf(watch.harvest())).toEqual(['09:10 slow of timed/k']);
  });
});

describe('what was stored is dropped from memory', () => {
  const YAML = `
flow: timed
steps: { a: { timers: { slow: { after: activated, in: 10m, until: committed } } } }
---
flow: dated
steps: { a: {}, b: { timers: { cut-off: { at: "18:00" } } } }
split: event
`;
  it.each<[says: string, events: readonly (readonly [string, string])[], kept: readonly string[]]>([
    ['one that has ended', [['09:00', 'timed/k a committed']], []],
    ['but not one that runs', [['09:00', 'timed/k a activated']], ['timed/k running']],
    ['nor one that ended with an alarm open', [['09:00', 'timed/k a exception']], ['timed/k failed']],
    ['nor one that ended and has something due', [['09:00', 'dated/k a committed']], ['dated/k committed']],
  ])('%s', (_, events, kept) => {
    const watch = watching(YAML, '09:00');
    for (const [time, what] of events) watch.take(event(time, what), at(time));
    watch.forget(watch.harvest());
    expect(instancesOf(watch)).toEqual(kept);
    if (kept.length === 0) expect(watch.nextDue()).toBeNull();
  });

  it('only if it has changed since the last time', () => {
    const watch = watching(YAML, '09:00');
    const ended = newInstance(defined(YAML).flows.get('timed') ?? neverFlow(), {
      key: 'k',
      revision: 'r1',
      tradingDay: '2026-11-23',
      parent: null,
      time: at('08:00'),
    });
    watch.adopt({ ...ended, status: 'committed' });
    watch.forget(watch.harvest());
    expect(instancesOf(watch)).toEqual(['timed/k committed']);
  });

  it('where it is still there', () => {
    const watch = watching(YAML, '09:00');
    watch.take(event('09:00', 'timed/k a committed'), at('09:00'));
    const stored = watch.harvest();
    watch.forget(stored);
    watch.forget(stored);
    expect(instancesOf(watch)).toEqual([]);
  });
});

function neverFlow(): never {
  throw new Error('the flow is defined');
}
