/** Where a step stands: its times, to the millisecond, and what it shares with others. */
import { describe, expect, it } from 'vitest';
import type { CheckpointEvent } from '../../../checkpoints/index.ts';
import { activatedAt, decide, endedAt, newInstance } from '../../../engine/index.ts';
import { sharedDetail } from '../../../engine/step-state.ts';
import { compile } from '../../scenarios/timeline.ts';

const CREATED = Date.UTC(2026, 10, 23, 8);
const DAY = 86_400_000;

const flow = compile('flow: f\nsteps: { a: {}, b: {} }\nconnectors: [{ from: a, to: b }]').flows.get('f');

function afterCommit(at: number) {
  if (flow === undefined) throw new Error('there is no flow f');
  const birth = { key: 'k', revision: 'r', tradingDay: '2026-11-23', parent: null, time: CREATED };
  const event: CheckpointEvent = {
    id: 'e',
    flow: 'f',
    key: 'k',
    step: 'a',
    kind: 'committed',
    time: at,
    state: null,
    params: [],
    message: null,
    source: null,
  };
  return decide(flow, newInstance(flow, birth), { kind: 'event', event }).instance;
}

describe('the times of a visit', () => {
  it.each([
    ['at the moment the instance was made', 0],
    ['a millisecond later', 1],
    ['before it was made: the event was stamped early', -1234],
    ['at the last millisecond of the 24th day that fits into 32 bits', 2 ** 31 - 1],
    ['a millisecond after that', 2 ** 31],
    ['forty days and a millisecond later', 40 * DAY + 1],
    ['five thousand years later', 5000 * 365 * DAY + 1],
  ])('are exact %s', (_, offset) => {
    const instance = afterCommit(CREATED + offset);
    const [first, second] = instance.steps;
    if (first === undefined || second === undefined) throw new Error('the flow has two steps');
    expect([activatedAt(instance, first), endedAt(instance, first)]).toEqual([
      CREATED + offset,
      CREATED + offset,
    ]);
    expect([activatedAt(instance, second), endedAt(instance, second)]).toEqual([CREATED + offset, null]);
  });

  it('are not there before the first visit', () => {
    const idle = { activatedAfter: null, endedAfter: null };
    expect([activatedAt({ createdAt: 5 }, idle), endedAt({ createdAt: 5 }, idle)]).toEqual([null, null]);
  });
});

describe('the detail of a step', () => {
  const one = { ledBy: [3], waived: false, deadEnd: false, owed: 0, offeredVia: null, arrived: [], past: [] };
  const visit = {
    visit: 1,
    status: 'failed',
    state: null,
    activatedAfter: 0,
    endedAfter: 1,
    waived: false,
  } as const;

  it('is one record for all that the same step led to, and one for all that nothing did', () => {
    expect(sharedDetail({ ...one })).toBe(sharedDetail({ ...one }));
    expect(sharedDetail({ ...one })).toEqual(one);
    expect(sharedDetail({ ...one, ledBy: [] })).toBe(sharedDetail({ ...one, ledBy: [] }));
    expect(sharedDetail({ ...one, ledBy: [-1] })).toEqual({ ...one, ledBy: [-1] });
    expect(Object.isFrozen(sharedDetail({ ...one }))).toBe(true);
  });

  it.each([
    ['two steps led to it', { ledBy: [1, 2] }],
    ['it is waived', { waived: true }],
    ['it is at a dead end', { deadEnd: true }],
    ['an arrival is owed to it', { owed: 1 }],
    ['the start offers it', { offeredVia: -1 }],
    ['a connector offers it', { offeredVia: 0 }],
    ['a connector has arrived', { arrived: [0] }],
    ['it had a visit before', { past: [visit] }],
  ])('is its own where %s', (_, change) => {
    const own = { ...one, ...change };
    expect(sharedDetail(own)).toBe(own);
  });
});
