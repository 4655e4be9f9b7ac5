/**
 * Asks a pull consumer for messages, one request at a time, and hands them on as they arrive. It knows requests,
 * heartbeats and their absence; order, repeats and what to do when it ends belong to the intake.
 *
 * 1. Never more is asked for than there is room, by messages and by bytes.
 * 2. While a request is open the server is heard from at least once per heartbeat; three missed ones end the pull.
 * 3. It ends once, with a reason, and hands on nothing after that.
 *
 * The client's own consume() was rejected: it bounds messages or bytes, not both, and goes on asking while nobody reads.
 */

import { createInbox, type Msg, type NatsConnection, nanos, type Subscription } from 'nats';
import { reasonOf } from '../reason-of.ts';
import { type Delivery, readDelivery } from './delivery.ts';

export interface PullOptions {
  readonly nc: NatsConnection;
  readonly stream: string;
  readonly consumer: string;
  /** milliseconds */
  readonly heartbeat: number;
  /** what may be asked for now; nothing while `messages` is 0 */
  room(): { readonly messages: number; readonly bytes: number };
  onDelivery(delivery: Delivery): void;
  onEnd(reason: PullEnd, detail: string): void;
}

/** `gone`: the consumer is not there; `silent`: nothing was heard; `refused`: the server does not take our requests. */
export type PullEnd = 'gone' | 'silent' | 'refused';

export interface Pull {
  /** Asks again if nothing is asked for and there is room; call it when room was made. */
  more(): void;
  stop(): void;
}

const EXPIRES = 30_000;

/** Begins to pull; the first request goes out at once. */
export function startPull(options: PullOptions): Pull {
  return new RequestLoop(options);
}

class RequestLoop implements Pull {
  readonly #options: PullOptions;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #watch: NodeJS.Timeout;
  /** what is left of the open request; 0 messages: none is open */
  #left = { messages: 0, bytes: 0 };
  #heard = performance.now();
  /** a message did not fit into the bytes asked for: the next request names none */
  #unbounded = false;
  #over = false;

  constructor(options: PullOptions) {
    this.#options = options;
    this.#inbox = createInbox();
    this.#subscription = options.nc.subscribe(this.#inbox, {
      callback: (error, msg) => (error ? this.#end('refused', error.message) : this.#take(msg)),
    });
    this.#watch = setInterval(() => this.#listen(), options.heartbeat).unref();
    this.more();
  }

  more(): void {
    if (this.#over || this.#left.messages > 0) return;
    const room = this.#options.room();
    if (room.messages <= 0) return;
    this.#left = { messages: room.messages, bytes: this.#unbounded ? Number.POSITIVE_INFINITY : room.bytes };
    this.#heard = performance.now();
    const request = {
      batch: this.#unbounded ? 1 : room.messages,
      ...(this.#unbounded ? {} : { max_bytes: room.bytes }),
      expires: nanos(EXPIRES),
      idle_heartbeat: nanos(this.#options.heartbeat),
    };
    if (this.#unbounded) this.#left.messages = 1;
    this.#unbounded = false;
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#options.stream}.${this.#options.consumer}`;
    try {
      this.#options.nc.publish(subject, JSON.stringify(request), { reply: this.#inbox });
    } catch (error) {
      this.#end('refused', reasonOf(error));
    }
  }

  stop(): void {
    this.#over = true;
    clearInterval(this.#watch);
    this.#subscription.unsubscribe();
  }

  #take(msg: Msg): void {
    if (this.#over) return;
    this.#heard = performance.now();
    const delivery = readDelivery(msg);
    if (delivery === null) {
      this.#status(msg);
      return;
    }
    this.#left.messages = Math.max(0, this.#left.messages - 1);
    this.#left.bytes -= delivery.size;
    if (this.#left.bytes <= 0) this.#left.messages = 0;
    this.#options.onDelivery(delivery);
    this.more();
  }

  #status(msg: Msg): void {
    const code = msg.headers?.code ?? 0;
    const detail = msg.headers?.description ?? '';
    if (code === 100) return;
    if (code === 503) this.#end('gone', 'nobody answers for the consumer');
    else if (code === 400) this.#end('refused', detail);
    else if (code === 409 && /consumer deleted|consumer is push/i.test(detail)) this.#end('gone', detail);
    else this.#requestOver(code, detail);
  }

  /** The request has ended and not the pull: it expired, was full of bytes, or the leader moved. */
  #requestOver(code: number, detail: string): void {
    this.#left.messages = 0;
    if (/maxbytes/i.test(detail)) this.#afterFull();
    else if (code === 404 || code === 408) this.more();
    else setTimeout(() => this.more(), 100).unref();
  }

  /** The next message is larger than what was left; where everything was left, it must come without a limit. */
  #afterFull(): void {
    const room = this.#options.room();
    this.#unbounded = this.#left.bytes >= room.bytes;
    this.more();
  }

  #listen(): void {
    if (this.#over || this.#left.messages === 0) return;
    const silence = performance.now() - this.#heard;
    if (silence <= this.#options.heartbeat * 3) return;
    // Our own thread may have been busy, with the heartbeats waiting to be read: look once they had their turn.
    const heard = this.#heard;
    setImmediate(() =>
      setImmediate(() => {
        if (!this.#over && this.#heard === heard)
          this.#end('silent', `nothing was heard for ${Math.round(silence)} ms`);
      }),
    );
  }

  #end(reason: PullEnd, detail: string): void {
    if (this.#over) return;
    this.stop();
    this.#options.onEnd(reason, detail);
  }
}
