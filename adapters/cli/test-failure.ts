/** What was not as expected, as people read it: what it is about, what was expected, what there was. */
import type { Value } from '../../checkpoints/index.ts';
import type { AlarmExpected, NoticePattern } from '../../definitions/index.ts';
import type { Language, SentNotice, TestFailure } from '../../engine/index.ts';
import type { TestWord } from './test-words.ts';
import { zonedTime } from './wall-time.ts';

export interface FailureText {
  readonly about: string;
  readonly expected: string;
  readonly actual: string;
}

interface Speech {
  readonly word: (word: TestWord) => string;
  readonly zone: string;
  readonly language: Language;
}

type AlarmThere = Extract<TestFailure, { kind: 'alarm-surplus' }>['alarm'];

/** The three parts of a failure in words. */
export function failureText(failure: TestFailure, { word, zone, language }: Speech): FailureText {
  const alarm = (one: AlarmThere) => alarmText(one, { word, zone });
  switch (failure.kind) {
    case 'value': {
      const of = failure.step === null ? '' : `${failure.step} `;
      const what = failure.name === null ? word(failure.what) : failure.name;
      return {
        about: `${of}${what}`,
        expected: valueText(failure.expected, word),
        actual: valueText(failure.actual, word),
      };
    }
    case 'alarm-missing':
      return {
        about: `${word('alarm')} ${failure.pattern.alarm}`,
        expected: `${patternText(failure.pattern, zone)} ${word(failure.list === 'alarms' ? 'raised' : failure.list)}`,
        actual: failure.there.map(alarm).join('; ') || word('none'),
      };
    case 'alarm-surplus':
      return {
        about: `${word('alarm')} ${failure.alarm.name}`,
        expected: word(failure.list === 'not-raised' ? 'not-raised' : 'no other'),
        actual: alarm(failure.alarm),
      };
    case 'not-cleared':
      return {
        about: `${word('alarm')} ${failure.alarm.name}`,
        expected: word('cleared'),
        actual: `${word('still open')}: ${alarm(failure.alarm)}`,
      };
    case 'notice-missing':
      return {
        about: `${word('notice')} ${failure.pattern.channel}`,
        expected: noticePattern(failure.pattern),
        actual: failure.there.map((one) => noticeText(one, language)).join('; ') || word('none'),
      };
    case 'notice-surplus':
      return {
        about: `${word('notice')} ${failure.notice.channel}`,
        expected: word('no notice'),
        actual: noticeText(failure.notice, language),
      };
    case 'publication-missing':
      return {
        about: word('published'),
        expected: failure.subject,
        actual: failure.there.join(', ') || word('nothing'),
      };
    case 'rejected':
      return {
        about: word('event'),
        expected: word('accepted'),
        actual: `${word('rejected')}: ${failure.reason}`,
      };
    case 'not-rejected':
      return { about: word('event'), expected: word('rejected'), actual: word('accepted') };
    default:
      return failure satisfies never;
  }
}

function valueText(value: Value | null, word: Speech['word']): string {
  return value === null ? word('no value') : String(value);
}

function alarmText(
  { name, step, severity, count, text, raisedAt, clearedAt }: AlarmThere,
  { word, zone }: Pick<Speech, 'word' | 'zone'>,
): string {
  const where = step === null ? '' : ` @${step}`;
  const times = count === 1 ? '' : ` ×${count}`;
  const end = clearedAt === null ? word('still open') : `${word('cleared')} ${shortTime(clearedAt, zone)}`;
  return `${name}${where} (${severity}${times}, ${word('raised')} ${shortTime(raisedAt, zone)}, ${end}) “${text}”`;
}

function patternText(
  { alarm, step, severity, source, count, text, raised }: AlarmExpected,
  zone: string,
): string {
  const parts = [
    step === null ? null : `@${step.value}`,
    severity,
    source,
    count === null ? null : `×${count}`,
    raised === null ? null : shortTime(new Date(raised).toISOString(), zone),
    text === null ? null : `“${text}”`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? alarm : `${alarm} (${parts.join(', ')})`;
}

function noticePattern({ channel, to, text }: NoticePattern): string {
  return `${channel}${to === null ? '' : ` → ${to}`}${text === null ? '' : ` “${text}”`}`;
}

/** A notice in one line: `sms → Li Na, raised “…”`. */
export function noticeText({ channel, to, kind, text, zh }: SentNotice, language: Language): string {
  const words = (language === 'zh' ? zh : text).split('\n').filter((line) => line.trim() !== '');
  return `${channel}${to === null ? '' : ` → ${to}`}, ${kind} “${words.join(' / ')}”`;
}

/** `09-30 15:10:00` in the zone. */
export function shortTime(time: string, zone: string): string {
  return zonedTime(time, zone).slice(5, 19);
}
