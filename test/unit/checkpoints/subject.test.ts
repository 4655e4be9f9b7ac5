import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeToken, partitionToken, subjectOf } from '../../../checkpoints/index.ts';

describe('the subject of an event', () => {
  it.each([
    ['settlement', 'clearing-2026-11-23', 'milepost.checkpoint.settlement.clearing-2026-11-23'],
    ['settlement', 'clearing-1/cfmmc', 'milepost.checkpoint.settlement.clearing-1.cfmmc'],
    ['settlement', null, 'milepost.checkpoint.settlement'],
    ['settlement', '结算', 'milepost.checkpoint.settlement.%E7%BB%93%E7%AE%97'],
    ['settlement', '__proto__', 'milepost.checkpoint.settlement.__proto__'],
    ['settlement', 'a.b/*/>', 'milepost.checkpoint.settlement.a%2Eb.%2A.%3E'],
    ["it's", "(a) ~!'", 'milepost.checkpoint.it%27s.%28a%29%20%7E%21%27'],
    ['settlement', 'a%2Eb', 'milepost.checkpoint.settlement.a%252Eb'],
    ['settlement', '🎉', 'milepost.checkpoint.settlement.%F0%9F%8E%89'],
  ])('of %s and key %s', (flow, key, subject) => expect(subjectOf(flow, key)).toBe(subject));

  it('is made of legal tokens that can be told apart, whatever the key', () => {
    const part = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !text.includes('/'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const tokens = subjectOf('f', parts.join('/')).split('.').slice(3);
        expect(tokens).toHaveLength(parts.length);
        for (const token of tokens) expect(token).toMatch(/^(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+$/);
        expect(tokens.map(decodeURIComponent)).toEqual(parts.map((text) => text.toWellFormed()));
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('the partition of a key', () => {
  it.each([
    ['clearing-1', 'clearing-1'],
    ['clearing-1/cfmmc/x', 'clearing-1'],
    ['结算/x', '%E7%BB%93%E7%AE%97'],
  ])('of %s is the first token of its subject', (key, token) => {
    expect(partitionToken(key)).toBe(token);
    expect(subjectOf('f', key).split('.')[3]).toBe(token);
  });

  it('is the same for a flow and what it nests', () => {
    expect(partitionToken('day/child')).toBe(partitionToken('day'));
  });
});

describe('a token', () => {
  it('of half a surrogate pair is still a token', () => expect(encodeToken('\ud800')).toBe('%EF%BF%BD'));
});
