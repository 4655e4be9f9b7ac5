/** A NATS subject: the notice as JSON, published once an attempt; whoever listens knows repeats by the id. */

import type { Sending } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';
import { noticeBody } from './notice-body.ts';
import { Settings } from './read-settings.ts';

const RESERVED = /^(milepost\.(checkpoint|partition|status|alarm|notice|relayed)(\.|$)|\$|_INBOX)/;

export const NATS_SUBJECT: ChannelKind = {
  type: 'nats',
  about:
    'a NATS subject of the server that Milepost is connected to; without a stream behind it nothing is kept',
  settings: ['subject'],
  check(raw) {
    const settings = new Settings(raw);
    const subject = settings.text('subject', 'a subject such as ops.notices');
    if (subject !== '' && !/^[^\s.*>]+(\.[^\s.*>]+)*$/.test(subject)) {
      settings.note('subject', 'must be tokens joined by dots, without blanks, * and >');
    } else if (RESERVED.test(subject)) {
      settings.note('subject', 'belongs to Milepost itself or to the server: choose another one');
    }
    const problems = settings.finish('nats');
    if (problems.length > 0) return { ok: false, problems };
    const open = ({ publish }: ChannelWorld) => ({
      send: async (sending: Sending) => {
        if (publish === null) {
          return {
            kind: 'failed' as const,
            reason: 'Milepost runs without NATS: give it a server, or another channel',
          };
        }
        try {
          await publish(subject, JSON.stringify(noticeBody(sending)));
          return { kind: 'sent' as const, detail: null };
        } catch (error) {
          return { kind: 'unknown' as const, reason: reasonOf(error) };
        }
      },
      close: async () => {},
    });
    return { ok: true, channel: { open } };
  },
};
