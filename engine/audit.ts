/**
 * Who did what: the record of everything that people do to a Milepost, other than sending events.
 *
 * 1. What people do over the API is kept before it is done, and not done where it cannot be kept.
 * 2. An entry is never changed or removed; what became of it is added to it, once.
 * 3. An entry without outcome says that nobody knows whether it was done: the process ended in between.
 */
import type { Page } from './ports.ts';

/** What somebody is about to do. */
export interface AuditAct {
  /** ms */
  readonly at: number;
  /** the name of the person, as given; `milepost` for what it does by itself */
  readonly by: string;
  /** such as ack, silence, waive, reload */
  readonly kind: string;
  /** what it is done to: the id of an alarm, a flow with its day; null where there is nothing to name */
  readonly target: string | null;
  /** what else was said, a JSON object as text */
  readonly detail: string;
  /** where it came from: the address of a caller, or a process */
  readonly origin: string;
}

/** `taken`: kept to be done by the engine or the notifier, under the id in `act`. */
export interface AuditOutcome {
  readonly kind: 'done' | 'taken' | 'refused' | 'failed';
  readonly reason: string | null;
  /** the id under which the act travels; null where it was done at once */
  readonly act: string | null;
}

export interface AuditEntry extends AuditAct {
  readonly id: string;
  /** null: not known. What was taken, and which the notifier has looked at since, is done or refused. */
  readonly outcome: AuditOutcome | null;
}

export interface AuditFilter {
  readonly by?: string;
  readonly kind?: string;
  readonly target?: string;
}

/** Where it is kept. Every method rejects with StoreError when the world failed. */
export interface AuditLog {
  /** Keeps an entry; gives its id. */
  begin(act: AuditAct): Promise<string>;
  /** Adds what became of it; the first time counts. */
  settle(id: string, outcome: AuditOutcome): Promise<void>;
  /** newest first */
  list(filter: AuditFilter, limit: number, cursor: string | null): Promise<Page<AuditEntry>>;
}
