import { expect, test } from 'vitest';
import { createQueries, Refusal } from '../../adapters/http/index.ts';
import { memoryAudit, memoryStorage } from '../../adapters/storage/index.ts';
import { compileDefinitions } from '../../definitions/index.ts';

const { definitions } = compileDefinitions(
  [{ file: 'f.yaml', text: 'flow: a\ndeadline: { in: 1d2h30m5s }\nsteps:\n  x: {}\n' }],
  'r1',
);
if (definitions === null) throw new Error('the definitions of this test are right');

const queries = createQueries({
  reader: memoryStorage().reader,
  definitions: () => definitions,
  definitionsOf: async () => null,
  now: () => Date.parse('2026-11-23T08:00:00Z'),
  instanceView: () => ({}),
  graphView: () => ({}),
  audit: memoryAudit(),
  waiversOf: () => [],
  ledgerRows: () => [],
  viewStatuses: async () => ({
    of: () => {
      throw new Error('no view is defined');
    },
    eventsOf: () => [],
  }),
});

test('a read can be asked with JSON values, or with nothing', async () => {
  expect(await queries.instances({ flow: 'a', limit: 3 })).toEqual({ items: [], next: null });
  expect(await queries.alarms({ open: true })).toEqual({ items: [], next: null });
  expect(await queries.instances(null)).toEqual({ items: [], next: null });
  expect(await queries.flows()).toMatchObject({
    revision: 'r1',
    items: [{ name: 'a', deadline: { in: 'P1DT2H30M5S' } }],
  });
});

test.each([
  [{ flow: 5 }, 'flow', 'must be a string'],
  [{ limit: 2.5 }, 'limit', 'whole number'],
  [{ limit: '3x' }, 'limit', 'whole number'],
  [{ flow: ['a', 'b'] }, 'flow', 'more than once'],
  [{ flow: { $ne: null } }, 'flow', 'must be a string'],
  [JSON.parse('{"__proto__": 1}'), '__proto__', 'not known here'],
])('%j is refused', async (params, path, message) => {
  const refused = await queries.instances(params).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({
    status: 400,
    errors: [{ path, message: expect.stringContaining(message) }],
  });
});

test.each([['text'], [[1]], [7], [true]])(
  '%j instead of an object of parameters is refused',
  async (params) => {
    await expect(queries.instances(params)).rejects.toMatchObject({ kind: 'bad-parameter', status: 400 });
  },
);

test('a missing name is asked for', async () => {
  await expect(queries.instance({ flow: 'a' })).rejects.toMatchObject({
    errors: [{ path: 'key', message: 'is missing: it is required' }],
  });
});
