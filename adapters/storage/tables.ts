/**
 * The tables as they are read and written: schema `milepost`, one type a table. Times are milliseconds here and
 * `timestamptz` in the database; `connect` turns one into the other when reading, `instant` when writing. Columns that
 * the database fills are `Generated`.
 */

import type { Generated } from 'kysely';
import type { AlarmRecord, ChangeRecord, InstanceRecord, NoticeRecord } from '../../engine/index.ts';

/** One row. */
export interface SystemTable {
  /** made anew when the tables come from a backup */
  readonly epoch: Generated<string>;
  readonly restored_at: number | null;
  /** when events were last applied that had been applied before, and why */
  readonly replayed_at: number | null;
  readonly replay_why: string | null;
  /** how many partitions there are; null before the first worker */
  readonly partitions: number | null;
  /** when somebody last removed what is too old */
  readonly swept_at: number | null;
}

export interface PositionsTable {
  readonly partition: string;
  readonly epoch: number;
  readonly incarnation: Generated<string>;
  readonly sequence: Generated<number>;
  readonly clock: number | null;
  readonly journal: Generated<number>;
  readonly mark: Generated<number>;
  readonly mark_clock: number | null;
  readonly revision: Generated<string>;
  readonly tag: Generated<string>;
}

/** Apart from the positions, so that renewing a lease does not wait for a commit. */
export interface LeasesTable {
  readonly partition: string;
  readonly owner: string | null;
  readonly until: number | null;
}

export interface WorkersTable {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly address: string | null;
  readonly seen_at: number;
}

export interface JournalTable {
  readonly partition: string;
  readonly place: number;
  readonly clock: number;
  readonly backlog: boolean;
  readonly flow: string;
  readonly key: string;
  readonly id: string;
  readonly digest: string;
  readonly step: string | null;
  readonly kind: string;
  readonly time: number;
  readonly received_at: number;
  readonly event: string;
}

export interface InstancesTable {
  readonly flow: string;
  readonly key: string;
  readonly partition: string;
  readonly revision: string;
  readonly status: InstanceRecord['status'];
  readonly health: InstanceRecord['health'];
  readonly deviated: boolean;
  readonly group: string | null;
  readonly trading_day: string;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly updated_at: number;
  readonly open_alarms: number;
  readonly has_timers: boolean;
  readonly applied: number;
  readonly snapshot: string;
}

export interface AlarmsTable {
  /** SHA-256 of the id, which may be longer than an index entry can be */
  readonly digest: Buffer;
  readonly position: Generated<number>;
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly source: AlarmRecord['source'];
  readonly severity: AlarmRecord['severity'];
  readonly group: string | null;
  readonly trading_day: string;
  readonly text: string;
  readonly count: number;
  readonly raised_at: number;
  readonly last_at: number;
  readonly cleared_at: number | null;
  readonly cleared_by: string | null;
  readonly late: boolean;
  readonly why: string;
}

export interface RejectedTable {
  readonly id: string;
  readonly position: Generated<number>;
  readonly subject: string;
  readonly payload: Buffer;
  /** JSON text of an object of strings */
  readonly headers: string;
  readonly reason: string;
  readonly received_at: number;
  readonly resent_at: number | null;
}

export interface ChangesTable {
  readonly id: number;
  readonly kind: ChangeRecord['kind'];
  readonly subject: string;
  readonly body: string;
}

/** One row. `last` gives the ids: it is locked until the commit, so ids become visible in their order. */
export interface ChangeCounterTable {
  readonly last: number;
}

/** One row: up to where changes have been published. */
export interface ChangePositionTable {
  readonly published: number;
}

export interface NoticesTable {
  /** SHA-256 of the id */
  readonly digest: Buffer;
  readonly id: string;
  readonly alarm: string | null;
  readonly kind: NoticeRecord['kind'];
  readonly channel: string | null;
  readonly text: string;
  readonly owed_at: Generated<number>;
}

export interface WatchedTable {
  readonly partition: string;
  readonly flow: string;
  readonly since: number;
}

export interface HeldTable {
  readonly partition: string;
  readonly root: string;
  readonly applied: number;
  /** JSON text of a list of held events */
  readonly events: string;
}

export interface RevisionsTable {
  readonly revision: string;
  /** JSON text of a list of sources */
  readonly sources: string;
  readonly saved_at: Generated<number>;
}

export interface InboxTable {
  readonly sequence: number;
  readonly subject: string;
  /** JSON text of an object of strings */
  readonly headers: string;
  readonly payload: Buffer;
  /** SHA-256 of the sender's message id */
  readonly digest: Buffer | null;
  readonly stored_at: Generated<number>;
}

/** One row. `last` gives the sequences, like the counter of changes. */
export interface InboxCounterTable {
  readonly incarnation: string;
  readonly last: number;
}

export interface Tables {
  readonly 'milepost.system': SystemTable;
  readonly 'milepost.leases': LeasesTable;
  readonly 'milepost.workers': WorkersTable;
  readonly 'milepost.positions': PositionsTable;
  readonly 'milepost.journal': JournalTable;
  readonly 'milepost.instances': InstancesTable;
  readonly 'milepost.alarms': AlarmsTable;
  readonly 'milepost.rejected': RejectedTable;
  readonly 'milepost.changes': ChangesTable;
  readonly 'milepost.change_counter': ChangeCounterTable;
  readonly 'milepost.change_position': ChangePositionTable;
  readonly 'milepost.notices': NoticesTable;
  readonly 'milepost.watched': WatchedTable;
  readonly 'milepost.held': HeldTable;
  readonly 'milepost.revisions': RevisionsTable;
  readonly 'milepost.inbox': InboxTable;
  readonly 'milepost.inbox_counter': InboxCounterTable;
}
