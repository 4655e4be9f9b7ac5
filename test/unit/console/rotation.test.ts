import { describe, expect, test } from 'vitest';
import { bigAddress, pageOf, rotationIn } from '../../../adapters/console/src/shell/rotation.ts';

const ROUND = { pages: ['/', '/flows/settlement', '/?group=clearing'], every: 20 };

test('an address of the big screen carries the rotation from page to page', () => {
  for (const page of ROUND.pages) {
    const { pathname, search } = new URL(bigAddress(page, ROUND), 'http://here');
    expect(rotationIn(search)).toEqual(ROUND);
    expect(new URLSearchParams(search).get('screen')).toBe('big');
    expect(pageOf(pathname, search)).toBe(page);
  }
});

test('a page that stays has nothing but the screen in its address', () => {
  expect(bigAddress('/?group=clearing', { pages: [], every: 30 })).toBe('/?group=clearing&screen=big');
  expect(pageOf('/', '?group=clearing&screen=big')).toBe('/?group=clearing');
});

describe('what cannot be is left out', () => {
  test.each([['https://elsewhere.example/'], ['//elsewhere.example/'], ['javascript:alert(1)'], ['']])(
    'the page %j',
    (page) => {
      expect(rotationIn(`?${new URLSearchParams({ show: page })}`).pages).toEqual([]);
    },
  );

  test.each([
    ['0', 30],
    ['-5', 30],
    ['soon', 30],
    ['1', 5],
    ['1e9', 3600],
    ['45', 45],
  ])('%s seconds are %d', (every, wanted) => {
    expect(rotationIn(`?every=${every}`).every).toBe(wanted);
  });
});
