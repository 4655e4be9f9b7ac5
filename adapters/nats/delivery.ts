import type { Msg } from 'nats';
import { sentSubject } from './partition-subjects.ts';

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
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return null;
  // $JS.ACK.<stream>.<consumer>.<times>.<sequence>.<count>.<nanoseconds>.<pending>, newer servers: after a domain and an
  // account, and with a random token at the end.
  const fields = tokens.length === 9 ? tokens.slice(4) : tokens.slice(6);
  const [, sequence, count, nanoseconds] = fields;
  if (nanoseconds === undefined || !/^\d+$/.test(nanoseconds)) return null;
  const headers = flatHeaders(msg);
  const stored = Number(BigInt(nanoseconds) / 1_000_000n);
  const first = Number(headers[STORED_AT] ?? stored);
  return {
    sequence: Number(sequence),
    count: Number(count),
    // Nothing was stored later than it was passed on.
    storedAt: first >= 0 && first < stored ? first : stored,
    reply,
    subject: sentSubject(msg.subject),
    headers,
    payload: msg.data,
    size: msg.subject.length + reply.length + msg.data.length + headerSize(msg),
  };
}

/** The last value of each header; any name is harmless as a property, `__proto__` too. */
function flatHeaders(msg: Msg): Readonly<Record<string, string>> {
  const { headers } = msg;
  if (headers === undefined) return {};
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
