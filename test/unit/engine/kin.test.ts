/** What instances tell each other: children, parents, followers, and what becomes of one whose relatives are not there. */
import { describe, expect, it } from 'vitest';
import { childOf, createWatch, type Instance, type Watch } from '../../../engine/index.ts';
import { alarmsOf, at, defined, event, instancesOf, restarted, shown } from './watching.ts';

const THREE = `
flow: top
steps: { p: { flow: middle }, z: {} }
---
flow: middle
steps: { c: { flow: left }, d: { flow: right } }
---
flow: left
steps: { x: { params: { N: { type: number } } }, y: {} }
connectors: [{ from: x, to: y }]
---
flow: right
steps: { x: {} }
`;

function watching(yaml: string): Watch {
  return createWatch({ definitions: defined(yaml), clock: at('08:00') });
}

function take(watch: Watch, time: string, what: string, fields = {}): void {
  const taken = watch.take(event(time, what, fields), at(time));
  if (taken.kind !== 'accepted') throw new Error(`${what} was not accepted: ${JSON.stringify(taken)}`);
}

function instance(watch: Watch, name: string): Instance {
  const watched = watch.instances.get(name);
  if (watched === undefined) throw new Error(`there is no ${name}`);
  return watched.instance;
}

describe('the first event of a nested flow', () => {
  it('starts all that it lies in, and these expect what else they nest', () => {
    const watch = watching(THREE);
    take(watch, '09:00', 'left/k x activated');
    expect(instancesOf(watch)).toEqual([
      'left/k running',
      'middle/k running',
      'right/k expected',
      'top/k running',
    ]);
    expect(instance(watch, 'left/k').parent).toEqual({ flow: 'middle', key: 'k', step: 0, entry: 0 });
  });

  it('is told to its parent alone where that runs already: what lies further out has not moved', () => {
    const watch = watching(THREE);
    take(watch, '09:00', 'left/k x activated');
    take(watch, '09:30', 'right/k x activated');
    const lastOf = (name: string) => shown(instance(watch, name).lastEventAt);
    expect([lastOf('right/k'), lastOf('middle/k'), lastOf('top/k')]).toEqual(['09:30', '09:30', '09:00']);
  });

  it('belongs to the day that the key of its parent names, whenever it comes', () => {
    const watch = watching(`
flow: outer
key: "o-{tradingDay}"
steps: { n: { flow: inner } }
---
flow: inner
steps: { x: {} }
`);
    take(watch, '24 09:00', 'inner/o-2026-11-23 x activated');
    expect(['outer', 'inner'].map((flow) => instance(watch, `${flow}/o-2026-11-23`).tradingDay)).toEqual([
      '2026-11-23',
      '2026-11-23',
    ]);
  });
});

describe('a parent hears', () => {
  it('nothing of what its child reports while it runs', () => {
    const watch = watching(THREE);
    take(watch, '09:00', 'left/k x activated');
    take(watch, '09:10', 'left/k x params', { params: [['N', 1]] });
    expect(shown(instance(watch, 'middle/k').lastEventAt)).toBe('09:00');
  });

  it('of its end, once: what comes late is added to the child and moves nothing', () => {
    const watch = watching(THREE);
    take(watch, '09:00', 'left/k x committed');
    take(watch, '09:10', 'left/k y committed');
    const before = instance(watch, 'middle/k');
    take(watch, '09:20', 'left/k x params', { params: [['N', 1]] });
    expect(instance(watch, 'left/k').steps[0]?.params).toEqual([1]);
    expect(instance(watch, 'middle/k')).toEqual(before);
    expect(before.steps[0]).toMatchObject({ status: 'committed', visits: 1 });
  });

  it('of its health, also while it runs', () => {
    const watch = watching(THREE);
    take(watch, '09:00', 'left/k x committed');
    take(watch, '09:10', 'left/k y exception');
    expect(childOf(instance(watch, 'middle/k').children, 0, 0)).toEqual({
      status: 'failed',
      health: 'critical',
    });
    take(watch, '09:20', 'left/k y activated');
    expect(childOf(instance(watch, 'middle/k').children, 0, 0)).toEqual({
      status: 'running',
      health: 'running',
    });
    expect(instance(watch, 'middle/k').steps[0]).toMatchObject({ status: 'running', visits: 2 });
  });
});

describe('an instance whose relatives are not in memory', () => {
  const NESTED =
    'flow: outer\nkey: "{tradingDay}"\nsteps: { n: { flow: inner } }\n---\nflow: inner\nkey: "{tradingDay}"\nstart: { by: "09:30" }\nsteps: { x: {} }';

  it('is expected on its day without a parent, which its first event makes', () => {
    const watch = watching(NESTED);
    watch.advance(at('09:00'));
    expect(instancesOf(watch)).toEqual(['inner/2026-11-23 expected']);
    take(watch, '09:10', 'inner/2026-11-23 x committed');
    expect(instancesOf(watch)).toEqual(['inner/2026-11-23 committed', 'outer/2026-11-23 committed']);
  });

  it('goes on alone where its parent was not loaded', () => {
    const first = watching(THREE);
    take(first, '09:00', 'right/k x activated');
    const watch = createWatch({ definitions: defined(THREE), clock: at('09:00') });
    watch.adopt(instance(first, 'right/k'));
    take(watch, '09:10', 'right/k x committed');
    expect(instancesOf(watch)).toEqual(['right/k committed']);
  });
});

describe('a flow that starts after another', () => {
  const LEAD = 'flow: lead\nsteps: { x: { params: { N: { type: number } } } }';
  const NEXT = 'flow: next\nstart: { after: lead, in: 10m }\nsteps: { x: {} }';

  it('is expected when the other commits, and due that much later', () => {
    const watch = watching(`${LEAD}\n---\n${NEXT}`);
    take(watch, '09:00', 'lead/k x activated');
    expect(instancesOf(watch)).toEqual(['lead/k running']);
    take(watch, '09:05', 'lead/k x committed');
    expect(instancesOf(watch)).toEqual(['lead/k committed', 'next/k expected']);
    expect(instance(watch, 'next/k').timers).toEqual([{ step: -1, name: 'start-timeout', due: at('09:15') }]);
  });

  it('is not expected again when the other, committed, hears of something late', () => {
    const watch = watching(`${LEAD}\n---\n${NEXT}`);
    take(watch, '09:00', 'lead/k x committed');
    take(watch, '09:05', 'next/k x committed');
    const stored = watch.harvest();
    watch.forget({ ...stored, changed: stored.changed.filter(({ flow }) => flow.name === 'next') });
    take(watch, '09:10', 'lead/k x params', { params: [['N', 1]] });
    expect(instancesOf(watch)).toEqual(['lead/k committed']);
  });

  it('is left as it is where it has begun before the other commits', () => {
    const watch = watching(`${LEAD}\n---\n${NEXT}`);
    take(watch, '09:00', 'next/k x activated');
    take(watch, '09:05', 'lead/k x committed');
    expect(instance(watch, 'next/k')).toMatchObject({ status: 'running', timers: [] });
  });

  it.each([
    ['is gone', LEAD],
    ['now starts at a time of day', `${LEAD}\n---\nflow: next\nstart: { by: "18:00" }\nsteps: { x: {} }`],
    ['has no start any more', `${LEAD}\n---\nflow: next\nsteps: { x: {} }`],
  ])('is not expected by an instance of an earlier revision where it %s', (_, now) => {
    const before = defined(`${LEAD}\n---\n${NEXT}`, 'r0');
    const since = new Map([['next', at('08:00')]]);
    const first = createWatch({ definitions: before, since, clock: at('09:00') });
    take(first, '09:00', 'lead/k x activated');
    const watch = restarted(first, { definitions: defined(now), since, earlier: new Map([['r0', before]]) });
    take(watch, '09:05', 'lead/k x committed');
    expect(instancesOf(watch)).toEqual(['lead/k committed']);
  });
});

describe('under another revision than today’s', () => {
  it('a child has the revision of its parent, whether that expects it or its own event makes it', () => {
    const yaml =
      'flow: outer\nsteps: { a: {}, n: { flow: inner } }\nconnectors: [{ from: a, to: n }]\n---\nflow: inner\nsteps: { x: {} }';
    const before = defined(yaml, 'r0');
    const since = new Map<string, number>();
    const first = createWatch({ definitions: before, since, clock: at('09:00') });
    take(first, '09:00', 'outer/k a activated');
    take(first, '09:00', 'outer/l a activated');
    const watch = restarted(first, { definitions: defined(yaml), since, earlier: new Map([['r0', before]]) });
    take(watch, '09:05', 'outer/k a committed');
    take(watch, '09:06', 'inner/l x activated');
    take(watch, '09:07', 'inner/m x activated');
    expect(['inner/k', 'inner/l', 'inner/m'].map((name) => instance(watch, name).revision)).toEqual([
      'r0',
      'r0',
      'r1',
    ]);
  });
});

describe('a nested flow that was offered, and another won,', () => {
  const OFFERED = `
flow: outer
steps: { s: { split: event }, n: { flow: inner }, z: {} }
connectors: [{ from: s, to: n }, { from: s, to: z }]
---
flow: inner
deadline: { at: "09:30" }
steps: { x: { end: true }, y: {} }
connectors: [{ from: x, to: y, when: 1 > 2 }]
`;

  it.each([
    ['09:40', '09:40'],
    ['09:20', '09:30'],
  ])('is gone, and its alarm ends with it: at %s, but not before it was raised', (time, ended) => {
    const watch = watching(OFFERED);
    take(watch, '09:00', 'outer/k s committed');
    watch.advance(at('09:45'));
    expect(alarmsOf(watch.harvest())).toEqual(['09:30 deadline of inner/k']);
    watch.take(event(time, 'outer/k z activated'), at('09:45'));
    const harvest = watch.harvest();
    expect(alarmsOf(harvest)).toEqual([`09:30 deadline of inner/k until ${ended} withdrawn`]);
    expect(harvest.removed).toEqual([{ flow: 'inner', key: 'k' }]);
    expect(instancesOf(watch)).toEqual(['outer/k running']);
  });

  it('is given up, but kept, where it had run before it was expected again', () => {
    const watch = watching(OFFERED);
    take(watch, '09:00', 'outer/k s committed');
    take(watch, '09:05', 'inner/k x committed');
    take(watch, '09:10', 'outer/k s activated');
    take(watch, '09:11', 'outer/k s committed');
    expect(instancesOf(watch)).toEqual(['inner/k expected', 'outer/k running']);
    take(watch, '09:12', 'outer/k z activated');
    expect(instancesOf(watch)).toEqual(['inner/k abandoned', 'outer/k running']);
    expect(instance(watch, 'inner/k').steps.map(({ visits }) => visits)).toEqual([1, 0]);
  });
});
