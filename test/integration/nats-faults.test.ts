import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NatsConnection, nanos } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  connectNats,
  ensureStream,
  type IntakeNotice,
  natsIntake,
  natsOutlet,
  STREAM_NAME,
} from '../../adapters/nats/index.ts';
import { type Intake, IntakeError, type Message, type Outlet } from '../../engine/index.ts';
import { failure, numbers, send, started, take, text } from '../contracts/intake.contract.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';

const LIMIT = 60_000;
const CONSUMER = 'milepost-main';

let server: TestNats;
let nc: NatsConnection;
let outlet: Outlet;
let notices: IntakeNotice[];
let opened: Intake[];

const bench = {
  get outlet() {
    return outlet;
  },
  open: async () => openOn(nc),
};

function openOn(
  connection: NatsConnection,
  ahead?: { readonly messages: number; readonly bytes: number },
): Intake {
  const onNotice = (notice: IntakeNotice) => notices.push(notice);
  const base = { nc: connection, partition: 'main', heartbeat: 200, onNotice };
  const intake = natsIntake(ahead === undefined ? base : { ...base, ahead });
  opened.push(intake);
  return intake;
}

beforeEach(async () => {
  notices = [];
  opened = [];
  server = await startTestNats();
  nc = await server.connect();
  outlet = natsOutlet({ nc });
  await ensureStream(await nc.jetstreamManager());
}, 180_000);

afterEach(async () => {
  await Promise.all(opened.map((intake) => intake.stop()));
  await server.stop();
});

/** `next` until `count` messages came; a stream that cannot be seen for the moment is asked again. */
async function takeThroughTrouble(intake: Intake, count: number): Promise<readonly Message[]> {
  const got: Message[] = [];
  for (let turn = 0; got.length < count && turn < 400; turn++) {
    try {
      got.push(...(await intake.next(count - got.length, 100)));
    } catch (error) {
      if (!(error instanceof IntakeError) || error.reason !== 'lost') throw error;
    }
  }
  return got;
}

test(
  'row 14: a server that is killed and restarted in mid stream: nothing is lost, nothing comes twice, order is kept',
  async () => {
    const { intake } = await started(bench);
    const sent = numbers(1, 3_000);
    await send(bench, sent.slice(0, 2_000));
    const got = [...(await take(intake, 700))];
    await intake.confirm(got[499]?.sequence ?? 0);
    await server.kill9();
    await server.restart();
    await send(bench, sent.slice(2_000));
    got.push(...(await takeThroughTrouble(intake, 2_300)));
    expect(got.map(text)).toEqual(sent);
    await intake.confirm(got.at(-1)?.sequence ?? 0);
    expect(await intake.next(10, 50)).toEqual([]);
  },
  LIMIT,
);

test(
  'five kills while producing and reading: every acknowledged message is given once, in order',
  async () => {
    const { intake } = await started(bench);
    const acknowledged: string[] = [];
    let producing = true;
    const producer = (async () => {
      for (let number = 1; producing; number++) {
        const id = `e-${number}`;
        const message = { subject: 'milepost.checkpoint.a.b', payload: new TextEncoder().encode(id), id };
        for (let safe = false; !safe; ) {
          safe = await outlet.send([message]).then(
            () => true,
            () => false,
          );
        }
        acknowledged.push(id);
      }
    })();
    const got: string[] = [];
    for (let kill = 0; kill < 5; kill++) {
      got.push(...(await takeThroughTrouble(intake, 200)).map(text));
      await server.kill9();
      await server.restart();
    }
    producing = false;
    await producer;
    got.push(...(await takeThroughTrouble(intake, acknowledged.length - got.length)).map(text));
    expect(got).toEqual(acknowledged);
  },
  LIMIT,
);

test(
  'while the server is away the answer is an error, not an empty list',
  async () => {
    const { intake } = await started(bench);
    expect(await intake.next(1, 0)).toEqual([]);
    await server.kill9();
    const problems: unknown[] = [];
    for (let turn = 0; turn < 50 && problems.length === 0; turn++) {
      await intake.next(1, 100).catch((error: unknown) => problems.push(error));
    }
    expect(problems[0]).toMatchObject({ name: 'IntakeError', reason: 'lost', permanent: false });
    await server.restart();
    await send(bench, ['back']);
    expect((await takeThroughTrouble(intake, 1)).map(text)).toEqual(['back']);
    expect(await intake.next(1, 0)).toEqual([]);
    expect(notices.map((notice) => notice.kind)).toEqual(['lost', 'back']);
  },
  LIMIT,
);

test(
  'row 15: a server that is frozen is noticed by its silence, and read on from when it goes on',
  async () => {
    const { intake } = await started(bench);
    await send(bench, numbers(1, 3));
    await take(intake, 3);
    process.kill(server.pid(), 'SIGSTOP');
    let blind = false;
    for (let turn = 0; turn < 100 && !blind; turn++) {
      blind = await intake.next(1, 50).then(
        () => false,
        () => true,
      );
    }
    process.kill(server.pid(), 'SIGCONT');
    expect(blind).toBe(true);
    await send(bench, numbers(4, 6));
    expect((await takeThroughTrouble(intake, 3)).map(text)).toEqual(numbers(4, 6));
  },
  LIMIT,
);

test(
  'row 19: a consumer that is deleted under a running intake is made anew, and reading goes on',
  async () => {
    const { intake } = await started(bench);
    const jsm = await nc.jetstreamManager();
    await send(bench, numbers(1, 10));
    const got = [...(await take(intake, 4))];
    await intake.confirm(got[1]?.sequence ?? 0);
    await jsm.consumers.delete(STREAM_NAME, CONSUMER);
    await send(bench, numbers(11, 20));
    got.push(...(await takeThroughTrouble(intake, 16)));
    expect(got.map(text)).toEqual(numbers(1, 20));
    expect((await jsm.consumers.info(STREAM_NAME, CONSUMER)).name).toBe(CONSUMER);
  },
  LIMIT,
);

test(
  'row 22: messages that someone else pulls from our consumer are noticed as a gap and read again',
  async () => {
    const { intake } = await started({ open: async () => openOn(nc, { messages: 2, bytes: 1_000_000 }) });
    await send(bench, numbers(1, 3));
    const got = [...(await take(intake, 1))];
    const thief = await nc.jetstream().consumers.get(STREAM_NAME, CONSUMER);
    await send(bench, numbers(4, 30));
    const stolen = await thief.fetch({ max_messages: 5, expires: 1_000 });
    for await (const message of stolen) expect(message.seq).toBeGreaterThan(0);
    got.push(...(await takeThroughTrouble(intake, 29)));
    expect(got.map(text)).toEqual(numbers(1, 30));
    expect(notices.some((notice) => notice.kind === 'lost' && /delivery/.test(notice.text))).toBe(true);
  },
  LIMIT,
);

test(
  'row 22: a consumer whose acknowledgements are ahead of the position is read from the position',
  async () => {
    const first = await started(bench);
    await send(bench, numbers(1, 8));
    const got = await take(first.intake, 8);
    await first.intake.confirm(got.at(-1)?.sequence ?? 0);
    await first.intake.stop();
    const floor = (await (await nc.jetstreamManager()).consumers.info(STREAM_NAME, CONSUMER)).ack_floor
      .stream_seq;
    expect(floor).toBe(8);
    const second = await started(bench, { incarnation: first.incarnation, sequence: 3 });
    expect((await take(second.intake, 5)).map(text)).toEqual(numbers(4, 8));
  },
  LIMIT,
);

test(
  'one acknowledgement covers all messages before it',
  async () => {
    const { intake } = await started(bench);
    await send(bench, numbers(1, 100));
    const got = await take(intake, 100);
    await intake.confirm(got[59]?.sequence ?? 0);
    await nc.flush();
    const info = await (await nc.jetstreamManager()).consumers.info(STREAM_NAME, CONSUMER);
    expect(info.ack_floor.stream_seq).toBe(60);
    expect(info.num_ack_pending).toBe(40);
  },
  LIMIT,
);

test(
  'a second reader takes the partition over, and the first gives up instead of fighting',
  async () => {
    const first = await started(bench);
    await send(bench, numbers(1, 5));
    await take(first.intake, 5);
    const second = await started(bench, { incarnation: first.incarnation, sequence: 2 });
    expect(await failure(first.intake)).toMatchObject({ name: 'IntakeError', reason: 'taken' });
    await send(bench, numbers(6, 9));
    expect((await take(second.intake, 7)).map(text)).toEqual(numbers(3, 9));
  },
  LIMIT,
);

test(
  'row 17: a stream that is deleted while it is read is made anew and reported as another one',
  async () => {
    const { intake, incarnation } = await started(bench);
    await send(bench, numbers(1, 5));
    await take(intake, 5);
    await (await nc.jetstreamManager()).streams.delete(STREAM_NAME);
    expect(await failure(intake)).toMatchObject({ name: 'IntakeError', reason: 'changed' });
    expect(notices.some((notice) => notice.kind === 'stream')).toBe(true);
    const again = await intake.start({ incarnation, sequence: 5 });
    expect(again.incarnation).not.toBe(incarnation);
    await send(bench, ['new']);
    expect((await take(intake, 1)).map(text)).toEqual(['new']);
  },
  LIMIT,
);

test(
  'what had arrived of a deleted stream is given before the change is reported',
  async () => {
    const { intake } = await started(bench);
    await send(bench, numbers(1, 50));
    const got = [...(await take(intake, 1))];
    await (await nc.jetstreamManager()).streams.delete(STREAM_NAME);
    await nc.flush();
    const problem = await (async () => {
      for (;;) {
        const some = await intake.next(7, 2_000).catch((error: unknown) => error);
        if (!Array.isArray(some)) return some;
        got.push(...some);
      }
    })();
    expect(problem).toMatchObject({ reason: 'changed' });
    expect(got.map(text)).toEqual(numbers(1, 50));
  },
  LIMIT,
);

test(
  'row 16: a store that is lost with the server is another stream',
  async () => {
    const { intake, incarnation } = await started(bench);
    await send(bench, numbers(1, 5));
    await take(intake, 5);
    await server.kill9();
    await server.wipe();
    await server.restart();
    expect(await failure(intake)).toMatchObject({ reason: 'changed' });
    expect((await intake.start({ incarnation, sequence: 5 })).incarnation).not.toBe(incarnation);
  },
  LIMIT,
);

test(
  'row 16: a store that came back from an older copy is a new life of the stream, so that reused numbers are not skipped',
  async () => {
    const { intake, incarnation } = await started(bench);
    await send(bench, numbers(1, 3));
    await take(intake, 3);
    await intake.stop();
    await server.halt();
    await cp(join(server.folder, 'jetstream'), join(server.folder, 'copy'), { recursive: true });
    await server.restart();
    await send(bench, ['4', '5', '6']);
    await server.halt();
    await rm(join(server.folder, 'jetstream'), { recursive: true });
    await cp(join(server.folder, 'copy'), join(server.folder, 'jetstream'), { recursive: true });
    await server.restart();
    const again = await intake.start({ incarnation, sequence: 6 });
    expect(again.incarnation).toBe(`${incarnation}~2`);
    await send(bench, ['four']);
    expect((await take(intake, 4)).map(text)).toEqual(['1', '2', '3', 'four']);
    await intake.stop();
    expect((await intake.start({ incarnation: again.incarnation, sequence: 4 })).incarnation).toBe(
      again.incarnation,
    );
  },
  LIMIT,
);

test(
  'row 17: a purge of messages that were not read is told with the missing range, and the backlog still counts as applied',
  async () => {
    const { intake, incarnation } = await started(bench);
    await send(bench, numbers(1, 3));
    const got = await take(intake, 3);
    await intake.confirm(3);
    await intake.stop();
    await send(bench, numbers(4, 9));
    await (await nc.jetstreamManager()).streams.purge(STREAM_NAME);
    const again = await started(bench, { incarnation, sequence: got.at(-1)?.sequence ?? 0 });
    expect(await again.intake.next(10, 50)).toEqual([]);
    expect(await again.intake.last()).toBe(3);
    await send(bench, ['10']);
    expect((await take(again.intake, 1)).map(text)).toEqual(['10']);
    expect(notices).toContainEqual(expect.objectContaining({ kind: 'gap', from: 4, to: 9 }));
    expect(await again.intake.last()).toBe(10);
  },
  LIMIT,
);

test(
  'row 17: a purge under a running intake leaves it reading what comes next',
  async () => {
    const { intake } = await started(bench);
    await send(bench, numbers(1, 5));
    await take(intake, 5);
    await (await nc.jetstreamManager()).streams.purge(STREAM_NAME);
    expect(await intake.next(10, 50)).toEqual([]);
    await send(bench, numbers(6, 8));
    expect((await takeThroughTrouble(intake, 3)).map(text)).toEqual(numbers(6, 8));
    expect(await intake.last()).toBe(8);
  },
  LIMIT,
);

test(
  'a message larger than what may be read ahead still comes',
  async () => {
    const { intake } = await started({ open: async () => openOn(nc, { messages: 10, bytes: 2_000 }) });
    const large = 'x'.repeat(300_000);
    await send(bench, ['1', large, '3', '4']);
    expect((await take(intake, 4)).map(text)).toEqual(['1', large, '3', '4']);
  },
  LIMIT,
);

test(
  'a reader that rests holds no more than it may read ahead',
  async () => {
    const { intake } = await started({ open: async () => openOn(nc, { messages: 100, bytes: 1_000_000 }) });
    await send(bench, numbers(1, 2_000));
    await take(intake, 1);
    await nc.flush();
    const info = await (await nc.jetstreamManager()).consumers.info(STREAM_NAME, CONSUMER);
    expect(info.delivered.stream_seq).toBeLessThanOrEqual(101);
    expect((await take(intake, 1_999)).map(text)).toEqual(numbers(2, 2_000));
  },
  LIMIT,
);

test(
  'a server that comes late is waited for, said once, and then everything works',
  async () => {
    const late = await startTestNats({ late: true });
    try {
      const said: string[] = [];
      const connecting = connectNats({
        url: late.url,
        onNotice: (notice) => said.push(`${notice.state}: ${notice.text}`),
      });
      await expect.poll(() => said.length).toBe(1);
      await late.restart();
      const link = await connecting;
      const intake = openOn(link);
      await intake.start({ incarnation: '', sequence: 0 });
      await natsOutlet({ nc: link }).send([
        { subject: 'milepost.checkpoint.a.b', payload: new Uint8Array([49]) },
      ]);
      expect((await take(intake, 1)).map(text)).toEqual(['1']);
      expect(said).toEqual([
        `waiting: waiting for NATS at 127.0.0.1:${late.port}: nothing listens there`,
        `connected: connected to NATS at 127.0.0.1:${late.port}`,
      ]);
      await intake.stop();
      await link.close();
    } finally {
      await late.stop();
    }
  },
  LIMIT,
);

test(
  'an acknowledgement that is lost on its way is given again when the messages come again, and they are given once',
  async () => {
    let lost = 0;
    const careless = new Proxy(nc, {
      get(target, name) {
        if (name !== 'publish') {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (subject: string, ...rest: unknown[]) => {
          if (subject.startsWith('$JS.ACK.') && lost++ === 0) return;
          Reflect.apply(target.publish, target, [subject, ...rest]);
        };
      },
    });
    const intake = openOn(careless);
    await intake.start({ incarnation: '', sequence: 0 });
    await send(bench, numbers(1, 5));
    const got = await take(intake, 5);
    const jsm = await nc.jetstreamManager();
    const { config } = await jsm.consumers.info(STREAM_NAME, CONSUMER);
    await jsm.consumers.update(STREAM_NAME, CONSUMER, { ...config, ack_wait: nanos(300) });
    await intake.confirm(got.at(-1)?.sequence ?? 0);
    await expect
      .poll(async () => (await jsm.consumers.info(STREAM_NAME, CONSUMER)).ack_floor.stream_seq, {
        timeout: 20_000,
      })
      .toBe(5);
    expect(lost).toBeGreaterThan(1);
    expect(await intake.next(10, 50)).toEqual([]);
  },
  LIMIT,
);
