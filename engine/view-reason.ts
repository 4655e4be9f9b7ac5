import { formatTime } from '../checkpoints/index.ts';
import type { Flow, Step } from '../definitions/index.ts';
import type { Alarm, AlarmSource, Instance } from './instance.ts';
import type { LedgerRow } from './ledger.ts';
import { activatedAt, endedAt } from './step-state.ts';
import type { Tone } from './tone.ts';

/** Why a part stands as it does. */
export interface Reason {
  readonly kind:
    | 'alarm'
    | 'failed'
    | 'missing'
    | 'late'
    | 'unknown'
    /** it waits for one of its steps, or for its start */
    | 'waiting'
    /** it is waited for itself: a step that was come to, a flow that such a step nests */
    | 'expected'
    | 'running'
    | 'done'
    | 'not-due'
    | 'excused'
    | 'withdrawn'
    | 'others';
  /** since when, when it ended, or when it is due */
  readonly at: string | null;
  /** the step that the flow waits for or works on */
  readonly step: { readonly name: string; readonly title: Flow['title'] } | null;
  readonly alarm: {
    readonly id: string;
    readonly flow: string;
    readonly key: string;
    readonly step: string | null;
    readonly name: string;
    readonly source: AlarmSource;
    readonly severity: string;
    readonly text: string;
  } | null;
  readonly waiver: { readonly by: string; readonly reason: string } | null;
}

/** An open alarm, and whose it is. */
export interface Raised {
  readonly alarm: Alarm;
  readonly flow: string;
  readonly key: string;
}

/** A reason that needs no more than its kind. */
export const NOTHING = { at: null, step: null, alarm: null, waiver: null };

/** The worst of some open alarms, of several the oldest; null where there is none. */
export function worstAlarm(raised: readonly Raised[]): Raised | null {
  const worst = raised.toSorted((a, b) => {
    if (a.alarm.severity !== b.alarm.severity) return a.alarm.severity === 'critical' ? -1 : 1;
    return a.alarm.raisedAt - b.alarm.raisedAt || (a.alarm.id < b.alarm.id ? -1 : 1);
  });
  return worst[0] ?? null;
}

/** Because of an alarm, wherever it is. */
export function becauseOf({ alarm, flow, key }: Raised): Reason {
  const { id, step, name, source, severity, text, raisedAt } = alarm;
  const told = { id, flow, key, step, name, source, severity, text };
  return { ...NOTHING, kind: 'alarm', at: formatTime(raisedAt), alarm: told };
}

/** Why a row of the ledger stands as it does, whatever alarms it has. */
export function reasonOfRow(row: LedgerRow): Reason {
  const { status, endedAt: at, waivers } = row;
  switch (status) {
    case 'excused': {
      const waiver = waivers[0] ?? null;
      return { ...NOTHING, kind: 'excused', at: waiver?.at ?? null, waiver };
    }
    case 'on-time':
      return { ...NOTHING, kind: 'done', at };
    case 'late':
    case 'failed':
      return { ...NOTHING, kind: status, at };
    case 'not-due':
    case 'missing':
      return { ...NOTHING, kind: status, at: row.startDue };
    case 'unknown':
      return { ...NOTHING, kind: status };
    case 'waiting':
    case 'running': {
      const [first] = status === 'running' ? [...row.underWay, ...row.waitingFor] : row.waitingFor;
      if (first === undefined) return { ...NOTHING, kind: status, at: row.startedAt };
      const step = first.step === null ? null : { name: first.step, title: first.title };
      return { ...NOTHING, kind: status, at: first.since, step };
    }
    default:
      return status satisfies never;
  }
}

/** Why a step of an instance stands as it does, whatever alarms it has. */
export function reasonOfStep(instance: Instance, step: Step, status: Tone): Reason {
  const state = instance.steps[step.index];
  if (state === undefined)
    throw new Error(`broken rule: an instance of ${instance.flow} has no step ${step.name}`);
  const [begun, over] = [activatedAt(instance, state), endedAt(instance, state)].map((time) =>
    time === null ? null : formatTime(time),
  );
  const [since, at] = [begun ?? null, over ?? null];
  if (status === 'excused' && state.status !== 'withdrawn') {
    const waiver = instance.waivers.find((each) => each.step < 0 || each.step === step.index) ?? null;
    return { ...NOTHING, kind: 'excused', at: waiver === null ? at : formatTime(waiver.at), waiver };
  }
  switch (state.status) {
    case 'idle':
      return { ...NOTHING, kind: 'not-due' };
    case 'active':
      return { ...NOTHING, kind: 'expected', at: since };
    case 'running':
      return { ...NOTHING, kind: 'running', at: since };
    case 'committed':
      return { ...NOTHING, kind: 'done', at };
    case 'failed':
    case 'withdrawn':
      return { ...NOTHING, kind: state.status, at };
    default:
      return state.status satisfies never;
  }
}
