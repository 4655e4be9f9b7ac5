/**
 * Raising and clearing alarms within a decision.
 *
 * 1. One alarm per (step, name) is open at a time; raised again, its count rises.
 * 2. Ids are made of the cause and an episode number that is part of the instance: the same on every replay.
 * 3. `expression` and `expression-error` alarms are held open by the rules that raised them; the last to let go clears.
 */
import type { Value } from '../checkpoints/index.ts';
import type { EventScope, Severity } from '../definitions/index.ts';
import type { Draft } from './draft.ts';
import { isWaived, stepOf } from './draft.ts';
import type { Alarm, AlarmSource } from './instance.ts';

export interface Raise {
  /** step index; -1 for none */
  readonly step: number;
  readonly name: string;
  readonly source: AlarmSource;
  readonly severity: Severity;
  readonly text: string;
  readonly cause: string;
  readonly rule: string | null;
  readonly expression: string | null;
  readonly values: readonly (readonly [string, Value | null])[];
  readonly due: number | null;
}

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

/** Raises an alarm, or counts it again while it is open. */
export function raiseAlarm(draft: Draft, raise: Raise): void {
  if (isWaived(draft, raise.step)) return;
  const step = raise.step < 0 ? null : stepOf(draft.flow, raise.step).name;
  const time = raise.due ?? draft.time;
  const open = draft.alarms.find((alarm) => alarm.name === raise.name && alarm.step === step);
  const why = {
    rule: raise.rule,
    cause: raise.cause,
    expression: raise.expression,
    values: raise.values,
    event: snapshotEvent(draft.scope.event),
    due: raise.due,
  };
  if (open !== undefined) {
    const again: Alarm = {
      ...open,
      count: open.count + 1,
      lastAt: Math.max(open.lastAt, time),
      severity:
        SEVERITIES.indexOf(raise.severity) > SEVERITIES.indexOf(open.severity)
          ? raise.severity
          : open.severity,
      text: raise.text,
      why,
      causes: open.causes.includes(raise.cause) ? open.causes : [...open.causes, raise.cause],
    };
    draft.alarms = draft.alarms.map((alarm) => (alarm === open ? again : alarm));
    draft.effects.push({ kind: 'alarm', alarm: again, change: 'repeated' });
    return;
  }
  const slot = `${step ?? ''}/${raise.name}`;
  const episode = (draft.episodes.get(slot) ?? 0) + 1;
  draft.episodes = new Map(draft.episodes).set(slot, episode);
  const alarm: Alarm = {
    id: [draft.before.flow, draft.before.key, step ?? '', raise.name, String(episode)]
      .map(encodeURIComponent)
      .join('/'),
    step,
    name: raise.name,
    source: raise.source,
    severity: raise.severity,
    text: raise.text,
    count: 1,
    raisedAt: time,
    lastAt: time,
    clearedAt: null,
    clearedBy: null,
    why,
    causes: [raise.cause],
  };
  draft.alarms = [...draft.alarms, alarm];
  draft.effects.push({ kind: 'alarm', alarm, change: 'raised' });
}

/** Clears every open alarm that `which` selects; `by` says why. */
export function clearAlarms(draft: Draft, which: (alarm: Alarm) => boolean, by: string): void {
  if (draft.alarms.length === 0) return;
  const cleared = draft.alarms.filter(which);
  if (cleared.length === 0) return;
  draft.alarms = draft.alarms.filter((alarm) => !cleared.includes(alarm));
  for (const alarm of cleared) {
    const mistaken = isMistaken(draft, alarm, by);
    draft.corrected ||= mistaken;
    const clearedAt = Math.max(draft.time, alarm.raisedAt);
    const ended: Alarm = { ...alarm, clearedAt, clearedBy: mistaken ? 'mistaken' : by };
    draft.effects.push({ kind: 'alarm', alarm: ended, change: 'cleared' });
  }
}

/**
 * What ended it happened in time after all, and was only told late. An instance ends with its latest event, which need
 * not be the one that is decided now.
 */
function isMistaken(draft: Draft, alarm: Alarm, by: string): boolean {
  const { due } = alarm.why;
  if (due === null || !ENDED_BY_EVENT.has(by)) return false;
  const proof = by === 'ended' ? Math.max(draft.time, draft.endedAt ?? draft.time) : draft.time;
  return proof <= Math.min(due, alarm.raisedAt);
}

const ENDED_BY_EVENT: ReadonlySet<string> = new Set([
  'committed',
  'started',
  'ended',
  'reported',
  'withdrawn',
]);

/** Clears the open alarms of one source of one step (-1: the flow's own). */
export function clearSource(draft: Draft, step: number, source: AlarmSource, by: string): void {
  if (draft.alarms.length === 0) return;
  const name = step < 0 ? null : stepOf(draft.flow, step).name;
  clearAlarms(draft, (alarm) => alarm.step === name && alarm.source === source, by);
}

/** A rule or expression no longer holds: alarms that only it kept open clear, others lose this cause. */
export function letGo(
  draft: Draft,
  cause: string,
  source: 'expression' | 'expression-error',
  by: string,
): void {
  if (draft.alarms.length === 0) return;
  clearAlarms(
    draft,
    (alarm) => alarm.source === source && alarm.causes.length === 1 && alarm.causes[0] === cause,
    by,
  );
  draft.alarms = draft.alarms.map((alarm) =>
    alarm.source === source && alarm.causes.includes(cause)
      ? { ...alarm, causes: alarm.causes.filter((other) => other !== cause) }
      : alarm,
  );
}

function snapshotEvent(event: EventScope): EventScope {
  return { ...event };
}
