import type { Msg } from 'nats';
import { sentSubject } from './partition-subjects.ts';

const NO_HEADERS = {};

/** When a stream first stored a message that was passed on or restored since, ms: a header of the copy. */
export const STORED_AT = 'Milepost-Stored-At';

/** One message as a JetStream consumer delivers it: the message itself and what its reply subject tells of it. */
export interface Delivery {
  /** position in the stream */
  readonly sequence: number;
  /** which delivery of this consumer it is: 1, 2, 3 … without a gap, repeats counted anew */
  readonly count: number;
  /** milliseconds; of what was passed on from partition to partition the time of the first message */
  readonly storedAt: number;
  /** where its acknowledgement goes */
  readonly reply: string;
  /** on which it was sent; null where the message is none of ours */
  readonly subject: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  /** bytes, as the server counts them against a request */
  readonly size: number;
}

/** Reads a delivered message; null for what JetStream did not deliver, such as a status line. */
export function readDelivery(msg: Msg): Delivery | null {
  const reply = msg.reply ?? '';
  const told = toldBy(reply);
  if (told === null) return null;
  const { sequence, count, stored } = told;
  const headers = flatHeaders(msg);
  const first = Number(headers[STORED_AT] ?? stored);
  return {
    sequence,
    count,
    // Nothing was stored later than it was passed on.
    storedAt: first >= 0 && first < stored ? first : stored,
    reply,
    subject: sentSubject(msg.subject),
    headers,
    payload: msg.data,
    size: msg.subject.length + reply.length + msg.data.length + headerSize(msg),
  };
}

/** `$JS.ACK.<stream>.<consumer>.<times>.<sequence>.<count>.<nanoseconds>.<pending>` */
const ACK = /^\$JS\.ACK\.(?:[^.]+\.){3}(\d+)\.(\d+)\.(\d+)(\d{6})\.\d+$/;
/** Newer servers: after a domain and an account, and with a random token at the end. */
const LONG_ACK = /^\$JS\.ACK\.(?:[^.]+\.){5}(\d+)\.(\d+)\.(\d+)(\d{6})\.\d+(?:\.|$)/;

/** What a reply subject tells: place in the stream, which delivery, and when it was stored, ms. */
function toldBy(
  reply: string,
): { readonly sequence: number; readonly count: number; readonly stored: number } | null {
  const found = ACK.exec(reply) ?? LONG_ACK.exec(reply);
  return found === null
    ? null
    : { sequence: Number(found[1]), count: Number(found[2]), stored: Number(found[3]) };
}

/** The last value of each header; any name is harmless as a property, `__proto__` too. */
function flatHeaders(msg: Msg): Readonly<Record<string, string>> {
  const { headers } = msg;
  if (headers === undefined) return NO_HEADERS;
  return Object.fromEntries(headers.keys().map((name) => [name, headers.values(name).at(-1) ?? '']));
}

function headerSize(msg: Msg): number {
  if (msg.headers === undefined) return 0;
  let size = 12; // NATS/1.0, its line end and the empty line
  for (const name of msg.headers.keys()) {
    for (const value of msg.headers.values(name)) size += name.length + value.length + 4;
  }
  return size;
}
