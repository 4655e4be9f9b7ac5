/**
 * Texts of alarms that no rule words are written by the engine in English. This is the same in Chinese, recognised by its
 * form; what somebody has worded himself stays as it is. A test holds it to the engine's own Chinese.
 */
import type { Language } from './language.ts';

type Rewriting = readonly [source: string, form: RegExp, chinese: (parts: readonly string[]) => string];

const STEP = '((?:[A-Za-z][\\w-]*: )?)';

const REWRITINGS: readonly Rewriting[] = [
  ['start-timeout', /^not started by (.*)$/s, ([time]) => `到 ${time} 仍未开始`],
  ['deadline', /^not finished by (.*)$/s, ([time]) => `到 ${time} 仍未完成`],
  [
    'timer',
    new RegExp(`^${STEP}timer (\\S+) ran out at (.*)$`, 's'),
    ([at, name, time]) => `${at}定时器 ${name} 于 ${time} 到时`,
  ],
  [
    'illegal-state',
    new RegExp(`^${STEP}illegal state: (.*)$`, 's'),
    ([at, detail]) => `${at}非法状态：${detail}`,
  ],
  [
    'out-of-order',
    new RegExp(`^${STEP}out of order: reported while (.*)$`, 's'),
    ([at, detail]) => `${at}顺序错误：上报时状态为 ${detail}`,
  ],
  [
    'loop-limit',
    new RegExp(`^${STEP}loop limit passed: (.*)$`, 's'),
    ([at, detail]) => `${at}循环超限：${detail}`,
  ],
  [
    'dead-end',
    new RegExp(`^${STEP}committed, but no connector is true$`),
    ([at]) => `${at}已提交，但没有任何连接条件成立`,
  ],
  ['exception', new RegExp(`^${STEP}exception((?:: .*)?)$`, 's'), ([at, rest]) => `${at}异常${rest}`],
  [
    'threshold',
    new RegExp(`^${STEP}threshold passed((?:: .*)?)$`, 's'),
    ([at, rest]) => `${at}超过阈值${rest}`,
  ],
  ['stale', new RegExp(`^${STEP}no data((?:: .*)?)$`, 's'), ([at, rest]) => `${at}无数据${rest}`],
  [
    'expression-error',
    new RegExp(`^${STEP}expression failed: (.*)$`, 's'),
    ([at, detail]) => `${at}表达式出错：${detail}`,
  ],
];

/** The text of an alarm in a language. */
export function alarmTextIn(
  language: Language,
  alarm: { readonly source: string; readonly text: string },
): string {
  if (language === 'en') return alarm.text;
  for (const [source, form, chinese] of REWRITINGS) {
    const found = source === alarm.source ? form.exec(alarm.text) : null;
    if (found !== null) return chinese(found.slice(1));
  }
  return alarm.text;
}
