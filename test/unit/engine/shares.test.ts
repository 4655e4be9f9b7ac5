import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { LeaseTable } from '../../../engine/index.ts';
import { shareOf } from '../../../engine/index.ts';

const TTL = 10_000;

function tableOf(owners: readonly (string | null)[], workers: readonly string[]): LeaseTable {
  return {
    workers: workers.map((id) => ({ id, name: id, host: 'h', pid: 1, address: null, seenAgo: 5 })),
    partitions: owners.map((owner, n) => ({ partition: String(n), owner, left: owner === null ? 0 : TTL })),
  };
}

describe('a worker', () => {
  test.each([
    ['alone takes everything', [null, null, null], ['a'], 'a', { take: ['0', '1', '2'], release: null }],
    [
      'takes no more than its share',
      [null, null, 'b', 'b'],
      ['a', 'b'],
      'a',
      { take: ['0', '1'], release: null },
    ],
    ['keeps the odd one that it has', ['a', 'a', 'b'], ['a', 'b'], 'a', { take: [], release: null }],
    ['leaves the odd one to who has it', ['a', 'a', 'b'], ['a', 'b'], 'b', { take: [], release: null }],
    ['gives back one when another comes', ['a', 'a', 'a', 'a'], ['a', 'b'], 'a', { take: [], release: '3' }],
    [
      'gives back nothing to who has enough',
      ['a', 'a', 'a', 'b'],
      ['a', 'b', 'c', 'd'],
      'b',
      { take: [], release: null },
    ],
    ['may be one too many', ['b', 'c'], ['a', 'b', 'c'], 'a', { take: [], release: null }],
    ['has nothing to take where there is nothing', [], ['a'], 'a', { take: [], release: null }],
  ])('%s', (_, owners, workers, self, wanted) => {
    expect(shareOf(tableOf(owners, workers), { self, ttl: TTL, dead: [] })).toEqual(wanted);
  });

  test('takes what a dead worker holds, and counts it out', () => {
    const table = tableOf(['b', 'b', 'a'], ['a', 'b']);
    expect(shareOf(table, { self: 'a', ttl: TTL, dead: [] }).take).toEqual([]);
    expect(shareOf(table, { self: 'a', ttl: TTL, dead: ['b'] }).take).toEqual(['0', '1']);
  });

  test('takes what has run out, of a worker that was not seen for too long', () => {
    const { workers, partitions } = tableOf(['b', 'a'], ['a', 'b']);
    const table: LeaseTable = {
      workers: workers.map((one) => (one.id === 'b' ? { ...one, seenAgo: TTL + 1 } : one)),
      partitions: partitions.map((one) => (one.owner === 'b' ? { ...one, left: -1 } : one)),
    };
    expect(shareOf(table, { self: 'a', ttl: TTL, dead: [] }).take).toEqual(['0']);
  });
});

const NAMES: readonly string[] = ['a', 'b', 'c', 'd', 'x'];
const situation = fc.record({
  owners: fc.array(fc.constantFrom(null, ...NAMES), { maxLength: 12 }),
  workers: fc.uniqueArray(fc.constantFrom(...NAMES.slice(0, 4)), { minLength: 1 }),
  turns: fc.array(fc.nat(3), { minLength: 200, maxLength: 200 }),
});

describe('all workers together', () => {
  it('come to even shares of everything, whoever looks when, and then nothing moves any more', () => {
    fc.assert(
      fc.property(situation, ({ owners, workers, turns }) => {
        let now = [...owners];
        const gone = NAMES.filter((id) => !workers.includes(id));
        const look = (self: string) => {
          const { take, release } = shareOf(tableOf(now, workers), { self, ttl: TTL, dead: gone });
          now = now.map((owner, n) =>
            release === String(n) ? null : take.includes(String(n)) ? self : owner,
          );
          return take.length > 0 || release !== null;
        };
        for (const turn of turns) look(workers[turn % workers.length] ?? 'a');
        for (let round = 0; round < 12; round++) for (const self of workers) look(self);
        expect(workers.map(look)).toEqual(workers.map(() => false));
        const counts = workers.map((id) => now.filter((owner) => owner === id).length);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(owners.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('nobody takes beyond an even share, and nobody gives back who has no more than that', () => {
    fc.assert(
      fc.property(situation, ({ owners, workers }) => {
        const table = tableOf(owners, workers);
        const dead = NAMES.filter((id) => !workers.includes(id));
        for (const self of workers) {
          const { take, release } = shareOf(table, { self, ttl: TTL, dead });
          const own = owners.filter((owner) => owner === self).length;
          if (take.length > 0)
            expect(own + take.length).toBeLessThanOrEqual(Math.ceil(owners.length / workers.length));
          if (release !== null) expect(own).toBeGreaterThan(Math.floor(owners.length / workers.length));
        }
      }),
      { numRuns: 300 },
    );
  });
});
