/**
 * Telling: what was committed as a change is published, in order, at least once. A change that was published and not
 * marked is published again, with the same id.
 */
import type { ChangeLog, Publisher } from './ports.ts';

export interface TellOptions {
  readonly changes: ChangeLog;
  readonly publisher: Publisher;
  /** most changes a turn */
  readonly batch?: number;
}

/** One turn: gives how many changes were published; rejects when the world failed, and nothing is marked then. */
export async function tell(options: TellOptions): Promise<number> {
  const after = await options.changes.published();
  const changes = await options.changes.changes(after, options.batch ?? 500);
  const last = changes.at(-1);
  if (last === undefined) return 0;
  await options.publisher.publish(changes);
  await options.changes.markPublished(last.id);
  return changes.length;
}
