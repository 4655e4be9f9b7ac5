import { expect, test } from 'vitest';
import { type AlarmSource, alarmText, alarmTextIn } from '../../../engine/index.ts';

const SOURCES: readonly AlarmSource[] = [
  ...(['start-timeout', 'deadline', 'timer', 'expression', 'illegal-state', 'out-of-order'] as const),
  ...(['loop-limit', 'dead-end', 'exception', 'threshold', 'stale', 'expression-error'] as const),
];

test.each(SOURCES)('a default text of %s is the same in Chinese whether made so or put into it', (source) => {
  for (const step of [null, 'import_2'])
    for (const detail of ['', '2026-11-23 15:30:00', 'trading to: auction', 'two\nlines', 'a {name} (.*)']) {
      const facts = { source, name: 'stalled', step, detail };
      const text = alarmText(facts, 'en');
      expect(alarmTextIn({ flow: 'f', source, text }, 'zh')).toBe(alarmText(facts, 'zh'));
      expect(alarmTextIn({ flow: 'f', source, text }, 'en')).toBe(text);
    }
});

test('what a rule words stays as it is in both languages', () => {
  for (const source of SOURCES) {
    const text = '3 of 5 bytes; the timer ran out';
    expect(alarmTextIn({ flow: 'f', source, text }, 'zh')).toBe(text);
  }
});

test("of one of Milepost's own flows each language has its part, of another the text is one", () => {
  const text = 'channel mail does not deliver: answered 403. 通知渠道 mail 无法送达：answered 403';
  const told = (flow: string) =>
    (['en', 'zh'] as const).map((language) => alarmTextIn({ flow, source: 'expression', text }, language));
  for (const flow of ['milepost', 'milepost-channel'])
    expect(told(flow)).toEqual([
      'channel mail does not deliver: answered 403.',
      '通知渠道 mail 无法送达：answered 403',
    ]);
  expect(told('settlement')).toEqual([text, text]);
});
