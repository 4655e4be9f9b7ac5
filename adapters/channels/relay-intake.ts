/**
 * What a relay answers over HTTP to who hands it notices, and asks what came of them.
 *
 * 1. Nothing is read that was not signed with the secret, within a day. The same message again is the same notice, or the
 *    same question: it does nothing.
 * 2. What is answered with `kept` is on the disk.
 * 3. What is for a channel that nothing can be sent over is refused, and stays with who has it; what was kept before waits.
 */
import type { KeptNotices, NoticeName, Standing } from './kept-notices.ts';
import { readRelayed } from './relayed-notice.ts';
import { signatureFault } from './signature.ts';

/** A status of HTTP, and its body. */
export interface RelayAnswer {
  readonly status: number;
  readonly body: {
    /** `strange`: asked for, and never taken; `refused`: not taken, for the reason */
    readonly state: 'kept' | 'sent' | 'failed' | 'unknown' | 'strange' | 'refused';
    readonly reason: string | null;
    /** of what is kept: why its channel cannot deliver at present */
    readonly down?: string | null;
  };
}

export interface RelayIntake {
  /** Answers a message; `signature` is its header. Never rejects. */
  take(body: Uint8Array, signature: string | undefined): Promise<RelayAnswer>;
}

/** The longest message, bytes: thousands of alarms in one notice. */
export const LONGEST_RELAYED = 8 * 1024 ** 2;

const WITHIN = 86_400_000;

/** Makes the intake; `channels` are those of the documents in force. */
export function createRelayIntake(options: {
  readonly kept: Pick<KeptNotices, 'look' | 'take' | 'trouble'>;
  readonly channels: () => { readonly channels: ReadonlySet<string>; down(channel: string): string | null };
  readonly secret: () => string;
  readonly now: () => number;
  /** told of what was not signed as it must be */
  readonly onStranger: (fault: string) => void;
}): RelayIntake {
  const { kept, channels, secret, now } = options;

  const answerOf = (standing: Standing, channel: string): RelayAnswer => {
    switch (standing.state) {
      case 'kept':
        return {
          status: 202,
          body: { state: 'kept', reason: null, down: kept.trouble() ?? channels().down(channel) },
        };
      case 'strange':
        return { status: 404, body: { state: 'strange', reason: 'this relay has no such notice' } };
      case 'other':
        return refused(
          409,
          'another notice of this id was taken: does a second Milepost hand over to this relay?',
        );
      case 'full':
        return refused(503, 'the relay is full: see why its channels do not deliver');
      default:
        return { status: 200, body: { state: standing.state, reason: standing.reason } };
    }
  };

  return {
    async take(body, signature) {
      const fault = signatureFault(signature, body, { secret: secret(), now: now(), within: WITHIN });
      if (fault !== null) {
        options.onStranger(fault);
        return refused(401, fault);
      }
      const asked = readQuestion(body);
      if (asked !== null) return answerOf(kept.look(asked), asked.channel);
      const read = readRelayed(body);
      if (!read.ok) return refused(400, `the message ${read.reason}`);
      const { notice, uncertain } = read.relayed;
      const known = kept.look(notice);
      if (known.state !== 'strange') return answerOf(known, notice.channel);
      if (!channels().channels.has(notice.channel))
        return refused(503, `${channels().down(notice.channel)}: write a sound one and send SIGHUP`);
      try {
        return answerOf(await kept.take(notice, uncertain), notice.channel);
      } catch {
        return refused(503, 'the relay cannot write what it is to keep: look at its log');
      }
    },
  };
}

function refused(status: number, reason: string): RelayAnswer {
  return { status, body: { state: 'refused', reason } };
}

/** The question after a notice, as JSON. */
export function relayQuestion({ id, channel, at }: NoticeName): string {
  return JSON.stringify({ version: 1, ask: { id, channel, at } });
}

/** Reads a question; null where it is something else. */
function readQuestion(body: Uint8Array): NoticeName | null {
  try {
    const { version, ask } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    const { id, channel, at } = ask;
    const isName = typeof id === 'string' && typeof channel === 'string' && typeof at === 'number';
    return version === 1 && isName ? { id, channel, at } : null;
  } catch {
    return null;
  }
}
