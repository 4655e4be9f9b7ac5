import { expect, test } from 'vitest';
import { createAttempts } from '../../adapters/http/attempts.ts';

let now = 1_000_000;
const attempts = () => createAttempts({ free: 3, cost: 1000 }, () => now);

test('as many as are free cost nothing, the next have to be waited for, and time forgets them', () => {
  const { wait, failed } = attempts();
  for (let times = 0; times < 2; times += 1) failed('a');
  expect(wait('a')).toBe(0);
  failed('a');
  expect(wait('a')).toBe(1000);
  now += 1000;
  expect(wait('a')).toBe(0);
  failed('a');
  expect(wait('a')).toBe(1000);
  now += 60_000;
  failed('a');
  expect(wait('a')).toBe(0);
});

test('nobody waits for another', () => {
  const { wait, failed } = attempts();
  for (let times = 0; times < 9; times += 1) failed('a');
  expect([wait('a') > 0, wait('b')]).toEqual([true, 0]);
});

test('a flood of addresses takes no more than its share of memory, and forgets who failed longest ago', () => {
  const { wait, failed } = attempts();
  for (let times = 0; times < 9; times += 1) failed('first');
  for (let who = 0; who < 999; who += 1) failed(`a${who}`);
  expect(wait('first')).toBeGreaterThan(0);
  failed('one more');
  expect(wait('first')).toBe(0);
});
