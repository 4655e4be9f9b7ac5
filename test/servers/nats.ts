import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { findNatsServer, userCache } from '../../adapters/nats/find-server.ts';
import {
  freePort,
  type LaunchedServer,
  launchServer,
  serverNameAt,
} from '../../adapters/nats/launch-server.ts';

/** A real nats-server with JetStream on a free loopback port and a temporary store. */
export interface TestNats {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** a connection of its own, which reconnects for ever; closed by `stop` */
  connect(name?: string): Promise<NatsConnection>;
  /** the process that runs now, to freeze it and let it go on */
  pid(): number;
  kill9(): Promise<void>;
  /** ends the server in an orderly way and leaves its store */
  halt(): Promise<void>;
  /** starts it again on the same port and store */
  restart(): Promise<void>;
  /** removes the store; the server must not be running */
  wipe(): Promise<void>;
  stop(): Promise<void>;
}

/** The nats-server binary for tests: MILEPOST_TEST_NATS_SERVER, else found or fetched; rejects with the reason, never skips. */
export async function testNatsBinary(): Promise<string> {
  const given = process.env.MILEPOST_TEST_NATS_SERVER;
  if (given) return given;
  const found = await findNatsServer({ folder: userCache() });
  if ('missing' in found) throw new Error(`these tests need a real nats-server: ${found.missing}`);
  return found.path;
}

/** Starts a server for tests; `late: true` only reserves its port, and `restart` brings it up; `partitions`: it sorts. */
export async function startTestNats(
  options: { readonly late?: boolean; readonly partitions?: number } = {},
): Promise<TestNats> {
  const binary = await testNatsBinary();
  const folder = await mkdtemp(join(tmpdir(), 'milepost-nats-'));
  const launch = {
    binary,
    folder,
    port: await freePort(),
    name: `test-${process.pid}-${folder.slice(-6)}`,
    password: 'secret',
    partitions: options.partitions ?? 1,
  };
  const connections: NatsConnection[] = [];
  let server: LaunchedServer | null = null;
  const up = async () => {
    server = await launchServer(launch);
    const name = await serverNameAt(launch.port);
    if (name !== launch.name) throw new Error(`Another server, ${name}, answers on port ${launch.port}.`);
  };
  const down = async (how: 'stop' | 'kill') => {
    const running = server;
    server = null;
    await running?.[how]();
  };
  if (options.late !== true) await up();
  return {
    url: `nats://milepost:secret@127.0.0.1:${launch.port}`,
    port: launch.port,
    folder,
    connect: async (name) => {
      const nc = await connect({
        servers: `127.0.0.1:${launch.port}`,
        user: 'milepost',
        pass: 'secret',
        name: name ?? 'test',
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
        reconnectJitter: 20,
      });
      connections.push(nc);
      return nc;
    },
    pid: () => server?.pid ?? 0,
    kill9: () => down('kill'),
    halt: () => down('stop'),
    restart: up,
    wipe: () => rm(join(folder, 'jetstream'), { recursive: true, force: true }),
    stop: async () => {
      await Promise.all(connections.map((nc) => nc.close()));
      await down('stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
