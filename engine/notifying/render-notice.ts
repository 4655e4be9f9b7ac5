/** A notice as a channel is given it: in the language of its recipients or the channel's, its templates filled in, and honest about earlier attempts. */
import { type ChannelDefinition, fillIn, type NoticeField } from '../../definitions/index.ts';
import { alarmTextIn, type Language } from '../alarm-text.ts';
import type { Notice, NoticeAlarm, Sending } from './channel.ts';
import type { ClaimedNotice } from './ports.ts';

const AGAIN: Readonly<Record<Language, string>> = {
  en: '(sent again: whether it arrived before is not known)',
  zh: '（重发：此前是否送达未知）',
};

/** The sending of a claimed notice. `address` is where people open Milepost, without a slash at its end; null: nowhere. */
export function renderNotice(
  claimed: ClaimedNotice,
  definition: ChannelDefinition,
  address: string | null,
): Sending {
  const { notice, attempt, uncertain } = claimed;
  const link = notice.path === null || address === null ? null : address + notice.path;
  const { language = definition.language } = notice;
  const usual = inLanguage(notice, language);
  const fields = fieldsOf(notice, { usual, link, language });
  const subject = definition.subject === null ? usual.subject : fillIn(definition.subject, fields);
  const text = definition.text === null ? withLink(usual.text, link) : fillIn(definition.text, fields);
  const again = language === 'both' ? `${AGAIN.zh} ${AGAIN.en}` : AGAIN[language];
  return {
    ...notice,
    ...{ attempt, uncertain, link },
    subject: oneLine(uncertain ? `${subject} ${again}` : subject),
    text: uncertain ? `${text}\n${again}` : text,
  };
}

function inLanguage({ words }: Notice, language: ChannelDefinition['language']): Notice['words']['en'] {
  if (language !== 'both') return words[language];
  return {
    subject: words.zh.subject,
    text: `${words.zh.text}\n\n${words.en.subject}\n${words.en.text}`,
  };
}

function withLink(text: string, link: string | null): string {
  return link === null ? text : `${text}\n${link}`;
}

function fieldsOf(
  notice: Notice,
  said: {
    readonly usual: Notice['words']['en'];
    readonly link: string | null;
    readonly language: ChannelDefinition['language'];
  },
): Readonly<Record<NoticeField, string>> {
  const { usual, link, language } = said;
  const { id, kind, thread, severity, level, alarms, folded, to } = notice;
  const [first] = alarms;
  const time = (at: number | null | undefined) => (at == null ? '' : new Date(at).toISOString());
  return {
    ...{ id, kind, thread, severity, level: String(level), link: link ?? '' },
    ...{ subject: usual.subject, text: usual.text },
    flow: first?.flow ?? '',
    key: first?.key ?? '',
    step: first?.step ?? '',
    name: first?.name ?? '',
    group: first?.group ?? '',
    day: first?.tradingDay ?? '',
    alarm: first === undefined ? '' : textIn(first, language),
    count: String(first?.count ?? 0),
    raised: time(first?.raisedAt),
    cleared: time(first?.clearedAt),
    alarms: String(alarms.length),
    folded: String(folded.length),
    to: to.map(({ title }) => title).join(', '),
  };
}

function textIn(alarm: NoticeAlarm, language: ChannelDefinition['language']): string {
  if (language !== 'both') return alarmTextIn(alarm, language);
  const [zh, en] = [alarmTextIn(alarm, 'zh'), alarmTextIn(alarm, 'en')];
  return zh === en ? zh : `${zh} / ${en}`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}
