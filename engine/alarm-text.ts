/** The words of alarms that no rule words: in English and in Chinese, from the alarm's own facts alone. */
import type { AlarmSource } from './instance.ts';

export type Language = 'en' | 'zh';

export interface AlarmFacts {
  readonly source: AlarmSource;
  readonly name: string;
  readonly step: string | null;
  /** what the source has to say: the timer's time, the two states, the failing expression, the application's message */
  readonly detail: string;
}

const TEXTS: Readonly<Record<AlarmSource, Readonly<Record<Language, (facts: AlarmFacts) => string>>>> = {
  'start-timeout': { en: (f) => `not started by ${f.detail}`, zh: (f) => `到 ${f.detail} 仍未开始` },
  deadline: { en: (f) => `not finished by ${f.detail}`, zh: (f) => `到 ${f.detail} 仍未完成` },
  timer: {
    en: (f) => `${at(f)}timer ${f.name} ran out at ${f.detail}`,
    zh: (f) => `${at(f)}定时器 ${f.name} 于 ${f.detail} 到时`,
  },
  expression: { en: (f) => `${at(f)}${f.name}${tail(f)}`, zh: (f) => `${at(f)}${f.name}${tail(f)}` },
  'illegal-state': {
    en: (f) => `${at(f)}illegal state: ${f.detail}`,
    zh: (f) => `${at(f)}非法状态：${f.detail}`,
  },
  'out-of-order': {
    en: (f) => `${at(f)}out of order: reported while ${f.detail}`,
    zh: (f) => `${at(f)}顺序错误：上报时状态为 ${f.detail}`,
  },
  'loop-limit': {
    en: (f) => `${at(f)}loop limit passed: ${f.detail}`,
    zh: (f) => `${at(f)}循环超限：${f.detail}`,
  },
  'dead-end': {
    en: (f) => `${at(f)}committed, but no connector is true`,
    zh: (f) => `${at(f)}已提交，但没有任何连接条件成立`,
  },
  exception: { en: (f) => `${at(f)}exception${tail(f)}`, zh: (f) => `${at(f)}异常${tail(f)}` },
  threshold: { en: (f) => `${at(f)}threshold passed${tail(f)}`, zh: (f) => `${at(f)}超过阈值${tail(f)}` },
  stale: { en: (f) => `${at(f)}no data${tail(f)}`, zh: (f) => `${at(f)}无数据${tail(f)}` },
  'expression-error': {
    en: (f) => `${at(f)}expression failed: ${f.detail}`,
    zh: (f) => `${at(f)}表达式出错：${f.detail}`,
  },
};

/** The default text of an alarm in a language. */
export function alarmText(facts: AlarmFacts, language: Language): string {
  return TEXTS[facts.source][language](facts);
}

function at(facts: AlarmFacts): string {
  return facts.step === null ? '' : `${facts.step}: `;
}

function tail(facts: AlarmFacts): string {
  return facts.detail === '' ? '' : `: ${facts.detail}`;
}
