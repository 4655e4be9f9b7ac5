/** Events in over HTTP, through the worker, and out again by every read: the engine's own views behind real addresses. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineViews } from '../../adapters/http/index.ts';
import { type MemoryStream, memoryStorage, memoryStream } from '../../adapters/storage/index.ts';
import { createWorker, type Worker } from '../../engine/index.ts';
import {
  ask,
  definitions,
  event,
  NOW,
  post,
  SETTLEMENT,
  type Server,
  schemaErrors,
  startServer,
} from './http-server.ts';

const KEY = '2026-11-23';

let clock = NOW;
let server: Server;
let stream: MemoryStream;
let worker: Worker;

beforeEach(async () => {
  clock = NOW;
  const active = definitions();
  const storage = memoryStorage();
  stream = memoryStream(() => clock);
  worker = createWorker({
    partition: '0',
    owner: 'w-1',
    store: storage.store,
    intake: stream.intake(),
    definitions: active,
    sources: [{ file: 'flows.yaml', text: SETTLEMENT }],
    compile: () => null,
    now: () => clock,
    patience: 0,
  });
  server = await startServer(() => ({
    ...engineViews({ reader: storage.reader, active, compile: () => null, now: () => clock }),
    changes: storage.changes,
    outlet: stream.outlet,
  }));
});

afterEach(async () => {
  await server.close();
  await stream.close();
});

/** Turns until nothing is left to do. */
async function work(): Promise<void> {
  while ((await worker.turn()).kind === 'worked') server.http.notify();
}

async function read(path: string, schema: string) {
  const { status, body, text } = await ask(server, path);
  expect([path, status], text).toEqual([path, 200]);
  expect([path, await schemaErrors(schema, body)]).toEqual([path, []]);
  return body;
}

test('an event that is sent is seen in every read, and its silence raises an alarm that explains itself', async () => {
  await work();
  const sent = await post(
    server,
    '/api/v1/events',
    event({ key: KEY, state: 'waiting', params: { PIN: 7 } }),
  );
  expect(sent.status).toBe(202);
  await work();
  clock += 11 * 60_000;
  await work();

  const instances = await read(`/api/v1/instances?flow=settlement&health=warning&day=${KEY}`, 'InstancePage');
  expect(instances.items).toMatchObject([{ key: KEY, status: 'running', openAlarms: 1 }]);
  const one = await read(`/api/v1/instances/settlement/${KEY}`, 'Instance');
  expect(one.steps.receive).toMatchObject({
    status: 'running',
    state: 'waiting',
    visits: 1,
    params: { PIN: 7 },
  });
  const graph = await read(`/api/v1/instances/settlement/${KEY}/graph`, 'Graph');
  expect(graph.nodes[0]).toMatchObject({ id: 'receive', status: 'running' });
  const events = await read(`/api/v1/instances/settlement/${KEY}/events`, 'EventPage');
  expect(events.items).toMatchObject([
    { id: 'e1', step: 'receive', event: 'activated', content: { params: { PIN: 7 } } },
  ]);
  const day = await read(`/api/v1/days/${KEY}`, 'Day');
  expect(day.rows).toMatchObject([{ flow: 'settlement', key: KEY, late: true, openAlarms: 1 }]);
  const flows = await read('/api/v1/flows', 'FlowPage');
  expect(flows.items[1].today).toMatchObject({ counts: { running: 1 }, health: 'warning' });
  await read('/api/v1/flows/settlement', 'Flow');

  const alarms = await read('/api/v1/alarms?open=true', 'AlarmPage');
  const stalled = alarms.items.find(({ name }: { name: string }) => name === 'stalled');
  expect(stalled).toMatchObject({ source: 'timer', step: 'receive', raisedAt: '2026-11-23T08:10:00.000Z' });
  expect(stalled.why).toMatchObject({ due: '2026-11-23T08:10:00.000Z', event: { event: 'timer.stalled' } });
  const alarm = await read(`/api/v1/alarms/${encodeURIComponent(stalled.id)}`, 'Alarm');
  expect(alarm).toEqual({ ...stalled, history: [] });
});

test('an event that only the engine can refuse is kept, shown, corrected and sent again', async () => {
  await post(server, '/api/v1/events', event({ key: KEY, params: { PIN: 'seven' } }));
  await work();
  const list = await read('/api/v1/rejected', 'RejectedPage');
  expect(list.items).toMatchObject([{ subject: `milepost.checkpoint.settlement.${KEY}`, resentAt: null }]);
  expect(list.items[0].reason).toContain('PIN');
  const address = `/api/v1/rejected/${encodeURIComponent(list.items[0].id)}`;
  expect((await read(address, 'Rejected')).text).toBe(event({ key: KEY, params: { PIN: 'seven' } }));
  const corrected = await post(server, `${address}/resend`, event({ key: KEY, params: { PIN: 7 } }));
  expect(corrected.status).toBe(202);
  await work();
  expect((await read(`/api/v1/instances/settlement/${KEY}`, 'Instance')).steps.receive.params).toEqual({
    PIN: 7,
  });
});

test('a commit is told to those who listen', async () => {
  await work();
  const told = fetch(`${server.address}/api/v1/stream?flow=settlement`);
  const reader = (await told).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? '';
  await post(server, '/api/v1/events', event({ key: 'of/parts' }));
  await work();
  while (!text.includes('"key":"of/parts"')) text += (await reader?.read())?.value ?? '';
  expect(text).toMatch(
    /id: \d+\nevent: instance\ndata: \{"flow":"settlement","key":"of\/parts","status":"running"/,
  );
  await reader?.cancel();
});
