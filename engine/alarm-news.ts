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
