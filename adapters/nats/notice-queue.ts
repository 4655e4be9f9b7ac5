/**
 * What a relay has to send over one channel, read out of the stream of notices by a durable consumer that outlives the
 * relay. Each is confirmed by itself; what is held is kept from being delivered again. Order and retry belong to the reader.
 */
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  ErrorCode,
  type Msg,
  type NatsConnection,
  NatsError,
  nanos,
} from 'nats';
import { readDelivery } from './delivery.ts';
import { linkOf } from './link.ts';
import { NOTICE_STREAM, noticeSubject } from './notice-stream.ts';
import { apiCode, CONSUMER_NOT_FOUND } from './stream.ts';

/** One message of the queue. */
export interface QueuedNotice {
  /** its place in the stream; the same when it is delivered again */
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** it was delivered before, to this reader or to one that ended */
  readonly again: boolean;
}

export interface NoticeQueue {
  /** What was delivered to an earlier reader and never confirmed: how many up to which sequence, and how long they may take, ms. */
  readonly returning: { readonly count: number; readonly until: number; readonly within: number };
  /** The next message, null where none comes within a second; rejects when the server cannot be asked. */
  next(): Promise<QueuedNotice | null>;
  /** Confirms a message for good; rejects when it is not known that the server has heard it. */
  finish(sequence: number): Promise<void>;
  /** Gives back what is held, to be delivered again at once. */
  close(): Promise<void>;
}

/** After this long without a word, ms, what a reader held is delivered again. */
const ACK_WAIT = 20_000;
const HOLD_EVERY = 5_000;
const MOST_HELD = 1_000;
const EXPIRES = 1_000;
const WAIT = 5_000;
const LOST = 'the connection to NATS is lost; it is looked for';

/** Opens the queue of one channel, and makes its consumer if it is missing. */
export async function openNoticeQueue(options: {
  readonly nc: NatsConnection;
  readonly relay: string;
  readonly channel: string;
}): Promise<NoticeQueue> {
  const { nc, relay, channel } = options;
  const jsm = await nc.jetstreamManager();
  // names have no underscore, so two relays never share one by chance
  const name = `relay-${relay}_${channel}`;
  const config: Partial<ConsumerConfig> = {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    filter_subject: noticeSubject(relay, channel),
    ack_wait: nanos(ACK_WAIT),
    max_ack_pending: MOST_HELD,
    max_deliver: -1,
  };
  const ensure = () =>
    jsm.consumers.info(NOTICE_STREAM, name).catch((error: unknown) => {
      if (apiCode(error) !== CONSUMER_NOT_FOUND) throw error;
      return jsm.consumers.add(NOTICE_STREAM, config);
    });
  const info = await ensure();
  const isUp = () => linkOf(nc).state() === 'up';
  const held = new Map<number, string>();
  const tell = (word: string) => {
    if (!isUp()) return;
    for (const reply of held.values()) nc.publish(reply, word);
  };
  const holding = setInterval(() => tell('+WPI'), HOLD_EVERY).unref();

  return {
    returning: {
      count: info.num_ack_pending,
      until: info.delivered.stream_seq,
      within: ACK_WAIT + HOLD_EVERY,
    },
    async next() {
      if (!isUp()) throw new Error(LOST);
      const request = JSON.stringify({ batch: 1, expires: nanos(EXPIRES) });
      const asked = `$JS.API.CONSUMER.MSG.NEXT.${NOTICE_STREAM}.${name}`;
      // without the shared inbox, which knows answers by their subject: a delivered message keeps its own
      const msg = await nc
        .request(asked, request, { timeout: WAIT, noMux: true })
        .catch(async (error: unknown) => {
          if (!(error instanceof NatsError) || error.code !== ErrorCode.NoResponders) throw error;
          // the consumer is gone, or was not there yet when the server came back
          await ensure();
          return null;
        });
      if (msg === null) return null;
      const delivery = readDelivery(msg);
      if (delivery === null) return nothing(msg);
      held.set(delivery.sequence, delivery.reply);
      return { sequence: delivery.sequence, payload: delivery.payload, again: isAgain(delivery.reply) };
    },
    async finish(sequence) {
      const reply = held.get(sequence);
      if (reply === undefined) return;
      if (!isUp()) throw new Error(LOST);
      await nc.request(reply, '+ACK', { timeout: WAIT });
      held.delete(sequence);
    },
    async close() {
      clearInterval(holding);
      tell('-NAK');
      held.clear();
      if (isUp()) await nc.flush();
    },
  };
}

/** A status line: nothing there, or why nothing can be had. */
function nothing(msg: Msg): null {
  const code = msg.headers?.code ?? 0;
  if (code === 404 || code === 408) return null;
  const reason = msg.headers?.description ?? '';
  // as many as may be held are held: they come first
  if (code === 409 && /maxackpending/i.test(reason.replaceAll(' ', ''))) return null;
  throw new Error(`NATS gives no notices (${code} ${reason}): is the stream ${NOTICE_STREAM} there?`);
}

/** Whether the reply subject tells of an earlier delivery: `$JS.ACK.<stream>.<consumer>.<times>…`, newer servers with two tokens more. */
function isAgain(reply: string): boolean {
  const tokens = reply.split('.');
  return Number(tokens.length === 9 ? tokens[4] : tokens[6]) > 1;
}
