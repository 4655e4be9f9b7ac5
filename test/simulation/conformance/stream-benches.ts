/** The two things that a script for the stream is run on. */
import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, type NatsConnection, nanos, connect as natsConnect } from 'nats';
import { ensureStream, natsIntake, natsOutlet, STREAM_NAME } from '../../../adapters/nats/index.ts';
import { doneBy } from '../../../adapters/nats/partition-consumer.ts';
import type { Intake } from '../../../engine/index.ts';
import type { Door } from '../../servers/door.ts';
import type { TestNats } from '../../servers/nats.ts';
import { CALM, SimulatedProcess } from '../pipeline/process.ts';
import { Reached } from '../pipeline/reached.ts';
import { Scheduler } from '../pipeline/scheduler.ts';
import { StreamModel } from '../pipeline/stream.ts';
import { Random } from '../random.ts';
import type { StreamBench } from './stream-script.ts';

/** Nothing happens that need not, and of what may come as much as can. */
export class Steady extends Random {
  override next(): number {
    return 0.999999;
  }

  override fork(): Random {
    return this;
  }
}

/** Lets virtual time pass until a promise has come to an end. */
export async function drive<T>(scheduler: Scheduler, promise: Promise<T>): Promise<T> {
  let over = false;
  const done = () => {
    over = true;
  };
  promise.then(done, done);
  for (let n = 0; !over && n < 10_000; n++) await scheduler.run(scheduler.now + 10, () => over);
  return promise;
}

export function calmProcess(scheduler: Scheduler, name: string): SimulatedProcess {
  return new SimulatedProcess(name, {
    skew: 0,
    around: {
      ...{ scheduler, random: new Steady(1), reached: new Reached() },
      ...{ odds: () => CALM, longestFreeze: 1_000 },
    },
    killed: () => undefined,
  });
}

/** The simulator's model; `sorts`: the server sorts what producers send; `window`: how long it knows ids, ms. */
export function modelStream(options: {
  readonly partitions: number;
  readonly sorts: boolean;
  readonly window?: number;
}): StreamBench {
  const scheduler = new Scheduler(Date.parse('2026-11-23T08:00:00Z'));
  const model = new StreamModel({
    ...{ ...options, scheduler, random: new Steady(1), reached: new Reached() },
  });
  let processes = 0;
  return {
    async send(messages, { sorted, lost }) {
      model.store(messages, sorted);
      if (lost) throw new Error('the answer is lost');
    },
    open: (partition) => model.intake(calmProcess(scheduler, `p${++processes}`), partition),
    last: async () => model.last,
    purge: async (upTo) => model.purge(upTo),
    remake: async () => model.remake(),
    deleteConsumer: async () => undefined,
    restart: async () => {
      model.up = false;
      await scheduler.run(scheduler.now + 2_000);
      model.up = true;
    },
    confirmed: async (partition) => {
      await scheduler.run(scheduler.now + 1_000);
      return model.acknowledged.get(partition) ?? 0;
    },
    settle: async () => {
      await scheduler.run(scheduler.now + 1_000);
    },
    run: (promise) => drive(scheduler, promise),
    pass: async (ms) => {
      await scheduler.run(scheduler.now + ms);
    },
  };
}

export interface RealStream extends StreamBench {
  close(): Promise<void>;
}

/** A real server, its stream made anew; `door` leads to it. */
export async function realStream(options: {
  readonly server: TestNats;
  readonly door: Door;
  readonly partitions: number;
  readonly window?: number;
}): Promise<RealStream> {
  const { server, door, partitions, window } = options;
  const nc = await server.connect();
  const jsm: JetStreamManager = await nc.jetstreamManager();
  const stream = { partitions };
  await jsm.streams.delete(STREAM_NAME).catch(() => false);
  await ensureStream(jsm, stream);
  if (window !== undefined) await jsm.streams.update(STREAM_NAME, { duplicate_window: nanos(window) });
  const opened: Intake[] = [];
  const last = async () => (await jsm.streams.info(STREAM_NAME)).state.last_seq;
  const outlet = (by: NatsConnection, sorted: boolean) =>
    natsOutlet({ nc: by, partitions: sorted ? partitions : 1 });
  return {
    async send(messages, { sorted, lost }) {
      if (!lost) return outlet(nc, sorted).send(messages);
      await door.open();
      const user = { user: 'milepost', pass: 'secret', reconnect: false };
      const through = await natsConnect({ servers: `127.0.0.1:${door.port}`, ...user });
      const before = await last();
      door.swallow(true);
      const sending = outlet(through, sorted).send(messages);
      sending.catch(() => undefined);
      // What repeats moves nothing: that it came cannot be seen, and is given time for.
      for (let n = 0; n < 30 && (await last()) < before + messages.length; n++) await delay(10);
      await door.shut();
      door.swallow(false);
      await sending.finally(() => through.close());
    },
    open: (partition) => {
      const intake = natsIntake({ nc, partition, stream, heartbeat: 300 });
      opened.push(intake);
      return intake;
    },
    last,
    purge: async (upTo) => {
      await jsm.streams.purge(STREAM_NAME, { seq: upTo + 1 });
    },
    remake: async () => {
      await jsm.streams.delete(STREAM_NAME);
      await ensureStream(jsm, stream);
    },
    deleteConsumer: async (partition) => {
      await jsm.consumers.delete(STREAM_NAME, `milepost-${partition}`).catch(() => false);
    },
    restart: async () => {
      await server.kill9();
      await server.restart();
      for (let n = 0; n < 200; n++) {
        const there = await last().catch(() => null);
        if (there !== null) break;
        await delay(50);
      }
    },
    confirmed: async (partition, upTo) => {
      // the first of several has two consumers
      const shares = partition === '0' && partitions > 1 ? ['0', 'unsorted'] : [partition];
      let known = 0;
      for (let n = 0; n < 150 && known < upTo; n++) {
        if (n > 0) await delay(20);
        for (const share of shares)
          known = Math.max(known, (await doneBy(jsm, STREAM_NAME, `milepost-${share}`)) ?? 0);
      }
      return known;
    },
    pass: (ms) => delay(ms),
    settle: () => delay(300),
    run: (promise) => promise,
    close: async () => {
      await Promise.all(opened.map((intake) => intake.stop()));
      await nc.close();
    },
  };
}
