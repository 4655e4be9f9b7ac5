/** What a family has due before an event: of a large one the same as asking every instance of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDueTime } from '../../../engine/due-times.ts';
import { createWatch, relatives, type Watch } from '../../../engine/index.ts';
import { at, defined, event } from './watching.ts';

const TIMED = 'steps: { s: { timers: { slow: { after: activated, in: 10m, until: committed } } } }';

/** One more than report, so that the step goes on. */
const FEW = 5;
const MANY = 100;

/** The same flows with few entries, which are asked one by one, and with many, which are not. */
function family(entries: number, followed: string): string {
  const each = Array.from({ length: entries }, (_, entry) => `e${entry}`).join(', ');
  return `
flow: outer
steps: { n: { flow: inner, each: [${each}] }, z: {} }
---
flow: inner
${TIMED}
---
flow: next
start: { after: ${followed}, in: 20m }
${TIMED}
---
flow: other
${TIMED}
`;
}

function watching(entries: number, followed = 'outer'): Watch {
  const since = new Map(['outer', 'inner', 'next', 'other'].map((flow) => [flow, at('08:00')]));
  return createWatch({ definitions: defined(family(entries, followed)), since, clock: at('08:00') });
}

/** What is known of the instances that both watches have, and the alarms in their order. */
function told(watch: Watch, names: readonly string[]) {
  const { alarms } = watch.harvest();
  const states = names.map((name) => watch.instances.get(name)?.instance);
  return {
    states: states.map((one) => (one === undefined ? null : [one.status, one.alarms.map(({ id }) => id)])),
    alarms: alarms.map(({ alarm }) => [alarm.id, alarm.raisedAt, alarm.clearedAt]),
  };
}

const minute = fc.nat({ max: 59 }).map((after) => `09:${String(after).padStart(2, '0')}`);
const events = fc.array(
  fc.record({
    time: minute,
    what: fc.oneof(
      fc.nat({ max: 3 }).map((entry) => `inner/k/e${entry} s`),
      fc.constantFrom('outer/k z', 'next/k s', 'other/k s', 'inner/l/e0 s'),
    ),
    kind: fc.constantFrom('activated', 'committed', 'exception'),
  }),
  { minLength: 1, maxLength: 25 },
);

const NAMES = ['outer/k', 'inner/k/e0', 'inner/k/e1', 'inner/k/e2', 'inner/k/e3', 'next/k', 'other/k'];

describe('of a backlog', () => {
  it.each(['outer', 'inner'])(
    'a large family fires what it had due as a small one does, where a flow follows %s',
    (followed) => {
      fc.assert(
        fc.property(events, (all) => {
          const [small, large] = [watching(FEW, followed), watching(MANY, followed)];
          for (const [index, { time, what, kind }] of all.entries()) {
            const taken = event(time, `${what} ${kind}`, { id: `e${index}` });
            for (const watch of [small, large]) watch.take(taken, at('10:30'), true);
          }
          expect(told(large, NAMES)).toEqual(told(small, NAMES));
        }),
        { numRuns: 50, seed: 1 },
      );
    },
  );

  it('a large family goes on after what ended has left memory', () => {
    const watch = watching(MANY);
    const take = (time: string, what: string) => watch.take(event(time, what), at('10:30'), true);
    take('09:00', 'inner/k/e0 s activated');
    take('09:01', 'inner/k/e1 s activated');
    take('09:20', 'outer/k z activated');
    take('09:21', 'inner/k/e1 s committed');
    watch.forget(watch.harvest());
    expect(watch.instances.has('inner/k/e1')).toBe(false);
    take('09:22', 'inner/k/e2 s activated');
    take('09:40', 'outer/k z committed');
    const due = relatives(defined(family(MANY, 'outer')), { flow: 'outer', key: 'k' }).flatMap((of) => {
      const watched = watch.instances.get(`${of.flow}/${of.key}`);
      const next = watched === undefined ? null : nextDueTime(watched);
      return next !== null && next.due < at('09:40') ? [next] : [];
    });
    expect(due).toEqual([]);
    expect(watch.harvest().alarms.map(({ alarm }) => alarm.id)).toEqual(['inner/k%2Fe2/s/slow/1']);
  });
});
