import { expect, test } from 'vitest';
import { alarmTextIn } from '../../../adapters/console/src/words/alarm-text.ts';
import { type AlarmSource, alarmText } from '../../../engine/index.ts';

const SOURCES: readonly AlarmSource[] = [
  'start-timeout',
  'deadline',
  'timer',
  'expression',
  'illegal-state',
  'out-of-order',
  'loop-limit',
  'dead-end',
  'exception',
  'threshold',
  'stale',
  'expression-error',
];

test.each(SOURCES)(
  'the text that an alarm of the source %s has by itself is shown in Chinese as the engine would say it',
  (source) => {
    for (const step of [null, 'import'])
      for (const detail of ['', '2026-11-23T07:30:00.000Z', 'trading to: auction']) {
        const facts = { source, name: 'stalled', step, detail };
        expect(alarmTextIn('zh', { source, text: alarmText(facts, 'en') })).toBe(alarmText(facts, 'zh'));
        expect(alarmTextIn('en', { source, text: alarmText(facts, 'en') })).toBe(alarmText(facts, 'en'));
      }
  },
);

test('what a rule words stays as it was written', () => {
  const text = '3 of 5 bytes; not started by me';
  expect(alarmTextIn('zh', { source: 'expression', text })).toBe(text);
  expect(alarmTextIn('zh', { source: 'deadline', text })).toBe(text);
});
