/**
 * What one kind of channel (`type:` of a `channel` document) brings: the check of its settings, and the channel itself.
 *
 * 1. Settings are plain data out of the definition. A secret among them is a reference, `{ env: NAME }` or
 *    `{ file: PATH }`, and is looked up at each sending, so that a changed secret needs no restart.
 * 2. `check` does no I/O, so that `milepost lint` can ask it.
 */
import type { Problem } from '../../checkpoints/index.ts';
import type { Channel } from '../../engine/index.ts';
import type { Log } from '../log.ts';

/** Where a secret is found. */
export type SecretRef = { readonly env: string } | { readonly file: string };

/** A notice for a relay: its name there, and the channel of the relay's own that sends it. */
export interface ForRelay {
  readonly relay: string;
  readonly channel: string;
  /** what is handed over again with the same id within a day is kept once */
  readonly id: string;
  readonly body: string;
}

/** What a channel may use of the world. */
export interface ChannelWorld {
  /** The secret's value without the line end of a file; throws SecretError where there is none. */
  readonly secret: (ref: SecretRef) => Promise<string>;
  /** Publishes on a NATS subject; rejects when it could not. null where Milepost runs without NATS. */
  readonly publish: ((subject: string, body: string) => Promise<void>) | null;
  /** Hands a notice to a relay; resolves once NATS keeps it. null where there is no NATS, and at a relay. */
  readonly hand: ((notice: ForRelay) => Promise<void>) | null;
  /** what operators read; never given a secret */
  readonly log: Log;
  /** where `bell` and `log` write to */
  readonly out: { write(text: string): unknown };
  readonly now: () => number;
}

/** A channel that is not opened yet: settings that were found to be in order. */
export interface PreparedChannel {
  /** Opens it; it connects when it first sends, so a dead endpoint does not keep Milepost from starting. */
  open(world: ChannelWorld): Channel;
}

export interface ChannelKind {
  /** the word after `type:` */
  readonly type: string;
  /** one sentence for `milepost lint` and the docs */
  readonly about: string;
  /** the names of the settings, for findings about a wrong one */
  readonly settings: readonly string[];
  /** how many sendings the other side takes in how many milliseconds, where it has such a limit */
  readonly quota?: { readonly count: number; readonly per: number };
  /** how many notices of different threads the other side may be sent at once; default 1 */
  readonly atOnce?: number;
  /** Whether each recipient reads what he is sent by himself, so that he is told in his language; left out: nobody does. */
  direct?(settings: Readonly<Record<string, unknown>>): boolean;
  /** it writes where Milepost runs, and reaches nobody who is not there */
  readonly local?: boolean;
  /** another place composes the words: `subject` and `text` of a document of this kind would be of no use */
  readonly wordsElsewhere?: boolean;
  /** The channel of these settings, or what is wrong with them by path (`url`, `tls.ca`). Never throws. */
  check(
    settings: Readonly<Record<string, unknown>>,
  ):
    | { readonly ok: true; readonly channel: PreparedChannel }
    | { readonly ok: false; readonly problems: readonly Problem[] };
}

/** Reads a reference to a secret; null where the value is none. */
export function readSecretRef(value: unknown): SecretRef | null {
  if (typeof value !== 'object' || value === null) return null;
  const [only, ...more] = Object.entries(value);
  if (only === undefined || more.length > 0) return null;
  const [name, where] = only;
  if (typeof where !== 'string' || where === '') return null;
  if (name === 'env' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(where)) return { env: where };
  return name === 'file' ? { file: where } : null;
}
