import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckpointEvent, eventDigest, eventToJson, readEvent } from '../../../checkpoints/index.ts';

const bare: CheckpointEvent = {
  id: 'e-1',
  flow: 'settlement',
  key: null,
  step: null,
  kind: 'activated',
  time: Date.UTC(2026, 10, 23, 7, 30),
  state: null,
  params: [],
  message: null,
  source: null,
};

const full: CheckpointEvent = {
  ...bare,
  key: 'clearing-1/结算',
  step: 'receive',
  kind: 'state',
  state: 'receiving',
  params: [
    ['POUT', 12],
    ['__proto__', 'x'],
    ['LEFT', null],
  ],
  message: 'on "its" way',
  source: 'host',
};

const storable = (max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .filter((text) => !text.includes('\u0000') && text.length <= max * 4);
const value = fc.oneof(fc.maxSafeInteger(), fc.boolean(), storable(5), fc.constantFrom(null, 0.1, -1e-9));
const anyEvent: fc.Arbitrary<CheckpointEvent> = fc.record({
  id: storable(20),
  flow: storable(10),
  key: fc.option(fc.constantFrom('a', 'a/b', '__proto__', '结算/x y')),
  step: storable(10),
  kind: fc.constantFrom('activated', 'params', 'exception', 'committed'),
  time: fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
  state: fc.option(storable(10)),
  params: fc
    .uniqueArray(fc.tuple(fc.oneof(storable(5), fc.constantFrom('__proto__', 'constructor')), value), {
      selector: ([name]) => name,
      maxLength: 6,
    })
    .map((params) => params.filter(([name]) => !/^\d+$/.test(name))), // JSON puts names that are numbers first
  message: fc.option(fc.constantFrom('', 'words')),
  source: fc.option(storable(10)),
});

describe('the native form of an event', () => {
  it('has its fields in one order and nothing that is absent', () => {
    expect(eventToJson(bare)).toBe(
      '{"id":"e-1","flow":"settlement","event":"activated","time":"2026-11-23T07:30:00.000Z"}',
    );
    expect(eventToJson(full)).toBe(
      '{"id":"e-1","flow":"settlement","key":"clearing-1/结算","step":"receive","event":"state",' +
        '"time":"2026-11-23T07:30:00.000Z","state":"receiving","params":{"POUT":12,"__proto__":"x","LEFT":null},' +
        '"message":"on \\"its\\" way","source":"host"}',
    );
  });

  it('is read as the same event again', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(readEvent(JSON.parse(eventToJson(event)))).toEqual({ ok: true, event });
      }),
      { numRuns: 500, seed: 5 },
    );
  });
});

describe('the digest of an event', () => {
  it('does not depend on the order of params, nor on how the time was written', () => {
    expect(eventDigest({ ...full, params: [...full.params].reverse() })).toBe(eventDigest(full));
    const read = readEvent({ ...JSON.parse(eventToJson(full)), time: '2026-11-23T15:30:00+08:00' });
    expect(read.ok && eventDigest(read.event)).toBe(eventDigest(full));
  });

  it('is the same for every order of the same params', () => {
    const params = [
      ['b', 1],
      ['a', 2],
      ['d', 3],
      ['c', 4],
    ] as const;
    const digests = fc.sample(fc.shuffledSubarray([...params], { minLength: 4 }), { numRuns: 60, seed: 6 });
    const all = new Set(digests.map((shuffled) => eventDigest({ ...full, params: shuffled })));
    expect([...all]).toEqual([eventDigest({ ...full, params })]);
  });

  it.each<[string, Partial<CheckpointEvent>]>([
    ['id', { id: 'e-2' }],
    ['flow', { flow: 'x' }],
    ['key', { key: null }],
    ['step', { step: 'x' }],
    ['kind', { kind: 'committed' }],
    ['time', { time: full.time + 1 }],
    ['state', { state: null }],
    ['message', { message: null }],
    ['source', { source: 'x' }],
    ['value of a param', { params: [['POUT', '12'], ...full.params.slice(1)] }],
    ['name of a param', { params: [['PIN', 12], ...full.params.slice(1)] }],
    ['number of params', { params: full.params.slice(1) }],
  ])('differs with another %s', (_, change) => {
    expect(eventDigest({ ...full, ...change })).not.toBe(eventDigest(full));
  });

  it('is short and can stand in any column or header', () =>
    expect(eventDigest(full)).toMatch(/^[A-Za-z0-9_-]{22}$/));
});
