/** What operators say about alarms over HTTP, and what the notifier makes of it, in every read. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNotifier, type Notifier } from '../../engine/index.ts';
import { sayWhatFollows } from '../contracts/say-what-follows.ts';
import {
  alarm,
  ask,
  definitions,
  NOW,
  post,
  type Server,
  schemaErrors,
  startServer,
  store,
} from './http-server.ts';

const ID = 'settlement/2026-11-23/receive/stalled/1';
const OVER = 'settlement/2026-11-23//late-start/1';
const at = (id: string, rest = '') => `/api/v1/alarms/${encodeURIComponent(id)}${rest}`;

let server: Server;
let notifier: Notifier;
let clock = NOW;

beforeEach(async () => {
  clock = NOW;
  server = await startServer();
  const { storage, notices } = server;
  await store(storage, { alarms: [alarm(ID), alarm(OVER, { clearedAt: NOW - 1000, clearedBy: 'started' })] });
  const active = definitions();
  notifier = createNotifier({
    ...{ owner: 'test', store: notices.store, changes: storage.changes, reader: storage.reader },
    ...{ definitions: () => active, now: () => clock },
  });
});

afterEach(() => server.close());

async function work(): Promise<void> {
  while ((await notifier.turn()) === 'worked');
}

const say = (path: string, body: object) => post(server, path, JSON.stringify(body), 'application/json');

async function read(path: string, schema: string) {
  const { status, body } = await ask(server, path);
  expect(status, path).toBe(200);
  expect(await schemaErrors(schema, body)).toEqual([]);
  return body;
}

describe('an alarm', () => {
  test('that nobody has looked at yet has no handling, then one with what became of it', async () => {
    expect((await read(at(ID), 'Alarm')).handling).toBeNull();
    await work();
    expect((await read(at(ID), 'Alarm')).handling).toMatchObject({ standing: 'open', outcome: 'waiting' });
    clock += 30_000;
    await work();
    const shown = await read(at(ID), 'Alarm');
    expect(shown.handling).toMatchObject({ outcome: 'told', acknowledgedBy: null });
    expect(shown.history.map(({ kind }: { kind: string }) => kind)).toEqual(['raised', 'told']);
    const { items } = await read('/api/v1/alarms?open=true', 'AlarmPage');
    expect(items[0].handling).toMatchObject({ outcome: 'told' });
    expect(items[0]).not.toHaveProperty('history');
  });

  test('is acknowledged, assigned, commented on and judged by name, and all of it is kept', async () => {
    await work();
    const first = await say(at(ID, '/ack'), { by: '李伟', text: 'on it' });
    expect(first.status).toBe(202);
    expect(server.wakes()).toBe(1);
    expect(await read(`/api/v1/acts/${first.body.id}`, 'HandlingAct')).toMatchObject({
      appliedAt: null,
      done: null,
    });
    await say(at(ID, '/assign'), { by: '李伟', to: 'wang' });
    await say(at(ID, '/comment'), { by: 'wang', text: 'disk is full' });
    await say(at(ID, '/not-useful'), { by: 'wang' });
    await work();
    const { handling, history } = await read(at(ID), 'Alarm');
    expect(handling).toMatchObject({
      ...{ standing: 'acknowledged', acknowledgedBy: '李伟', assignedTo: 'wang', useful: false },
    });
    expect(
      history.slice(1).map(({ kind, by, detail }: Record<string, unknown>) => [kind, by, detail]),
    ).toEqual([
      ['acknowledged', '李伟', 'on it'],
      ['assigned', '李伟', 'wang'],
      ['commented', 'wang', 'disk is full'],
      ['not-useful', 'wang', null],
    ]);
    expect(await read(`/api/v1/acts/${first.body.id}`, 'HandlingAct')).toMatchObject({
      done: true,
      reason: null,
    });
    expect((await read('/api/v1/acts', 'HandlingActPage')).items.length).toBe(4);
    expect((await read('/api/v1/numbers?from=2026-11-23', 'Numbers')).total).toMatchObject({
      ...{ raised: 1, acknowledged: 1, notUseful: 1 },
    });
  });

  test.each([
    ['one that is not there', at('none', '/ack'), { by: 'li' }, 404, 'not-found'],
    ['one that is over', at(OVER, '/ack'), { by: 'li' }, 409, 'already-ended'],
    ['nobody by name', at(ID, '/ack'), { by: '' }, 422, 'act-refused'],
    ['a field that is not known', at(ID, '/ack'), { by: 'li', txt: 'x' }, 422, 'act-refused'],
    ['a comment without words', at(ID, '/comment'), { by: 'li', text: ' ' }, 422, 'act-refused'],
    ['a mute without an end', at(ID, '/mute'), { by: 'li', reason: 'x' }, 422, 'act-refused'],
    [
      'a mute that has ended',
      at(ID, '/mute'),
      { by: 'li', reason: 'x', until: '2026-11-23T07:00:00Z' },
      422,
      'act-refused',
    ],
    [
      'a silence of everything',
      '/api/v1/silences',
      { by: 'li', reason: 'x', until: '2026-11-23T09:00:00Z', match: {} },
      422,
      'act-refused',
    ],
    [
      'a silence of a field that is none',
      '/api/v1/silences',
      { by: 'li', reason: 'x', until: '2026-11-23T09:00:00Z', match: { flwo: 'a' } },
      422,
      'act-refused',
    ],
    ['a silence that is not there', '/api/v1/silences/none/end', { by: 'li' }, 404, 'not-found'],
    ['a channel that is not there', '/api/v1/channels/none/trial', { by: 'li' }, 404, 'not-found'],
  ])('acts are refused: %s', async (_, path, body, status, kind) => {
    const answer = await say(path, body);
    expect([answer.status, answer.body.type.split(':').at(-1)]).toEqual([status, kind]);
    expect((await server.notices.reader.acts(10, null)).items).toEqual([]);
  });

  test('that is over may still be commented on', async () => {
    await work();
    expect((await say(at(OVER, '/comment'), { by: 'li', text: 'a holiday' })).status).toBe(202);
  });
});

describe('silences', () => {
  const until = '2026-11-23T09:00:00.000Z';
  test('are made, listed, and ended by name', async () => {
    const made = await say('/api/v1/silences', {
      by: 'li',
      reason: 'move',
      until,
      match: { flow: 'settle*' },
    });
    expect(made.status).toBe(202);
    await work();
    const { items } = await read('/api/v1/silences', 'SilencePage');
    expect(items).toMatchObject([{ id: made.body.id, by: 'li', reason: 'move', until, active: true }]);
    clock += 60_000;
    await work();
    expect((await read(at(ID), 'Alarm')).handling).toMatchObject({ outcome: 'muted', because: made.body.id });
    const ended = await ask(server, `/api/v1/silences/${made.body.id}?by=wang`, { method: 'DELETE' });
    expect(ended.status).toBe(202);
    await work();
    expect((await read('/api/v1/silences', 'SilencePage')).items).toEqual([]);
    expect((await read('/api/v1/silences?all=true', 'SilencePage')).items).toMatchObject([
      { endedBy: 'wang' },
    ]);
    expect((await read(at(ID), 'Alarm')).handling).toMatchObject({ outcome: 'told' });
  });

  test('are made of an alarm with one act', async () => {
    await work();
    await say(at(ID, '/mute'), { by: 'li', reason: 'known', until });
    await work();
    expect((await read('/api/v1/silences', 'SilencePage')).items).toMatchObject([{ alarm: ID }]);
  });
});

describe('notices', () => {
  test('are listed with what came of them, by channel, state and alarm', async () => {
    await work();
    clock += 30_000;
    await work();
    const { items } = await read('/api/v1/notices', 'NoticePage');
    expect(items).toMatchObject([{ channel: 'desk', kind: 'raised', state: 'owed', alarms: [{ id: ID }] }]);
    expect((await read(`/api/v1/notices?alarm=${encodeURIComponent(ID)}`, 'NoticePage')).items.length).toBe(
      1,
    );
    expect((await read('/api/v1/notices?state=sent', 'NoticePage')).items).toEqual([]);
    expect((await read('/api/v1/channels', 'Channels')).items).toMatchObject([
      { name: 'desk', type: 'bell', trouble: null, notices: { owed: 1 } },
    ]);
  });

  test('are tried by hand', async () => {
    await say('/api/v1/channels/desk/trial', { by: 'li' });
    await work();
    expect((await read('/api/v1/notices?kind=trial', 'NoticePage')).items).toMatchObject([
      { channel: 'desk' },
    ]);
  });
});

test('a question about a route is answered from the definitions in force', async () => {
  const plan = await read(
    '/api/v1/route?flow=settlement&alarm=deadline&at=2026-11-23T10:00:00Z',
    'RoutePlan',
  );
  expect(plan).toMatchObject({
    ...{ policy: 'operations', route: 1, firstAt: '2026-11-23T10:00:30.000Z', quiet: null },
    levels: [{ level: 1, deliveries: [{ channel: 'desk', to: [] }] }],
  });
  expect((await ask(server, '/api/v1/route?flow=none')).status).toBe(404);
  expect((await ask(server, '/api/v1/route?flow=report&at=noon')).status).toBe(400);
});

test('alarms are listed under what they follow from where that is wanted, and by it alone', async () => {
  const late = [0, 1, 2].map((n) => `order/o${n}/route/late/1`);
  await store(server.storage, {
    alarms: late.map((id, n) => alarm(id, { flow: 'order', raisedAt: NOW + n })),
  });
  await sayWhatFollows(server.notices.store, {
    ...Object.fromEntries(late.map((id) => [id, ID])),
    [ID]: null,
  });
  const idsOf = ({ items }: { items: readonly { id: string }[] }) => items.map(({ id }) => id);
  const folded = await read('/api/v1/alarms?open=true&fold=true', 'AlarmPage');
  expect(folded.items).toMatchObject([{ id: ID, consequences: 3, handling: { root: null } }]);
  const root = `/api/v1/alarms?root=${encodeURIComponent(ID)}`;
  const below = await read(`${root}&limit=2`, 'AlarmPage');
  expect(idsOf(below)).toEqual([late[2], late[1]]);
  expect(below.items[0]).toMatchObject({ handling: { root: ID, outcome: 'folded' } });
  expect(below.items[0]).not.toHaveProperty('consequences');
  expect(idsOf(await read(`${root}&limit=2&cursor=${below.next}`, 'AlarmPage'))).toEqual([late[0]]);
  expect((await read('/api/v1/alarms?open=true', 'AlarmPage')).items).toHaveLength(4);
  expect(idsOf(await read('/api/v1/alarms?fold=true&flow=order', 'AlarmPage'))).toEqual(late.toReversed());
  const both = await ask(server, `${root}&fold=true`);
  expect([both.status, both.body.errors]).toMatchObject([400, [{ path: 'root' }]]);
});

test('a server that tells nobody says so', async () => {
  const alone = await startServer(() => ({ telling: undefined, handling: undefined }) as object);
  expect((await ask(alone, '/api/v1/notices')).status).toBe(503);
  expect((await ask(alone, '/api/v1/alarms')).status).toBe(200);
  await alone.close();
});
