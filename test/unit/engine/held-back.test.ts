/** Events that wait: all in the order in which they came, and by the root of their keys. */
import { describe, expect, it } from 'vitest';
import { HeldBack } from '../../../engine/held-back.ts';
import { event } from './watching.ts';

const held = (time: string, key: string) => ({ ...event(time, `f/${key} a state`), key });

describe('events that are held back', () => {
  it('are all there in the order in which they came, whatever their times and roots', () => {
    const back = new HeldBack();
    const events = [held('09:05', 'b/1'), held('09:01', 'a'), held('09:03', 'b/2'), held('09:02', 'a/x')];
    const names = events.map((each) => back.add(each));
    expect(names).toEqual(names.toSorted());
    expect(new Set(names).size).toBe(4);
    expect(back.all()).toEqual(events);
    expect([back.of('a'), back.of('b'), back.of('c')]).toEqual([
      [events[1], events[3]],
      [events[0], events[2]],
      [],
    ]);
  });

  it('are there until they are taken off, one by one', () => {
    const back = new HeldBack();
    const [first, second] = [held('09:00', 'a'), held('09:01', 'a/x')];
    const names = [back.add(first), back.add(second)];
    back.remove(names[0] ?? '', first);
    expect([back.of('a'), back.all()]).toEqual([[second], [second]]);
    back.remove(names[1] ?? '', second);
    back.remove(names[1] ?? '', second);
    expect([back.of('a'), back.all()]).toEqual([[], []]);
  });
});
