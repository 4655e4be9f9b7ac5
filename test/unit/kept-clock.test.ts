import { expect, test } from 'vitest';
import { createKeptClock } from '../../adapters/kept-clock.ts';

function clocks() {
  const at = { wall: 1_000_000, steady: 500 };
  const clock = createKeptClock({ wall: () => at.wall, steady: () => at.steady });
  const pass = (ms: number) => {
    at.wall += ms;
    at.steady += ms;
  };
  const look = (time: number, took = 10) => {
    const before = at.steady;
    pass(took);
    clock.note({ time, before, after: at.steady });
  };
  return { at, clock, pass, look };
}

test('before the first look it is the wall clock, and how far that is off is not known', () => {
  const { clock } = clocks();
  expect([clock.now(), clock.offset()]).toEqual([1_000_000, null]);
});

test('a wall clock that is nearly right is followed', () => {
  const { clock, look, pass } = clocks();
  look(1_000_305);
  pass(7_000);
  expect(clock.now()).toBe(1_007_010);
  expect(clock.offset()).toBe(-300);
});

test.each([
  ['ahead', 300_000],
  ['behind', -300_000],
])('a wall clock that is five minutes %s is held to a second of the reference', (_, off) => {
  const { at, clock, look, pass } = clocks();
  look(1_000_005);
  at.wall += off;
  pass(60_000);
  const right = 1_060_010;
  expect(Math.abs(clock.now() - right)).toBe(1_005);
  expect(clock.offset()).toBe(off);
});

test('a wall clock that is set between two looks changes nothing by more than a second', () => {
  const { at, clock, look, pass } = clocks();
  look(1_000_005);
  const before = clock.now();
  at.wall += 3_600_000;
  expect(clock.now() - before).toBe(1_005);
  at.wall -= 7_200_000;
  expect(clock.now() - before).toBe(-1_005);
  pass(5_000);
  look(1_005_015);
  expect(clock.offset()).toBe(-3_600_000);
});

test('a look that took long does not take the place of one that was quick', () => {
  const { clock, look } = clocks();
  look(1_000_005);
  look(2_000_000, 5_000);
  expect(clock.offset()).toBe(0);
  const slow = clocks();
  slow.look(1_002_500, 5_000);
  expect(slow.clock.offset()).toBe(0);
  slow.look(1_005_105, 10);
  expect(slow.clock.offset()).toBe(-100);
});

test('a look that took long, as on a busy machine, moves no clock that is right', () => {
  const { clock, look } = clocks();
  look(1_000_000, 8_000); // said at its beginning, which is taken for its middle
  expect(clock.now()).toBe(1_008_000);
  const late = clocks();
  late.look(1_008_000, 8_000);
  expect(late.clock.now()).toBe(1_008_000);
});
