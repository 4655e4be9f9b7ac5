/** How stored records are shown in the API: times as UTC text, JSON texts as JSON, nothing else changed. */
import { formatTime } from '../../checkpoints/index.ts';
import {
  type AlarmRecord,
  alarmJson,
  type InstanceRecord,
  type JournalRecord,
  type RejectedEntry,
  type Why,
} from '../../engine/index.ts';
import { viewTime } from './flow-view.ts';

/** An instance as it stands in lists. */
export function viewInstanceRecord(record: InstanceRecord): object {
  return {
    flow: record.flow,
    key: record.key,
    status: record.status,
    health: record.health,
    deviated: record.deviated,
    openAlarms: record.openAlarms,
    group: record.group,
    tradingDay: record.tradingDay,
    startedAt: viewTime(record.startedAt),
    endedAt: viewTime(record.endedAt),
    updatedAt: formatTime(record.updatedAt),
    revision: record.revision,
  };
}

/** One accepted event with what was sent. */
export function viewJournalRecord(record: JournalRecord): object {
  const { flow, key, id, step, kind, time, receivedAt } = record;
  return {
    id,
    flow,
    key,
    step,
    event: kind,
    time: formatTime(time),
    receivedAt: formatTime(receivedAt),
    content: JSON.parse(record.event),
  };
}

/** An alarm with its explanation. */
export function viewAlarmRecord(record: AlarmRecord): object {
  return {
    ...alarmJson(record),
    open: record.clearedAt === null,
    late: record.late,
    why: viewWhy(JSON.parse(record.why)),
  };
}

function viewWhy(why: Why): object {
  return {
    rule: why.rule,
    cause: why.cause,
    expression: why.expression,
    values: why.values.map(([name, value]) => ({ name, value })),
    event: {
      ...why.event,
      time: formatTime(why.event.time),
      params: why.event.params.map(([name, value]) => ({ name, value })),
    },
    due: viewTime(why.due),
  };
}

const PREVIEW_BYTES = 2048;

/** A rejected message as it stands in lists: at most the first 2,048 bytes of its payload. */
export function viewRejected(entry: RejectedEntry): object {
  const { id, subject, reason, headers } = entry;
  return {
    id,
    subject,
    reason,
    headers,
    receivedAt: formatTime(entry.receivedAt),
    resentAt: viewTime(entry.resentAt),
    bytes: entry.payload.length,
    text: new TextDecoder().decode(entry.payload.subarray(0, PREVIEW_BYTES)),
    cut: entry.payload.length > PREVIEW_BYTES,
  };
}

/** A rejected message with all of its payload, as text and, since it may be no text at all, in base64. */
export function viewRejectedInFull(entry: RejectedEntry): object {
  return {
    ...viewRejected(entry),
    text: new TextDecoder().decode(entry.payload),
    cut: false,
    base64: Buffer.from(entry.payload).toString('base64'),
  };
}
