/** A watch that repeats what another one accepted: all of it, or only what concerns one root; and clocks that only look. */
import { describe, expect, it } from 'vitest';
import { type Act, createWatch, encodeInstance, type KeyedEvent, type Watch } from '../../../engine/index.ts';
import { alarmsOf, at, defined, event, instancesOf, shown } from './watching.ts';
import { TIMED, watching } from './watching-flows.ts';

const YAML = `${TIMED}\n---\n${TIMED.replace('timed', 'patient').replace('steps:', 'disorder: 5m\nsteps:')}`;

const waive: Act = {
  kind: 'waive',
  id: 'w1',
  flow: 'timed',
  day: null,
  key: 'k',
  step: 'b',
  reason: 'not today',
  by: 'ann',
  time: at('09:05'),
};

type Entry = readonly [what: KeyedEvent | Act, clock: number, backlog: boolean];

const said = (time: string, what: string): KeyedEvent => event(time, what) as KeyedEvent; // they all name a key
const ENTRIES: readonly Entry[] = [
  [said('09:00', 'timed/k a activated'), at('09:00'), false],
  [said('09:00', 'timed/l a activated'), at('09:00'), false],
  [said('09:01', 'patient/k a activated'), at('09:02'), false],
  [waive, at('09:05'), false],
  [said('09:20', 'timed/l a committed'), at('09:30'), true],
  [said('09:05', 'timed/k a committed'), at('09:31'), true],
  [said('09:12', 'patient/k a committed'), at('09:32'), true],
  [said('09:33', 'timed/m a activated'), at('09:33'), false],
  [said('09:34', 'timed/l b activated'), at('09:50'), false],
];

function isEvent(what: KeyedEvent | Act): what is KeyedEvent {
  return 'params' in what;
}

/** The instances of a root as they are stored. */
function storedOf(watch: Watch, root: string): readonly string[] {
  return [...watch.instances.values()]
    .filter(({ instance }) => instance.key === root)
    .map(({ instance }) => encodeInstance(instance))
    .sort();
}

describe('what was accepted is done again', () => {
  /** A watch that accepted all of it, and its journal: each entry with the clock that the watch had for it. */
  const first = () => {
    const watch = watching(YAML, '09:00');
    const journal = ENTRIES.map(([what, clock, backlog]): Entry => {
      const done = isEvent(what) ? watch.take(what, clock, backlog) : watch.act(what, clock);
      if (done.kind !== 'accepted') throw new Error(`it was not accepted: ${JSON.stringify(done)}`);
      return [what, watch.clock ?? clock, backlog];
    });
    return { watch, journal };
  };

  it('and comes to the same instances, by the same clock', () => {
    const { watch: before, journal } = first();
    const watch = watching(YAML, '09:00');
    for (const [what, clock, backlog] of journal)
      if (isEvent(what)) watch.redo(what, clock, backlog);
      else watch.redoAct(what, clock);
    expect(shown(watch.clock)).toBe(shown(before.clock));
    expect(instancesOf(watch)).toEqual(instancesOf(before));
    for (const root of ['k', 'l', 'm']) expect(storedOf(watch, root), root).toEqual(storedOf(before, root));
  });

  it.each(['k', 'l', 'm'])('for the root %s alone, where what concerns others passes by', (root) => {
    const { watch: before, journal } = first();
    const watch = watching(YAML, '09:00');
    for (const [what, clock, backlog] of journal)
      if (what.key !== root) watch.pass(isEvent(what) ? what.flow : null, clock, backlog);
      else if (isEvent(what)) watch.redo(what, clock, backlog);
      else watch.redoAct(what, clock);
    expect(storedOf(watch, root)).toEqual(storedOf(before, root));
    expect(shown(watch.clock)).toBe(shown(before.clock));
  });

  it('an act that would be refused now was never accepted: that is a fault', () => {
    const refused: Act = { ...waive, step: 'nowhere' };
    expect(() => watching(YAML, '09:00').redoAct(refused, at('09:00'))).toThrow(
      /broken rule: an act that was accepted is refused: .*nowhere/,
    );
  });
});

describe('a look at the clock', () => {
  it('moves nothing where nothing was due, and decides what was', () => {
    const watch = watching(TIMED, '09:00');
    watch.take(event('09:00', 'timed/k a activated'), at('09:00'));
    watch.harvest();
    watch.tick(at('09:10'));
    expect([shown(watch.clock), alarmsOf(watch.harvest())]).toEqual(['09:00', []]);
    watch.tick(at('09:11'));
    expect(shown(watch.clock)).toBe('09:11');
    expect(alarmsOf(watch.harvest())).toEqual(['09:10 slow of timed/k']);
  });

  it('begins the clock where it never stood', () => {
    const watch = createWatch({ definitions: defined(TIMED), clock: null });
    watch.tick(at('09:00'));
    expect(shown(watch.clock)).toBe('09:00');
  });
});
