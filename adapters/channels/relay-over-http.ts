/**
 * Handing a notice to a relay over HTTP, and asking it what came of it until it knows.
 *
 * 1. The relay knows each notice by id, channel and time, so that it may be handed over as often as need be.
 * 2. Once it may have it, it is asked first, in a few bytes; what it does not know is handed over again.
 * 3. Only what it can never take has failed; a wrong secret or a missing document at the relay is tried again.
 */
import type { Channel, Sending, SendOutcome } from '../../engine/index.ts';
import { excerpt } from './answer-outcome.ts';
import type { ChannelWorld, SecretRef } from './channel-kind.ts';
import { type Answer, post } from './post.ts';
import { LONGEST_RELAYED, type RelayAnswer, relayQuestion } from './relay-intake.ts';
import { relayedBody } from './relayed-notice.ts';
import { SIGNATURE, signed } from './signature.ts';
import { caOf, failedWithoutSecret } from './world-secrets.ts';

const FIRST_QUESTION = 1_000;
const LONGEST_PAUSE = 30_000;
const FOR_GOOD: readonly number[] = [400, 409, 413];

/** Opens the channel; it connects for each message. */
export function openHttpRelay(
  relay: { readonly url: string; readonly secret: SecretRef; readonly ca: string | null },
  world: ChannelWorld,
): Channel {
  const say = async (body: string, signal: AbortSignal): Promise<Answer> =>
    post(
      {
        url: `${relay.url}/api/v1/relay`,
        headers: {
          'content-type': 'application/json',
          [SIGNATURE]: signed(body, await world.secret(relay.secret), world.now()),
        },
        ...{ body, ca: await caOf(relay.ca), signal },
      },
      world.now,
    );
  return {
    remembers: true,
    send: (sending, signal) =>
      failedWithoutSecret(async () => {
        if (sending.attempt > 1) {
          const told = await say(relayQuestion(sending), signal);
          if (told.kind !== 'answer' || read(told)?.state !== 'strange') return outcome(told, sending, relay);
        }
        const body = relayedBody(sending);
        if (Buffer.byteLength(body) > LONGEST_RELAYED)
          return { kind: 'failed', reason: `it is longer than the ${LONGEST_RELAYED} bytes of a message` };
        return outcome(await say(body, signal), sending, relay);
      }),
    close: async () => {},
  };
}

function outcome(answer: Answer, sending: Sending, { url }: { readonly url: string }): SendOutcome {
  if (answer.kind === 'refused') return { kind: 'retry', after: null, reason: `relay: ${answer.reason}` };
  if (answer.kind === 'lost') return { kind: 'unknown', reason: `relay: ${answer.reason}` };
  const { status } = answer;
  const told = read(answer);
  if (told === null) {
    const reason = `${url} answered ${status}${excerpt(answer.body)}: is that the address of a relay?`;
    return status === 413 ? { kind: 'failed', reason } : { kind: 'retry', after: answer.retryAfter, reason };
  }
  const reason = `relay: ${told.reason ?? told.state}`;
  switch (told.state) {
    case 'kept': {
      const after = Math.min(FIRST_QUESTION * 2 ** Math.min(sending.attempt - 1, 10), LONGEST_PAUSE);
      const down = told.down == null ? null : `relay: ${told.down}`;
      return { kind: 'kept', after, reason: down ?? `kept by the relay ${url}`, down };
    }
    case 'sent':
      return { kind: 'sent', detail: `sent by the relay ${url}` };
    case 'failed':
      return { kind: 'failed', reason };
    case 'unknown':
      return { kind: 'unknown', reason, final: true };
    default:
      return FOR_GOOD.includes(status)
        ? { kind: 'failed', reason }
        : { kind: 'retry', after: answer.retryAfter, reason };
  }
}

const STATES: readonly unknown[] = ['kept', 'sent', 'failed', 'unknown', 'strange', 'refused'];

/** What a relay answered; null where it was somebody else. */
function read({ body }: { readonly body: string }): RelayAnswer['body'] | null {
  try {
    const told: unknown = JSON.parse(body);
    if (typeof told !== 'object' || told === null || !('state' in told) || !STATES.includes(told.state))
      return null;
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    return {
      // one of STATES
      state: told.state as RelayAnswer['body']['state'],
      reason: 'reason' in told ? text(told.reason) : null,
      down: 'down' in told ? text(told.down) : null,
    };
  } catch {
    return null;
  }
}
