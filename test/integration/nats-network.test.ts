import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectNats, ensureStream, natsIntake, natsOutlet } from '../../adapters/nats/index.ts';
import { type Intake, IntakeError, type Outlet } from '../../engine/index.ts';
import { numbers, text } from '../contracts/intake.contract.ts';
import { type Door, makeDoor } from '../servers/door.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';

// What the network does between a worker and a server that both go on: a door between them is late, or loses the answers.

const LIMIT = 60_000;
let server: TestNats;
let door: Door;
let near: NatsConnection;
let far: NatsConnection;
let outlet: Outlet;
let intake: Intake;
let notices: string[];

beforeEach(async () => {
  notices = [];
  server = await startTestNats();
  near = await server.connect();
  await ensureStream(await near.jetstreamManager());
  outlet = natsOutlet({ nc: near });
  door = await makeDoor(server.port);
  await door.open();
  const url = new URL(server.url);
  url.port = String(door.port);
  far = await connectNats({
    url: url.href,
    name: 'far',
    signal: new AbortController().signal,
    onNotice: () => undefined,
  });
  intake = natsIntake({
    nc: far,
    partition: 'main',
    heartbeat: 1_000,
    onNotice: ({ kind }) => notices.push(kind),
  });
  await intake.start({ incarnation: '', sequence: 0 });
}, 180_000);

afterEach(async () => {
  await intake.stop();
  await far.close();
  await door.shut();
  await server.stop();
});

async function send(texts: readonly string[]): Promise<void> {
  await outlet.send(
    texts.map((id) => ({ subject: 'milepost.checkpoint.a.b', payload: new TextEncoder().encode(id), id })),
  );
}

/** Reads until so many came; what cannot be seen for the moment is asked again. */
async function take(count: number): Promise<readonly string[]> {
  const got: string[] = [];
  for (let turn = 0; got.length < count && turn < 400; turn++) {
    try {
      const messages = await intake.next(count - got.length, 100);
      got.push(...messages.map(text));
      const last = messages.at(-1);
      if (last !== undefined) await intake.confirm(last.sequence);
    } catch (error) {
      if (!(error instanceof IntakeError) || error.reason !== 'lost') throw error;
      await delay(20);
    }
  }
  return got;
}

test(
  'row 20: half a second late both ways: everything comes, once, in order, and nobody calls the server silent',
  async () => {
    const sent = numbers(1, 400);
    door.lag(500);
    await send(sent);
    expect(await take(400)).toEqual(sent);
    expect(notices).not.toContain('lost');
  },
  LIMIT,
);

test(
  'row 20: answers that disappear while the connection stays open are noticed, and everything comes once they pass again',
  async () => {
    const sent = numbers(1, 300);
    await send(sent.slice(0, 100));
    const got = [...(await take(100))];
    door.swallow(true);
    await send(sent.slice(100));
    await expect.poll(() => notices, { timeout: 20_000 }).toContain('lost');
    await expect(intake.next(10, 50)).rejects.toBeInstanceOf(IntakeError);
    door.swallow(false);
    got.push(...(await take(200)));
    expect(got).toEqual(sent);
  },
  LIMIT,
);

test(
  'row 20: a network that stutters, late and cut again and again, loses nothing and gives nothing twice',
  async () => {
    const sent = numbers(1, 600);
    const got: string[] = [];
    for (let round = 0; round < 6; round++) {
      door.lag([0, 80, 300][round % 3] ?? 0, round % 2 === 0 ? 'all' : 'answers');
      await send(sent.slice(round * 100, round * 100 + 100));
      got.push(...(await take(60)));
      await door.shut();
      await delay(30);
      await door.open();
    }
    door.lag(0);
    got.push(...(await take(600 - got.length)));
    expect(got).toEqual(sent);
  },
  LIMIT,
);
