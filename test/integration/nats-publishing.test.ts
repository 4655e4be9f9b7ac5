import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { NatsConnection, ServiceInfo, Subscription } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ensureStream,
  makeRoom,
  natsOutlet,
  natsPublisher,
  OutletError,
  removeApplied,
  STREAM_NAME,
  StreamRefused,
  startNatsService,
  streamUsage,
} from '../../adapters/nats/index.ts';
import { readMessage } from '../../checkpoints/index.ts';
import { bytes, numbers } from '../contracts/intake.contract.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';

const SUBJECT = 'milepost.checkpoint.settlement.clearing-1';

let server: TestNats;
let nc: NatsConnection;

beforeAll(async () => {
  server = await startTestNats();
}, 180_000);
afterAll(async () => {
  await server?.stop();
});
beforeEach(async () => {
  nc = await server.connect();
  const jsm = await nc.jetstreamManager();
  for await (const stream of jsm.streams.list()) await jsm.streams.delete(stream.config.name);
});
afterEach(async () => {
  await nc.close();
});

describe('the stream', () => {
  test('is made as promised: on file, refusing when full, knowing repeats for two minutes', async () => {
    const jsm = await nc.jetstreamManager();
    const stream = await ensureStream(jsm);
    const { config, created } = await jsm.streams.info(STREAM_NAME);
    expect(stream).toMatchObject({
      made: true,
      warnings: [],
      incarnation: `MILEPOST@${new Date(created).toISOString()}`,
    });
    expect(config).toMatchObject({
      subjects: ['milepost.checkpoint.>', 'milepost.partition.>'],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      max_bytes: 1024 ** 3,
      max_msg_size: 1_048_576,
      duplicate_window: 120e9,
    });
    expect(await ensureStream(jsm)).toMatchObject({
      made: false,
      incarnation: stream.incarnation,
      warnings: [],
    });
  });

  test('is made once by many that start together', async () => {
    const jsm = await nc.jetstreamManager();
    const all = await Promise.all(numbers(1, 5).map(() => ensureStream(jsm)));
    expect(new Set(all.map((stream) => stream.incarnation)).size).toBe(1);
  });

  test('with bigger limits, set by an operator, is taken as it is', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm, { maxBytes: 1_000_000, maxAge: 3_600_000 });
    const large = { max_bytes: 50_000_000, max_age: 0, max_msg_size: -1, duplicate_window: 600e9 };
    await jsm.streams.update(STREAM_NAME, large);
    expect((await ensureStream(jsm, { maxBytes: 1_000_000, maxAge: 3_600_000 })).warnings).toEqual([]);
    expect((await jsm.streams.info(STREAM_NAME)).config).toMatchObject(large);
  });

  test.each([
    [
      'other subjects',
      { subjects: ['orders.>'] },
      /its subjects are orders\.>, and milepost\.checkpoint\.> must be among them/,
    ],
    [
      'a work queue',
      { subjects: ['milepost.checkpoint.>'], retention: 'workqueue' },
      /its retention is workqueue/,
    ],
    [
      'few messages a subject',
      { subjects: ['milepost.checkpoint.>'], max_msgs_per_subject: 1 },
      /keeps only 1 messages a subject/,
    ],
    [
      'no acknowledgements',
      { subjects: ['milepost.checkpoint.>'], no_ack: true },
      /gives no acknowledgements/,
    ],
  ])('is refused with %s, and the message says what to change', async (_, config, message) => {
    const jsm = await nc.jetstreamManager();
    // The table holds plain strings where the client's types want its own constants of the same value.
    await jsm.streams.add({ name: STREAM_NAME, ...config } as Parameters<typeof jsm.streams.add>[0]);
    const refused = ensureStream(jsm);
    await expect(refused).rejects.toThrow(StreamRefused);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(/nats stream edit MILEPOST/);
  });

  test('is refused when another stream already takes its subjects', async () => {
    const jsm = await nc.jetstreamManager();
    await jsm.streams.add({ name: 'OTHER', subjects: ['milepost.>'] });
    await expect(ensureStream(jsm)).rejects.toThrow(
      /another stream already takes subjects under milepost\.checkpoint/,
    );
  });

  test('row 21: with weaker settings is used, and each weakness is named', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm, { maxBytes: 1_000_000 });
    await jsm.streams.update(STREAM_NAME, { max_msgs: 100, max_age: 3_600e9, duplicate_window: 30e9 });
    const { warnings } = await ensureStream(jsm);
    expect(warnings.join('\n')).toMatch(/at most 100 messages/);
    expect(warnings.join('\n')).toMatch(/at most 1000000 bytes/);
    expect(warnings.join('\n')).toMatch(/after 1 h/);
    expect(warnings.join('\n')).toMatch(/less than two minutes/);
  });

  test('gets room back by removing what is applied, and only once it is half full', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm, { maxBytes: 1_000_000 });
    const outlet = natsOutlet({ nc });
    const message = { subject: SUBJECT, payload: new Uint8Array(100_000) };
    await outlet.send([message, message, message]);
    expect(await removeApplied(jsm, { sequence: 3 })).toBe(0);
    await outlet.send([message, message, message]);
    expect(await removeApplied(jsm, { sequence: 4 })).toBe(4);
    expect(await streamUsage(jsm)).toMatchObject({ messages: 2, maxBytes: 1_000_000 });
  });
});

describe('making room', () => {
  const message = (partition: number) => ({
    subject: `milepost.partition.${partition}.f.k`,
    payload: new Uint8Array(100_000),
  });

  /** How many messages are left once room was made, of twice as many partitions as positions are given. */
  async function left(
    positions: readonly number[],
    sent: readonly number[],
  ): Promise<{ readonly first: number; readonly filled: number | null }> {
    const jsm = await nc.jetstreamManager();
    const partitions = positions.length;
    const { incarnation } = await ensureStream(jsm, { maxBytes: 1_000_000, partitions });
    await natsOutlet({ nc }).send(sent.map(message));
    const applied = positions.map((sequence, index) => ({
      ...{ partition: String(index), incarnation: sequence === 0 ? '' : incarnation, sequence },
    }));
    const filled = await makeRoom({ nc, partitions }, applied);
    return { first: (await jsm.streams.info(STREAM_NAME)).state.first_seq, filled };
  }

  test.each<[string, readonly number[], readonly number[], number]>([
    ['leaves a stream that is not half full as it is', [4, 0], [0, 0, 0, 0], 1],
    [
      'removes the older half of what is applied, although another partition never had anything',
      [8, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      6,
    ],
    ['removes nothing that a partition has not applied', [8, 2], [0, 1, 1, 0, 0, 0, 0, 0], 3],
    ['removes nothing while nothing is applied', [0, 0], [0, 1, 0, 1, 0, 1, 0, 1], 1],
  ])('row 18: %s', async (_, positions, sent, first) => {
    const found = await left(positions, sent);
    expect(found.first).toBe(first);
    expect(found.filled).toBeCloseTo(((sent.length - first + 1) * 100_000) / 1_000_000, 1);
  });
});

describe('the outlet', () => {
  test('row 33: refuses for good what is larger than NATS takes', async () => {
    await ensureStream(await nc.jetstreamManager());
    const large = natsOutlet({ nc }).send([{ subject: SUBJECT, payload: new Uint8Array(2_000_000) }]);
    await expect(large).rejects.toMatchObject({ name: 'OutletError', permanent: true });
    const nearly = natsOutlet({ nc }).send([{ subject: SUBJECT, payload: new Uint8Array(1_048_570) }]);
    await expect(nearly).rejects.toMatchObject({ name: 'OutletError', permanent: true });
  });

  test('refuses for good a subject that is none, and one of another stream', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm);
    await jsm.streams.add({ name: 'OTHER', subjects: ['other.>'] });
    for (const subject of [
      '',
      'a b',
      'milepost..x',
      'milepost.checkpoint.*',
      'milepost.checkpoint.>',
      'x\r\ny',
      'other.x',
    ]) {
      const sent = natsOutlet({ nc }).send([{ subject, payload: bytes('1') }]);
      await expect(sent, JSON.stringify(subject)).rejects.toMatchObject({
        name: 'OutletError',
        permanent: true,
      });
    }
  });

  test('can be tried again when there is no stream', async () => {
    const sent = natsOutlet({ nc }).send([{ subject: SUBJECT, payload: bytes('1') }]);
    await expect(sent).rejects.toMatchObject({ permanent: false });
    await expect(sent).rejects.toThrow(/the stream MILEPOST is missing/);
  });

  test('row 18: can be tried again when the stream is full, and what was acknowledged stays', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm, { maxBytes: 300_000 });
    const outlet = natsOutlet({ nc });
    const message = { subject: SUBJECT, payload: new Uint8Array(100_000) };
    await outlet.send([message, message]);
    const sent = outlet.send([message, message]);
    await expect(sent).rejects.toBeInstanceOf(OutletError);
    await expect(sent).rejects.toMatchObject({ permanent: false });
    await expect(sent).rejects.toThrow(/the stream MILEPOST is full/);
    expect((await streamUsage(jsm)).messages).toBe(2);
  });

  test('lets no header of a message give orders to the server', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm);
    const headers = {
      'Nats-Msg-Id': 'old',
      'nats-rollup': 'all',
      'Nats-Expected-Last-Sequence': '77',
      'ce-id': 'x',
    };
    const outlet = natsOutlet({ nc });
    await outlet.send([{ subject: SUBJECT, payload: bytes('1'), headers }]);
    await outlet.send([{ subject: SUBJECT, payload: bytes('2'), headers }]);
    expect((await streamUsage(jsm)).messages).toBe(2);
    const stored = await jsm.streams.getMessage(STREAM_NAME, { seq: 2 });
    expect(stored.header.get('ce-id')).toBe('x');
  });

  test('keeps the order of one call through any number of messages under way', async () => {
    const jsm = await nc.jetstreamManager();
    await ensureStream(jsm);
    const messages = numbers(1, 500).map((number) => ({
      subject: SUBJECT,
      payload: bytes(number),
      id: number,
    }));
    await natsOutlet({ nc, ahead: { messages: 16, bytes: 40 } }).send(messages);
    const seen: string[] = [];
    const consumer = await nc.jetstream().consumers.get(STREAM_NAME);
    for await (const message of await consumer.fetch({ max_messages: 500, expires: 5_000 }))
      seen.push(message.string());
    expect(seen).toEqual(numbers(1, 500));
  });
});

test('the producer in the README puts its event into the stream', async () => {
  const jsm = await nc.jetstreamManager();
  await ensureStream(jsm);
  const readme = await readFile(new URL('../../adapters/nats/README.md', import.meta.url), 'utf8');
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const script = example.replace('127.0.0.1:4222', `127.0.0.1:${server.port}`);
  const environment = { ...process.env, NATS_PASSWORD: 'secret' };
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: environment });
  const stored = await jsm.streams.getMessage(STREAM_NAME, { seq: 1 });
  expect(stored.subject).toBe('milepost.checkpoint.settlement.clearing-2026-11-23');
  expect(readMessage(stored.data, {})[0]?.result).toMatchObject({ ok: true, event: { step: 'receive' } });
});

describe('the publisher', () => {
  test('publishes changes in order, each with its id, and is done when the server has them', async () => {
    const listener = await server.connect('listener');
    const heard: string[] = [];
    listen(listener, 'milepost.>', (subject, id, body) => heard.push(`${id} ${subject} ${body}`));
    await listener.flush();
    await natsPublisher({ nc }).publish([
      { id: 7, subject: 'milepost.status.settlement.clearing-1', body: '{"status":"running"}' },
      { id: 8, subject: 'milepost.alarm.critical.settlement', body: '{"name":"late"}' },
      { id: 9, subject: 'milepost.status.settlement.clearing-1', body: '{"status":"failed"}' },
    ]);
    await listener.flush();
    expect(heard).toEqual([
      '7 milepost.status.settlement.clearing-1 {"status":"running"}',
      '8 milepost.alarm.critical.settlement {"name":"late"}',
      '9 milepost.status.settlement.clearing-1 {"status":"failed"}',
    ]);
    await listener.close();
  });

  test('passes over what can never be published, says so, and publishes the rest', async () => {
    const listener = await server.connect('listener');
    const heard: string[] = [];
    listen(listener, '>', (_, id) => heard.push(id));
    await listener.flush();
    const passed: number[] = [];
    await natsPublisher({ nc, onPassed: (id) => passed.push(id) }).publish([
      { id: 1, subject: 'two words', body: '' },
      { id: 2, subject: '$JS.API.STREAM.DELETE.MILEPOST', body: '' },
      { id: 3, subject: '_INBOX.abc', body: '' },
      { id: 4, subject: 'plant.bell', body: 'x'.repeat(2_000_000) },
      { id: 5, subject: 'plant.bell', body: 'ring' },
    ]);
    await listener.flush();
    expect(passed).toEqual([1, 2, 3, 4]);
    expect(heard).toEqual(['5']);
    await listener.close();
  });

  test('rejects while the server is away, so that the changes are published later', async () => {
    const away = await startTestNats();
    const link = await away.connect();
    await away.kill9();
    const published = natsPublisher({ nc: link, timeout: 300 }).publish([
      { id: 1, subject: 'a.b', body: '' },
    ]);
    await expect(published).rejects.toMatchObject({ name: 'PublishError', permanent: false });
    await away.stop();
  }, 60_000);
});

describe('the service', () => {
  const handle = async (name: string, request: unknown) => {
    if (request !== null && typeof request === 'object' && 'fail' in request)
      throw new RangeError(String(request.fail));
    return name === 'day' ? 'x'.repeat(3_000_000) : { name, request };
  };

  test('is discoverable as milepost, with an endpoint a read', async () => {
    const stop = await startNatsService({ nc, version: '1.2.3', handle });
    const found = await discovered();
    expect(found).toHaveLength(1);
    expect(found[0]?.version).toBe('1.2.3');
    const subjects = found[0]?.endpoints.map((endpoint) => endpoint.subject);
    expect(subjects).toEqual(
      ['flows', 'instances', 'instance', 'alarms', 'day'].map((name) => `milepost.api.${name}`),
    );
    await stop();
    await stop();
    await expect(discovered()).rejects.toMatchObject({ code: '503' });
  });

  test('answers reads with JSON, asked with and without parameters', async () => {
    const stop = await startNatsService({ nc, version: '1.2.3', handle });
    const asked = await nc.request(
      'milepost.api.instance',
      JSON.stringify({ flow: 'settlement', key: '__proto__' }),
    );
    expect(asked.json()).toEqual({ name: 'instance', request: { flow: 'settlement', key: '__proto__' } });
    expect((await nc.request('milepost.api.flows')).json()).toEqual({ name: 'flows', request: null });
    await stop();
  });

  test.each([
    ['a request that is no JSON', 'flows', '{', '400', /not JSON/],
    ['an answer larger than NATS takes', 'day', '', '413', /larger than 1048576 bytes/],
    ['an error that callers may know', 'flows', '{"fail":"known\\nline"}', '404', /^no such known line$/],
    [
      'an error that callers should not see',
      'flows',
      '{"fail":"secret"}',
      '500',
      /^Milepost could not answer/,
    ],
  ])('answers %s with a code and words', async (_, name, request, code, words) => {
    const errors: unknown[] = [];
    const describeError = (error: unknown) =>
      error instanceof RangeError && error.message.startsWith('known')
        ? { code: 404, text: `no such ${error.message}` }
        : null;
    const stop = await startNatsService({
      nc,
      version: '1.2.3',
      handle,
      describe: describeError,
      onError: (_name, error) => errors.push(error),
    });
    const answer = await nc.request(`milepost.api.${name}`, request, { timeout: 5_000 });
    expect(answer.headers?.get('Nats-Service-Error-Code')).toBe(code);
    expect(answer.headers?.get('Nats-Service-Error')).toMatch(words);
    expect(errors.length).toBe(code === '500' ? 1 : 0);
    await stop();
  });
});

async function discovered(): Promise<ServiceInfo[]> {
  const found: ServiceInfo[] = [];
  for await (const info of await nc.services.client().info('milepost')) found.push(info);
  return found;
}

function listen(
  listener: NatsConnection,
  subject: string,
  heard: (subject: string, id: string, body: string) => void,
): Subscription {
  return listener.subscribe(subject, {
    callback: (error, message) => {
      const id = message.headers?.get('Milepost-Change');
      if (error === null && id) heard(message.subject, id, message.string());
    },
  });
}
