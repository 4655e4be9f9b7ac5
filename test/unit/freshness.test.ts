import { expect, test } from 'vitest';
import { createFreshness, type SystemLook } from '../../adapters/freshness.ts';
import type { Position } from '../../engine/index.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

/** A system seen second by second; each row of a partition is [owner, ms of lease left, sequence, messages waiting, since]. */
type Row = readonly [string | null, number, number, number, number | null];

function world() {
  let steady = 0;
  const freshness = createFreshness({ steady: () => steady });
  return {
    freshness,
    wait(ms: number) {
      steady += ms;
    },
    look(rows: readonly Row[]) {
      const at = NOON + steady;
      const partitions = rows.map(([owner, left], n) => ({ partition: String(n), owner, left }));
      const workers = [{ id: 'a', name: 'anna', host: 'h', pid: 1, address: null, seenAgo: 0 }];
      const look: SystemLook = {
        at,
        table: { workers, partitions },
        positions: new Map(rows.map(([, , sequence], n) => [String(n), position(String(n), sequence)])),
        backlogs: new Map(rows.map(([, , , messages, since], n) => [String(n), { messages, since }])),
      };
      freshness.note(look);
    },
  };
}

function position(partition: string, sequence: number): Position {
  return {
    ...{ partition, epoch: 1, incarnation: 'S@1', sequence, clock: NOON - 60_000, journal: sequence },
    ...{ mark: 0, markClock: null, revision: '' },
    tag: '',
  };
}

const QUIET: Row = ['a', 5_000, 7, 0, null];

test('nothing is fresh before it was looked at', () => {
  const { freshness } = world();
  expect(freshness.status()).toMatchObject({ fresh: false, why: 'nobody has looked yet', asOf: null });
});

test('a partition that is held and has nothing waiting is fresh, however long nothing comes', () => {
  const { freshness, look, wait } = world();
  for (let n = 0; n < 30; n++) {
    look([QUIET]);
    wait(2_000);
  }
  expect(freshness.status()).toMatchObject({ fresh: true, why: null, asOf: NOON + 58_000 });
});

test('a backlog is fresh while the position moves, and not any more once it has stood for fifteen seconds', () => {
  const { freshness, look, wait } = world();
  for (let sequence = 1; sequence <= 20; sequence++) {
    look([['a', 5_000, sequence, 100, NOON]]);
    wait(2_000);
  }
  expect(freshness.status()).toMatchObject({ fresh: true, asOf: NOON });
  for (let n = 0; n < 9; n++) {
    look([['a', 5_000, 20, 100, NOON]]);
    wait(2_000);
  }
  const { fresh, why, partitions } = freshness.status();
  expect([fresh, why]).toEqual([false, '100 messages wait, and nothing moved for 18 s']);
  expect(partitions[0]).toMatchObject({ owner: 'anna', behind: 100, lag: 56, fresh: false });
});

test('a partition that nobody holds is not fresh, the others are, and the whole is as old as the oldest', () => {
  const { freshness, look, wait } = world();
  look([QUIET, QUIET]);
  wait(10_000);
  look([QUIET, ['a', -4_000, 7, 0, null]]);
  const status = freshness.status();
  expect(status.why).toBe('partition 1: nobody works on it');
  expect(status.partitions.map(({ owner, fresh }) => [owner, fresh])).toEqual([
    ['anna', true],
    [null, false],
  ]);
  expect(status.asOf).toBe(NOON + 6_000);
  look([QUIET, [null, 0, 7, 0, null]]);
  expect(freshness.status().asOf).toBe(NOON + 6_000);
});

test('what nobody ever held is known as far as its clock', () => {
  const { freshness, look } = world();
  look([[null, 0, 7, 0, null]]);
  expect(freshness.status().asOf).toBe(NOON - 60_000);
});

test('what cannot be looked at any more goes stale, says why, and is fresh again at the next look', () => {
  const { freshness, look, wait } = world();
  look([QUIET]);
  freshness.failed('the database is away');
  wait(8_000);
  expect(freshness.status().fresh).toBe(true);
  wait(1);
  expect(freshness.status()).toMatchObject({
    fresh: false,
    why: 'not seen for 8 s: the database is away',
    partitions: [{ fresh: false }],
    asOf: NOON,
  });
  look([QUIET]);
  expect(freshness.status()).toMatchObject({ fresh: true, asOf: NOON + 8_001 });
});
