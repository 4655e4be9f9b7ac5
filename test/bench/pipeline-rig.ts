/**
 * What the benches of the whole pipeline stand on: a nats-server, a PostgreSQL that forces its commits to disk, and
 * `milepost up` as a process of its own, all on loopback, and events of the flow `line` for it. Times are by the wall, since
 * three processes share the work; what else runs on the machine is in them.
 */
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import pg from 'pg';
import { ensureStream } from '../../adapters/nats/stream.ts';
import { startPrivatePostgres } from '../../adapters/storage/index.ts';
import { eventToJson } from '../../checkpoints/index.ts';
import { type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { lineEvent, lineYaml } from './line-flow.ts';

export interface Rig {
  readonly nats: TestNats;
  readonly nc: NatsConnection;
  readonly folder: string;
  /** Makes an empty database and an empty stream. */
  fresh(): Promise<string>;
  /** One row of the database that was made last. */
  one(text: string): Promise<Record<string, unknown>>;
  /** Starts `milepost up` on the database; it serves when this resolves. */
  up(...options: readonly string[]): Promise<{ readonly milepost: Milepost; readonly address: string }>;
  /** Puts messages into the stream, and resolves when all of them are in it. */
  publish(messages: readonly Uint8Array[]): Promise<void>;
  /** Resolves once so many messages are applied; gives the wall time at which that was seen, ms. */
  applied(sequence: number): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the servers. */
export async function startRig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'milepost-bench-'));
  await chmod(folder, 0o711); // the server's user has its data below it
  const server = await startPrivatePostgres({ folder: join(folder, 'postgres'), durable: true });
  const nats = await startTestNats();
  const nc = await nats.connect();
  await writeFile(join(folder, 'line.yaml'), lineYaml(10));
  let url = server.url;
  let count = 0;
  let client: pg.Client | null = null;
  const running: Milepost[] = [];

  async function one(text: string): Promise<Record<string, unknown>> {
    if (client === null) {
      client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      await client.connect();
    }
    return (await client.query(text)).rows[0] ?? {};
  }

  return {
    nats,
    nc,
    folder,
    one,
    async fresh() {
      for (const milepost of running.splice(0)) {
        milepost.signal('SIGKILL');
        await milepost.ended;
      }
      await client?.end();
      client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database bench_${++count}`);
      await client.end();
      client = null;
      url = server.url.replace(/postgres$/, `bench_${count}`);
      const jsm = await nc.jetstreamManager();
      await jsm.streams.delete('MILEPOST').catch(() => undefined);
      await ensureStream(jsm);
      return url;
    },
    async up(...options) {
      const env = { ...process.env, DATABASE_URL: url, NATS_URL: nats.url };
      const words = ['up', join(folder, 'line.yaml'), '--port', '0', '--folder', join(folder, `up-${count}`)];
      const milepost = startMilepost([...words, ...options], { env, cwd: folder });
      running.push(milepost);
      return { milepost, address: await milepost.serves() };
    },
    async publish(messages) {
      const jsm = await nc.jetstreamManager();
      const { state } = await jsm.streams.info('MILEPOST');
      for (const [index, message] of messages.entries()) {
        nc.publish('milepost.checkpoint.line.bench', message);
        if (index % 500 === 499) await nc.flush();
      }
      await nc.flush();
      const last = state.last_seq + messages.length;
      while ((await jsm.streams.info('MILEPOST')).state.last_seq < last) await delay(20);
    },
    async applied(sequence) {
      for (;;) {
        const { done } = await one('select coalesce(max(sequence), 0)::int as done from milepost.positions');
        if (Number(done) >= sequence) return performance.now();
        await delay(10);
      }
    },
    async stop() {
      for (const milepost of running) milepost.signal('SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
      await client?.end();
      await nats.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Events of so many instances in turn, `from` being the place in each instance's life that is first; in messages of `size`
 * lines. They are stamped now and a little later each.
 */
export function lineMessages(order: {
  readonly instances: number;
  readonly from: number;
  readonly count: number;
  readonly size: number;
  readonly prefix?: string;
}): readonly Uint8Array[] {
  const { instances, from, count, size, prefix = 'i' } = order;
  const begun = Date.now() - 60_000;
  const encoder = new TextEncoder();
  const messages: Uint8Array[] = [];
  let lines: string[] = [];
  for (let number = 0; number < count; number++) {
    const place = from + Math.floor(number / instances);
    lines.push(eventToJson(lineEvent(`${prefix}${number % instances}`, place, begun + place)));
    if (lines.length === size || number === count - 1) {
      messages.push(encoder.encode(lines.join('\n')));
      lines = [];
    }
  }
  return messages;
}

/** Microseconds of processor time that a process has used, by the system's own count (Linux). */
export function processorTimeOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Bytes of memory that a process holds (Linux). */
export function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
