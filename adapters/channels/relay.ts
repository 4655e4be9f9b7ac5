/** A channel that a relay in another zone sends over: the notice is handed to it by NATS, which keeps it until then. */

import type { Sending, SendOutcome } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';
import { Settings } from './read-settings.ts';
import { relayedBody } from './relayed-notice.ts';

const DEFAULT_RELAY = 'relay';

export const RELAY: ChannelKind = {
  type: 'relay',
  about:
    'the channel of the same name of a `milepost relay` in another zone; NATS keeps the notice until it is sent there',
  settings: ['relay'],
  wordsElsewhere: true,
  check(raw) {
    const settings = new Settings(raw);
    const relay = settings.optionalText('relay', 'the name of the relay') ?? DEFAULT_RELAY;
    if (!/^[a-z][a-z0-9-]*$/.test(relay))
      settings.note('relay', 'must be a lower-case letter, then lower-case letters, digits and -');
    const problems = settings.finish('relay');
    if (problems.length > 0) return { ok: false, problems };
    const open = ({ hand }: ChannelWorld) => ({
      send: (sending: Sending) => handOver(hand, relay, sending),
      close: async () => {},
    });
    return { ok: true, channel: { open } };
  },
};

async function handOver(hand: ChannelWorld['hand'], relay: string, sending: Sending): Promise<SendOutcome> {
  if (hand === null)
    return {
      kind: 'failed',
      reason: 'there is no NATS to hand it to a relay by: give Milepost a server, or another channel',
    };
  try {
    await hand({ relay, channel: sending.channel, id: sending.id, body: relayedBody(sending) });
    return { kind: 'sent', detail: `kept for the relay ${relay}` };
  } catch (error) {
    const reason = reasonOf(error);
    const permanent = error instanceof Error && 'permanent' in error && error.permanent === true;
    // What may have arrived is handed over again with the same id: the stream knows it for a day.
    return permanent ? { kind: 'failed', reason } : { kind: 'retry', after: null, reason };
  }
}
