/**
 * The part of the streams that a backup of the database does not hold: events after its positions, and notices that wait
 * for a relay, in one file, and back into new streams.
 *
 * 1. The file is there whole or not at all; its last line tells how many messages there are, and their digest.
 * 2. Nothing is put into a stream that has messages: what is older would come after what is newer.
 * 3. A message comes back under its id and with the time of its first storing; the engine takes none twice.
 * 4. Notices are read without taking them from their relay. One that it sends after the backup is sent again after a
 *    restore, under the same id.
 */

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { JsMsg, NatsConnection } from 'nats';
import type { Outlet } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import { ensureNoticeStream, NOTICE_STREAM } from './notice-stream.ts';
import { natsOutlet } from './outlet.ts';
import { sentSubject, sortedInto } from './partition-subjects.ts';
import { ensureStream, findStream, nextMessage, STREAM_NAME } from './stream.ts';

/** A file is no whole backup of a stream, or it cannot be written or put back as things are; the message names the remedy. */
export class StreamBackupError extends Error {
  override readonly name = 'StreamBackupError';
  readonly permanent = true;
}

/** How much a file holds. */
export interface StreamBackedUp {
  /** events */
  readonly messages: number;
  /** notices that wait for a relay */
  readonly notices: number;
}

interface Kept {
  /** left out: the stream of events */
  readonly stream?: typeof NOTICE_STREAM;
  readonly sequence: number;
  /** on which it was sent */
  readonly subject: string;
  readonly storedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string;
  /** base64 */
  readonly payload: string;
}

/**
 * Writes what the stream holds after the positions of the partitions (`positions`: by their numbers, for the stream of this
 * incarnation), up to its present end, to a file that must not be there yet.
 */
export async function backupStream(
  nc: NatsConnection,
  options: { readonly file: string; readonly positions: (incarnation: string) => readonly number[] },
): Promise<StreamBackedUp> {
  const { file } = options;
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there) throw new StreamBackupError(`${file} is there already: name another file`);
  const info = await findStream(await nc.jetstreamManager({ checkAPI: false }), STREAM_NAME);
  const incarnation = info === null ? '' : `${STREAM_NAME}@${new Date(info.created).toISOString()}`;
  const positions = options.positions(incarnation);
  const range = { from: Math.min(...positions) + 1, to: info?.state.last_seq ?? 0 };
  const counts = { messages: 0, notices: 0 };
  const lines = async function* () {
    const digest = createHash('sha256');
    yield `${JSON.stringify({ stream: STREAM_NAME, incarnation, ...range })}\n`;
    for (const source of [messagesOf(nc, range, positions), noticesOf(nc)]) {
      for await (const kept of source) {
        const line = `${JSON.stringify(kept)}\n`;
        digest.update(line);
        counts[countedAs(kept)] += 1;
        yield line;
      }
    }
    const messages = counts.messages + counts.notices;
    yield `${JSON.stringify({ messages, sha256: digest.digest('hex') })}\n`;
  };
  const part = `${file}.part`;
  try {
    await pipeline(
      Readable.from(lines()),
      createGzip(),
      createWriteStream(part, { mode: 0o600, flush: true }),
    );
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return counts;
}

async function* messagesOf(
  nc: NatsConnection,
  range: { readonly from: number; readonly to: number },
  positions: readonly number[],
): AsyncGenerator<Kept> {
  if (range.from > range.to) return;
  const consumer = await nc.jetstream().consumers.get(STREAM_NAME, { opt_start_seq: range.from });
  // Where all that is left was removed, nothing comes.
  const reading = await consumer.consume({ expires: 5_000, idle_heartbeat: 1_000 });
  const watch = setInterval(() => void ended().then((is) => is && reading.stop()), 1_000);
  let last = range.from - 1;
  const ended = async () => {
    const pending = await consumer.info().catch(() => null);
    return pending !== null && pending.num_pending === 0 && pending.delivered.stream_seq <= last;
  };
  try {
    for await (const message of reading) {
      last = message.seq;
      const partition = positions.length === 1 ? 0 : Number(sortedInto(message.subject) ?? 0);
      const kept = message.seq > (positions[partition] ?? 0) ? keptOf(message) : null;
      if (kept !== null) yield kept;
      if (message.seq >= range.to) return;
    }
  } finally {
    clearInterval(watch);
    reading.stop();
    await consumer.delete().catch(() => false);
  }
}

function keptOf(message: JsMsg): Kept | null {
  const subject = sentSubject(message.subject);
  if (subject === null) return null;
  const names = message.headers?.keys() ?? [];
  const headers = Object.fromEntries(names.map((name) => [name, message.headers?.last(name) ?? '']));
  return {
    sequence: message.seq,
    subject,
    storedAt: Math.floor(message.info.timestampNanos / 1e6),
    headers,
    id: headers['Nats-Msg-Id'] ?? `backup/${message.seq}`,
    payload: Buffer.from(message.data).toString('base64'),
  };
}

/** The notices that wait for relays, as far as they are there when their turn comes. */
async function* noticesOf(nc: NatsConnection): AsyncGenerator<Kept> {
  const jsm = await nc.jetstreamManager({ checkAPI: false });
  const info = await findStream(jsm, NOTICE_STREAM);
  const last = info?.state.last_seq ?? 0;
  for (let from = Math.max(1, info?.state.first_seq ?? 1); from <= last; from++) {
    const found = await nextMessage(jsm, NOTICE_STREAM, { from, subjects: '>' });
    if (found === null) return;
    from = found.seq;
    const names = found.header.keys();
    const headers = Object.fromEntries(names.map((name) => [name, found.header.last(name)]));
    yield {
      stream: NOTICE_STREAM,
      sequence: found.seq,
      subject: found.subject,
      storedAt: found.time.getTime(),
      headers,
      id: headers['Nats-Msg-Id'] ?? `backup/${found.seq}`,
      payload: Buffer.from(found.data).toString('base64'),
    };
  }
}

function countedAs({ stream }: Kept): keyof StreamBackedUp {
  return stream === NOTICE_STREAM ? 'notices' : 'messages';
}

/** Reads a file to its end; rejects with StreamBackupError where it is damaged or cut off. Gives how much it has. */
export async function verifyStreamBackup(file: string): Promise<StreamBackedUp> {
  const counts = { messages: 0, notices: 0 };
  for await (const kept of keptIn(file)) counts[countedAs(kept)] += 1;
  return counts;
}

/**
 * Puts what a file holds back: the events into their stream, which must not hold any, the notices into theirs beside what it
 * has. Streams that are missing are made.
 */
export async function restoreStream(
  nc: NatsConnection,
  options: { readonly file: string; readonly partitions: number },
): Promise<StreamBackedUp> {
  const { file, partitions } = options;
  const counts = await verifyStreamBackup(file);
  const jsm = await nc.jetstreamManager();
  const stream = await ensureStream(jsm, { partitions });
  if (stream.messages > 0)
    throw new StreamBackupError(
      `the stream ${stream.name} holds ${stream.messages} messages: where it is the one of then, it needs nothing, its messages are read again from the positions of the database; else let it be empty`,
    );
  if (counts.notices > 0) await ensureNoticeStream(jsm);
  const outlets = {
    messages: natsOutlet({ nc, partitions, keepOrder: true }),
    notices: natsOutlet({ nc, stream: NOTICE_STREAM }),
  };
  let batch: Kept[] = [];
  const send = async () => {
    for (const kind of ['messages', 'notices'] as const)
      await outlets[kind].send(batch.filter((kept) => countedAs(kept) === kind).map(toMessage));
    batch = [];
  };
  for await (const kept of keptIn(file)) {
    batch.push(kept);
    if (batch.length >= 500) await send();
  }
  await send();
  return counts;
}

function toMessage({ subject, headers, id, storedAt, payload }: Kept): Parameters<Outlet['send']>[0][number] {
  return { subject, headers, id, storedAt, payload: Buffer.from(payload, 'base64') };
}

/** The messages of a file, of which the end is checked when it is reached. */
async function* keptIn(file: string): AsyncGenerator<Kept> {
  const broken = (why: string) =>
    new StreamBackupError(`${file} is no whole backup of a stream (${why}): use another one`);
  const source = createReadStream(file);
  const unzipped = createGunzip();
  source.on('error', (error) => unzipped.destroy(error));
  const digest = createHash('sha256');
  let messages = 0;
  let end: { readonly messages?: unknown; readonly sha256?: unknown } | null = null;
  try {
    let first = true;
    for await (const line of createInterface({
      input: source.pipe(unzipped),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      // Lines are what backupStream wrote, or the digest does not fit.
      const value = JSON.parse(line) as Kept & { readonly messages?: unknown; readonly sha256?: unknown };
      if (end !== null) throw broken('it goes on after its end');
      if (value.sha256 !== undefined) end = value;
      else if (!first) {
        digest.update(`${line}\n`);
        messages += 1;
        yield value;
      }
      first = false;
    }
  } catch (error) {
    if (error instanceof StreamBackupError) throw error;
    throw broken(reasonOf(error));
  }
  if (end === null) throw broken('it is cut off');
  if (end.messages !== messages || end.sha256 !== digest.digest('hex'))
    throw broken('its digest does not fit');
}
