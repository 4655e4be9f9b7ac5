import { expect, test, vi } from 'vitest';
import { sharedRuns } from '../../adapters/http/shared-runs.ts';

/** A run that ends when it is told to. */
function stage() {
  const runs: { readonly end: (value: string) => void; readonly fail: (error: Error) => void }[] = [];
  const ask = sharedRuns(
    () => new Promise<string>((resolve, reject) => void runs.push({ end: resolve, fail: reject })),
  );
  return { ask, runs };
}

test('who asks while nothing runs begins a run', async () => {
  const { ask, runs } = stage();
  const first = ask();
  runs[0]?.end('one');
  expect(await first).toBe('one');
  const second = ask();
  runs[1]?.end('two');
  expect(await second).toBe('two');
});

test('all who ask while one runs share the next, and get nothing that was read before they asked', async () => {
  const { ask, runs } = stage();
  const first = ask();
  const later = [ask(), ask(), ask()];
  expect(runs).toHaveLength(1);
  runs[0]?.end('old');
  expect(await first).toBe('old');
  await expect.poll(() => runs.length).toBe(2);
  const last = ask();
  runs[1]?.end('new');
  expect(await Promise.all(later)).toEqual(['new', 'new', 'new']);
  await expect.poll(() => runs.length).toBe(3);
  runs[2]?.end('newest');
  expect(await last).toBe('newest');
});

test('a run that fails fails for those who share it, and not for the next', async () => {
  const { ask, runs } = stage();
  const first = ask();
  const second = ask();
  runs[0]?.fail(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await expect.poll(() => runs.length).toBe(2);
  runs[1]?.end('back');
  expect(await second).toBe('back');
});

test('a crowd waits for the pace, and those who ask meanwhile share the next run', async () => {
  vi.useFakeTimers();
  let runs = 0;
  const ask = sharedRuns(async () => ++runs, 200);
  const crowd = [ask(), ask(), ask(), ask(), ask()];
  await vi.advanceTimersByTimeAsync(150);
  crowd.push(ask());
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(60);
  expect(await Promise.all(crowd)).toEqual([1, 2, 2, 2, 2, 2]);
  const later = [ask(), ask()];
  await vi.advanceTimersByTimeAsync(150);
  expect(runs).toBe(2);
  await vi.advanceTimersByTimeAsync(60);
  expect(await Promise.all(later)).toEqual([3, 3]);
  vi.useRealTimers();
});

test('one who asks again and again is answered at once, whatever the pace', async () => {
  let runs = 0;
  const ask = sharedRuns(async () => ++runs, 60_000);
  for (let time = 1; time <= 5; time++) expect(await ask()).toBe(time);
});
