/** What a replay counts and refuses, line by line. */
import { expect, it } from 'vitest';
import { createReplay } from '../../../engine/index.ts';
import { compile } from '../../scenarios/timeline.ts';

const YAML = 'flow: work\nsteps: { a: {}, b: {} }\n';
const at = (clock: string) => `2026-11-23T${clock}:00Z`;
const event = (id: string, clock: string, more: object = {}) =>
  JSON.stringify({ id, flow: 'work', key: 'k', step: 'a', event: 'params', time: at(clock), ...more });
const waive = (id: string, clock: string, more: object = {}) =>
  JSON.stringify({
    act: 'waive',
    id,
    flow: 'work',
    key: 'k',
    reason: 'r',
    by: 'ann',
    time: at(clock),
    ...more,
  });

it('every line counts, empty ones only for the place; repeats and what lies after the end are counted apart', () => {
  const replay = createReplay(compile(YAML), { from: null, until: Date.parse(at('10:00')) });
  for (const line of [
    event('1', '09:00'),
    '',
    '  ',
    event('1', '09:00'),
    event('2', '10:00', { step: 'b' }),
    event('3', '10:01'),
    waive('w', '10:00'),
    waive('w', '10:00'),
    waive('v', '10:01'),
    '{"act": "waive"',
    '{"act": "dance"}',
    event('1', '09:00', { message: 'another' }),
    waive('w', '10:00', { reason: 'another' }),
  ])
    replay.line(line);
  replay.refuse('no text');
  replay.line('{');
  const { rejected, instances } = replay.finish();
  expect(replay.counts).toEqual({ lines: 13, repeats: 2, after: 2 });
  expect(rejected.map(({ line }) => line)).toEqual([10, 11, 12, 13, 14, 15]);
  expect(rejected.map(({ reason }) => reason).slice(4, 5)).toEqual(['no text']);
  expect(rejected[0]?.reason).toMatch(/the act is no JSON/);
  expect(rejected[2]?.reason).toMatch(/1/);
  expect(instances).toMatchObject([{ steps: { a: { visits: 1 }, b: { visits: 1 } } }]);
});

it('the clock begins where it is told, or with the first line, and never runs back', () => {
  const clockAfter = (from: string | null, ...lines: readonly string[]) => {
    const replay = createReplay(compile(YAML), {
      from: from === null ? null : Date.parse(at(from)),
      until: null,
    });
    for (const line of lines) replay.line(line);
    return replay.watch.clock === null ? null : new Date(replay.watch.clock).toISOString().slice(11, 16);
  };
  expect(clockAfter(null)).toBeNull();
  expect(clockAfter(null, event('1', '09:00'))).toBe('09:00');
  expect(clockAfter('08:00', event('1', '09:00'))).toBe('09:00');
  expect(clockAfter('10:00', event('1', '09:00'))).toBe('10:00');
  expect(clockAfter(null, event('1', '09:00'), event('2', '08:00'))).toBe('09:00');
  expect(clockAfter(null, waive('w', '09:00'))).toBe('09:00');
  expect(clockAfter(null, event('1', '09:00'), waive('w', '08:00'))).toBe('09:00');
});

it('alarms are in the order of their time, then of flow, key, step and name', () => {
  const two = (name: string) =>
    `flow: ${name}\nsteps: { b: { on: { params: [{ do: { alarm: y } }, { do: { alarm: x } }] } }, a: { on: { params: { do: { alarm: x } } } } }\n`;
  const replay = createReplay(compile(`${two('late')}---\n${two('early')}`), { from: null, until: null });
  let id = 0;
  for (const [flow, key, step, clock] of [
    ['late', 'k', 'b', '09:00'],
    ['late', 'k', 'a', '09:00'],
    ['early', 'm', 'a', '09:00'],
    ['early', 'k', 'b', '09:00'],
    ['late', 'j', 'a', '08:00'],
  ])
    replay.line(event(`${id++}`, clock ?? '', { flow, key, step, params: { N: 1 } }));
  const { alarms, instances } = replay.finish();
  expect(alarms.map(({ flow, key, step, name }) => `${flow} ${key} ${step} ${name}`)).toEqual([
    'late j a x',
    'early k b x',
    'early k b y',
    'early m a x',
    'late k a x',
    'late k b x',
    'late k b y',
  ]);
  expect(instances.map(({ flow, key }) => `${flow} ${key}`)).toEqual([
    'early k',
    'early m',
    'late j',
    'late k',
  ]);
});

it('a log of thousands of lines is reported whole', () => {
  const replay = createReplay(
    compile('flow: work\nsteps: { a: { on: { params: { do: { alarm: x } } } } }\n'),
    {
      from: null,
      until: null,
    },
  );
  for (let index = 0; index < 2500; index++)
    replay.line(event(`${index}`, '09:00', { key: `k${index}`, params: { N: 1 } }));
  expect(replay.finish().alarms).toHaveLength(2500);
});
