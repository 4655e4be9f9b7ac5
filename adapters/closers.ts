import type { Log } from './log.ts';
import { reasonOf } from './reason-of.ts';

/** What undoes a start, in the order of the start. */
export type Closers = (() => Promise<void>)[];

/** Undoes what was started, the last first; what cannot be closed is said and does not keep the others. */
export async function undo(closers: Closers, log: Log): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    await close().catch((error: unknown) => log.warn(`while stopping: ${reasonOf(error)}`));
  }
}
