import type { Intake, Outlet } from '../../engine/index.ts';
import { makeBell } from './bell.ts';
import { connect } from './connect.ts';
import { localIntake, waitingInInbox } from './local-intake.ts';
import { localOutlet } from './local-outlet.ts';

/** A stream of checkpoint events that needs no NATS. */
export interface LocalStream {
  /** a reader of its own, not started */
  intake(): Intake;
  readonly outlet: Outlet;
  /** what waits beyond a position, and since when the oldest of it does, ms */
  waiting(after: {
    readonly incarnation: string;
    readonly sequence: number;
  }): Promise<{ readonly messages: number; readonly since: number | null }>;
  /** Closes the connections; more than once is fine. */
  close(): Promise<void>;
}

/** Opens the stream on the table `inbox` of a database that was migrated. */
export function openLocalStream(options: {
  readonly url: string;
  readonly onLost?: (error: Error) => void;
}): LocalStream {
  let closed: Promise<void> | null = null;
  const onLost = (error: Error) => (closed === null ? options.onLost?.(error) : undefined);
  const db = connect({ url: options.url, role: 'inbox', size: 3, onLost });
  const bell = makeBell();
  return {
    intake: () => localIntake(db, bell),
    outlet: localOutlet(db, bell),
    waiting: (after) => waitingInInbox(db, after),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}
