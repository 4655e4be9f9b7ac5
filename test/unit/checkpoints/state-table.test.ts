import { describe, expect, it } from 'vitest';
import { createStateTable } from '../../../checkpoints/index.ts';

const table = createStateTable([
  { name: 'waiting', next: ['receiving'] },
  { name: 'receiving', next: ['received', 'constructor'] },
  { name: 'constructor', next: ['receiving'] },
  { name: 'received', next: [] },
]);

describe('a state table', () => {
  it('begins with its first state', () => {
    expect(table.initial).toBe('waiting');
    expect(table.states).toEqual(['waiting', 'receiving', 'constructor', 'received']);
  });

  it.each([
    ['waiting', 'receiving', true],
    ['receiving', 'constructor', true],
    ['waiting', 'received', false],
    ['received', 'waiting', false],
    ['received', 'received', true],
    ['waiting', 'toString', false],
    ['toString', 'waiting', false],
    ['toString', 'toString', false],
    ['waiting', '__proto__', false],
  ])('from %s to %s: %s', (from, to, legal) => expect(table.allows(from, to)).toBe(legal));

  it.each([
    ['constructor', true],
    ['toString', false],
    ['__proto__', false],
    ['received', true],
  ])('knows %s: %s', (state, known) => expect(table.knows(state)).toBe(known));

  it('lists what may follow', () => {
    expect(table.next('receiving')).toEqual(['received', 'constructor']);
    expect(table.next('received')).toEqual([]);
    expect(table.next('hasOwnProperty')).toEqual([]);
  });

  it.each([
    ['no state', [], /at least one state/],
    [
      'a state twice',
      [
        { name: 'a', next: [] },
        { name: 'a', next: [] },
      ],
      /each state once/,
    ],
    ['a follower without a line', [{ name: 'a', next: ['b'] }], /"a" leads to "b"/],
  ])('cannot be made of %s', (_, lines, message) => expect(() => createStateTable(lines)).toThrow(message));
});
