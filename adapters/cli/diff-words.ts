import type { Language } from '../../engine/index.ts';

/** The words of `milepost diff` in English and Chinese. */
const WORDS = {
  title: ['Alarms that change', '告警变化'],
  'no difference': ['No alarm differs', '告警没有变化'],
  appeared: ['appear', '新增'],
  vanished: ['vanish', '消失'],
  moved: ['move', '变化'],
  same: ['the same', '不变'],
  events: ['events', '个事件'],
  rejected: ['rejected events', '被拒绝的事件'],
  open: ['open', '未恢复'],
  raisedAt: ['raised', '发生'],
  clearedAt: ['cleared', '恢复'],
  severity: ['severity', '级别'],
  count: ['count', '次数'],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>;

/** Gives a word of `milepost diff` in a language. */
export function diffWords(language: Language): (word: keyof typeof WORDS) => string {
  return (word) => WORDS[word][language === 'zh' ? 1 : 0];
}
