import type { Intake, Outlet } from '../../engine/index.ts';
import { makeBell } from './bell.ts';
import { connect } from './connect.ts';
import { localIntake } from './local-intake.ts';
import { localOutlet } from './local-outlet.ts';

/** A stream of checkpoint events that needs no NATS. */
export interface LocalStream {
  /** a reader of its own, not started */
  intake(): Intake;
  readonly outlet: Outlet;
  /** Closes the connections; more than once is fine. */
  close(): Promise<void>;
}

/** Opens the stream on the table `inbox` of a database that was migrated. */
export function openLocalStream(options: {
  readonly url: string;
  readonly onLost?: (error: Error) => void;
}): LocalStream {
  const db = connect({ ...options, role: 'inbox', size: 3 });
  const bell = makeBell();
  let closed: Promise<void> | null = null;
  return {
    intake: () => localIntake(db, bell),
    outlet: localOutlet(db, bell),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}
