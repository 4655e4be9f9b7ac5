/**
 * What a relay has taken over HTTP, in a journal of its own: what waits, and what came of the rest.
 *
 * 1. A notice is taken once it is on the disk. Its id, channel and time make it the same one, whatever else has changed.
 * 2. An attempt is on the disk before it is made, and what came of it before anybody is told: a relay that ended in between
 *    sends again as uncertain. While the journal cannot be written nothing is sent.
 * 3. Of each thread only the first is given out. What comes as uncertain is so only where an earlier journal may have had it.
 * 4. What came of a notice is known for eight days; what is older than seven when it comes is refused.
 */
import type { ClaimedNotice, Notice, NoticeStore, Settled } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { NoticeJournal, OpenedJournal } from './notice-journal.ts';
import type { RelayedStore, RelayOutcome } from './relay-store.ts';

/** Where a notice stands. `strange`: it was never taken; `other`: another one has its id. */
export type Standing =
  | { readonly state: 'kept' | 'strange' | 'other' | 'full' }
  | { readonly state: RelayOutcome['state']; readonly reason: string | null };

/** What makes a notice the one that it is. */
export type NoticeName = Pick<Notice, 'id' | 'channel' | 'at'>;

export interface KeptNotices {
  /** Where a notice stands; `strange` where it is not known. */
  look(name: NoticeName): Standing;
  /** Takes a notice, and says where it stands then; rejects where the disk did not take it. */
  take(notice: Notice, uncertain: boolean): Promise<Standing>;
  /** What a dispatcher claims from and settles with. */
  storeOf(channel: string, onOutcome: (outcome: RelayOutcome) => void): RelayedStore;
  /** how many wait, by channel */
  waiting(): ReadonlyMap<string, number>;
  /** why nothing can be taken; null while all is well */
  trouble(): string | null;
  close(): Promise<void>;
}

/** The journal holds what nobody here has written; the message names the line and the remedy. */
class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly permanent = true;
}

/** What of an entry changes; all of it stands in every change, so that the last one counts. */
interface Course {
  readonly state: 'owed' | 'sending' | RelayOutcome['state'];
  readonly attempts: number;
  readonly uncertain: boolean;
  readonly unknowns: number;
  readonly nextAt: number;
  readonly reason: string | null;
  readonly settledAt: number | null;
}

interface Entry {
  readonly name: NoticeName;
  /** null once nobody needs it any more */
  notice: Notice | null;
  course: Course;
}

const DAY = 86_400_000;
const OLDEST = 7 * DAY;
const REMEMBERED = 8 * DAY;
const MOST_WAITING = 20_000;
const LARGEST = 256 * 1024 ** 2;
const SMALLEST_SWEPT = 8 * 1024 ** 2;
const MOST_SWEPT = 32 * 1024 ** 2;
const PLAIN: readonly string[] = ['notify', 'trial', 'undeliverable', 'assigned'];

/** Opens what is kept in the journal at `path`; rejects with JournalError. `now` gives ms. */
export async function openKeptNotices(
  { lines, journal }: OpenedJournal,
  { path, now }: { readonly path: string; readonly now: () => number },
): Promise<KeptNotices> {
  const book = new Book();
  lines.forEach((line, index) => {
    if (!book.read(line))
      throw new JournalError(
        `line ${index + 1} of ${path} is damaged: move the file away and start again; Milepost hands over anew what it has no outcome of, so that some of it may be sent twice`,
      );
  });
  book.interrupted();
  if (book.began === null) {
    book.began = now();
    await journal.add(JSON.stringify({ began: book.began }));
  }
  return keeping(book, journal, { path, now });
}

/** All entries in memory, in the order in which they were taken. */
class Book {
  /** what was decided before then may have been taken by a journal that is lost */
  began: number | null = null;
  readonly open = new Map<string, Entry>();
  readonly over = new Map<string, Entry>();
  /** by channel and thread: the last that was sent and has not recovered */
  readonly standing = new Map<string, Entry>();

  /** Applies a line of the journal; false where it is none. */
  read(line: string): boolean {
    try {
      // written here and nowhere else, if it is JSON at all
      const { began, name, notice, course }: Partial<Entry> & { began?: number } = JSON.parse(line);
      if (began !== undefined) {
        this.began = began;
        return true;
      }
      if (name === undefined || course === undefined) return false;
      this.put({ name, notice: notice ?? this.of(name)?.notice ?? null, course });
      return true;
    } catch {
      return false;
    }
  }

  of({ channel, id }: NoticeName): Entry | undefined {
    const key = JSON.stringify([channel, id]);
    return this.open.get(key) ?? this.over.get(key);
  }

  put(entry: Entry): void {
    const key = JSON.stringify([entry.name.channel, entry.name.id]);
    const { state } = entry.course;
    if (state === 'owed' || state === 'sending') {
      const known = this.open.get(key);
      if (known === undefined) this.open.set(key, entry);
      else Object.assign(known, entry);
      return;
    }
    this.open.delete(key);
    this.over.set(key, entry);
    const { notice } = entry;
    if (state === 'sent' && notice !== null && !PLAIN.includes(notice.kind)) this.#stand(entry, notice);
    else entry.notice = null;
  }

  /** What was being sent when the process ended may have arrived. */
  interrupted(): void {
    for (const entry of this.open.values()) {
      const { state, unknowns } = entry.course;
      if (state === 'sending')
        entry.course = { ...entry.course, state: 'owed', uncertain: true, unknowns: unknowns + 1, nextAt: 0 };
    }
  }

  /** Forgets what was over before, and what nobody has sent since then. */
  forget(before: number): void {
    for (const [key, { course }] of this.over) if ((course.settledAt ?? 0) < before) this.over.delete(key);
    for (const [key, { name }] of this.open) if (name.at < before) this.open.delete(key);
    for (const [key, { course }] of this.standing)
      if ((course.settledAt ?? 0) < before) this.standing.delete(key);
  }

  lines(): readonly string[] {
    const entries = [...this.over.values(), ...this.open.values()];
    return [{ began: this.began }, ...entries].map((line) => JSON.stringify(line));
  }

  #stand(entry: Entry, notice: Notice): void {
    const key = JSON.stringify([notice.channel, notice.thread]);
    const before = this.standing.get(key);
    if (before !== undefined && before !== entry) before.notice = null;
    this.standing.delete(key);
    if (notice.recovered) entry.notice = null;
    else this.standing.set(key, entry);
  }
}

function keeping(
  book: Book,
  journal: NoticeJournal,
  { path, now }: { readonly path: string; readonly now: () => number },
): KeptNotices {
  /** outcomes that the disk has not taken yet */
  const unsaved = new Map<string, Entry>();
  let sweepAt = 0;
  let trouble: string | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** One after another, so that memory and journal never differ. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  }

  async function write(entry: Entry, whole: boolean): Promise<void> {
    const { name, course } = entry;
    try {
      await journal.add(JSON.stringify(whole ? entry : { name, course }));
      trouble = null;
    } catch (error) {
      trouble = `${path} cannot be written: ${reasonOf(error)}`;
      throw error;
    }
    book.put(entry);
    if (journal.size() >= sweepAt) await sweep();
  }

  async function sweep(): Promise<void> {
    try {
      book.forget(now() - REMEMBERED);
      await journal.replace(book.lines());
    } catch {
      // the longer journal is as good
    }
    sweepAt = Math.max(SMALLEST_SWEPT, Math.min(2 * journal.size(), journal.size() + MOST_SWEPT));
  }

  function look(name: NoticeName): Standing {
    const entry = book.of(name);
    if (entry === undefined) return { state: 'strange' };
    if (entry.name.at !== name.at) return { state: 'other' };
    const { state, reason } = entry.course;
    return state === 'owed' || state === 'sending' ? { state: 'kept' } : { state, reason };
  }

  return {
    look,
    take: (notice, uncertain) =>
      inTurn(async (): Promise<Standing> => {
        const { id, channel, at } = notice;
        const known = look({ id, channel, at });
        if (known.state !== 'strange') return known;
        if (at < now() - OLDEST) return { state: 'failed', reason: 'it is older than seven days' };
        if (book.open.size >= MOST_WAITING || journal.size() >= LARGEST) return { state: 'full' };
        const course: Course = {
          ...{ state: 'owed', attempts: 0, unknowns: 0 },
          uncertain: uncertain && at < (book.began ?? 0),
          ...{ nextAt: 0, reason: null, settledAt: null },
        };
        await write({ name: { id, channel, at }, notice, course }, true);
        return { state: 'kept' };
      }),
    storeOf: (channel, onOutcome) => ({
      store: {
        claim: (asked) =>
          inTurn(async () => {
            for (const [key, entry] of unsaved) {
              await write(entry, false);
              unsaved.delete(key);
            }
            const claimed: ClaimedNotice[] = [];
            for (const { name, notice, course } of dueOf(book, asked)) {
              const { attempts, uncertain, unknowns } = course;
              const begun: Course = { ...course, state: 'sending', attempts: attempts + 1 };
              try {
                await write({ name, notice, course: begun }, false);
              } catch (error) {
                if (claimed.length === 0) throw error;
                // what is claimed is claimed; the rest comes later
                break;
              }
              claimed.push({ notice, attempt: attempts + 1, uncertain, unknowns });
            }
            return claimed;
          }),
        settle: (settled) =>
          inTurn(async () => {
            const entry = book.open.get(JSON.stringify([channel, settled.id]));
            if (entry?.course.state !== 'sending' || entry.course.attempts !== settled.attempt) return;
            const done: Entry = { ...entry, course: after(entry.course, settled) };
            const { id, state, reason, at } = settled;
            if (state !== 'owed') onOutcome({ id, channel, state, reason, at });
            const key = JSON.stringify([channel, id]);
            unsaved.set(key, done);
            await write(done, false);
            unsaved.delete(key);
          }),
        standing: async (_channel, max) =>
          [...book.standing.values()]
            .flatMap(({ name, notice }) => (notice === null || name.channel !== channel ? [] : [notice]))
            .slice(0, max),
      },
      close: async () => undefined,
    }),
    waiting() {
      const counts = new Map<string, number>();
      for (const { name } of book.open.values())
        counts.set(name.channel, (counts.get(name.channel) ?? 0) + 1);
      return counts;
    },
    trouble: () => trouble,
    close: () => inTurn(() => journal.close()),
  };
}

/** What of a channel may be sent now, of each thread the first. */
function dueOf(book: Book, { channel, now, max }: Parameters<NoticeStore['claim']>[0]) {
  const threads = new Set<string>();
  return [...book.open.values()]
    .flatMap(({ name, notice, course }) => {
      if (notice === null || name.channel !== channel || threads.has(notice.thread)) return [];
      threads.add(notice.thread);
      return course.state === 'owed' && course.nextAt <= now ? [{ name, notice, course }] : [];
    })
    .slice(0, max);
}

function after(course: Course, { state, nextAt, uncertain, reason, at }: Settled): Course {
  return {
    ...{ state, attempts: course.attempts, reason, nextAt: nextAt ?? at },
    uncertain: course.uncertain || uncertain,
    unknowns: course.unknowns + (uncertain ? 1 : 0),
    settledAt: state === 'owed' ? null : at,
  };
}
