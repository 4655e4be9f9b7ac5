/** Instances with their events, as they are written into logs of other forms. */
import type { Attribute } from './log-row.ts';

export interface RecordedEvent {
  readonly id: string;
  readonly step: string | null;
  readonly event: 'activated' | 'state' | 'params' | 'exception' | 'committed';
  /** ms since the epoch */
  readonly time: number;
  readonly state: string | null;
  readonly params: readonly (readonly [string, Attribute | null])[];
}

export interface RecordedInstance {
  readonly flow: string;
  readonly key: string;
  readonly status: string;
  readonly deviated: boolean;
  /** the instance whose step nests this one */
  readonly parent: { readonly flow: string; readonly key: string } | null;
  readonly events: readonly RecordedEvent[];
}

/** Whether nothing more is to come of an instance, as a rule. */
export function isFinished(status: string): boolean {
  return status === 'committed' || status === 'failed' || status === 'abandoned';
}
