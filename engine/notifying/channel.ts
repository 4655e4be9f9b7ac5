/**
 * What a channel is to the engine: one function that hands one rendered notice to the outside and says what came of it.
 *
 * 1. A channel sends once per call. Retry, back-off, quotas, the circuit breaker, the dry run and the time limit belong
 *    to the dispatcher; a channel only tells certain failures from uncertain ones.
 * 2. `id` is the same in every attempt: the idempotency key, the Message-ID, the deduplication key.
 * 3. `thread` is the same from the first notice of a trouble to its recovery: mail threads, alert fingerprints.
 */
import type { ChannelDefinition, Severity } from '../../definitions/index.ts';
import type { AlarmNews } from '../alarm-news.ts';
import type { Language } from '../alarm-text.ts';

/**
 * Why there is a notice: a trouble begins, changes (another alarm, a higher severity, a consequence left standing), is
 * told again, goes to the next level, is given to a person, ends; an item flaps; a storm's summary; a `notify` rule; a notice that another
 * channel could not deliver; a trial asked for by a person.
 */
export type NoticeKind =
  | 'raised'
  | 'changed'
  | 'repeated'
  | 'escalated'
  | 'assigned'
  | 'recovered'
  | 'flapping'
  | 'storm'
  | 'notify'
  | 'undeliverable'
  | 'trial';

/** One alarm as a notice lists it. */
export interface NoticeAlarm extends AlarmNews {
  readonly labels: Readonly<Record<string, string>>;
  readonly acknowledgedBy: string | null;
}

/** A person as this channel knows him: the address is what the definition writes for the channel (a user id, a mailbox). */
export interface Recipient {
  readonly name: string;
  readonly title: string;
  readonly address: string;
}

/** The words of a notice: one line, and what follows it. Neither has control characters, save line feeds in `text`. */
export interface NoticeWords {
  readonly subject: string;
  readonly text: string;
}

/** A message owed to one channel, as it was decided; it never changes afterwards. */
export interface Notice {
  readonly id: string;
  readonly channel: string;
  readonly kind: NoticeKind;
  readonly thread: string;
  /** nothing of the trouble stands any more */
  readonly recovered: boolean;
  readonly severity: Severity;
  /** 1 for the first people told */
  readonly level: number;
  /** when it was decided, milliseconds */
  readonly at: number;
  readonly words: Readonly<Record<Language, NoticeWords>>;
  /** path of the page that shows the trouble, from `/` on; null where there is none */
  readonly path: string | null;
  /** what those in `to` read, where each is told by himself; left out: what the channel speaks */
  readonly language?: ChannelDefinition['language'];
  /** empty where the channel itself is the address, such as a group robot or a trap receiver */
  readonly to: readonly Recipient[];
  /** what it is about, the alarm that began it first; empty for a `notify` rule's or a trial */
  readonly alarms: readonly NoticeAlarm[];
  /** their consequences: told here and nowhere else */
  readonly folded: readonly NoticeAlarm[];
  /** every alarm was raised before a restore or a replay: it may have been told before. Left out where that is not so. */
  readonly replayed?: true;
}

/** One attempt at a notice: what a channel is given. */
export interface Sending extends Notice {
  /** 1 for the first */
  readonly attempt: number;
  /** an earlier attempt may have arrived: its outcome is not known. Subject and text say so already. */
  readonly uncertain: boolean;
  /** in the language, or both, that the channel's definition asks for, its templates filled in */
  readonly subject: string;
  readonly text: string;
  /** `path` under the address that people open Milepost at; null where none is configured */
  readonly link: string | null;
}

/**
 * What came of an attempt. `sent`: the other side has taken it. `retry`: it certainly did not take it, and may later;
 * `after` is its wish in milliseconds (Retry-After), null where it has none. `failed`: certainly not taken, and never
 * will be as it is. `unknown`: it may have been taken (time-out after the request, a connection lost while waiting).
 * `final`: nobody tries again who could know. `kept`: somebody on the way has it for good and will say what came of it:
 * he is asked again, with the same id, `after` so many milliseconds; `down` is why he cannot deliver at present, null
 * where nothing is known to be wrong. `reason` is for operators and holds no secret.
 */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly detail: string | null }
  | { readonly kind: 'retry'; readonly after: number | null; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string; readonly final?: true }
  | { readonly kind: 'kept'; readonly after: number; readonly reason: string; readonly down: string | null };

/**
 * A way to the outside. `send` should not reject; a rejection counts as `unknown`. It gives up when `signal` aborts, and
 * says `unknown` where the request was on its way by then.
 */
export interface Channel {
  send(sending: Sending, signal: AbortSignal): Promise<SendOutcome>;
  /** The other side knows every id that it was given: what is sent again is not told again, however often. */
  readonly remembers?: true;
  /**
   * For receivers that forget (an Alertmanager keeps alerts in memory): called every `refreshEvery` milliseconds with the
   * last sending of each thread that has not recovered, also when there is none.
   */
  readonly refresh?: {
    readonly every: number;
    readonly post: (standing: readonly Sending[], signal: AbortSignal) => Promise<SendOutcome>;
  };
  /** lets go of connections; once, after the last `send` has come back */
  close(): Promise<void>;
}
