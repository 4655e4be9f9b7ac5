/** Operators' acts travel on the stream of events: from HTTP through a real NATS and the worker into the ledger. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STREAM_NAME } from '../../adapters/nats/index.ts';
import { type Serving, serve } from '../../adapters/serve.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { TOKEN } from '../servers/operator.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { ask } from './http-server.ts';

const FLOWS = 'flow: settlement\nstart: { by: "12:00" }\nsteps: { receive: {}, check: {} }\n';

let nats: TestNats;
let postgres: TestPostgres;
let databaseUrl: string;
let folder: string;
let serving: Serving | null = null;

beforeAll(async () => {
  [nats, postgres, folder] = await Promise.all([
    startTestNats(),
    startTestPostgres(),
    mkdtemp(join(tmpdir(), 'milepost-acts-')),
  ]);
  databaseUrl = await postgres.database();
  await writeFile(join(folder, 'flows.yaml'), FLOWS);
}, 180_000);

afterAll(async () => {
  await serving?.stop();
  await Promise.all([nats?.stop(), postgres?.stop()]);
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Starts a whole Milepost; gives where it can be asked. */
async function start(): Promise<{ readonly port: number }> {
  serving = await serve({
    folder,
    definitions: [join(folder, 'flows.yaml')],
    extensions: null,
    host: '127.0.0.1',
    port: 0,
    databaseUrl,
    nats: { url: nats.url },
    operator: { given: TOKEN, file: null },
    canary: 0, // its message would stand among those that are looked at
    version: '0.0.0',
    log: { info: () => undefined, warn: () => undefined, error: (text) => console.error(text) },
    signal: new AbortController().signal,
  });
  const server = { port: Number(new URL(serving.address).port) };
  while ((await ask(server, '/readyz')).status !== 200) await delay(50);
  return server;
}

/** The row of the flow, once it has this status; the time limit is the test's. */
async function rowOnce(server: { readonly port: number }, day: string, status: string) {
  for (;;) {
    const [row] = (await ask(server, `/api/v1/days/${day}`)).body.rows;
    if (row?.status === status) return row;
    await delay(50);
  }
}

test('a waiver that is posted reaches the ledger through NATS, and stays there over a restart', async () => {
  const first = await start();
  const { today } = (await ask(first, '/api/v1/flows/settlement')).body;
  const waiver = { flow: 'settlement', day: today.day, reason: 'exchange closed', by: 'Ann' };
  const path = '/api/v1/waivers';
  const headers = { 'content-type': 'application/json' };
  const taken = await ask(first, path, { method: 'POST', headers, body: JSON.stringify(waiver) });
  expect([taken.status, taken.text]).toEqual([202, expect.stringContaining('"id"')]);

  const excused = { status: 'excused', waivers: [{ step: null, by: 'Ann', reason: 'exchange closed' }] };
  expect(await rowOnce(first, today.day, 'excused')).toMatchObject(excused);
  const nc = await nats.connect();
  const message = await (await nc.jetstreamManager()).streams.getMessage(STREAM_NAME, { seq: 1 });
  expect(message.subject).toBe(`milepost.checkpoint._act.${today.day}.settlement`);

  await serving?.stop();
  const second = await start();
  expect(await rowOnce(second, today.day, 'excused')).toMatchObject(excused);
  const list = await ask(second, '/api/v1/waivers');
  expect(list.body.items).toMatchObject([{ flow: 'settlement', key: today.day, by: 'Ann' }]);
}, 120_000);
