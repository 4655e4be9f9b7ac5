/**
 * Telling: what was committed as a change is published, in order, at least once. Changes leave as soon as they are read;
 * that they were published is noted a little later, for many at once. After a failure, and where telling begins anew, what
 * was not noted is published again, with the same ids.
 */
import type { ChangeLog, Publisher } from './ports.ts';

export interface TellerOptions {
  readonly changes: Pick<ChangeLog, 'changes' | 'published' | 'markPublished'>;
  readonly publisher: Publisher;
  /** ms */
  readonly now: () => number;
  /** most changes a turn; default 500 */
  readonly batch?: number;
  /** how long it may take until what was published is noted, ms; default 250 */
  readonly noteEvery?: number;
}

export interface Teller {
  /** One turn: gives how many changes were published; rejects when the world failed, and nothing is noted then. */
  turn(): Promise<number>;
  /** Notes what was published; after the last turn. */
  stop(): Promise<void>;
}

/** Most turns whose changes are on their way at once. */
const MOST_SENDING = 8;

/** A teller; nothing is published before its first turn. */
export function createTeller(options: TellerOptions): Teller {
  const { changes, publisher, now } = options;
  const most = options.batch ?? 500;
  const noteEvery = options.noteEvery ?? 250;
  let told: number | null = null;
  let noted = 0;
  let notedAt = 0;
  let sending: Promise<void>[] = [];

  async function oneTurn(): Promise<number> {
    told ??= await begin();
    const found = await changes.changes(told, most);
    const last = found.at(-1);
    if (last === undefined) {
      if (told === noted)
        told = await begin(); // another database may have taken its place, with less in it
      else await note(told);
      return 0;
    }
    const sent = publisher.publish(found);
    sent.catch(() => undefined); // asked for below
    sending.push(sent);
    told = last.id;
    if (now() - notedAt >= noteEvery || sending.length >= MOST_SENDING) await note(told);
    return found.length;
  }

  async function begin(): Promise<number> {
    noted = await changes.published();
    return noted;
  }

  async function note(id: number): Promise<void> {
    await Promise.all(sending);
    sending = [];
    await changes.markPublished(id);
    noted = id;
    notedAt = now();
  }

  return {
    async turn() {
      try {
        return await oneTurn();
      } catch (error) {
        told = null;
        sending = [];
        throw error;
      }
    },
    async stop() {
      if (told !== null && told !== noted) await note(told);
    },
  };
}
