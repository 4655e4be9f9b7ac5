/**
 * Passes changes on to any number of readers, each at its own speed.
 *
 * 1. One loop reads the change log for all of them, and only while there are any.
 * 2. Nothing is queued per reader: each has a position, and is written to until it cannot take more. The newest changes
 *    are held once, for all.
 * 3. A reader that misses changes is told so by a `reset`, and goes on with what is newest: it has to load anew.
 * 4. When the log cannot be read every reader is disconnected: silence must not look like calm.
 * 5. The first change after a calm is passed on at once, those that follow it soon in one piece; readers that stand at the
 *    same place and want the same are given the same bytes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeLog } from '../../engine/index.ts';

export interface Change {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  readonly body: string;
}

/** The connection to a reader. */
export interface Sink {
  /** false: it cannot take more until `drained` calls back */
  write(text: string | Uint8Array): boolean;
  drained(callback: () => void): void;
  end(): void;
}

export interface ChangeReader {
  readonly sink: Sink;
  /** id of the last change it has seen; null: it starts with what comes next */
  readonly after: number | null;
  /** the same function for readers that want the same: what they are sent is made once */
  readonly wants: Wants;
}

export type Wants = (change: Change) => boolean;

export interface ChangeStreamOptions {
  readonly changes: Pick<ChangeLog, 'changes' | 'newest' | 'oldest'>;
  /** how long a change may go unnoticed without `notify`, milliseconds */
  readonly poll: number;
  /** the least time between two pieces, milliseconds; default none */
  readonly pace?: number;
  /** how often a reader hears something, milliseconds; one that takes nothing for four times as long is disconnected */
  readonly heartbeat: number;
  /** how many of the newest changes are held */
  readonly held: number;
  readonly onError: (error: unknown, where: string) => void;
}

export interface ChangeStream {
  /** Begins to write to a reader; gives what ends that. Rejects with StoreError where the log cannot be read. */
  attach(reader: ChangeReader): Promise<() => void>;
  /** There may be new changes. */
  notify(): void;
  readers(): number;
  /** Disconnects every reader and ends the loop. */
  close(): Promise<void>;
}

interface Client extends ChangeReader {
  position: number;
  /** still reading what it missed from the log */
  resuming: boolean;
  busy: boolean;
  blocked: boolean;
  /** heartbeats since it last took something */
  silent: number;
}

interface Missed {
  readonly position: number;
  readonly reset: boolean;
}

/** Changes in one piece, as far as `to`. */
interface Piece {
  readonly to: number;
  readonly bytes: Uint8Array;
}

const BATCH = 500;
/** Bytes of a piece, about: a reader that cannot take more has no more than that waiting for it. */
const PIECE = 32 * 1024;

/** Makes a stream; nothing runs until a reader is attached. */
export function createChangeStream(options: ChangeStreamOptions): ChangeStream {
  const { changes } = options;
  const clients = new Set<Client>();
  const pace = options.pace ?? 0;
  let held: Change[] = [];
  /** what was made of `held` for some reader, by what it wants and where it stood */
  let pieces = new Map<Wants, Map<number, Piece>>();
  /** every change after `floor` and up to `tail` is held */
  let floor = 0;
  let tail = 0;
  let following: Promise<void> | null = null;
  let starting: Promise<void> | null = null;
  let attaching = 0;
  let dirty = false;
  let wake = () => {};
  let beat: NodeJS.Timeout | null = null;
  let closed = false;

  return {
    async attach(reader) {
      attaching += 1;
      try {
        await start();
        const missed = reader.after === null ? null : await resumeFrom(reader.after);
        if (closed || following === null) return refuse(reader);
        return begin(reader, missed);
      } finally {
        attaching -= 1;
      }
    },
    notify() {
      dirty = true;
      wake();
    },
    readers: () => clients.size,
    async close() {
      closed = true;
      endAll();
      wake();
      await following;
    },
  };

  function begin(reader: ChangeReader, missed: Missed | null): () => void {
    const position = missed === null ? tail : missed.position;
    const client: Client = { ...reader, position, resuming: true, busy: false, blocked: false, silent: 0 };
    clients.add(client);
    write(client, `retry: 2000\nid: ${position}\n\n`);
    if (missed?.reset === true) reset(client, 'the changes since then are no longer kept');
    void pump(client);
    return () => void clients.delete(client);
  }

  /** the loop has ended while the reader was being attached: it may come again */
  function refuse({ sink }: ChangeReader): () => void {
    sink.end();
    return () => {};
  }

  /** Reads where the log ends and starts following it, unless that is done. */
  async function start(): Promise<void> {
    if (following !== null || closed) return;
    starting ??= startFollowing().finally(() => {
      starting = null;
    });
    await starting;
  }

  async function startFollowing(): Promise<void> {
    const newest = await changes.newest();
    if (closed) return;
    tail = newest;
    floor = newest;
    held = [];
    pieces = new Map();
    beat = setInterval(heartbeat, options.heartbeat);
    beat.unref();
    following = follow();
  }

  /** One turn after another until there are no readers, or the log cannot be read. */
  async function follow(): Promise<void> {
    try {
      while (!closed && clients.size + attaching > 0) {
        const begun = performance.now();
        const more = await turn();
        if (more || closed) continue;
        await rest();
        const early = begun + pace - performance.now();
        if (early > 0 && !closed) await delay(early);
      }
    } catch (error) {
      options.onError(error, 'reading the change log');
      endAll();
    } finally {
      // in the same breath as the last look at `attaching`: whoever comes now starts a new loop
      following = null;
      if (beat !== null) clearInterval(beat);
    }
  }

  /** Takes what is new in the log and gives it to everyone; true: there may be more at once. */
  async function turn(): Promise<boolean> {
    dirty = false;
    const found = await changes.changes(tail, BATCH);
    const last = found.at(-1);
    if (last === undefined) return false;
    held.push(...found);
    const excess = held.length - options.held;
    if (excess > 0) floor = held.splice(0, excess).at(-1)?.id ?? floor;
    tail = last.id;
    pieces = new Map();
    for (const client of clients) void pump(client);
    return found.length === BATCH;
  }

  async function rest(): Promise<void> {
    if (dirty) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.poll);
      timer.unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = () => {};
  }

  async function resumeFrom(after: number): Promise<Missed> {
    const [oldest, newest] = await Promise.all([changes.oldest(), changes.newest()]);
    const unknown = after > newest;
    const gone = after < newest && (oldest === 0 || after < oldest - 1);
    return unknown || gone ? { position: tail, reset: true } : { position: after, reset: false };
  }

  /** Writes to one reader until it has everything, or cannot take more. */
  async function pump(client: Client): Promise<void> {
    if (client.busy) return;
    client.busy = true;
    try {
      while (clients.has(client) && !client.blocked && client.position < tail) {
        const next = await nextPiece(client);
        if (next === null) reset(client, 'the connection is too slow for the changes');
        else {
          client.position = next.to;
          if (next.bytes.length > 0) write(client, next.bytes);
        }
      }
    } catch (error) {
      options.onError(error, 'reading the change log');
      client.sink.end();
      clients.delete(client);
    } finally {
      client.busy = false;
    }
  }

  /** What comes after a reader's position, as far as it is at hand; null where some of it is lost. */
  async function nextPiece(client: Client): Promise<Piece | null> {
    if (client.position >= floor) {
      client.resuming = false;
      return heldPiece(client);
    }
    if (!client.resuming) return null;
    const found = await changes.changes(client.position, BATCH);
    const oldest = await changes.oldest();
    if (found.length === 0 || oldest > client.position + 1) return null;
    return pieceOf(found, 0, client.wants);
  }

  function heldPiece({ position, wants }: Client): Piece {
    const made = pieces.get(wants) ?? new Map<number, Piece>();
    pieces.set(wants, made);
    const known = made.get(position);
    if (known !== undefined) return known;
    const piece = pieceOf(held, firstAfter(held, position), wants);
    made.set(position, piece);
    return piece;
  }

  function reset(client: Client, reason: string): void {
    client.position = tail;
    client.resuming = false;
    write(client, `id: ${tail}\nevent: reset\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  function write(client: Client, text: string | Uint8Array): void {
    client.silent = 0;
    if (client.sink.write(text)) return;
    client.blocked = true;
    client.sink.drained(() => {
      client.blocked = false;
      client.silent = 0;
      void pump(client);
    });
  }

  function heartbeat(): void {
    for (const client of clients) {
      client.silent += 1;
      if (!client.blocked) write(client, `: still here\nid: ${client.position}\n\n`);
      else if (client.silent > 4) {
        client.sink.end();
        clients.delete(client);
      }
    }
  }

  function endAll(): void {
    for (const client of clients) client.sink.end();
    clients.clear();
  }
}

/** Where the changes after `id` begin in an ascending list. */
function firstAfter(list: readonly Change[], id: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.id ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The changes of a list from `first` on that are wanted, until they are enough for one piece. */
function pieceOf(list: readonly Change[], first: number, wants: Wants): Piece {
  let text = '';
  let to = 0;
  for (let at = first; at < list.length && text.length < PIECE; at += 1) {
    const change = list[at];
    if (change === undefined) break;
    to = change.id;
    if (wants(change)) text += frame(change);
  }
  return { to, bytes: Buffer.from(text) };
}

function frame({ id, kind, body }: Change): string {
  const data = body.split(/\r\n|\r|\n/).map((line) => `data: ${line}`);
  return `id: ${id}\nevent: ${kind}\n${data.join('\n')}\n\n`;
}
