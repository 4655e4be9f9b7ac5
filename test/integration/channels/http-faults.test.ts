import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../engine/index.ts';
import { type Answering, type Endpoint, json, startEndpoint } from './endpoint.ts';
import { limit, openChannel, RECOVERED, SENDING } from './sending.ts';

const ends: Endpoint[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end.stop();
});

async function end(answer: Answering): Promise<Endpoint> {
  const started = await startEndpoint(answer);
  ends.push(started);
  return started;
}

/** An address on loopback where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('row 39: an HTTP end that fails in each of its ways', () => {
  const cases: readonly [string, Answering, SendOutcome['kind'], number | null][] = [
    ['takes it', json(200, {}), 'sent', null],
    ['takes it without a word', json(204, {}), 'sent', null],
    ['fails inside', json(500, {}), 'retry', null],
    ['is overloaded and says until when', json(429, {}, { 'retry-after': '7' }), 'retry', 7000],
    ['is down for a while', json(503, {}, { 'retry-after': '120' }), 'retry', 120_000],
    ['is behind a gateway that lost it', json(502, {}), 'unknown', null],
    ['is behind a gateway that waited too long', json(504, {}), 'unknown', null],
    ['has moved', json(307, {}, { location: 'http://127.0.0.1:1/' }), 'failed', null],
    ['does not know the token', json(401, {}), 'failed', null],
    ['does not understand it', json(400, { error: 'no' }), 'failed', null],
    ['hangs up after it has read it', (response) => void response.socket?.destroy(), 'unknown', null],
    [
      'hangs up within its answer',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('ok');
        setTimeout(() => response.socket?.destroy(), 20);
      },
      'unknown',
      null,
    ],
  ];
  it.each(cases)('%s', async (_, answer, kind, after) => {
    const { address, received } = await end(answer);
    const outcome = await openChannel('webhook', { url: address }).send(SENDING, limit());
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'retry') expect(outcome.after).toBe(after);
    expect(received).toHaveLength(1);
  });

  it('is silent for longer than there is time: it may have been taken', async () => {
    const { address } = await end(() => undefined);
    const outcome = await openChannel('webhook', { url: address }).send(SENDING, limit(300));
    expect(outcome).toEqual({ kind: 'unknown', reason: 'no answer in time' });
  });

  it('is not there: nothing was taken', async () => {
    const outcome = await openChannel('webhook', { url: await nobody() }).send(SENDING, limit());
    expect(outcome.kind).toBe('retry');
  });

  it('speaks no TLS where TLS is asked for: nothing was taken', async () => {
    const { address, received } = await end(json(200, {}));
    const url = address.replace('http:', 'https:');
    const outcome = await openChannel('webhook', { url }).send(SENDING, limit());
    expect(outcome.kind).toBe('retry');
    expect(received).toEqual([]);
  });

  it('row 53: lies where clouds keep their credentials, and is never asked', async () => {
    for (const url of ['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://0.0.0.0:1/']) {
      const outcome = await openChannel('webhook', { url }).send(SENDING, limit());
      expect(outcome).toEqual({ kind: 'retry', after: null, reason: 'link-local addresses are not sent to' });
    }
  });
});

describe('a webhook', () => {
  it('is signed over its time and body, and carries the same key in every attempt', async () => {
    const { address, received } = await end(json(200, {}));
    const channel = openChannel(
      'webhook',
      { url: `${address}/hook`, secret: { env: 'HOOK' }, token: { env: 'TOKEN' } },
      { secrets: { HOOK: 'shared', TOKEN: 'bearer-1' }, now: () => 1_795_000_000_000 },
    );
    await channel.send(SENDING, limit());
    await channel.send({ ...SENDING, attempt: 2, uncertain: true }, limit());
    const [first, second] = received;
    expect(first?.headers['idempotency-key']).toBe('notice-1');
    expect(second?.headers['idempotency-key']).toBe('notice-1');
    expect(first?.headers.authorization).toBe('Bearer bearer-1');
    const mac = createHmac('sha256', 'shared').update(`1795000000.${first?.body}`).digest('hex');
    expect(first?.headers['milepost-signature']).toBe(`t=1795000000,v1=${mac}`);
    expect(JSON.parse(second?.body ?? '')).toMatchObject({
      version: 1,
      id: 'notice-1',
      attempt: 2,
      uncertain: true,
      alarms: [{ flow: 'settlement', raisedAt: '2026-11-20T08:30:00.000Z', clearedAt: null }],
    });
  });

  it('can be a CloudEvent', async () => {
    const { address, received } = await end(json(200, {}));
    await openChannel('webhook', { url: address, format: 'cloudevents' }).send(RECOVERED, limit());
    expect(received[0]?.headers['content-type']).toBe('application/cloudevents+json');
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: 'notice-2',
      type: 'milepost.notice.recovered',
      data: { recovered: true },
    });
  });
});
