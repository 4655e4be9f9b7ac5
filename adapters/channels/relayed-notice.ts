/** A notice on its way to a relay, as JSON, form 1: all that its channel needs there. Times are milliseconds. */
import type { Notice, Sending } from '../../engine/index.ts';

export interface RelayedNotice {
  /** `path` is the whole link, since the relay does not know where people open this Milepost */
  readonly notice: Notice;
  /** it may have been handed over before, longer ago than NATS remembers */
  readonly uncertain: boolean;
}

/** The body of the message. */
export function relayedBody(sending: Sending): string {
  const { attempt: _attempt, uncertain, subject: _subject, text: _text, link, ...notice } = sending;
  return JSON.stringify({ version: 1, uncertain, notice: { ...notice, path: link } });
}

/** Reads a body; what is wrong with it as a sentence where it is none. */
export function readRelayed(
  body: Uint8Array,
): { readonly ok: true; readonly relayed: RelayedNotice } | { readonly ok: false; readonly reason: string } {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { ok: false, reason: 'is no JSON' };
  }
  const form = record(read);
  if (form?.version !== 1)
    return { ok: false, reason: 'has a form that this relay does not know: bring both to the same version' };
  const notice = record(form.notice);
  const flaw = notice === null ? 'notice' : flawOf(notice);
  if (notice === null || flaw !== null)
    return { ok: false, reason: `is no notice: ${flaw} is missing or wrong` };
  // every field was looked at by flawOf
  return { ok: true, relayed: { notice: notice as unknown as Notice, uncertain: form.uncertain === true } };
}

type Raw = Readonly<Record<string, unknown>>;

const isText = (value: unknown) => typeof value === 'string';
const isTextOrNull = (value: unknown) => value === null || isText(value);
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isWords = (value: unknown) => {
  const words = record(value);
  return words !== null && isText(words.subject) && isText(words.text);
};
const isSeverity = (value: unknown) => value === 'info' || value === 'warning' || value === 'critical';
const isRecipient = (value: unknown) => {
  const to = record(value);
  return to !== null && isText(to.name) && isText(to.title) && isText(to.address);
};
const isAlarm = (value: unknown) => {
  const alarm = record(value);
  return alarm !== null && Object.entries(ALARM).every(([name, test]) => test(alarm[name]));
};
const isListOf = (test: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(test);

const ALARM: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  flow: isText,
  key: isText,
  step: isTextOrNull,
  name: isText,
  source: isText,
  severity: isSeverity,
  group: isTextOrNull,
  tradingDay: isText,
  labels: (value) => Object.values(record(value) ?? { none: 0 }).every(isText),
  text: isText,
  count: isNumber,
  raisedAt: isNumber,
  lastAt: isNumber,
  clearedAt: (value) => value === null || isNumber(value),
  clearedBy: isTextOrNull,
  acknowledgedBy: isTextOrNull,
};

const NOTICE: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  channel: isText,
  kind: isText,
  thread: isText,
  recovered: (value) => typeof value === 'boolean',
  severity: isSeverity,
  level: isNumber,
  at: isNumber,
  words: (value) => isWords(record(value)?.en) && isWords(record(value)?.zh),
  path: isTextOrNull,
  language: (value) => value === undefined || value === 'en' || value === 'zh' || value === 'both',
  to: isListOf(isRecipient),
  alarms: isListOf(isAlarm),
  folded: isListOf(isAlarm),
};

function flawOf(notice: Raw): string | null {
  return Object.entries(NOTICE).find(([name, test]) => !test(notice[name]))?.[0] ?? null;
}

function record(value: unknown): Raw | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value));
}
