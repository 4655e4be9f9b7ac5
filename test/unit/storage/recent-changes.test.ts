import { expect, test } from 'vitest';
import { RecentChanges } from '../../../adapters/storage/recent-changes.ts';

const changes = (count: number) =>
  Array.from({ length: count }, () => ({ kind: 'alarm', subject: 's', body: '{}' }));
const ids = (found: readonly { readonly id: number }[] | null) => found?.map(({ id }) => id) ?? null;

test('what this process committed is at hand, with the ids that it got', () => {
  const recent = new RecentChanges(10);
  recent.add(changes(2), 12);
  recent.add(changes(1), 13);
  expect(ids(recent.after(10, 9))).toEqual([11, 12, 13]);
  expect(ids(recent.after(11, 1))).toEqual([12]);
});

test('what came before, and what may have come after, is asked of the database', () => {
  const recent = new RecentChanges(10);
  expect(recent.after(0, 9)).toBeNull();
  recent.add(changes(2), 12);
  expect(recent.after(9, 9)).toBeNull();
  expect(recent.after(12, 9)).toBeNull();
  expect(recent.after(20, 9)).toBeNull();
});

test('where somebody else committed in between, it begins anew', () => {
  const recent = new RecentChanges(10);
  recent.add(changes(2), 12);
  recent.add(changes(1), 15);
  expect(recent.after(12, 9)).toBeNull();
  expect(ids(recent.after(14, 9))).toEqual([15]);
});

test('a database that fell back to fewer changes is believed', () => {
  const recent = new RecentChanges(10);
  recent.add(changes(2), 12);
  recent.add(changes(1), 11);
  expect(ids(recent.after(10, 9))).toEqual([11]);
});

test('it holds no more than twice what it is to hold, and nothing that is no longer kept', () => {
  const recent = new RecentChanges(2);
  for (let last = 1; last <= 5; last++) recent.add(changes(1), last);
  expect(recent.after(2, 9)).toBeNull();
  expect(ids(recent.after(3, 9))).toEqual([4, 5]);
  recent.forget(4);
  expect(recent.after(3, 9)).toBeNull();
  expect(ids(recent.after(4, 9))).toEqual([5]);
  recent.clear();
  expect(recent.after(4, 9)).toBeNull();
});
