import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompactSeenIds, createSeenIds } from '../../../engine/seen-ids.ts';

describe.each([
  ['as they are', createSeenIds],
  ['compact', createCompactSeenIds],
])('ids that were seen, kept %s', (_, create) => {
  it('tell a repeat from something else under the same id, and from the same id elsewhere', () => {
    const seen = create();
    expect(seen.look('settlement/a', '1', 'x')).toBe('nothing');
    seen.note('settlement/a', '1', 'x');
    expect(seen.look('settlement/a', '1', 'x')).toBe('same');
    expect(seen.look('settlement/a', '1', 'y')).toBe('other');
    expect(seen.look('settlement/b', '1', 'x')).toBe('nothing');
    expect(seen.look('settlement/', 'a1', 'x')).toBe('nothing');
  });

  it('are known again after ten thousand others, and not after they were cleared', () => {
    const seen = create();
    const each = Array.from({ length: 10_000 }, (_, number) => `e${number}`);
    for (const id of each) seen.note('line/k', id, `digest of ${id}`);
    expect(each.filter((id) => seen.look('line/k', id, `digest of ${id}`) !== 'same')).toEqual([]);
    expect(each.filter((id) => seen.look('line/k', `${id}x`, `digest of ${id}`) !== 'nothing')).toEqual([]);
    seen.clear();
    expect(seen.look('line/k', 'e1', 'digest of e1')).toBe('nothing');
  });
});

describe('compact ids that were seen', () => {
  it('answer as the exact ones do, whatever the ids are made of', () => {
    const text = string({ unit: 'binary', maxLength: 5 });
    const name = constantFrom('f/a', 'f/a\u0000', 'f/ab', 'g/😀');
    assert(
      property(array(tuple(name, text, constantFrom('x', 'y')), { maxLength: 60 }), (noted) => {
        const exact = createSeenIds();
        const compact = createCompactSeenIds();
        for (const [of, id, digest] of noted) {
          const known = exact.look(of, id, digest);
          expect(compact.look(of, id, digest)).toBe(known);
          if (known !== 'nothing') continue;
          exact.note(of, id, digest);
          compact.note(of, id, digest);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});
