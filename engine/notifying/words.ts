/**
 * The words of notices in English and Chinese, made of the alarms alone: one line for a list or a telephone, and a text.
 * Times are those of the flow's calendar.
 */
import {
  type Calendar,
  DEFAULT_CALENDAR,
  type Definitions,
  type Severity,
  type Title,
} from '../../definitions/index.ts';
import { alarmTextIn, type Language } from '../alarm-text.ts';
import type { NoticeAlarm, NoticeKind, NoticeWords, Recipient } from './channel.ts';

/** What a notice has to say. */
export interface Saying {
  readonly kind: NoticeKind;
  readonly severity: Severity;
  readonly level: number;
  readonly alarms: readonly NoticeAlarm[];
  readonly folded: readonly NoticeAlarm[];
  readonly to: readonly Recipient[];
  /** how many troubles a summary is about; 0 otherwise */
  readonly troubles: number;
  /** words of a rule, a reason, a person's name: what the kind adds; null where it adds nothing */
  readonly extra: string | null;
}

type Phrases = Readonly<Record<Language, string>>;

const SEVERITY: Readonly<Record<Severity, Phrases>> = {
  info: { en: 'INFO', zh: '提示' },
  warning: { en: 'WARNING', zh: '警告' },
  critical: { en: 'CRITICAL', zh: '严重' },
};

const KIND: Readonly<Record<NoticeKind, Phrases>> = {
  raised: { en: '', zh: '' },
  changed: { en: 'UPDATE', zh: '更新' },
  repeated: { en: 'STILL OPEN', zh: '仍未处理' },
  escalated: { en: 'ESCALATED', zh: '升级' },
  assigned: { en: 'ASSIGNED', zh: '指派' },
  recovered: { en: 'RECOVERED', zh: '恢复' },
  flapping: { en: 'FLAPPING', zh: '反复告警' },
  storm: { en: 'MANY ALARMS', zh: '告警风暴' },
  notify: { en: 'NOTICE', zh: '通知' },
  undeliverable: { en: 'UNDELIVERABLE', zh: '通知未送达' },
  trial: { en: 'TRIAL', zh: '测试' },
};

const LONGEST_SUBJECT = 200;
const MOST_LISTED = 50;

/** The words of a notice in both languages. */
export function wordsOf(definitions: Definitions, saying: Saying): Readonly<Record<Language, NoticeWords>> {
  return { en: inLanguage(definitions, saying, 'en'), zh: inLanguage(definitions, saying, 'zh') };
}

function inLanguage(definitions: Definitions, saying: Saying, language: Language): NoticeWords {
  return {
    subject: shortened(oneLine(subject(definitions, saying, language)), LONGEST_SUBJECT),
    text: text(definitions, saying, language),
  };
}

function subject(definitions: Definitions, saying: Saying, language: Language): string {
  const { kind, severity, alarms, extra, troubles } = saying;
  const marks = [KIND[kind][language], kind === 'recovered' ? '' : SEVERITY[severity][language]];
  const head = marks.filter((mark) => mark !== '').join(language === 'zh' ? '·' : ' ');
  const mark = language === 'zh' ? `【${head}】` : `[${head}] `;
  const [first] = alarms;
  if (first === undefined) return `${mark}${extra ?? ''}`;
  if (kind === 'storm')
    return language === 'zh'
      ? `${mark}${troubles} 个问题，${alarms.length} 个告警`
      : `${mark}${troubles} troubles, ${alarms.length} alarms`;
  const others = alarms.length - 1;
  const more = others === 0 ? '' : language === 'zh' ? `（另有 ${others} 个）` : ` (and ${others} more)`;
  return `${mark}${flowTitle(definitions, first.flow, language)} ${first.key}: ${alarmTextIn(first, language)}${more}`;
}

function text(definitions: Definitions, saying: Saying, language: Language): string {
  const { kind, alarms, folded, to, level, extra } = saying;
  const zh = language === 'zh';
  const shown = alarms.slice(0, MOST_LISTED);
  const rest = alarms.length - shown.length;
  const lines = shown.map((alarm) => line(definitions, alarm, language));
  if (rest > 0) lines.push(zh ? `……另有 ${rest} 个` : `… and ${rest} more`);
  if (folded.length > 0) {
    lines.push(zh ? `由此引起的告警（${folded.length}）：` : `Consequences (${folded.length}):`);
    lines.push(...folded.slice(0, MOST_LISTED).map((alarm) => `- ${line(definitions, alarm, language)}`));
  }
  if (extra !== null) lines.push(extra);
  const names = to.map(({ title }) => title).join(zh ? '、' : ', ');
  if (kind === 'escalated') lines.push(zh ? `第 ${level} 级通知` : `Level ${level}`);
  if (names !== '') lines.push(zh ? `通知：${names}` : `To: ${names}`);
  return lines.map(oneLine).join('\n');
}

function line(definitions: Definitions, alarm: NoticeAlarm, language: Language): string {
  const zh = language === 'zh';
  const calendar = calendarOf(definitions, alarm.flow);
  const where = alarm.step === null ? '' : ` / ${stepTitle(definitions, alarm.flow, alarm.step, language)}`;
  const from = `${calendar.format(alarm.raisedAt)} ${calendar.zone}`;
  const count = alarm.count < 2 ? '' : zh ? `，${alarm.count} 次` : `, ${alarm.count} times`;
  const wrong = alarm.clearedBy === 'mistaken';
  const end =
    alarm.clearedAt === null
      ? ''
      : wrong
        ? zh
          ? '，更正：迟到的事件表明此告警有误'
          : ', corrected: an event that came late shows that it was wrong'
        : zh
          ? `，${calendar.format(alarm.clearedAt)} 恢复`
          : `, over since ${calendar.format(alarm.clearedAt)}`;
  const seen =
    alarm.acknowledgedBy === null
      ? ''
      : zh
        ? `，${alarm.acknowledgedBy} 已确认`
        : `, acknowledged by ${alarm.acknowledgedBy}`;
  // The usual texts begin with the name of the step, whose title stands before them here.
  const whole = alarmTextIn(alarm, language);
  const said = alarm.step === null ? whole : whole.replace(`${alarm.step}: `, '');
  const place = `${flowTitle(definitions, alarm.flow, language)} ${alarm.key}${where}`;
  return zh
    ? `[${SEVERITY[alarm.severity].zh}] ${place}：${said}（${from} 起${count}${end}${seen}）`
    : `[${SEVERITY[alarm.severity].en}] ${place}: ${said} (since ${from}${count}${end}${seen})`;
}

function calendarOf(definitions: Definitions, flow: string): Calendar {
  return definitions.flows.get(flow)?.calendar ?? DEFAULT_CALENDAR;
}

function flowTitle(definitions: Definitions, flow: string, language: Language): string {
  return titleIn(definitions.flows.get(flow)?.title ?? null, flow, language);
}

function stepTitle(definitions: Definitions, flow: string, step: string, language: Language): string {
  const found = definitions.flows.get(flow);
  const index = found?.stepIndex.get(step);
  return titleIn(index === undefined ? null : (found?.steps[index]?.title ?? null), step, language);
}

/** A title in a language, else in the other one, else the name. */
function titleIn(title: Title | null, name: string, language: Language): string {
  if (title === null) return name;
  if (typeof title === 'string') return title;
  return title[language] ?? title.en ?? title.zh ?? name;
}

/** Foreign text keeps to its line. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trimEnd();
}

function shortened(text: string, longest: number): string {
  const signs = [...text];
  return signs.length <= longest ? text : `${signs.slice(0, longest - 1).join('')}…`;
}
