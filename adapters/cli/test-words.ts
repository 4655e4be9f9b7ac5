import type { Language } from '../../engine/index.ts';

/** The words of `milepost test` in English and Chinese. */
const WORDS = {
  expected: ['expected', '期望'],
  actual: ['actual', '实际'],
  at: ['at', '时间'],
  around: ['what happened', '经过'],
  status: ['status', '状态'],
  health: ['health', '健康'],
  deviated: ['deviated', '偏离定义'],
  state: ['state', '自定义状态'],
  visits: ['visits', '次数'],
  param: ['parameter', '参数'],
  alarm: ['alarm', '告警'],
  alarms: ['all alarms', '全部告警'],
  open: ['open alarms', '未恢复告警'],
  raised: ['raised', '已发生'],
  repeated: ['raised again', '再次发生'],
  cleared: ['cleared', '已恢复'],
  'not-raised': ['not raised', '未发生'],
  'no other': ['no other alarm', '无其他告警'],
  'still open': ['still open', '仍未恢复'],
  none: ['none', '无'],
  nothing: ['nothing', '无'],
  notice: ['notice', '通知'],
  'no notice': ['no such notice', '无此通知'],
  published: ['published', '已发布'],
  event: ['event', '事件'],
  rejected: ['rejected', '被拒绝'],
  accepted: ['accepted', '已受理'],
  step: ['step', '步骤'],
  act: ['act', '操作'],
  'no value': ['no value', '无值'],
  passed: ['passed', '通过'],
  failed: ['failed', '失败'],
  tests: ['tests', '项测试'],
  reached: ['reached', '已覆盖'],
  'never reached': ['never reached by any test:', '没有测试覆盖到：'],
  connector: ['connector', '连线'],
  rule: ['rule', '规则'],
  timer: ['timer', '定时器'],
  'never true': ['asked, never true', '已判断，从未成立'],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>;

export type TestWord = keyof typeof WORDS;

/** Gives a word of `milepost test` in a language. */
export function testWords(language: Language): (word: TestWord) => string {
  return (word) => WORDS[word][language === 'zh' ? 1 : 0];
}
