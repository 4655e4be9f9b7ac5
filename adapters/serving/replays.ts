/**
 * That events are applied again which had been applied before: after a restore, a failover that lost commits, or with a
 * stream that was lost and made anew. Alarms come of it once more, and people may know them: so it is kept in the database
 * as soon as it is noticed, and what is told of alarms raised before then says so.
 */

import type { Log } from '../log.ts';
import { reasonOf } from '../reason-of.ts';
import type { DatabaseStorage } from '../storage/index.ts';

export interface Replays {
  /** Something is applied again from now on. Never rejects. */
  note(why: string): void;
  /** Looks at what others have noticed; rejects with StoreError. */
  look(): Promise<void>;
  /** alarms raised up to then may have been told before, ms; null: none */
  until(): number | null;
  /** the last one and why, in words; null where there was none of late */
  detail(): string | null;
}

/** How long it is said in the health of a process, ms. */
const SAID_FOR = 86_400_000;

/** Knows of what was noticed earlier once it has looked. */
export function createReplays(
  storage: Pick<DatabaseStorage, 'system' | 'noteReplay'>,
  log: Log,
  now: () => number,
): Replays {
  let last: { readonly at: number; readonly why: string } | null = null;
  return {
    note(why) {
      last = { at: now(), why };
      storage.noteReplay(why).catch((error: unknown) => {
        log.warn(`that events are applied again could not be kept: ${reasonOf(error)}`);
      });
    },
    async look() {
      const { replay } = await storage.system();
      if (replay !== null && (last === null || replay.at > last.at)) last = replay;
    },
    until: () => last?.at ?? null,
    detail() {
      if (last === null || now() - last.at > SAID_FOR) return null;
      return `since ${new Date(last.at).toISOString()}: ${last.why}; alarms raised before are told as replayed`;
    },
  };
}
