import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { natsOutlet } from '../../adapters/nats/index.ts';
import { type Serving, serve } from '../../adapters/serve.ts';
import { openStorage, type Storage } from '../../adapters/storage/index.ts';
import { formatTime, subjectOf } from '../../checkpoints/index.ts';
import {
  type AlarmRecord,
  type AlarmView,
  decodeInstance,
  type InstanceRecord,
  type Page,
  viewInstance,
} from '../../engine/index.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { eventsOf, FLOW, readLog } from './purchase-to-pay-events.ts';
import { EXAMPLE, purchaseToPay, replayed, SAMPLE } from './purchase-to-pay-outcomes.ts';

const { definitions } = purchaseToPay();
// MILEPOST_P2P names the whole log, to be taken in place of the sample. The cases are of the last day: a live Milepost
// measures silence by its own clock, and those of years ago would be abandoned as soon as they came.
const events = eventsOf(readLog(process.env.MILEPOST_P2P ?? SAMPLE), Date.now() - 86_400_000);

let nats: TestNats;
let postgres: TestPostgres;
let folder: string;
let storage: Storage;
let databaseUrl: string;
let serving: Serving | null = null;

beforeAll(async () => {
  [nats, postgres, folder] = await Promise.all([
    startTestNats(),
    startTestPostgres(),
    mkdtemp(join(tmpdir(), 'milepost-acceptance-')),
  ]);
  databaseUrl = await postgres.database();
  storage = await openStorage({ url: databaseUrl, role: 'test' });
}, 180_000);

afterAll(async () => {
  await serving?.stop();
  await storage?.close();
  await Promise.all([nats?.stop(), postgres?.stop()]);
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

describe('the purchase-to-pay log through NATS into a running Milepost', () => {
  test('gives the instances, alarms and refusals of a replay, also over a restart in the middle', async () => {
    const half = Math.floor(events.length / 2);
    await start();
    await publish(events.slice(0, half));
    await untilApplied(1);
    await serving?.stop();
    await publish(events.slice(half));
    await start();
    await untilApplied(events.length);

    const report = replayed(definitions, events);
    const reader = storage.reader;
    const instances = await all((cursor) => reader.instances({ flow: FLOW }, 200, cursor));
    const alarms = await all((cursor) => reader.alarms({ flow: FLOW }, 200, cursor));
    const rejected = await all((cursor) => reader.rejected(200, cursor));

    expect(report.alarms.length).toBeGreaterThan(0);
    expect(instances.map(viewRecord)).toEqual(report.instances);
    expect(instances.map(({ key, status, health, deviated }) => ({ key, status, health, deviated }))).toEqual(
      report.instances.map(({ key, status, health, deviated }) => ({ key, status, health, deviated })),
    );
    expect(alarms.map(viewAlarmRecord).sort(byKeyAndStep)).toEqual([...report.alarms].sort(byKeyAndStep));
    expect(
      rejected.map(({ payload, reason }) => `${new TextDecoder().decode(payload)} ${reason}`).sort(),
    ).toEqual(report.rejected.map(({ line, reason }) => `${events[line - 1]?.text} ${reason}`).sort());
  }, 120_000);
});

async function start(): Promise<void> {
  serving = await serve({
    folder,
    definitions: [fileURLToPath(EXAMPLE)],
    extensions: null,
    host: '127.0.0.1',
    port: 0,
    databaseUrl,
    nats: { url: nats.url },
    version: '0.0.0',
    log: { info: () => undefined, warn: () => undefined, error: (text) => console.error(text) },
    signal: new AbortController().signal,
  });
  // Its first turn makes the stream; until then NATS takes no events.
  while (!(await fetch(`${serving.address}/readyz`)).ok) await delay(50);
}

async function publish(some: typeof events): Promise<void> {
  const nc = await nats.connect('producer');
  const encoder = new TextEncoder();
  await natsOutlet({ nc }).send(
    some.map(({ key, id, text }) => ({
      subject: subjectOf(FLOW, key),
      payload: encoder.encode(text),
      id: `${key}/${id}`,
    })),
  );
}

/** Waits until the worker has committed the stream up to this sequence; the time limit is the test's. */
async function untilApplied(sequence: number): Promise<void> {
  while (((await storage.reader.position('0'))?.sequence ?? 0) < sequence) await delay(50);
}

async function all<T>(page: (cursor: string | null) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const { items: some, next }: Page<T> = await page(cursor);
    items.push(...some);
    cursor = next;
  } while (cursor !== null);
  return items;
}

function viewRecord(record: InstanceRecord): unknown {
  const flow = definitions.flows.get(record.flow);
  if (flow === undefined)
    throw new Error(`the store has an instance of ${record.flow}, which nobody defined`);
  return viewInstance(flow, decodeInstance(flow, record.snapshot));
}

function viewAlarmRecord(record: AlarmRecord): AlarmView {
  const { flow, key, step, name, source, severity, text, count, raisedAt, clearedAt } = record;
  return {
    flow,
    key,
    step,
    name,
    source,
    severity,
    text,
    count,
    raisedAt: formatTime(raisedAt),
    clearedAt: clearedAt === null ? null : formatTime(clearedAt),
  };
}

function byKeyAndStep(a: AlarmView, b: AlarmView): number {
  const [one, other] = [a, b].map(({ key, step, name, raisedAt }) => [key, step, name, raisedAt].join(' '));
  return (one ?? '') < (other ?? '') ? -1 : 1;
}
