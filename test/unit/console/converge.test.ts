import { describe, expect, test } from 'vitest';
import { converge } from '../../../adapters/console/src/alarms/converge.ts';
import type { AlarmInfo } from '../../../adapters/console/src/api/alarm-answers.ts';

/** Alarms by id, each with the one that it is a consequence of; newest first. */
const CASES: readonly (readonly [
  what: string,
  alarms: Readonly<Record<string, string | null>>,
  then: object,
])[] = [
  ['alarms that nothing explains each stand for themselves', { b: null, a: null }, { b: [], a: [] }],
  ['a consequence lies below what explains it', { c: 'a', b: null, a: null }, { b: [], a: ['c'] }],
  ['over several levels everything lies below the first', { c: 'b', b: 'a', a: null }, { a: ['c', 'b'] }],
  ['what is explained by an alarm that is not listed stands for itself', { b: 'gone' }, { b: [] }],
  ['none of those that explain each other is lost', { b: 'a', a: 'b' }, { b: [], a: [] }],
];

describe('troubles', () => {
  test.each(CASES)('%s', (_, alarms, then) => {
    const troubles = converge(Object.entries(alarms).map(([id, root]) => alarm(id, root)));
    expect(
      Object.fromEntries(
        troubles.map(({ root, consequences }) => [root.id, consequences.map(({ id }) => id)]),
      ),
    ).toEqual(then);
    expect(troubles.map(({ root }) => root.id)).toEqual(Object.keys(then));
  });
});

function alarm(id: string, root: string | null): AlarmInfo {
  // only what converging reads
  return { id, handling: { root } } as AlarmInfo;
}
