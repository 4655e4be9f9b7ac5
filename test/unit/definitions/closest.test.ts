import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest } from '../../../definitions/index.ts';

describe('the closest name', () => {
  const candidates = ['committed', 'exception', 'receive-file', 'PIN', 'POUT', 'state'];
  it.each([
    ['comitted', 'committed'],
    ['commited', 'committed'],
    ['execption', 'exception'],
    ['receive_file', 'receive-file'],
    ['recieve-fiel', 'receive-file'],
    ['pin', 'PIN'],
    ['PNI', 'PIN'],
    ['PUT', 'POUT'],
    ['stat', 'state'],
    ['xyz', null],
    ['activated', null],
    ['', null],
  ])('to %j is %j', (word, found) => {
    expect(closest(word, candidates)).toBe(found);
  });

  it('is the first of equally near ones, and the exact one before all', () => {
    expect(closest('step', ['steps', 'stem'])).toBe('steps');
    expect(closest('step', ['steps', 'stem', 'step'])).toBe('step');
  });

  it('is always the word itself where that is among them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (word, others) => {
        expect(closest(word, [...others, word])?.toLowerCase()).toBe(word.toLowerCase());
      }),
      { numRuns: 200 },
    );
  });
});
