/** What simulated years have brought to light, as short as it can be told. */
import { expect, test } from 'vitest';
import { compileDefinitions } from '../../definitions/index.ts';
import { createReplay } from '../../engine/index.ts';

function alarmsOf(text: string, events: readonly string[]) {
  const { definitions, findings } = compileDefinitions([{ file: 'f.yaml', text }], 'test');
  if (definitions === null) throw new Error(findings.map(({ message }) => message).join('; '));
  const replay = createReplay(definitions, { from: null, until: null });
  events.forEach((line, index) => {
    const [step, event, params] = line.split(' ');
    const time = `2026-11-24T09:${String(index).padStart(2, '0')}:00Z`;
    const said = { id: `e${index}`, flow: 'f', key: 'k', step, event, time };
    replay.line(JSON.stringify(params === undefined ? said : { ...said, params: JSON.parse(params) }));
  });
  const { alarms, rejected } = replay.finish();
  expect(rejected).toEqual([]);
  return alarms.map(({ step, name, count }) => `${step} ${name} x${count}`);
}

test('a step that failed has on its re-run what the step before handed on', () => {
  const text = `
flow: f
steps:
  count: { params: { N: { type: number } } }
  store:
    params: { N: { type: number, from: N }, DONE: { type: number, default: 0 } }
    on: { committed: [{ when: DONE < N, do: { alarm: incomplete } }] }
connectors: [{ from: count, to: store }]
`;
  const run = ['count committed {"N":5}', 'store exception', 'store activated'];
  expect(alarmsOf(text, [...run, 'store committed {"DONE":5}'])).toEqual(['store exception x1']);
  expect(alarmsOf(text, [...run, 'store committed {"DONE":4}'])).toEqual([
    'store exception x1',
    'store incomplete x1',
  ]);
});

const LOOP = `
flow: f
steps:
  close: {}
  compare: { join: any, params: { OFF: { type: number } } }
  correct: {}
  done: { gate: true }
connectors:
  - { from: close, to: compare }
  - { from: compare, to: correct, when: OFF > 0 }
  - { from: compare, to: done, when: OFF == 0 }
  - { from: correct, to: compare }
`;

test('a step that came out of order once is in order when a loop leads back to it', () => {
  expect(
    alarmsOf(LOOP, [
      'close activated',
      'compare committed {"OFF":1}',
      'correct committed',
      'compare committed {"OFF":0}',
    ]),
  ).toEqual(['compare out-of-order x1']);
});

test('the arrival that it lacked is absorbed also when it comes after the loop', () => {
  expect(
    alarmsOf(LOOP, [
      'close activated',
      'compare committed {"OFF":1}',
      'correct committed',
      'close committed',
      'compare committed {"OFF":0}',
    ]),
  ).toEqual(['compare out-of-order x1']);
});

test('a loop that is overtaken gives back what the overtaking visit lacked', () => {
  expect(
    alarmsOf(LOOP, [
      'close committed',
      'compare committed {"OFF":1}',
      'compare committed {"OFF":0}',
      'correct committed',
    ]),
  ).toEqual(['compare out-of-order x1']);
});
