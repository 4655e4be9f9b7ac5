import { formatTime } from '../checkpoints/index.ts';
import type { Severity } from '../definitions/index.ts';
import type { AlarmSource } from './instance.ts';

/** An alarm as it is stored, told and listed outside of its instance. Times are milliseconds since the epoch. */
export interface AlarmNews {
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly source: AlarmSource;
  readonly severity: Severity;
  readonly group: string | null;
  readonly tradingDay: string;
  readonly text: string;
  readonly count: number;
  readonly raisedAt: number;
  readonly lastAt: number;
  /** null while its cause stands */
  readonly clearedAt: number | null;
  readonly clearedBy: string | null;
}

/** These fields of an alarm, and no others. */
export function newsOf(alarm: AlarmNews): AlarmNews {
  const { id, flow, key, step, name, source, severity, group, tradingDay, text, count } = alarm;
  const { raisedAt, lastAt, clearedAt, clearedBy } = alarm;
  return {
    ...{ id, flow, key, step, name, source, severity, group, tradingDay, text, count },
    ...{ raisedAt, lastAt, clearedAt, clearedBy },
  };
}

/** The same as JSON for programs outside: times are UTC with milliseconds, null where there is none. */
export function alarmJson(alarm: AlarmNews): Readonly<Record<keyof AlarmNews, string | number | null>> {
  const { raisedAt, lastAt, clearedAt } = alarm;
  return {
    ...newsOf(alarm),
    raisedAt: formatTime(raisedAt),
    lastAt: formatTime(lastAt),
    clearedAt: clearedAt === null ? null : formatTime(clearedAt),
  };
}
