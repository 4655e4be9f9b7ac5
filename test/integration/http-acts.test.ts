/** What operators do over HTTP: refused with the reason, or through the stream and the worker into every read. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

const FLOWS = SETTLEMENT.replace('zone: Asia/Shanghai', 'zone: Asia/Shanghai\nweekend: [sat, sun]');
const DAY = '2026-11-23';
const WAIVER = { flow: 'settlement', day: DAY, reason: 'exchange closed', by: 'Ann' };

let clock = NOW;
let server: Server;
let stream: MemoryStream;
let worker: Worker;

beforeEach(async () => {
  clock = NOW;
  const active = definitions(FLOWS);
  const storage = memoryStorage();
  stream = memoryStream(() => clock);
  worker = createWorker({
    partition: '0',
    owner: 'w-1',
    store: storage.store,
    intake: stream.intake(),
    definitions: active,
    sources: [{ file: 'flows.yaml', text: FLOWS }],
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

const send = (path: string, body: unknown) => post(server, path, JSON.stringify(body));

/** Sends an act, gives its id, and lets the worker do it. */
async function done(path: string, body: unknown): Promise<string> {
  const answer = await send(path, body);
  expect([answer.status, await schemaErrors('Act', answer.body)], answer.text).toEqual([202, []]);
  await work();
  return answer.body.id;
}

describe('a waiver', () => {
  test('of a flow reaches the ledger, the list, the instance and its journal, and can be taken back', async () => {
    await work();
    await send('/api/v1/events', {});
    expect((await read(`/api/v1/days/${DAY}`, 'Day')).rows[0]).toMatchObject({ status: 'unknown' });
    const id = await done('/api/v1/waivers', WAIVER);

    const said = { step: null, by: 'Ann', reason: 'exchange closed', at: '2026-11-23T08:00:00.000Z' };
    const [row] = (await read(`/api/v1/days/${DAY}`, 'Day')).rows;
    expect(row).toMatchObject({ flow: 'settlement', status: 'excused', waivers: [said], waitingFor: [] });
    const listed = { flow: 'settlement', key: DAY, tradingDay: DAY, ...said };
    expect(await read('/api/v1/waivers', 'Waivers')).toEqual({ items: [listed] });
    expect(await read(`/api/v1/waivers?day=${DAY}&flow=settlement`, 'Waivers')).toEqual({ items: [listed] });
    expect(await read(`/api/v1/waivers?day=${DAY}&flow=report`, 'Waivers')).toEqual({ items: [] });
    expect(await read('/api/v1/waivers?day=2026-11-24', 'Waivers')).toEqual({ items: [] });
    const instance = await read(`/api/v1/instances/settlement/${DAY}`, 'Instance');
    expect(instance).toMatchObject({ status: 'expected', waivers: [said], visits: [], corrected: false });
    const journal = await read(`/api/v1/instances/settlement/${DAY}/events`, 'EventPage');
    expect(journal.items).toMatchObject([{ id, event: 'waive', content: { by: 'Ann', day: DAY } }]);

    await done('/api/v1/waivers/revoke', { ...WAIVER, key: DAY, day: undefined });
    expect(await read('/api/v1/waivers', 'Waivers')).toEqual({ items: [] });
    expect((await read(`/api/v1/days/${DAY}`, 'Day')).rows[0]).toMatchObject({
      waivers: [],
      status: 'waiting',
    });
  });

  test('of a step lets the flow go past it, and its visit says so', async () => {
    await post(server, '/api/v1/events', event({ key: DAY, params: { PIN: 7 } }));
    await done('/api/v1/waivers', { ...WAIVER, step: 'check' });
    await post(server, '/api/v1/events', event({ id: 'e2', key: DAY, event: 'committed' }));
    await work();
    const instance = await read(`/api/v1/instances/settlement/${DAY}`, 'Instance');
    expect(instance).toMatchObject({ status: 'committed', waivers: [{ step: 'check' }] });
    expect(instance.visits).toMatchObject([
      { step: 'receive', visit: 1, status: 'committed', waived: false },
      { step: 'check', visit: 1, status: 'committed', waived: true },
    ]);
  });

  test('that the engine alone can refuse is seen among the rejected, and can be sent again when it makes sense', async () => {
    await done('/api/v1/waivers/revoke', WAIVER);
    const [entry] = (await read('/api/v1/rejected', 'RejectedPage')).items;
    expect(entry).toMatchObject({
      subject: `milepost.checkpoint._act.${DAY}.settlement`,
      reason: 'flow: it is not waived, there is nothing to take back',
    });
    await done('/api/v1/waivers', WAIVER);
    const address = `/api/v1/rejected/${encodeURIComponent(entry.id)}`;
    const again = await ask(server, `${address}/resend`, { method: 'POST' });
    expect([again.status, again.body.accepted], again.text).toEqual([202, 1]);
    await work();
    expect(await read('/api/v1/waivers', 'Waivers')).toEqual({ items: [] });
  });

  test.each([
    ['no JSON', 'nonsense', []],
    ['a list', '[]', []],
    ['nothing', '{}', ['flow', 'reason', 'day']],
    ['a day and a key', JSON.stringify({ ...WAIVER, key: DAY }), ['day']],
    ['a day that is none', JSON.stringify({ ...WAIVER, day: '2026-13-01' }), ['day']],
    ['a key with an empty part', JSON.stringify({ ...WAIVER, day: null, key: 'a//b' }), ['key']],
    ['an empty reason', JSON.stringify({ ...WAIVER, reason: '' }), ['reason']],
    ['no name', JSON.stringify({ ...WAIVER, by: 7 }), ['by']],
    ['a misspelt field', JSON.stringify({ ...WAIVER, stap: 'check' }), ['stap']],
    ['an id of its own', JSON.stringify({ ...WAIVER, id: 'x' }), ['id']],
    ['a day off', JSON.stringify({ ...WAIVER, day: '2026-11-22' }), ['day']],
    ['a flow without days', JSON.stringify({ ...WAIVER, flow: 'report' }), ['day']],
  ])('with %s is refused, naming the fields', async (_, body, fields) => {
    for (const path of ['/api/v1/waivers', '/api/v1/waivers/revoke']) {
      const answer = await post(server, path, body);
      expect([answer.status, answer.body.type]).toEqual([422, 'urn:milepost:problem:act-refused']);
      expect((answer.body.errors ?? []).map((error: { path: string }) => error.path)).toEqual(fields);
    }
    expect((await worker.turn()).messages).toBe(0);
  });

  test.each([
    [{ flow: 'setlement' }, 'flow', /no flow is called setlement/],
    [{ step: 'chek' }, 'step', /no step chek, its steps are receive, check/],
  ])('of what is not there, %j, is not found', async (wrong, path, message) => {
    const { status, body } = await send('/api/v1/waivers', { ...WAIVER, ...wrong });
    expect([status, body.errors[0].path]).toEqual([404, path]);
    expect(body.errors[0].message).toMatch(message);
  });

  test('that comes twice with one message id is taken once', async () => {
    const act = JSON.stringify({ act: 'waive', id: 'w1', ...WAIVER, time: '2026-11-23T08:00:00Z' });
    const subject = 'milepost.checkpoint._act.settlement';
    const message = () => ({ subject, payload: Buffer.from(act) });
    await stream.outlet.send([message(), message()]);
    await work();
    await stream.outlet.send([message()]);
    await work();
    expect((await read('/api/v1/waivers', 'Waivers')).items).toHaveLength(1);
    expect((await read('/api/v1/rejected', 'RejectedPage')).items).toEqual([]);
    await stream.outlet.send([{ subject, payload: Buffer.from(act.replace('Ann', 'Bob')) }]);
    await work();
    expect((await read('/api/v1/rejected', 'RejectedPage')).items[0].reason).toMatch(/had w1 before/);
  });

  test('that the stream cannot take is not taken', async () => {
    const failing = await startServer(() => ({ outlet: { send: () => Promise.reject(new Error('down')) } }));
    const { status, body } = await post(failing, '/api/v1/waivers', JSON.stringify(WAIVER));
    expect([status, body.type]).toEqual([503, 'urn:milepost:problem:unavailable']);
    expect(failing.errors).toMatchObject([{ where: "sending an operator's act to the stream" }]);
    await failing.close();
  });

  test('of another origin or another content type is refused before it is read', async () => {
    const headers = { 'content-type': 'application/json', origin: 'http://evil.example' };
    const body = JSON.stringify(WAIVER);
    expect((await ask(server, '/api/v1/waivers', { method: 'POST', headers, body })).status).toBe(403);
    expect((await post(server, '/api/v1/waivers', body, 'text/plain')).status).toBe(415);
  });
});

describe('closing an alarm', () => {
  async function raised(): Promise<{ id: string; address: string }> {
    await work();
    await post(server, '/api/v1/events', event({ key: DAY, event: 'exception' }));
    await work();
    const { items } = await read('/api/v1/alarms?open=true', 'AlarmPage');
    const { id } = items.find(({ name }: { name: string }) => name === 'exception');
    return { id, address: `/api/v1/alarms/${encodeURIComponent(id)}` };
  }

  test('ends it by hand, once', async () => {
    const { address } = await raised();
    await done(`${address}/close`, { reason: 'known', by: 'Ann' });
    expect(await read(address, 'Alarm')).toMatchObject({ open: false, clearedBy: 'by-hand' });
    const again = await send(`${address}/close`, { reason: 'known', by: 'Ann' });
    expect([again.status, again.body.type]).toEqual([409, 'urn:milepost:problem:already-ended']);
  });

  test('without a reason, a name or the alarm itself is refused', async () => {
    const { address } = await raised();
    const unsaid = await send(`${address}/close`, {});
    expect([unsaid.status, unsaid.body.errors.map((error: { path: string }) => error.path)]).toEqual([
      422,
      ['reason'],
    ]);
    const nowhere = await send('/api/v1/alarms/nope/close', { reason: 'known', by: 'Ann' });
    expect([nowhere.status, nowhere.body.detail]).toEqual([404, expect.stringContaining('"nope"')]);
  });
});

test('a report in time that comes late is seen as a correction in the instance and the ledger', async () => {
  await work();
  await post(server, '/api/v1/events', event({ key: DAY, step: undefined }));
  await work();
  clock += 11 * 60_000;
  await work();
  const open = await read('/api/v1/alarms?open=true', 'AlarmPage');
  const stalled = open.items.find(({ name }: { name: string }) => name === 'stalled');
  await post(server, '/api/v1/events', event({ id: 'e2', key: DAY, time: '2026-11-23T16:09:00+08:00' }));
  await work();
  const amended = await read(`/api/v1/alarms/${encodeURIComponent(stalled.id)}`, 'Alarm');
  expect(amended).toMatchObject({ open: false, clearedBy: 'mistaken' });
  expect(await read(`/api/v1/instances/settlement/${DAY}`, 'Instance')).toMatchObject({ corrected: true });
  expect((await read(`/api/v1/days/${DAY}`, 'Day')).rows[0]).toMatchObject({ corrected: true });
});
