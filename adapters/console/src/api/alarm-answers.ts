/** What the API answers about alarms, acts and rejected messages, as far as the console reads it. */
import type { AlarmItem, Value } from './answers.ts';

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

export interface AlarmWhy {
  /** `file:line:col` */
  readonly rule: string | null;
  readonly cause: string;
  readonly expression: string | null;
  readonly values: readonly NamedValue[];
  readonly event: {
    readonly id: string | null;
    readonly event: string;
    readonly step: string | null;
    readonly time: string;
    readonly state: string | null;
    readonly message: string | null;
    readonly source: string | null;
    readonly params: readonly NamedValue[];
  };
  readonly due: string | null;
}

export type Standing = 'open' | 'escalated' | 'acknowledged' | 'cleared' | 'closed';
export type Outcome = 'waiting' | 'told' | 'storm' | 'flapping' | 'folded' | 'muted' | 'brief' | 'unrouted';

/** What is done about an alarm. */
export interface AlarmHandling {
  readonly standing: Standing;
  readonly severity: AlarmItem['severity'];
  readonly outcome: Outcome;
  readonly because: string | null;
  /** the alarm that it is a consequence of */
  readonly root: string | null;
  readonly level: number;
  readonly useful: boolean | null;
  readonly toldAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly assignedTo: string | null;
}

export interface AlarmEntry {
  readonly at: string;
  readonly kind: string;
  readonly by: string | null;
  readonly detail: string | null;
}

export interface AlarmInfo extends AlarmItem {
  /** in a folded list: how many of what is selected are its consequences */
  readonly consequences?: number;
  readonly why: AlarmWhy;
  /** null: nothing is known of it yet */
  readonly handling: AlarmHandling | null;
  /** of one alarm only, oldest first */
  readonly history?: readonly AlarmEntry[];
}

/** A message about alarms that is owed to a channel, with what came of it. */
export interface NoticeItem {
  readonly id: string;
  readonly channel: string;
  readonly kind: string;
  readonly level: number;
  readonly at: string;
  readonly to: readonly { readonly name: string; readonly title: string }[];
  readonly state: string;
  readonly attempts: number;
  readonly nextAt: string | null;
  readonly settledAt: string | null;
  readonly reason: string | null;
}

/** Something that somebody did. */
export interface AuditItem {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly kind: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly origin: string;
  readonly outcome: 'done' | 'taken' | 'refused' | 'failed' | null;
  readonly reason: string | null;
}

export interface ActOutcome {
  /** null while it waits */
  readonly done: boolean | null;
  /** why it could not be done */
  readonly reason: string | null;
}

export interface AlarmSums {
  readonly raised: number;
  readonly recovered: number;
  readonly acknowledged: number;
  readonly meanSecondsToAcknowledge: number | null;
  readonly meanSecondsToRecover: number | null;
  readonly notUseful: number;
}

export interface Silence {
  readonly id: string;
  readonly match: Readonly<Record<string, unknown>>;
  readonly by: string;
  readonly reason: string;
  readonly alarm: string | null;
  readonly until: string;
  readonly active: boolean;
}

/** A message that was refused; in lists its text is cut at 2,048 bytes. */
export interface RejectedItem {
  readonly id: string;
  readonly subject: string;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: string;
  readonly resentAt: string | null;
  readonly bytes: number;
  readonly text: string;
  readonly cut: boolean;
}
