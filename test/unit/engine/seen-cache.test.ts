import { expect, test } from 'vitest';
import { createSeenCache } from '../../../engine/seen-cache.ts';

test('tells a repeat from another event under the same id, however many ids an instance has', () => {
  const cache = createSeenCache(100_000);
  for (let n = 0; n < 1000; n++) {
    const of = n % 10 === 0 ? 'many' : `few-${n % 97}`;
    expect(cache.look(of, `id-${n}`, 'd')).toBe('nothing');
    cache.note(of, `id-${n}`, `d-${n}`);
    cache.note(of, `id-${n}`, `d-${n}`);
  }
  expect(cache.size).toBe(1000);
  for (let n = 0; n < 1000; n++) {
    const of = n % 10 === 0 ? 'many' : `few-${n % 97}`;
    expect(cache.look(of, `id-${n}`, `d-${n}`)).toBe('same');
    expect(cache.look(of, `id-${n}`, 'else')).toBe('other');
    expect(cache.look('nobody', `id-${n}`, `d-${n}`)).toBe('nothing');
  }
});

test('an instance is known only once all of its ids were learned', () => {
  const cache = createSeenCache(10);
  cache.note('a', '1', 'd');
  expect(cache.knows('a')).toBe(false);
  cache.learn('a');
  expect(cache.knows('a')).toBe(true);
  expect(cache.knows('b')).toBe(false);
});

test('forgets the least recently touched first, whole, and asks for it again', () => {
  const cache = createSeenCache(4);
  for (const [batch, of] of ['a', 'b', 'c'].entries()) {
    cache.batch(batch);
    for (const id of ['1', '2']) cache.note(of, id, 'd');
    cache.learn(of);
  }
  cache.batch(3);
  expect(cache.knows('a')).toBe(true);
  cache.trim(3);
  expect(['a', 'b', 'c'].map((of) => cache.look(of, '1', 'd'))).toEqual(['same', 'nothing', 'same']);
  expect(cache.knows('b')).toBe(false);
  expect(cache.size).toBe(4);
});

test('never forgets what a batch touched that is not committed', () => {
  const cache = createSeenCache(1);
  cache.batch(1);
  cache.note('a', '1', 'd');
  cache.note('a', '2', 'd');
  cache.batch(2);
  cache.note('b', '1', 'd');
  cache.trim(0);
  expect(cache.size).toBe(3);
  cache.trim(1);
  expect([cache.look('a', '1', 'd'), cache.look('b', '1', 'd')]).toEqual(['nothing', 'same']);
});
