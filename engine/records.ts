/** A harvest as the records that are stored, and as the changes that the outside is told of. */
import { encodeToken, eventToJson, formatTime, subjectOf } from '../checkpoints/index.ts';
import type { Flow } from '../definitions/index.ts';
import { type Act, actDigest, actToJson } from './act.ts';
import type { KeyedEvent } from './check-event.ts';
import { healthOf } from './draft.ts';
import type { AlarmChange, Harvest, Wish } from './harvest.ts';
import type { Instance } from './instance.ts';
import type { AlarmRecord, ChangeRecord, InstanceRecord, JournalRecord, NoticeRecord } from './ports.ts';
import { encodeInstance } from './snapshot.ts';

/** An alarm decided this long after it was due, in ms, is marked late: nothing was running when it should have been raised. */
const LATE_AFTER = 10_000;

export interface Recorded {
  readonly instances: readonly InstanceRecord[];
  readonly alarms: readonly AlarmRecord[];
  readonly changes: readonly ChangeRecord[];
  readonly notices: readonly NoticeRecord[];
}

/** The records of a harvest that was decided at `now`. */
export function recordHarvest(harvest: Harvest, now: number): Recorded {
  const instances = harvest.changed.map(({ flow, instance }) => instanceRecord(flow, instance, now));
  const alarms = harvest.alarms.map((change) => alarmRecord(change, now));
  return {
    instances,
    alarms,
    changes: [
      ...instances.map(instanceChange),
      ...alarms.map(alarmChange),
      ...harvest.wishes.flatMap((wish) => publication(wish)),
    ],
    notices: harvest.wishes.flatMap((wish, index) => notice(wish, index)),
  };
}

/** An accepted event as it is kept in the journal. */
export function journalRecord(event: KeyedEvent, digest: string, receivedAt: number): JournalRecord {
  const { flow, key, id, step, kind, time } = event;
  return { flow, key, id, digest, step, kind, time, receivedAt, event: eventToJson(event) };
}

/** An operator's act as it is kept among the instance's events. */
export function actRecord(act: Act, key: string, receivedAt: number): JournalRecord {
  const { flow, id, kind, time } = act;
  const step = act.kind === 'close' ? null : act.step;
  return { flow, key, id, digest: actDigest(act), step, kind, time, receivedAt, event: actToJson(act) };
}

function instanceRecord(flow: Flow, instance: Instance, now: number): InstanceRecord {
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

function instanceChange(record: InstanceRecord): ChangeRecord {
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
  const { id, flow, key, step, name, source, severity, group, tradingDay, text, count, late, clearedBy } =
    record;
  const { raisedAt, clearedAt, lastAt } = record;
  const body = {
    id,
    flow,
    key,
    step,
    name,
    source,
    severity,
    group,
    tradingDay,
    text,
    count,
    late,
    clearedBy,
    ...times({ raisedAt, lastAt, clearedAt }),
  };
  return {
    kind: 'alarm',
    subject: `milepost.alarm.${severity}.${encodeToken(flow)}`,
    body: JSON.stringify(body),
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
