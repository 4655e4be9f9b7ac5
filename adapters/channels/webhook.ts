/**
 * A webhook: the notice as versioned JSON, plain or as a CloudEvent, signed.
 *
 * 1. `Idempotency-Key` (and the CloudEvent's id) is the notice's id, the same in every attempt.
 * 2. With a secret the header `Milepost-Signature` says who wrote it and when; a receiver compares it in constant time and
 *    refuses an old t.
 */
import { formatTime } from '../../checkpoints/index.ts';
import type { Sending } from '../../engine/index.ts';
import { outcomeOf } from './answer-outcome.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';
import { noticeBody } from './notice-body.ts';
import { post } from './post.ts';
import { Settings } from './read-settings.ts';
import { SIGNATURE, signed } from './signature.ts';
import { caOf, failedWithoutSecret } from './world-secrets.ts';

export const WEBHOOK: ChannelKind = {
  type: 'webhook',
  about: 'an HTTP POST of the notice as JSON, signed with a secret',
  atOnce: 8,
  settings: ['url', 'secret', 'token', 'format', 'ca'],
  check(raw) {
    const settings = new Settings(raw);
    const url = settings.address('url', null);
    const secret = settings.optionalSecret('secret', 'the secret that it is signed with');
    const token = settings.optionalSecret('token', 'the bearer token');
    const format = settings.choice('format', ['json', 'cloudevents'], 'json');
    const ca = settings.optionalText('ca', 'the path of a PEM file');
    const problems = settings.finish('webhook');
    if (problems.length > 0 || url === null) return { ok: false, problems };
    const open = (world: ChannelWorld) => ({
      send: (sending: Sending, signal: AbortSignal) =>
        failedWithoutSecret(async () => {
          const body = JSON.stringify(format === 'json' ? noticeBody(sending) : cloudEvent(sending));
          const headers: Record<string, string> = {
            'content-type': format === 'json' ? 'application/json' : 'application/cloudevents+json',
            'idempotency-key': sending.id,
          };
          if (token !== null) headers.authorization = `Bearer ${await world.secret(token)}`;
          if (secret !== null) headers[SIGNATURE] = signed(body, await world.secret(secret), world.now());
          return outcomeOf(await post({ url, headers, body, ca: await caOf(ca), signal }, world.now));
        }),
      close: async () => {},
    });
    return { ok: true, channel: { open } };
  },
};

function cloudEvent(sending: Sending): unknown {
  return {
    specversion: '1.0',
    id: sending.id,
    source: '/milepost',
    type: `milepost.notice.${sending.kind}`,
    subject: sending.thread,
    time: formatTime(sending.at),
    datacontenttype: 'application/json',
    data: noticeBody(sending),
  };
}
