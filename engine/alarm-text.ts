/** The words of alarms that no rule words: in English and in Chinese, from the alarm's own facts alone. */
import type { AlarmSource } from './instance.ts';
import { CHANNEL_FLOW, OWN_FLOW } from './own-flows.ts';

export type Language = 'en' | 'zh';

export interface AlarmFacts {
  readonly source: AlarmSource;
  readonly name: string;
  readonly step: string | null;
  /** what the source has to say: the timer's time, the two states, the failing expression, the application's message */
  readonly detail: string;
}

/** In braces: `at` the step with its colon, `name`, `detail`, and `tail`, the detail behind a colon; both may be empty. */
const TEXTS: Readonly<Record<AlarmSource, Readonly<Record<Language, string>>>> = {
  'start-timeout': { en: 'not started by {detail}', zh: '到 {detail} 仍未开始' },
  deadline: { en: 'not finished by {detail}', zh: '到 {detail} 仍未完成' },
  timer: { en: '{at}timer {name} ran out at {detail}', zh: '{at}定时器 {name} 于 {detail} 到时' },
  expression: { en: '{at}{name}{tail}', zh: '{at}{name}{tail}' },
  'illegal-state': { en: '{at}illegal state: {detail}', zh: '{at}非法状态：{detail}' },
  'out-of-order': {
    en: '{at}out of order: reported while {detail}',
    zh: '{at}顺序错误：上报时状态为 {detail}',
  },
  'loop-limit': { en: '{at}loop limit passed: {detail}', zh: '{at}循环超限：{detail}' },
  'dead-end': {
    en: '{at}committed, but no connector is true',
    zh: '{at}已提交，但没有任何连接条件成立',
  },
  exception: { en: '{at}exception{tail}', zh: '{at}异常{tail}' },
  threshold: { en: '{at}threshold passed{tail}', zh: '{at}超过阈值{tail}' },
  stale: { en: '{at}no data{tail}', zh: '{at}无数据{tail}' },
  'expression-error': { en: '{at}expression failed: {detail}', zh: '{at}表达式出错：{detail}' },
};

/** The default text of an alarm in a language. */
export function alarmText(facts: AlarmFacts, language: Language): string {
  const { source, name, step, detail } = facts;
  const at = step === null ? '' : `${step}: `;
  const tail = detail === '' ? '' : `: ${detail}`;
  return filled(TEXTS[source][language], { at, name, detail, tail });
}

/**
 * The text of an alarm in a language: a default one is put into it, of one of Milepost's own that part is taken, and what
 * a rule words stays as it is.
 */
export function alarmTextIn(
  alarm: { readonly source: AlarmSource; readonly text: string; readonly flow: string },
  language: Language,
): string {
  const own = alarm.flow === OWN_FLOW || alarm.flow === CHANNEL_FLOW ? BOTH.exec(alarm.text)?.groups : null;
  if (own != null) return own[language] ?? alarm.text;
  if (language === 'en') return alarm.text;
  const groups = formOf(alarm.source).exec(alarm.text)?.groups;
  return groups === undefined ? alarm.text : filled(TEXTS[alarm.source][language], groups);
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => words[name] ?? '');
}

const PARTS: Readonly<Record<string, string>> = {
  at: '(?<at>(?:[A-Za-z][\\w-]*: )?)',
  name: '(?<name>\\S+)',
  detail: '(?<detail>.*)',
  tail: '(?<tail>(?:: .*)?)',
};
/** English, and behind the first end of a sentence that Chinese follows the same in Chinese. */
const BOTH = /^(?<en>.*?\.) (?<zh>\p{Script=Han}.*)$/su;
const FORMS = new Map<AlarmSource, RegExp>();

/** What the default text of a source looks like. */
function formOf(source: AlarmSource): RegExp {
  const known = FORMS.get(source);
  if (known !== undefined) return known;
  const form = new RegExp(`^${filled(TEXTS[source].en, PARTS)}$`, 's');
  FORMS.set(source, form);
  return form;
}
