import { formatTime } from '../../checkpoints/index.ts';
import { alarmJson, type NoticeAlarm, type Sending } from '../../engine/index.ts';

/** A notice as JSON for programs, form 1: what stands in it stays, more may come. Times are UTC with milliseconds. */
export function noticeBody(sending: Sending): Readonly<Record<string, unknown>> {
  const { id, kind, channel, thread, recovered, severity, level, at, attempt, uncertain } = sending;
  return {
    version: 1,
    id,
    kind,
    channel,
    thread,
    recovered,
    severity,
    level,
    time: formatTime(at),
    attempt,
    uncertain,
    ...(sending.replayed === true ? { replayed: true } : {}),
    subject: sending.subject,
    text: sending.text,
    link: sending.link,
    to: sending.to.map(({ name, title, address }) => ({ name, title, address })),
    alarms: sending.alarms.map(alarmBody),
    consequences: sending.folded.map(alarmBody),
  };
}

function alarmBody(alarm: NoticeAlarm): Readonly<Record<string, unknown>> {
  return { ...alarmJson(alarm), labels: alarm.labels, acknowledgedBy: alarm.acknowledgedBy };
}
