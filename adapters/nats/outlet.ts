/**
 * Puts events into the stream. A message counts as sent when the stream has acknowledged it; many are on their way at
 * once, and they enter the stream in the order given as long as none of them fails. With `keepOrder` those of one root
 * do so even then: none leaves before the one ahead of it has arrived.
 */

import { ErrorCode, headers, type JetStreamClient, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import type { Outlet } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import { STORED_AT } from './delivery.ts';
import { type Link, linkOf } from './link.ts';
import { rootOfSubject, storedSubject } from './partition-subjects.ts';
import { apiCode, STREAM_NAME } from './stream.ts';

type OutgoingMessage = Parameters<Outlet['send']>[0][number];

/** Messages did not reach the stream, or it is not known that they did; sending all of them again with their ids is safe. */
export class OutletError extends Error {
  override readonly name = 'OutletError';
  /** sending the same again cannot help: the message is too large, its subject is not ours or not permitted */
  readonly permanent: boolean;
  constructor(message: string, permanent: boolean, cause?: unknown) {
    super(message, { cause });
    this.permanent = permanent;
  }
}

export interface NatsOutletOptions {
  readonly nc: NatsConnection;
  /** the stream that must take the messages; default MILEPOST */
  readonly stream?: string;
  /** how many partitions there are: what has a key is put into its own, whatever the server sorts; default 1 */
  readonly partitions?: number;
  /** default false; see above */
  readonly keepOrder?: boolean;
  /** how long one acknowledgement may take, milliseconds; default 5000 */
  readonly timeout?: number;
  /** how much may be on its way at once; default 256 messages, 4 MiB */
  readonly ahead?: { readonly messages: number; readonly bytes: number };
}

/**
 * An outlet on a connection, which stays the caller's to close. A link that is down is waited for within the timeout; one
 * that breaks under way leaves it unknown what arrived, and `send` rejects at once, with OutletError as for any failure. The `id` of a message
 * goes with it as `Nats-Msg-Id`, by which the stream knows repeats; other headers whose name begins with `Nats-` are left
 * out, since they are orders to the server, and so is the time of storing, which only who passes on a message may say.
 */
export function natsOutlet(options: NatsOutletOptions): Outlet {
  const stream = options.stream ?? STREAM_NAME;
  const timeout = options.timeout ?? 5_000;
  const ahead = options.ahead ?? { messages: 256, bytes: 4 * 1024 ** 2 };
  const partitions = options.partitions ?? 1;
  const js = options.nc.jetstream();
  const link = linkOf(options.nc);
  const deliver = (message: OutgoingMessage) =>
    untilBroken(link, sendOne({ js, stream, timeout, partitions, message }));
  return {
    async send(messages) {
      if (!(await link.untilUp(timeout)))
        throw new OutletError('the connection to NATS is lost; it is looked for, send again later', false);
      const failures: OutletError[] = [];
      const underWay = new Set<Promise<void>>();
      const ofRoot = new Map<string, Promise<void>>();
      let bytes = 0;
      for (const message of messages) {
        const size = message.payload.length;
        while (underWay.size > 0 && (underWay.size >= ahead.messages || bytes + size > ahead.bytes)) {
          await Promise.race(underWay);
        }
        if (failures.length > 0) break;
        bytes += size;
        const root = options.keepOrder === true ? rootOfSubject(message.subject) : '';
        const before = root === '' ? undefined : ofRoot.get(root);
        const sending =
          before === undefined
            ? deliver(message)
            : before.then(() => (failures.length > 0 ? undefined : deliver(message)));
        const one = sending
          .catch((error: unknown) => void failures.push(outletError(error, message, stream)))
          .finally(() => {
            bytes -= size;
            underWay.delete(one);
          });
        underWay.add(one);
        if (root !== '') ofRoot.set(root, one);
      }
      await Promise.all(underWay);
      const worst = failures.find((failure) => failure.permanent) ?? failures[0];
      if (worst !== undefined) throw worst;
    },
  };
}

/** The outcome of one message, or a failure as soon as the link is down: an acknowledgement cannot come any more. */
function untilBroken(link: Link, sending: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = link.onChange((state) => reject(new Error(`the connection is ${state}`)));
    sending.then(resolve, reject).finally(forget);
  });
}

async function sendOne(order: {
  readonly js: JetStreamClient;
  readonly stream: string;
  readonly timeout: number;
  readonly partitions: number;
  readonly message: OutgoingMessage;
}): Promise<void> {
  const { js, stream, timeout, partitions, message } = order;
  if (!isPublishable(message.subject)) {
    throw new OutletError(`"${message.subject}" is not a subject that can be published on`, true);
  }
  await js.publish(storedSubject(message.subject, partitions), message.payload, {
    timeout,
    expect: { streamName: stream },
    headers: outgoingHeaders(message),
    ...(message.id === undefined ? {} : { msgID: message.id }),
  });
}

/** Whether a subject is made of non-empty tokens without wildcards, blanks or control characters. */
export function isPublishable(subject: string): boolean {
  return /^[^\s.*>\p{Cc}]+(\.[^\s.*>\p{Cc}]+)*$/u.test(subject);
}

function outgoingHeaders(message: OutgoingMessage): MsgHdrs {
  const carried = headers();
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    if (!/^(nats-|milepost-stored-at$)/i.test(name)) carried.set(name, value);
  }
  if (message.storedAt !== undefined) carried.set(STORED_AT, String(message.storedAt));
  return carried;
}

const TOO_LARGE = [10054, 10049];
const WRONG_STREAM = [10060];
const FULL = [10023, 10047, 10077, 10122];

function outletError(error: unknown, message: OutgoingMessage, stream: string): OutletError {
  if (error instanceof OutletError) return error;
  const reason = reasonOf(error);
  const code = error instanceof NatsError ? error.code : '';
  const api = apiCode(error);
  const made = (text: string, permanent: boolean) => new OutletError(text, permanent, error);
  if (code === ErrorCode.MaxPayloadExceeded || TOO_LARGE.includes(api)) {
    return made(
      `a message of ${message.payload.length} bytes is larger than NATS takes; send fewer events in one`,
      true,
    );
  }
  if (WRONG_STREAM.includes(api)) {
    return made(
      `${message.subject} is taken by another stream than ${stream}; send checkpoint events only`,
      true,
    );
  }
  if (FULL.includes(api) || /maximum bytes exceeded|maximum messages exceeded/.test(reason)) {
    return made(
      `the stream ${stream} is full (${reason}); let the worker catch up or give the stream more room`,
      false,
    );
  }
  if (code === ErrorCode.PermissionsViolation) {
    return made(
      `NATS does not permit publishing on ${message.subject}; ask for permission for this user`,
      true,
    );
  }
  if (code === ErrorCode.BadHeader || error instanceof TypeError) {
    return made(`a header of the message cannot be sent (${reason})`, true);
  }
  if (code === ErrorCode.NoResponders) {
    return made(
      `no stream takes ${message.subject}: JetStream is down, or the stream ${stream} is missing`,
      false,
    );
  }
  return made(`NATS did not confirm a message on ${message.subject} (${reason})`, false);
}
