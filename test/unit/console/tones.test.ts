/** The console and the engine come to the same tone by the same facts: a view is as red as the list of the day. */
import { expect, test } from 'vitest';
import * as console from '../../../adapters/console/src/status/tone.ts';
import {
  type Health,
  type InstanceStatus,
  type LedgerStatus,
  TONES,
  toneOfInstance,
  toneOfRow,
} from '../../../engine/index.ts';

const HEALTHS: readonly Health[] = ['normal', 'running', 'warning', 'critical', 'unknown'];
const STATUSES: readonly LedgerStatus[] = [
  ...([
    'not-due',
    'waiting',
    'running',
    'on-time',
    'late',
    'failed',
    'excused',
    'missing',
    'unknown',
  ] as const),
];

test('tones are the same words in the same order', () => {
  expect(console.TONES).toEqual(TONES);
});

test('a row of the day has the same tone', () => {
  for (const status of STATUSES)
    for (const health of HEALTHS)
      expect(toneOfRow({ status, health }), `${status} ${health}`).toBe(
        console.toneOfRow({ status, health }),
      );
});

test('so has an instance', () => {
  const statuses: readonly InstanceStatus[] = ['expected', 'running', 'committed', 'failed', 'abandoned'];
  for (const status of statuses)
    for (const health of HEALTHS)
      expect(toneOfInstance(status, health), `${status} ${health}`).toBe(
        console.toneOfInstance(status, health),
      );
});
