import type { JetStreamManager, NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ensureStream,
  natsIntake,
  natsOutlet,
  STREAM_NAME,
  StreamRefused,
} from '../../adapters/nats/index.ts';
import { subjectOf } from '../../checkpoints/index.ts';
import { type Intake, type Message, type Outlet, partitionOf } from '../../engine/index.ts';
import { bytes, take, text } from '../contracts/intake.contract.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';

const PARTITIONS = 4;
const KEYS = [
  'a',
  'k-1',
  'clearing-2026-11-23',
  'clearing-2026-11-23/sub',
  'x/y/z',
  'a.b',
  'day 1',
  '交割/1',
  '%',
  '_',
];
const NEW = { incarnation: '', sequence: 0 };

let sorting: TestNats;
let plain: TestNats;
beforeAll(async () => {
  [sorting, plain] = await Promise.all([startTestNats({ partitions: PARTITIONS }), startTestNats()]);
}, 180_000);
afterAll(async () => {
  await Promise.all([sorting?.stop(), plain?.stop()]);
});

let nc: NatsConnection;
let jsm: JetStreamManager;
let opened: Intake[] = [];
/** the last sequence before the test */
let before = 0;

async function use(server: TestNats): Promise<void> {
  nc = await server.connect();
  jsm = await nc.jetstreamManager();
  await jsm.streams.delete(STREAM_NAME).catch(() => false);
  await ensureStream(jsm, { partitions: PARTITIONS });
  // nats-server 2.10 may find messages of the one just deleted in a stream that is made in the same moment.
  await jsm.streams.purge(STREAM_NAME);
  before = (await jsm.streams.info(STREAM_NAME)).state.last_seq;
}

afterEach(async () => {
  await Promise.all(opened.map((intake) => intake.stop()));
  opened = [];
  await nc.close();
});

async function open(partition: string): Promise<Intake> {
  const intake = natsIntake({ nc, partition, stream: { partitions: PARTITIONS }, heartbeat: 200 });
  opened.push(intake);
  await intake.start(NEW);
  return intake;
}

/** A producer that knows nothing of partitions. */
function producer(): Outlet {
  return natsOutlet({ nc });
}

function event(key: string | null, content: string) {
  return { subject: subjectOf('settlement', key), payload: bytes(content) };
}

/** The subject of the n-th message of the test. */
async function storedSubjectOf(sequence: number): Promise<string> {
  return (await jsm.streams.getMessage(STREAM_NAME, { seq: before + sequence })).subject;
}

/** Everything the partition has now, confirmed after each answer. */
async function drain(intake: Intake): Promise<readonly Message[]> {
  const got: Message[] = [];
  for (;;) {
    const some = await intake.next(50, 0);
    const last = some.at(-1);
    if (last === undefined) return got;
    got.push(...some);
    await intake.confirm(last.sequence);
  }
}

describe('a server that sorts into partitions', () => {
  beforeEach(() => use(sorting));

  test('stores each key in the partition that the engine computes, and the reader sees the subject that was sent on', async () => {
    await producer().send(KEYS.map((key) => event(key, key)));
    for (const [index, key] of KEYS.entries()) {
      const partition = partitionOf(key, PARTITIONS);
      const [, , ...tokens] = subjectOf('settlement', key).split('.');
      expect(await storedSubjectOf(index + 1)).toBe(`milepost.partition.${partition}.${tokens.join('.')}`);
    }
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const mine = KEYS.filter((key) => partitionOf(key, PARTITIONS) === String(partition));
      const got = await take(await open(String(partition)), mine.length);
      expect(got.map(text)).toEqual(mine);
      expect(got.map(({ subject }) => subject)).toEqual(mine.map((key) => subjectOf('settlement', key)));
    }
  });

  test('knows repeats by their id, whether it sorted them or they were put into their partition', async () => {
    const once = { ...event('k-1', 'same'), id: 'e-1' };
    await producer().send([once]);
    await producer().send([once]);
    await natsOutlet({ nc, partitions: PARTITIONS }).send([once]);
    expect((await jsm.streams.info(STREAM_NAME)).state.messages).toBe(1);
  });

  test('stores what is put into its partition once, where it would have sorted it', async () => {
    await natsOutlet({ nc, partitions: PARTITIONS }).send([event('x/y', '1'), event(null, '2')]);
    expect(await storedSubjectOf(1)).toBe(
      `milepost.partition.${partitionOf('x', PARTITIONS)}.settlement.x.y`,
    );
    expect(await storedSubjectOf(2)).toBe('milepost.checkpoint.settlement');
  });

  test('that sorts into more partitions than are read gets no acknowledgement for what nobody would read', async () => {
    const wrong = natsOutlet({ nc, partitions: 64, timeout: 1_000 });
    const key = Array.from({ length: 100 }, (_, index) => `k-${index}`).find(
      (one) => Number(partitionOf(one, 64)) >= PARTITIONS,
    );
    await expect(wrong.send([event(key ?? '', '1')])).rejects.toThrow(/no stream takes/);
  });
});

describe.each([
  ['a server that sorts', () => sorting],
  ['a server that does not sort', () => plain],
])('partitions on %s', (_, server) => {
  beforeEach(() => use(server()));

  test('are given every message once, in the order of the stream, of which the first also reads what came unsorted', async () => {
    const out = producer();
    const sent = Array.from({ length: 600 }, (_, index) => (index % 5 === 0 ? null : `k-${index % 17}`));
    const readers = await Promise.all(['0', '1', '2', '3'].map(open));
    const sending = out.send(sent.map((key, index) => event(key, String(index))));
    const got = await Promise.all(
      readers.map(async (reader) => {
        const mine: Message[] = [];
        const over = sending.then(() => true);
        for (let done = false; ; done = await Promise.race([over, Promise.resolve(false)])) {
          const some = await reader.next(20, 5);
          mine.push(...some);
          if (some.length > 0) await reader.confirm(some.at(-1)?.sequence ?? 0);
          else if (done) return mine;
        }
      }),
    );
    expect(
      got
        .flat()
        .map(text)
        .sort((a, b) => Number(a) - Number(b)),
    ).toEqual(sent.map((_, index) => String(index)));
    for (const mine of got) {
      const sequences = mine.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    }
  });

  test('go on after what was confirmed, the first with both that it reads', async () => {
    await producer().send([event(null, '1'), event('a', '2'), event(null, '3'), event('a', '4')]);
    expect(partitionOf('a', PARTITIONS)).toBe('0');
    const first = await open('0');
    const got = await take(first, 2);
    const after = { ...(await first.start(NEW)), sequence: got[1]?.sequence ?? 0 };
    await first.start(after);
    expect((await take(first, 2)).map(text)).toEqual(['3', '4']);
    expect(await first.next(10, 0)).toEqual([]);
  });
});

describe('silence', () => {
  beforeEach(() => use(sorting));

  test('is not answered while what came unsorted waits to be passed on, and what is passed on comes first', async () => {
    const key = 'k-2';
    const partition = partitionOf(key, PARTITIONS);
    expect(partition).not.toBe('0');
    await producer().send([event(null, 'late')]);
    const [first, mine] = [await open('0'), await open(partition)];
    const answer = mine.next(10, 0);
    const [unsorted] = await take(first, 1);
    if (unsorted === undefined) throw new Error('The first partition reads what came unsorted.');
    const passOn = natsOutlet({ nc, partitions: PARTITIONS, keepOrder: true });
    await passOn.send([{ ...event(key, text(unsorted)), id: 'x/1/1', storedAt: unsorted.storedAt }]);
    const got = await answer;
    expect(got.map(text)).toEqual(['late']);
    expect(got[0]?.storedAt).toBe(unsorted.storedAt);
    expect(await first.next(10, 0)).toEqual([]);
    await first.confirm(unsorted.sequence);
    expect(await mine.next(10, 0)).toEqual([]);
  });

  test('is answered once the first partition has confirmed what it read, also after its reader was interrupted', async () => {
    await producer().send([event(null, '1'), event(null, '2')]);
    const [first, second] = [await open('0'), await open('1')];
    const got = await take(first, 2);
    await jsm.consumers.delete(STREAM_NAME, 'milepost-unsorted');
    const answer = second.next(10, 0);
    await first.confirm(got[1]?.sequence ?? 0);
    expect(await answer).toEqual([]);
  });

  test('of the time of the question is enough: what comes unsorted later does not hold up the answer', async () => {
    const [first, second] = [await open('0'), await open('1')];
    await producer().send([event(null, '1')]);
    const answer = second.next(10, 0);
    const [message] = await take(first, 1);
    await first.confirm(message?.sequence ?? 0);
    await producer().send([event(null, '2')]);
    expect(await answer).toEqual([]);
  });
});

describe('what is passed on', () => {
  beforeEach(() => use(plain));

  test('keeps the order of a root even where a message fails: what follows it is not sent', async () => {
    const strict = natsOutlet({ nc, partitions: PARTITIONS, keepOrder: true });
    const large = { subject: subjectOf('settlement', 'k/1'), payload: new Uint8Array(1_200_000) };
    const order = [event('k', '1'), large, event('k/2', '3'), event('other', '4')];
    await expect(strict.send(order)).rejects.toThrow(/larger than NATS takes/);
    const reader = await open(partitionOf('k', PARTITIONS));
    const got = (await drain(reader)).filter(({ subject }) =>
      subject.startsWith(subjectOf('settlement', 'k')),
    );
    expect(got.map(text)).toEqual(['1']);
  });

  test('says itself when it was stored first, and no producer can say so', async () => {
    const headers = { 'Milepost-Stored-At': '1000' };
    await natsOutlet({ nc, partitions: PARTITIONS }).send([{ ...event('a', '1'), headers }]);
    const reader = await open('0');
    const [message] = await take(reader, 1);
    expect(message?.storedAt).toBeGreaterThan(1_000_000_000_000);
  });
});

describe('a stream for several partitions', () => {
  beforeEach(() => use(plain));

  test.each([
    [
      'lacks one of them',
      ['milepost.checkpoint.>', 'milepost.partition.0.>'],
      /milepost\.partition\.1\.> must be among them/,
    ],
    [
      'takes more than are read',
      ['milepost.checkpoint.>', 'milepost.partition.0.>', 'milepost.partition.1.>', 'milepost.partition.2.>'],
      /it takes milepost\.partition\.2\.>/,
    ],
  ])('is refused when it %s, with what to change', async (_, subjects, message) => {
    await jsm.streams.delete(STREAM_NAME);
    await jsm.streams.add({ name: STREAM_NAME, subjects });
    const refused = ensureStream(jsm, { partitions: 2 });
    await expect(refused).rejects.toThrow(StreamRefused);
    await expect(refused).rejects.toThrow(message);
  });

  test('that was made for one does for one also without room for what is sorted', async () => {
    await jsm.streams.delete(STREAM_NAME);
    await jsm.streams.add({ name: STREAM_NAME, subjects: ['milepost.checkpoint.>'] });
    expect(await ensureStream(jsm)).toMatchObject({ made: false, exclusive: true });
  });
});
