/** A harvest as the records that are stored, and as the changes that the outside is told of. */
import { encodeToken, eventToJson, formatTime, subjectOf } from '../checkpoints/index.ts';
import { type Act, actDigest, actToJson } from './act.ts';
import { alarmJson } from './alarm-news.ts';
import type { KeyedEvent } from './check-event.ts';
import { healthOf } from './draft.ts';
import type { AlarmChange, Harvest, Owner, Wish } from './harvest.ts';
import type { AlarmRecord, ChangeRecord, InstanceRecord, JournalRecord, NoticeRecord } from './ports.ts';
import { encodeInstance } from './snapshot.ts';

/** An alarm decided this long after it was due, in ms, is marked late: nothing was running when it should have been raised. */
const LATE_AFTER = 10_000;

/** What is stored of a harvest at once, whatever becomes of its instances. */
export interface Recorded {
  readonly alarms: readonly AlarmRecord[];
  readonly changes: readonly ChangeRecord[];
  readonly notices: readonly NoticeRecord[];
}

/** The alarms, publications and notices of a harvest that was decided at `now`. */
export function recordHarvest(harvest: Harvest, now: number): Recorded {
  const alarms = harvest.alarms.map((change) => alarmRecord(change, now));
  return {
    alarms,
    changes: [...alarms.map(alarmChange), ...harvest.wishes.flatMap((wish) => publication(wish))],
    notices: harvest.wishes.flatMap((wish, index) => notice(wish, index)),
  };
}

/** Where an entry stands in its journal, and with which clock it was decided. */
export interface Entry {
  readonly place: number;
  readonly clock: number;
  readonly backlog: boolean;
  readonly receivedAt: number;
}

/** An accepted event as it is kept in the journal; `text` is its producer's own where that is native and has the key. */
export function journalRecord(
  event: KeyedEvent,
  digest: string,
  text: string | null,
  entry: Entry,
): JournalRecord {
  const { flow, key, id, step, kind, time } = event;
  const { place, clock, backlog, receivedAt } = entry;
  const said = text ?? eventToJson(event);
  return { place, clock, backlog, flow, key, id, digest, step, kind, time, receivedAt, event: said };
}

/** An operator's act as it is kept among the instance's events. */
export function actRecord(act: Act, key: string, entry: Entry): JournalRecord {
  const { flow, id, kind, time } = act;
  const step = act.kind === 'close' ? null : act.step;
  return { ...entry, flow, key, id, digest: actDigest(act), step, kind, time, event: actToJson(act) };
}

/** An instance as it is stored; `applied` is the place of the journal up to which it holds what happened to its root. */
export function instanceRecord({ flow, instance }: Owner, now: number, applied: number): InstanceRecord {
  return {
    flow: instance.flow,
    key: instance.key,
    revision: instance.revision,
    status: instance.status,
    health: healthOf(instance),
    deviated: instance.deviations.length > 0,
    group: flow.group,
    tradingDay: instance.tradingDay,
    startedAt: instance.startedAt,
    endedAt: instance.endedAt,
    updatedAt: now,
    openAlarms: instance.alarms.length,
    hasTimers: instance.timers.length > 0,
    applied,
    snapshot: encodeInstance(instance),
  };
}

function alarmRecord(change: AlarmChange, now: number): AlarmRecord {
  const { alarm, flow, key, tradingDay } = change;
  return {
    id: alarm.id,
    flow: flow.name,
    key,
    step: alarm.step,
    name: alarm.name,
    source: alarm.source,
    severity: alarm.severity,
    group: flow.group,
    tradingDay,
    text: alarm.text,
    count: alarm.count,
    raisedAt: alarm.raisedAt,
    lastAt: alarm.lastAt,
    clearedAt: alarm.clearedAt,
    clearedBy: alarm.clearedBy,
    late: alarm.why.due !== null && change.raised && now - alarm.why.due > LATE_AFTER,
    why: JSON.stringify(alarm.why),
  };
}

/** What the outside is told of an instance. */
export function instanceChange(record: InstanceRecord): ChangeRecord {
  const { flow, key, status, health, deviated, group, tradingDay, startedAt, endedAt, openAlarms } = record;
  const body = {
    flow,
    key,
    status,
    health,
    deviated,
    group,
    tradingDay,
    openAlarms,
    ...times({ startedAt, endedAt }),
  };
  return {
    kind: 'instance',
    subject: subjectOf(flow, key).replace('milepost.checkpoint.', 'milepost.status.'),
    body: JSON.stringify(body),
  };
}

function alarmChange(record: AlarmRecord): ChangeRecord {
  return {
    kind: 'alarm',
    subject: `milepost.alarm.${record.severity}.${encodeToken(record.flow)}`,
    body: JSON.stringify({ ...alarmJson(record), late: record.late }),
  };
}

function times(of: Readonly<Record<string, number | null>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(of).map(([name, time]) => [name, time === null ? null : formatTime(time)]),
  );
}

/** What a `publish` rule asked for; an illegal subject is told on one that says so, rather than lost. */
function publication(wish: Wish): readonly ChangeRecord[] {
  if (wish.effect.kind !== 'publish') return [];
  const { subject, data, time } = wish.effect;
  const legal = /^[^\s.*>]+(\.[^\s.*>]+)*$/.test(subject);
  const body = { flow: wish.flow.name, key: wish.key, time: formatTime(time), data: data ?? null };
  return [
    {
      kind: 'publish',
      subject: legal ? subject : 'milepost.illegal-subject',
      body: JSON.stringify(legal ? body : { ...body, subject }),
    },
  ];
}

function notice(wish: Wish, index: number): readonly NoticeRecord[] {
  if (wish.effect.kind !== 'notify') return [];
  const { channel, text, time } = wish.effect;
  const id = [wish.flow.name, wish.key, channel, String(time), String(index)]
    .map(encodeURIComponent)
    .join('/');
  return [{ id, alarm: null, kind: 'notify', channel, text }];
}
