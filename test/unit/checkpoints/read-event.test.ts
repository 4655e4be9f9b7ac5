import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent, readEventText } from '../../../checkpoints/index.ts';
import { messages, native, paths } from './event-samples.ts';

const manyParams = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`P${index}`, index]));

describe('an event that is understood', () => {
  it('holds every field, times in milliseconds and params in the order sent', () => {
    const input = native({
      event: 'state',
      state: 'receiving',
      params: { PIN: 12.5, NAME: '结算', DONE: true, LEFT: null },
      message: 'on its way',
      source: 'host-1',
    });
    expect(readEvent(input)).toEqual({
      ok: true,
      event: {
        id: 'e-1',
        flow: 'settlement',
        key: 'clearing-2026-11-23',
        step: 'receive',
        kind: 'state',
        time: Date.UTC(2026, 10, 23, 7, 30),
        state: 'receiving',
        params: [
          ['PIN', 12.5],
          ['NAME', '结算'],
          ['DONE', true],
          ['LEFT', null],
        ],
        message: 'on its way',
        source: 'host-1',
      },
    });
  });

  it.each([
    ['without a key', native({ key: undefined })],
    [
      'with null for what is absent',
      native({ key: null, state: null, params: null, message: null, source: null }),
    ],
    ['about the flow: activated', native({ step: undefined, event: 'activated' })],
    ['about the flow: state', native({ step: null, event: 'state', state: 'open' })],
    ['about the flow: exception', native({ step: undefined, event: 'exception' })],
    ['with a state beside any kind', native({ event: 'committed', state: 'received' })],
    ['with fields of a newer producer', native({ traceparent: '00-1', nested: { deep: [1] } })],
    [
      'with the longest id, key and names',
      native({ id: 'x'.repeat(128), key: 'k'.repeat(256), flow: 'f'.repeat(64) }),
    ],
    ['with a key of parts', native({ key: 'clearing-2026-11-23/cfmmc' })],
    ['with a key named __proto__', native({ key: '__proto__' })],
    ['with 64 params', native({ params: manyParams(64) })],
    [
      'with the greatest safe integer',
      native({ params: { N: Number.MAX_SAFE_INTEGER, M: -Number.MAX_SAFE_INTEGER } }),
    ],
    ['with params of no or strange names', native({ params: { '': 1, constructor: 2, 'a b/c': 'x' } })],
    ['with an emoji', native({ message: 'done 🎉' })],
  ])('%s', (_, input) => expect(readEvent(input)).toMatchObject({ ok: true }));

  it('row 34: keeps a param named __proto__ as plain data', () => {
    const input = JSON.parse(
      JSON.stringify(native()).replace('}', ',"params":{"__proto__":7,"constructor":8}}'),
    );
    expect(readEvent(input)).toMatchObject({
      event: {
        params: [
          ['__proto__', 7],
          ['constructor', 8],
        ],
      },
    });
    expect(Object.getPrototypeOf({})).not.toBe(7);
  });

  it('takes -0 as 0', () => {
    const result = readEvent(native({ params: { N: -0 } }));
    expect(result.ok && Object.is(result.event.params[0]?.[1], 0)).toBe(true);
  });
});

describe('an event that is refused says which field and what to do', () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['no id', { id: undefined }, 'id', /missing/],
    ['an id that is a number', { id: 5 }, 'id', /string, not a number; put it in quotes/],
    ['an empty id', { id: '' }, 'id', /empty/],
    ['an id of 129', { id: 'x'.repeat(129) }, 'id', /129 characters; at most 128/],
    ['an id with U+0000', { id: 'a\u0000b' }, 'id', /U\+0000/],
    ['no flow', { flow: undefined }, 'flow', /missing/],
    ['a flow that is a list', { flow: ['x'] }, 'flow', /not a list/],
    ['a flow of 65', { flow: 'x'.repeat(65) }, 'flow', /at most 64/],
    ['a key of 257', { key: 'k'.repeat(257) }, 'key', /at most 256/],
    ['an empty key', { key: '' }, 'key', /empty/],
    ['a key that begins with /', { key: '/a' }, 'key', /empty part/],
    ['a key that ends with /', { key: 'a/' }, 'key', /empty part/],
    ['a key with //', { key: 'a//b' }, 'key', /empty part/],
    ['a key with half a surrogate pair', { key: 'a\ud800' }, 'key', /surrogate/],
    ['an empty step', { step: '' }, 'step', /empty/],
    ['a step of 65', { step: 's'.repeat(65) }, 'step', /at most 64/],
    ['params without a step', { step: undefined }, 'step', /name the step/],
    ['committed without a step', { step: null, event: 'committed' }, 'step', /name the step/],
    ['no event', { event: undefined }, 'event', /missing; send one of activated, state/],
    ['an event that is a boolean', { event: true }, 'event', /not a boolean/],
    ['an unknown event', { event: 'comitted' }, 'event', /no event "comitted"; send one of/],
    ['an event named like a prototype key', { event: '__proto__' }, 'event', /no event/],
    ['no time', { time: undefined }, 'time', /missing/],
    ['a time that is a number', { time: 1_763_883_000_000 }, 'time', /RFC 3339 form, not a number/],
    ['a time without offset', { time: '2026-11-23T15:30:00' }, 'time', /no offset/],
    ['a state that is a number', { state: 1 }, 'state', /string/],
    ['an empty state', { state: '' }, 'state', /empty/],
    ['a state event without state', { event: 'state' }, 'state', /must say the new state/],
    ['params that are a list', { params: [1] }, 'params', /not a list/],
    ['params that are a string', { params: 'x' }, 'params', /not a string/],
    ['65 params', { params: manyParams(65) }, 'params', /65 params; at most 64/],
    ['a param that is an object', { params: { P: {} } }, 'params.P', /not an object/],
    ['a param that is a list', { params: { P: [] } }, 'params.P', /not a list/],
    ['a param beyond the safe integers', { params: { P: 2 ** 53 } }, 'params.P', /send it as a string/],
    ['a param that is NaN', { params: { P: Number.NaN } }, 'params.P', /send it as a string/],
    ['a param with U+0000', { params: { P: '\u0000' } }, 'params.P', /U\+0000/],
    [
      'a param whose name cannot be kept',
      { params: { 'a\u0000': 1 } },
      'params.a\\u0000',
      /name of this param/,
    ],
    ['a message that is a number', { message: 1 }, 'message', /string/],
    ['a message with half a surrogate pair', { message: '\udc00' }, 'message', /surrogate/],
    ['a source that is an object', { source: {} }, 'source', /not an object/],
  ])('%s', (_, changes, path, message) => {
    const result = readEvent(native(changes));
    expect(paths(result)).toEqual([path]);
    expect(messages(result)).toMatch(message);
  });

  it.each([
    'created',
    'timer',
    'timer.stalled',
    'start-timeout',
    'deadline',
    'withdrawn',
    'illegal-state',
    'out-of-order',
    'loop-limit',
    'dead-end',
    'expression-error',
    'evaluated',
    'taken',
    'refused',
    'xstate.init',
    'xstate.after.60000.f.wait',
  ])("row 35: the engine's own event %s", (event) => {
    expect(messages(readEvent(native({ event })))).toMatch(
      /engine's own and is refused from outside; send one of/,
    );
  });

  it.each([undefined, null, 5, 'text', true, [], [native()], Symbol.iterator, () => native()])(
    '%s instead of an object',
    (input) => {
      const result = readEvent(input);
      expect(paths(result)).toEqual(['']);
      expect(messages(result)).toMatch(/must be a JSON object/);
    },
  );

  it('all problems at once', () => {
    const result = readEvent({
      key: '/',
      event: 'done',
      time: 'noon',
      params: { A: [], B: 1, C: {} },
      message: 5,
    });
    expect(paths(result)).toEqual(['id', 'flow', 'key', 'event', 'time', 'params.A', 'params.C', 'message']);
  });

  it('row 31: a number that JSON cannot hold', () => {
    expect(
      paths(readEventText(JSON.stringify(native({ params: { P: 1 } })).replace(':1}', ':1e999}'))),
    ).toEqual(['params.P']);
  });

  it('with text that can be kept, whatever was sent', () => {
    const result = readEvent(
      native({ event: 'x\u0000\ud800', key: '/\u0000', params: { ['\ud800'.repeat(200)]: 1 } }),
    );
    for (const { path, message } of result.ok ? [] : result.problems) {
      expect(`${path}${message}`.isWellFormed()).toBe(true);
      expect(path + message).not.toContain('\u0000');
      expect(path.length).toBeLessThan(100);
    }
    expect(paths(result)).toHaveLength(3);
  });
});

describe('a thousand wrong forms', () => {
  const fields = [
    'id',
    'flow',
    'key',
    'step',
    'event',
    'time',
    'state',
    'params',
    'message',
    'source',
    'specversion',
    'type',
    'subject',
    'data',
    '__proto__',
  ];
  const anything = fc.oneof(
    fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withBigInt: true }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      '',
      '/',
      'timer',
      'xstate.init',
      'state',
      '2026-02-30T00:00:00Z',
      '1.0',
      'a/b/c',
      '%',
      Number.NaN,
      -0,
      2 ** 60,
    ),
    fc.dictionary(fc.string(), fc.anything()),
  );

  it('rows 30 to 32: are understood or refused with reasons, and never thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...fields), anything), { maxLength: 4 }), (changes) => {
        const input = native();
        for (const [field, value] of changes)
          Object.defineProperty(input, field, { value, enumerable: true, configurable: true });
        const result = readEvent(input);
        if (result.ok) return;
        expect(result.problems.length).toBeGreaterThan(0);
        for (const problem of result.problems) {
          expect(problem.path).not.toBe('');
          expect(problem.message).toMatch(/; |may be|must/);
        }
      }),
      { numRuns: 1000, seed: 20261123 },
    );
  });

  it('leave a wrong text harmless', () => {
    const text = JSON.stringify(native({ params: { A: 1, B: 'x' } }));
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.nat(8),
        fc.string({ unit: 'binary', maxLength: 8 }),
        (at, cut, put) => {
          const result = readEventText(text.slice(0, at) + put + text.slice(at + cut));
          expect(result.ok || result.problems.length > 0).toBe(true);
        },
      ),
      { numRuns: 1000, seed: 7 },
    );
  });
});
