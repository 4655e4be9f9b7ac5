import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ask,
  definitions,
  event,
  instance,
  NOW,
  post,
  rejected,
  type Server,
  schemaErrors,
  startServer,
  store,
  talk,
} from './http-server.ts';

const EVENTS = '/api/v1/events';

let server: Server;

beforeEach(async () => {
  server = await startServer();
});

afterEach(() => server.close());

const kept = async () => (await server.storage.reader.rejected(100, null)).items;

describe('good events are in the stream once 202 is answered', () => {
  test('one in its native form', async () => {
    const { status, body } = await post(server, EVENTS, event());
    expect([status, body]).toEqual([202, { accepted: 1, rejected: [] }]);
    expect(await schemaErrors('Intake', body)).toEqual([]);
    expect(server.sent).toEqual([{ subject: 'milepost.checkpoint.settlement.k1', text: event() }]);
  });

  test('one without a key, where the flow has a template for it', async () => {
    expect((await post(server, EVENTS, event({ key: undefined }))).status).toBe(202);
    expect(server.sent[0]?.subject).toBe('milepost.checkpoint.settlement');
  });

  test('a batch of lines, under the subject of each key', async () => {
    const lines = ['a/b', '日终', '__proto__'].map((key, index) => event({ key, id: `e${index}` }));
    const { body } = await post(server, EVENTS, `${lines.join('\n')}\n`, 'application/x-ndjson');
    expect(body).toEqual({ accepted: 3, rejected: [] });
    expect(server.sent.map(({ subject }) => subject)).toEqual([
      'milepost.checkpoint.settlement.a.b',
      'milepost.checkpoint.settlement.%E6%97%A5%E7%BB%88',
      'milepost.checkpoint.settlement.__proto__',
    ]);
  });

  test('a structured CloudEvent', async () => {
    const cloud = {
      specversion: '1.0',
      id: '7',
      source: 'app',
      type: 'milepost.checkpoint.activated',
      subject: 'settlement/a%2Fb/receive',
      time: '2026-11-23T08:00:00Z',
    };
    const { status } = await post(
      server,
      EVENTS,
      JSON.stringify(cloud),
      'application/cloudevents+json; charset=UTF-8',
    );
    expect(status).toBe(202);
    expect(server.sent).toEqual([
      { subject: 'milepost.checkpoint.settlement.a.b', text: JSON.stringify(cloud) },
    ]);
  });

  test.each([
    ['with data', JSON.stringify({ params: { PIN: 3 } }), { 'content-type': 'application/json' }],
    ['without a body', '', {}],
  ])('a binary CloudEvent %s, in its native form', async (_, data, type) => {
    const { status, body } = await ask(server, EVENTS, {
      method: 'POST',
      body: data,
      headers: {
        ...type,
        'ce-specversion': '1.0',
        'ce-id': '7',
        'ce-source': 'app',
        'ce-type': 'milepost.checkpoint.activated',
        'ce-subject': 'settlement/k1/receive',
        'ce-time': '2026-11-23T08:00:00Z',
      },
    });
    expect(status, JSON.stringify(body)).toBe(202);
    expect(JSON.parse(server.sent[0]?.text ?? '')).toMatchObject({
      flow: 'settlement',
      key: 'k1',
      id: 'app 7',
    });
  });
});

describe('bad events are told to the sender, kept, and hold nothing up', () => {
  test('among good ones by their line', async () => {
    const lines = [event(), '{"broken', event({ id: 'e2' }), event({ id: 'e3', time: 'noon' })].join('\n');
    const { status, body } = await post(server, EVENTS, lines, 'application/x-ndjson');
    expect(status).toBe(202);
    expect(body.accepted).toBe(2);
    expect(body.rejected.map(({ line }: { line: number }) => line)).toEqual([2, 4]);
    expect(body.rejected[1].problems[0].path).toBe('time');
    expect(await schemaErrors('Intake', body)).toEqual([]);
    expect(server.sent).toHaveLength(2);
    const texts = (await kept()).map(({ payload }) => Buffer.from(payload).toString());
    expect(texts.sort()).toEqual(['{"broken', event({ id: 'e3', time: 'noon' })].sort());
  });

  test.each([
    ['an unknown flow', event({ flow: 'setlement' }), 'flow', 'did you mean settlement?'],
    ['an unknown step', event({ step: 'recieve' }), 'step', 'did you mean receive?'],
    ['a step by a name that its events do not carry', event({ step: 'check' }), 'step', 'receive, verify'],
    [
      'no key where the flow has no template',
      event({ flow: 'report', step: 'write', key: undefined }),
      'key',
      'is missing',
    ],
    ["an event of the engine's own", event({ event: 'created' }), 'event', 'refused from outside'],
    ['no JSON at all', 'hello', '', 'no JSON'],
    ['nothing', '', '', 'empty'],
    ['a prototype as an event', '{"__proto__":{"flow":"settlement"}}', 'id', 'missing'],
  ])('%s: 422', async (_, body, path, remedy) => {
    const answered = await post(server, EVENTS, body);
    expect(answered.status).toBe(422);
    expect(answered.body.errors[0]).toMatchObject({
      path,
      line: 1,
      message: expect.stringContaining(remedy),
    });
    expect(await schemaErrors('Problem', answered.body)).toEqual([]);
    expect(server.sent).toEqual([]);
    expect(await kept()).toHaveLength(1);
  });

  test('an event larger than 64 KiB, while its neighbour is taken', async () => {
    const lines = `${event({ message: 'x'.repeat(70_000) })}\n${event({ id: 'e2' })}\n`;
    const { body } = await post(server, EVENTS, lines, 'application/x-ndjson');
    expect(body.accepted).toBe(1);
    expect(body.rejected[0].problems[0].message).toContain('65536');
  });

  test('even where they cannot be kept', async () => {
    const other = await startServer(() => ({
      keepRejected: async () => {
        throw new Error('database away');
      },
    }));
    const { status, body } = await post(other, EVENTS, `${event()}\n{}`, 'application/x-ndjson');
    expect([status, body.accepted, body.rejected.length]).toEqual([202, 1, 1]);
    expect(other.errors.map(({ where }) => where)).toEqual(['keeping 1 rejected events']);
    await other.close();
  });
});

describe('an event that only an older revision knows', () => {
  const older = definitions('flow: settlement\nkey: "{tradingDay}"\nsteps:\n  gone: {}\n', 'bbbbbbbbbbbb');
  const withOlder = () =>
    startServer(() => ({ definitionsOf: async (revision) => (revision === 'bbbbbbbbbbbb' ? older : null) }));

  test('is taken for an instance that started with it, and for no other', async () => {
    const other = await withOlder();
    await store(other.storage, { instances: [instance('settlement', 'k1', { revision: 'bbbbbbbbbbbb' })] });
    expect((await post(other, EVENTS, event({ step: 'gone' }))).status).toBe(202);
    expect((await post(other, EVENTS, event({ step: 'gone', key: 'k2' }))).status).toBe(422);
    expect((await post(other, EVENTS, event({ step: 'never' }))).status).toBe(422);
    await other.close();
  });

  test('is taken where the database cannot say: the engine judges again', async () => {
    const other = await startServer(({ reader }) => ({
      reader: {
        ...reader,
        instance: async () => {
          throw new Error('database away');
        },
      },
    }));
    expect((await post(other, EVENTS, event({ step: 'gone' }))).status).toBe(202);
    expect(other.errors).toHaveLength(1);
    await other.close();
  });
});

test('a stream that is away is answered with 503 and a time to try again', async () => {
  const other = await startServer(() => ({
    outlet: {
      send: async () => {
        throw new Error('nats://user:password@10.0.0.7 refused');
      },
    },
  }));
  const answered = await post(other, EVENTS, event());
  expect([answered.status, answered.headers['retry-after']]).toEqual([503, '5']);
  expect(answered.text).not.toContain('password');
  expect(other.errors).toHaveLength(1);
  await other.close();
});

describe('bodies of other kinds are refused with what is read', () => {
  test.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/json, text/plain',
    'application/json; charset=gbk',
    'application/json;',
    'application/json\tfoo',
    'application/json foo',
    'application /json',
    'json',
  ])('%j: 415', async (type) => {
    const { status, body } = await post(server, EVENTS, event(), type);
    expect(status).toBe(415);
    expect(body.detail).toContain('application/x-ndjson');
    expect(server.sent).toEqual([]);
  });

  test.each([
    'Application/JSON',
    'application/json ;charset=utf-8',
    'application/json; charset="utf-8"',
    'application/ndjson',
  ])('%j: taken', async (type) => expect((await post(server, EVENTS, event(), type)).status).toBe(202));

  test('without a type, or compressed', async () => {
    const bare = await ask(server, EVENTS, { method: 'POST', body: event() });
    expect(bare.status).toBe(415);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const zipped = await ask(server, EVENTS, { method: 'POST', body: event(), headers });
    expect([zipped.status, zipped.body.detail]).toEqual([415, expect.stringContaining('uncompressed')]);
  });

  test('with a type given twice, or hidden behind tabs and spaces, on the wire', async () => {
    const body = event();
    const head = `POST ${EVENTS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n`;
    const twice = 'Content-Type: text/plain\r\nContent-Type: application/json\r\n';
    expect(await talk(server, `${head}${twice}\r\n${body}`)).toMatch(/^HTTP\/1.1 415 /);
    expect(await talk(server, `${head}Content-Type:application/json\t;x\r\n\r\n${body}`)).toMatch(
      /^HTTP\/1.1 415 /,
    );
    expect(await talk(server, `${head}Content-Type: \tapplication/json\t \r\n\r\n${body}`)).toMatch(
      /^HTTP\/1.1 202 /,
    );
  });

  test('larger than a mebibyte: 413, announced or not', async () => {
    const large = Buffer.alloc(1024 * 1024 + 1, 32);
    expect((await post(server, EVENTS, large)).status).toBe(413);
    const chunk = `${(large.length).toString(16)}\r\n${large.toString()}\r\n0\r\n\r\n`;
    const head = `POST ${EVENTS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n`;
    expect(await talk(server, `${head}\r\n${chunk}`)).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe('a rejected message', () => {
  const resend = (id: string) => `/api/v1/rejected/${encodeURIComponent(id)}/resend`;

  beforeEach(async () => {
    await store(server.storage, { rejected: [rejected('s/1/1', event()), rejected('s/2/1', '{"broken')] });
  });

  test('is sent again as it came, once', async () => {
    const answered = await ask(server, resend('s/1/1'), { method: 'POST' });
    expect([answered.status, answered.body]).toEqual([
      202,
      { id: 's/1/1', accepted: 1, resentAt: '2026-11-23T08:00:00.000Z' },
    ]);
    expect(await schemaErrors('Resent', answered.body)).toEqual([]);
    expect(server.sent).toEqual([{ subject: 'milepost.checkpoint.settlement.k1', text: event() }]);
    expect((await server.storage.reader.rejectedOne('s/1/1'))?.resentAt).toBe(NOW);
    const again = await ask(server, resend('s/1/1'), { method: 'POST' });
    expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining('/api/v1/events')]);
    expect(server.sent).toHaveLength(1);
  });

  test('that is still wrong is not sent, and can be corrected', async () => {
    const asItCame = await ask(server, resend('s/2/1'), { method: 'POST' });
    expect([asItCame.status, asItCame.body.detail]).toEqual([
      422,
      expect.stringContaining('corrected event'),
    ]);
    const halfRight = await post(server, resend('s/2/1'), `${event()}\n{}`, 'application/x-ndjson');
    expect(halfRight.status).toBe(422);
    expect(server.sent).toEqual([]);
    expect(await kept()).toHaveLength(2);
    expect((await post(server, resend('s/2/1'), event({ id: 'e9' }))).status).toBe(202);
    expect(server.sent).toEqual([
      { subject: 'milepost.checkpoint.settlement.k1', text: event({ id: 'e9' }) },
    ]);
  });

  test('that does not exist is said so', async () => {
    expect((await ask(server, resend('s/9/9'), { method: 'POST' })).status).toBe(404);
  });
});
