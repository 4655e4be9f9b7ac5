/**
 * A channel that a relay in another zone sends over: the notice is handed to it by NATS, which keeps it until then, or over
 * HTTP to the relay itself, which keeps it and says what came of it.
 */

import type { Channel } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';
import { Settings } from './read-settings.ts';
import { openHttpRelay } from './relay-over-http.ts';
import { relayedBody } from './relayed-notice.ts';

const DEFAULT_RELAY = 'relay';

export const RELAY: ChannelKind = {
  type: 'relay',
  about:
    'the channel of the same name of a `milepost relay` in another zone; NATS, or with `url` the relay, keeps the notice until it is sent there',
  atOnce: 8,
  direct: ({ direct }) => direct === true,
  settings: ['relay', 'url', 'secret', 'ca', 'direct'],
  wordsElsewhere: true,
  check(raw) {
    const settings = new Settings(raw);
    const relay = settings.optionalText('relay', 'the name of the relay') ?? DEFAULT_RELAY;
    if (!/^[a-z][a-z0-9-]*$/.test(relay))
      settings.note('relay', 'must be a lower-case letter, then lower-case letters, digits and -');
    const overHttp = settings.has('url');
    const url = overHttp ? settings.address('url', null) : null;
    const what = 'the secret that it shares with the relay';
    const secret = overHttp ? settings.secret('secret', what) : settings.optionalSecret('secret', what);
    const ca = settings.optionalText('ca', 'the path of a PEM file');
    settings.flag('direct', false);
    if (overHttp && settings.has('relay'))
      settings.note('relay', 'is for a relay on NATS, and `url` for one over HTTP: leave one of them out');
    for (const name of ['secret', 'ca'])
      if (!overHttp && settings.has(name))
        settings.note(name, 'is for a relay over HTTP: give its `url`, or leave this out');
    const problems = settings.finish('relay');
    if (problems.length > 0) return { ok: false, problems };
    const open = (world: ChannelWorld): Channel =>
      url === null || secret === null
        ? openNatsRelay(relay, world)
        : openHttpRelay({ url, secret, ca }, world);
    return { ok: true, channel: { open } };
  },
};

function openNatsRelay(relay: string, { hand }: ChannelWorld): Channel {
  return {
    async send(sending) {
      if (hand === null)
        return {
          kind: 'failed',
          reason: 'there is no NATS to hand it to a relay by: give Milepost a server, or the relay a `url`',
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
    },
    close: async () => {},
  };
}
